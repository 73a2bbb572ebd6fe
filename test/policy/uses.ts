import { METRIC_NAMESPACE } from '../../lib/contract/metrics';
import { conditionsPath, registrationsPath, sparesPath } from '../../lib/contract/names';
import type { Decision } from '../../sandbox/aws/authorization/decision';
import type { AwsCall } from '../../sandbox/aws/service';
import type { Sandbox } from '../../sandbox/sandbox';
import type { Asker } from './askers';
import type { Target } from './targets';

/** Something that somebody did, in the words of the table of what is meant. */
export interface Use {
  readonly who: string;
  readonly on: string;
  readonly act: string;
}

/** Notes every call that the deployed policies let pass. */
export class Uses {
  readonly #uses = new Map<string, Use>();

  constructor(
    private readonly askers: readonly Asker[],
    private readonly targets: readonly Target[],
  ) {}

  get all(): readonly Use[] {
    return [...this.#uses.values()];
  }

  /** From now on. */
  watch(sandbox: Sandbox): void {
    const { authorizer } = sandbox.aws;
    const explain = authorizer.explain.bind(authorizer);
    authorizer.explain = async (call: AwsCall) => {
      const decisions = await explain(call);
      for (const decision of decisions) if (decision.allowed) this.#note(call, decision, sandbox.environment);
      return decisions;
    };
  }

  #note(call: AwsCall, decision: Decision, environment: string): void {
    const asker = this.askers.find(
      ({ name }) => name === decision.principal || sessionOf(name) === sessionOf(decision.principal),
    );
    const who = call.caller.sourceArn?.includes(':rule/') ? 'rule' : (asker?.kind ?? call.caller.principal);
    const use = {
      who,
      on: this.#kindOf(encryptedBy(call) ?? decision.resource, environment),
      act: actOf(call, decision),
    };
    this.#uses.set(JSON.stringify(use), use);
  }

  #kindOf(arn: string, environment: string): string {
    if (arn === '*') return 'account';
    const [, parameter] = arn.split(':parameter', 2);
    if (parameter !== undefined) return kindOfParameter(parameter, environment);
    if (arn.includes(':log-stream:')) return 'log stream';
    return this.targets.find(({ name }) => name === arn)?.kind ?? arn;
  }
}

/** A role's name in the ARN of a session, whatever the session is called. */
const sessionOf = (principal: string): string => principal.split('/').slice(0, 2).join('/');

function kindOfParameter(name: string, environment: string): string {
  if (name === sparesPath(environment)) return 'path of spares';
  if (name.startsWith(`${sparesPath(environment)}/`)) return 'spare'; // the path of one service's too: patterns cannot tell
  if (name === conditionsPath(environment)) return 'path of conditions';
  if (name.startsWith(`${conditionsPath(environment)}/`)) return 'noted condition';
  if (name === registrationsPath(environment)) return 'path of registrations';
  return name.startsWith(`${registrationsPath(environment)}/`) ? 'registration' : 'platform parameter';
}

/** What a key is used for, which its encryption context names. */
function encryptedBy({ service, input }: AwsCall): string | undefined {
  if (service !== 'kms') return undefined;
  const context = (input.EncryptionContext ?? {}) as Readonly<Record<string, string>>;
  return context.SecretARN ?? context.PARAMETER_ARN ?? context['aws:sns:topicArn'] ?? context['aws:logs:arn'];
}

function actOf({ service, input, caller }: AwsCall, { action }: Decision): string {
  const [prefix = '', name = ''] = action.split(':');
  if (service === 'kms') return `${action}${caller.via === undefined ? '' : ` through ${caller.via.split('.')[0]}`}`;
  if (name === 'PutMetricData') return `${action} of ${input.Namespace === METRIC_NAMESPACE ? 'ours' : 'others'}`;
  if (action === 'secretsmanager:ListSecrets') return action;
  const id = name === 'GetSecretValue' && input.VersionId !== undefined ? ' by version id' : '';
  const stage =
    prefix === 'secretsmanager' && typeof input.VersionStage === 'string' ? ` of ${input.VersionStage}` : '';
  return `${name}${id}${stage}`;
}
