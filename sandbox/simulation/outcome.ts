import { readLabels } from '../../lib/contract/labels';
import { secretName } from '../../lib/contract/names';
import type { Sandbox } from '../sandbox';
import { readTruth } from '../truth';

/**
 * The state of one service as lines of text that are the same for runs that came to the same end: keys by the order
 * of their creation, labels without their times.
 */
export function outcomeOf(sandbox: Sandbox, service: string, truth = readTruth(sandbox)): string {
  const keys = [...truth.keys].reverse().map(({ id, status, places }, index) => {
    const where = places.map(({ place }) => place).sort();
    return `key ${index + 1}: ${[status, ...where, ...labelsOf(sandbox, service, id)].join(' ')}`;
  });
  const secret = sandbox.secretsManager.secrets().find(({ name }) => name === secretName(sandbox.environment, service));
  const pending = secret?.versions.some(
    ({ labels }) => labels.includes('AWSPENDING') && !labels.includes('AWSCURRENT'),
  );
  return [...keys, `rotation ${secret?.rotationEnabled ? 'on' : 'off'}`, ...(pending ? ['unfinished'] : [])].join('\n');
}

function labelsOf(sandbox: Sandbox, service: string, keyId: string): readonly string[] {
  const name = secretName(sandbox.environment, service);
  const versions = sandbox.secretsManager.secrets().find((each) => each.name === name)?.versions ?? [];
  const labels = versions.map((version) => version.labels).find((each) => readLabels(each).keyId === keyId) ?? [];
  return labels.map((label) => label.split('-')[0] ?? label).sort();
}
