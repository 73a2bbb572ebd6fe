import type { ServicePolicy } from '../contract/registration';
import { longestQuietHours } from '../core/keys/retirement';
import type { Mistake } from './mistake';

/** Secrets Manager keeps 20 labels on all versions of a secret together; ours and AWS's need this many per version. */
const LABELS_PER_VERSION = 3;
const MOST_RETIRING_VERSIONS = Math.floor(20 / LABELS_PER_VERSION) - 2; // the current and the pending one stay besides

/** Fields of a whole policy that contradict each other. */
export function mistakesInPolicy(policy: ServicePolicy, path: string): Mistake[] {
  const mistake = (field: keyof ServicePolicy, allowed: string): Mistake => ({
    path: `${path}.${field}`,
    message: `got ${policy[field]}; allowed: ${allowed}`,
  });
  return [
    policy.rotateEveryDays > policy.maxAgeDays &&
      mistake('rotateEveryDays', `at most maxAgeDays, ${policy.maxAgeDays}`),
    policy.overlapHours * 60 < policy.consumerCacheMinutes &&
      mistake('overlapHours', `no less than consumerCacheMinutes, ${policy.consumerCacheMinutes} minutes`),
    policy.retirementDeadlineDays * 24 <= hoursToRetire(policy) &&
      mistake('retirementDeadlineDays', `more than overlap and quiet time need, ${hoursToRetire(policy)} hours`),
    policy.rotateBeforeExpiryDays >= policy.maxAgeDays &&
      mistake('rotateBeforeExpiryDays', `less than maxAgeDays, ${policy.maxAgeDays}`),
    policy.requestsPageRatio < policy.requestsWarningRatio &&
      mistake('requestsPageRatio', `no less than requestsWarningRatio, ${policy.requestsWarningRatio}`),
    retiringVersions(policy) > MOST_RETIRING_VERSIONS &&
      mistake('undoWindowDays', `less, or rotate less often: a secret can remember ${MOST_RETIRING_VERSIONS} old keys`),
  ].filter((each) => each !== false);
}

/** A key may be retired once the overlap is over and a report shows it quiet, of a service in use or not; the report may lag. */
const hoursToRetire = (policy: ServicePolicy): number =>
  Math.max(policy.overlapHours, longestQuietHours(policy)) + policy.maxReportLagHours;

const retiringVersions = (policy: ServicePolicy): number =>
  Math.ceil((policy.retirementDeadlineDays + policy.undoWindowDays) / policy.rotateEveryDays);
