import type { VirtualClock } from '../clock';
import type { FunctionRunner } from '../functions/runner';
import type { Random } from '../random';
import { AwsAccount } from './account';
import { PolicyAuthorizer } from './authorization/authorizer';
import { CloudTrail } from './cloud-trail';
import { AssetBucket } from './cloudformation/asset-bucket';
import { Deployment } from './cloudformation/deployment';
import { CloudWatch } from './cloudwatch/cloudwatch';
import type { ConsistencyOptions } from './consistency';
import { Credentials } from './credentials';
import { Events } from './events/events';
import { Iam } from './iam';
import { Kms } from './kms';
import { Lambda } from './lambda/lambda';
import { Logs } from './logs';
import { SecretsManager } from './secrets-manager/secrets-manager';
import type { AwsCall } from './service';
import { Sns } from './sns';
import { Ssm } from './ssm';
import { Sts } from './sts';

export interface SimulatedAwsOptions {
  readonly accountId: string;
  readonly region: string;
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly runner: FunctionRunner;
  /** How far reads may be behind writes. @default - not at all */
  readonly consistency?: ConsistencyOptions | undefined;
  /** Variables that point a function's SDKs at the sandbox. */
  readonly endpoints: Readonly<Record<string, string>>;
}

/** One AWS account with every service the sandbox models, and CloudFormation to fill it. Every call in it is authorised. */
export class SimulatedAws {
  readonly account: AwsAccount;
  readonly authorizer: PolicyAuthorizer;
  readonly credentials: Credentials;
  readonly deployment: Deployment;
  readonly iam: Iam;
  readonly kms: Kms;
  readonly logs: Logs;
  readonly sns: Sns;
  readonly ssm: Ssm;
  readonly cloudTrail: CloudTrail;
  readonly cloudWatch: CloudWatch;
  readonly events: Events;
  readonly lambda: Lambda;
  readonly secretsManager: SecretsManager;

  constructor({ accountId, region, clock, random, runner, endpoints, consistency }: SimulatedAwsOptions) {
    const account = new AwsAccount(accountId, region, clock, random, consistency);
    const assets = new AssetBucket();
    this.account = account;
    this.credentials = new Credentials(random);
    this.deployment = new Deployment(account, assets);
    this.iam = new Iam(account);
    this.kms = new Kms(account);
    this.logs = new Logs(account);
    this.sns = new Sns(account);
    this.ssm = new Ssm(account);
    this.cloudWatch = new CloudWatch(account);
    this.events = new Events(account);
    const { credentials, iam, logs, cloudWatch: metrics } = this;
    const may = (call: AwsCall) => this.authorizer.allows(call);
    this.lambda = new Lambda(account, { runner, assets, credentials, iam, metrics, logs, may, endpoints });
    this.secretsManager = new SecretsManager({
      account,
      canInvoke: (functionArn, secretArn) =>
        this.lambda.canInvoke(functionArn, 'secretsmanager.amazonaws.com', secretArn),
      emit: (event) => this.events.emit(event),
    });
    this.cloudTrail = this.#trail();
    account.observe(this.cloudTrail);
    this.authorizer = new PolicyAuthorizer(this);
    account.authorizeWith(this.authorizer);
    this.#addServices();
  }

  #trail(): CloudTrail {
    const { account, iam, secretsManager } = this;
    return new CloudTrail({ account, iam, secretsManager, emit: (event) => this.events.emit(event) });
  }

  #addServices(): void {
    const { account, iam, kms, logs, sns, ssm, cloudWatch, events, lambda, secretsManager, credentials } = this;
    const mayAssume = (roleArn: string) => iam.role(roleArn)?.arn === roleArn; // whom it trusts, the authorizer says
    const sts = new Sts({ account, credentials, mayAssume, roleId: (name) => iam.role(name)?.id });
    for (const service of [iam, kms, logs, sns, ssm, cloudWatch, events, lambda, secretsManager, sts])
      account.add(service);
  }
}
