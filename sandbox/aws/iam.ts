import { UnmodelledError } from '../errors';
import type { AwsAccount } from './account';
import type { Fields } from './fields';
import { type Operations, perform } from './operations';
import { roleNameOf } from './role-session';
import { AwsError, type AwsInput, type AwsOutput, type AwsService, type Caller } from './service';

/** A role as deployed. Policies are JSON text, exactly as they were given. */
export interface IamRole {
  readonly name: string;
  readonly id: string;
  readonly arn: string;
  trust: string;
  readonly inlinePolicies: Map<string, string>;
  readonly attachedPolicyArns: Set<string>;
  /** ARN of the policy beyond which the role's own policies allow nothing. */
  boundaryArn?: string;
}

const ID_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** What a boundary that was deleted allows. */
const NOTHING_ALLOWED = JSON.stringify({ Version: '2012-10-17', Statement: [] });

/** AWS managed policies that our templates attach. */
const AWS_MANAGED: Readonly<Record<string, string>> = {
  'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole': JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: '*',
      },
    ],
  }),
};

/** Roles and their policies: stored, and handed out to whoever decides what a caller may do. */
export class Iam implements AwsService {
  readonly name = 'iam';
  readonly #roles = new Map<string, IamRole>();
  readonly #managed = new Map<string, string>(Object.entries(AWS_MANAGED));
  readonly #operations: Operations = {
    CreateRole: {
      fields: ['RoleName', 'Path', 'AssumeRolePolicyDocument', 'PermissionsBoundary'],
      withoutEffect: ['Description', 'MaxSessionDuration', 'Tags'],
      run: (input) => this.#createRole(input),
    },
    GetRole: { fields: ['RoleName'], run: (input) => ({ Role: describe(this.#find(input)) }) },
    UpdateAssumeRolePolicy: {
      fields: ['RoleName', 'PolicyDocument'],
      run: (input) => {
        this.#find(input).trust = input.document('PolicyDocument');
        return {};
      },
    },
    DeleteRole: { fields: ['RoleName'], run: (input) => this.#deleteRole(input) },
    PutRolePermissionsBoundary: {
      fields: ['RoleName', 'PermissionsBoundary'],
      run: (input) => {
        this.#find(input).boundaryArn = this.#knownPolicy(input.string('PermissionsBoundary'));
        return {};
      },
    },
    DeleteRolePermissionsBoundary: {
      fields: ['RoleName'],
      run: (input) => {
        delete this.#find(input).boundaryArn;
        return {};
      },
    },
    ...this.#inlinePolicyOperations(),
    ...this.#managedPolicyOperations(),
  };

  constructor(private readonly account: AwsAccount) {}

  call(operation: string, input: AwsInput, caller: Caller): Promise<AwsOutput> {
    return perform(this.name, this.#operations, operation, input, caller);
  }

  roles(): readonly IamRole[] {
    return [...this.#roles.values()];
  }

  /** A role by its name or ARN. */
  role(nameOrArn: string): IamRole | undefined {
    return this.#roles.get(roleNameOf(nameOrArn));
  }

  /** Every policy that says what a role may do. */
  policiesOf(role: IamRole): readonly { readonly name: string; readonly document: string }[] {
    const attached = [...role.attachedPolicyArns].map((arn) => [arn, this.#managed.get(arn) ?? '{}'] as const);
    return [...role.inlinePolicies, ...attached].map(([name, document]) => ({ name, document }));
  }

  /** The policy that bounds a role; undefined for one without a boundary. */
  boundaryOf({ boundaryArn }: IamRole): { readonly name: string; readonly document: string } | undefined {
    if (boundaryArn === undefined) return undefined;
    return { name: boundaryArn, document: this.#managed.get(boundaryArn) ?? NOTHING_ALLOWED };
  }

  #inlinePolicyOperations(): Operations {
    return {
      PutRolePolicy: {
        fields: ['RoleName', 'PolicyName', 'PolicyDocument'],
        run: (input) => {
          this.#find(input).inlinePolicies.set(input.string('PolicyName'), input.document('PolicyDocument'));
          return {};
        },
      },
      DeleteRolePolicy: {
        fields: ['RoleName', 'PolicyName'],
        run: (input) => {
          this.#find(input).inlinePolicies.delete(input.string('PolicyName'));
          return {};
        },
      },
    };
  }

  #managedPolicyOperations(): Operations {
    return {
      AttachRolePolicy: {
        fields: ['RoleName', 'PolicyArn'],
        run: (input) => {
          this.#find(input).attachedPolicyArns.add(this.#knownPolicy(input.string('PolicyArn')));
          return {};
        },
      },
      DetachRolePolicy: {
        fields: ['RoleName', 'PolicyArn'],
        run: (input) => {
          this.#find(input).attachedPolicyArns.delete(input.string('PolicyArn'));
          return {};
        },
      },
      CreatePolicy: {
        fields: ['PolicyName', 'Path', 'PolicyDocument'],
        withoutEffect: ['Description'],
        run: (input) => this.#createPolicy(input),
      },
      CreatePolicyVersion: {
        fields: ['PolicyArn', 'PolicyDocument'],
        withoutEffect: ['SetAsDefault'],
        run: (input) => {
          this.#managed.set(this.#knownPolicy(input.string('PolicyArn')), input.document('PolicyDocument'));
          return {};
        },
      },
      DeletePolicy: {
        fields: ['PolicyArn'],
        run: (input) => {
          this.#managed.delete(input.string('PolicyArn'));
          return {};
        },
      },
    };
  }

  #createRole(input: Fields): AwsOutput {
    const name = input.string('RoleName');
    if (this.#roles.has(name)) throw new AwsError('EntityAlreadyExists', `Role with name ${name} already exists.`, 409);
    const boundary = input.optionalString('PermissionsBoundary');
    const role: IamRole = {
      name,
      id: `AROA${this.account.random.text(17, ID_ALPHABET)}`,
      arn: `arn:aws:iam::${this.account.id}:role${input.optionalString('Path') ?? '/'}${name}`,
      trust: input.document('AssumeRolePolicyDocument'),
      inlinePolicies: new Map(),
      attachedPolicyArns: new Set(),
      ...(boundary === undefined ? {} : { boundaryArn: this.#knownPolicy(boundary) }),
    };
    this.#roles.set(name, role);
    return { Role: describe(role) };
  }

  #deleteRole(input: Fields): AwsOutput {
    const role = this.#find(input);
    if (role.inlinePolicies.size + role.attachedPolicyArns.size > 0)
      throw new AwsError('DeleteConflict', 'Cannot delete entity, must detach all policies first.', 409);
    this.#roles.delete(role.name);
    return {};
  }

  #createPolicy(input: Fields): AwsOutput {
    const path = input.optionalString('Path') ?? '/';
    const Arn = `arn:aws:iam::${this.account.id}:policy${path}${input.string('PolicyName')}`;
    this.#managed.set(Arn, input.document('PolicyDocument'));
    return { Policy: { Arn } };
  }

  #find(input: Fields): IamRole {
    const name = input.string('RoleName');
    const role = this.#roles.get(name);
    if (!role) throw new AwsError('NoSuchEntity', `The role with name ${name} cannot be found.`, 404);
    return role;
  }

  #knownPolicy(arn: string): string {
    if (this.#managed.has(arn)) return arn;
    if (arn.startsWith('arn:aws:iam::aws:')) throw new UnmodelledError(`the AWS managed policy ${arn}`);
    throw new AwsError('NoSuchEntity', `Policy ${arn} does not exist or is not attachable.`, 404);
  }
}

const describe = (role: IamRole): AwsOutput => ({
  RoleName: role.name,
  RoleId: role.id,
  Arn: role.arn,
  AssumeRolePolicyDocument: role.trust,
});
