import type { AwsAccount } from './account';
import type { Credentials } from './credentials';
import type { Fields } from './fields';
import { type Operations, perform } from './operations';
import { roleSession } from './role-session';
import { AwsError, type AwsInput, type AwsOutput, type AwsService, type Caller } from './service';

export interface StsOptions {
  readonly account: AwsAccount;
  readonly credentials: Credentials;
  /** Whether a role exists and trusts this caller. @default every role of this account */
  readonly mayAssume?: (roleArn: string, caller: Caller) => boolean;
  /** The unique id of a role of this account, by its name. @default one of its own */
  readonly roleId?: (roleName: string) => string | undefined;
}

const ROLE_ARN = /^arn:aws:iam::(\d{12}):role\/(?:.*\/)?([\w+=,.@-]+)$/;
const UPPER_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** AWS STS: who am I, and role sessions. Sessions do not expire. */
export class Sts implements AwsService {
  readonly name = 'sts';
  readonly #ids = new Map<string, string>();
  readonly #operations: Operations = {
    GetCallerIdentity: { fields: [], run: (_input, caller) => this.#identify(caller) },
    AssumeRole: {
      fields: ['RoleArn', 'RoleSessionName', 'DurationSeconds'],
      run: (input, caller) => this.#assumeRole(input, caller),
    },
  };

  constructor(private readonly options: StsOptions) {}

  call(operation: string, input: AwsInput, caller: Caller): Promise<AwsOutput> {
    return perform(this.name, this.#operations, operation, input, caller);
  }

  #identify(caller: Caller): AwsOutput {
    const [, role, session] = /:assumed-role\/([^/]+)\/(.+)$/.exec(caller.principal) ?? [];
    const root = caller.principal.endsWith(':root');
    const id = role && session ? `${this.#roleId(role)}:${session}` : this.#uniqueId('AIDA', caller.principal);
    return { UserId: root ? caller.accountId : id, Account: caller.accountId, Arn: caller.principal };
  }

  #assumeRole(input: Fields, caller: Caller): AwsOutput {
    const { account, credentials, mayAssume = () => true } = this.options;
    const roleArn = input.string('RoleArn');
    const session = readSessionName(input);
    const seconds = readDuration(input);
    const [, accountId, role] = ROLE_ARN.exec(roleArn) ?? [];
    if (accountId !== account.id || role === undefined || !mayAssume(roleArn, caller)) throw denied(caller, roleArn);
    const assumed = roleSession(account.id, role, session);
    const issued = credentials.issue(assumed);
    return {
      Credentials: {
        AccessKeyId: issued.accessKeyId,
        SecretAccessKey: issued.secretAccessKey,
        SessionToken: issued.sessionToken,
        Expiration: new Date(account.clock.now().getTime() + seconds * 1000),
      },
      AssumedRoleUser: { AssumedRoleId: `${this.#roleId(role)}:${session}`, Arn: assumed.principal },
    };
  }

  #roleId(role: string): string {
    return this.options.roleId?.(role) ?? this.#uniqueId('AROA', role);
  }

  #uniqueId(prefix: string, name: string): string {
    const known = this.#ids.get(name);
    const id = known ?? `${prefix}${this.options.account.random.text(17, UPPER_AND_DIGITS)}`;
    this.#ids.set(name, id);
    return id;
  }
}

function readSessionName(input: Fields): string {
  const name = input.string('RoleSessionName');
  if (!/^[\w+=,.@-]{2,64}$/.test(name)) {
    throw new AwsError('ValidationError', 'RoleSessionName must be 2 to 64 letters, digits or any of _+=,.@-');
  }
  return name;
}

function readDuration(input: Fields): number {
  const seconds = input.optionalNumber('DurationSeconds') ?? 3600;
  if (seconds >= 900 && seconds <= 43_200) return seconds;
  throw new AwsError('ValidationError', 'DurationSeconds must be between 900 and 43200');
}

const denied = (caller: Caller, roleArn: string): AwsError =>
  new AwsError(
    'AccessDenied',
    `User: ${caller.principal} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`,
    403,
  );
