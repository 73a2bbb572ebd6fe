import { join } from 'node:path';
import { App, Aws, CfnCondition, CfnOutput, CfnResource, Fn, RemovalPolicy, Stack, Stage } from 'aws-cdk-lib';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { CfnTopic, Topic } from 'aws-cdk-lib/aws-sns';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { readAssembly, stageOf } from '../../../../sandbox/aws/cloudformation/assembly';
import { AssetBucket } from '../../../../sandbox/aws/cloudformation/asset-bucket';
import { Deployment } from '../../../../sandbox/aws/cloudformation/deployment';
import { checkTemplate } from '../../../../sandbox/aws/cloudformation/template';
import { SecretsManager } from '../../../../sandbox/aws/secrets-manager/secrets-manager';
import { Sns } from '../../../../sandbox/aws/sns';
import { Ssm } from '../../../../sandbox/aws/ssm';
import { scratchFolder } from '../../scratch-folder';
import { bareAccount } from '../bare-account';

type Build = (stage: Stage) => void;

/** What `cdk synth` would write for one stage named prod. */
function synthesise(build: Build): string {
  const app = new App({ outdir: join(scratchFolder(), 'cdk.out'), analyticsReporting: false });
  build(new Stage(app, 'prod'));
  return app.synth().directory;
}

function setUp() {
  const account = bareAccount();
  const [sns, ssm, secrets] = [new Sns(account), new Ssm(account), new SecretsManager({ account })];
  for (const service of [sns, ssm, secrets]) account.add(service);
  const deployment = new Deployment(account, new AssetBucket());
  const deploy = (build: Build) => deployment.deployStage(stageOf(readAssembly(synthesise(build)), 'prod'));
  const parameterValue = (name: string) => ssm.parameters().find((each) => each.name === name)?.value;
  const secretValues = () => secrets.secrets().map(({ versions }) => versions.length);
  return { account, deployment, deploy, sns, ssm, secrets, parameterValue, secretValues };
}

const topicStack =
  (change: (topic: CfnTopic, stack: Stack) => void = () => {}): Build =>
  (stage) => {
    const stack = new Stack(stage, 'platform');
    change(new CfnTopic(stack, 'Topic', { topicName: 'critical' }), stack);
  };

const secretStack =
  (text: string, policy: RemovalPolicy, description = 'a secret'): Build =>
  (stage) => {
    const secret = new CfnSecret(new Stack(stage, 'service'), 'Secret', {
      name: 'prod/key',
      secretString: text,
      description,
    });
    secret.applyRemovalPolicy(policy);
  };

describe('Deployment', () => {
  it('creates resources in the order of their references, and stacks in the order of their dependencies', async () => {
    const { account, deploy, parameterValue } = setUp();
    const order: string[] = [];
    account.observe({ before: ({ service, operation }) => void order.push(`${service} ${operation}`) });

    const [platform, service] = await deploy((stage) => {
      const reader = new Stack(stage, 'service');
      const value = StringParameter.valueForStringParameter(reader, '/platform/topic');
      new StringParameter(reader, 'Copy', { parameterName: '/service/topic', stringValue: value });
      const writer = new Stack(stage, 'platform');
      reader.addStackDependency(writer);
      const parameter = new StringParameter(writer, 'Parameter', {
        parameterName: '/platform/topic',
        stringValue: '-',
      });
      const topic = new Topic(writer, 'Topic', { topicName: 'critical' });
      (parameter.node.defaultChild as CfnResource).addPropertyOverride('Value', topic.topicArn);
      new CfnOutput(writer, 'TopicArn', { value: topic.topicArn });
    });

    const arn = 'arn:aws:sns:eu-central-1:111122223333:critical';
    expect([parameterValue('/platform/topic'), parameterValue('/service/topic')]).toEqual([arn, arn]);
    expect(order.indexOf('sns CreateTopic')).toBeLessThan(order.lastIndexOf('ssm PutParameter'));
    expect(platform?.outputs).toEqual({ TopicArn: arn });
    expect([platform?.stackName, service?.stackName]).toEqual(['prod-platform', 'prod-service']);
    expect([...(platform?.resources.values() ?? [])].map(({ type }) => type).sort()).toEqual([
      'AWS::SNS::Topic',
      'AWS::SSM::Parameter',
    ]);
  });

  it('makes no call for a resource that has not changed', async () => {
    const { account, deploy } = setUp();
    const named = topicStack((topic) => topic.addPropertyOverride('DisplayName', 'Tells somebody'));
    await deploy(named);
    const calls: string[] = [];
    account.observe({ before: ({ service, operation }) => void calls.push(`${service} ${operation}`) });

    await deploy(named);
    const unchanged = calls.splice(0);
    await deploy(topicStack((topic) => topic.addPropertyOverride('DisplayName', 'Pages somebody')));

    expect(unchanged.filter((each) => each.startsWith('sns'))).toEqual([]);
    expect(calls.filter((each) => each.startsWith('sns'))).toEqual(['sns SetTopicAttributes']);
  });

  it("writes a secret's value again only when its text in the template changes", async () => {
    const { deploy, secretValues } = setUp();
    await deploy(secretStack('placeholder', RemovalPolicy.RETAIN));

    await deploy(secretStack('placeholder', RemovalPolicy.RETAIN, 'described anew'));
    const afterDescription = secretValues();
    await deploy(secretStack('another', RemovalPolicy.RETAIN));

    expect([afterDescription, secretValues()]).toEqual([[1], [2]]);
  });

  it('deletes what left the template, and keeps what its deletion policy keeps', async () => {
    const { deploy, deployment, sns, secrets } = setUp();
    const both: Build = (stage) => {
      topicStack()(stage);
      secretStack('placeholder', RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)(stage);
    };
    await deploy(both);

    await deployment.destroyStack('prod-service');
    await deploy((stage) => {
      new StringParameter(new Stack(stage, 'platform'), 'Other', { parameterName: '/other', stringValue: 'x' });
    });

    expect(secrets.secrets().map(({ name }) => name)).toEqual(['prod/key']);
    expect(sns.topics()).toEqual([]);
    await expect(deployment.destroyStack('prod-service')).rejects.toThrow(/no stack named prod-service/);
  });

  it('names stack, resource and cause when a resource fails, and goes on from there when deployed again', async () => {
    const { account, deploy, ssm } = setUp();
    const taken = { Name: '/second', Value: 'somebody else put this', Type: 'String' };
    await account.call('ssm', 'PutParameter', taken, account.administrator);
    const build: Build = (stage) => {
      const stack = new Stack(stage, 'platform');
      const first = new StringParameter(stack, 'First', { parameterName: '/first', stringValue: 'a' });
      new StringParameter(stack, 'Second', { parameterName: '/second', stringValue: 'b' }).node.addDependency(first);
    };

    await expect(deploy(build)).rejects.toThrow(
      /^stack prod-platform, resource Second\w+ \(AWS::SSM::Parameter\): .*already exists/i,
    );
    await account.call('ssm', 'DeleteParameter', { Name: '/second' }, account.administrator);
    await deploy(build);

    expect(ssm.parameters().map(({ value }) => value)).toEqual([expect.any(String), 'a', 'b']);
  });

  it('leaves out what a false condition guards', async () => {
    const { deploy, sns } = setUp();

    await deploy(
      topicStack((topic, stack) => {
        const elsewhere = Fn.conditionEquals(Aws.REGION, 'mars-north-1');
        topic.cfnOptions.condition = new CfnCondition(stack, 'Elsewhere', { expression: elsewhere });
      }),
    );

    expect(sns.topics()).toEqual([]);
  });

  it.each<[string, Build, RegExp]>([
    [
      'a resource type',
      (stage) => void new CfnResource(new Stack(stage, 'platform'), 'Queue', { type: 'AWS::SQS::Queue' }),
      /does not model resource type AWS::SQS::Queue \(stack prod-platform, resource Queue\)/,
    ],
    [
      'a property',
      topicStack((topic) => topic.addPropertyOverride('TracingConfig', 'Active')),
      /does not model the field "TracingConfig" of AWS::SNS::Topic \(stack prod-platform, resource Topic\)/,
    ],
    [
      'an intrinsic function',
      topicStack((topic) => topic.addPropertyOverride('DisplayName', { 'Fn::Base64': 'x' })),
      /intrinsic function Fn::Base64/,
    ],
    [
      'an attribute',
      topicStack((topic, stack) => void new CfnOutput(stack, 'Out', { value: topic.getAtt('DisplayName').toString() })),
      /attribute "DisplayName" of AWS::SNS::Topic/,
    ],
    [
      'a template section',
      topicStack((_, stack) => stack.addTransform('AWS::Serverless-2016-10-31')),
      /template section "Transform"/,
    ],
  ])('rejects by name %s that is not modelled', async (_, build, message) => {
    const { deploy } = setUp();

    await expect(deploy(build)).rejects.toThrow(message);
  });

  it('rejects a change that would replace a resource', async () => {
    const { deploy } = setUp();
    await deploy(topicStack());

    await expect(deploy(topicStack((topic) => topic.addPropertyOverride('TopicName', 'other')))).rejects.toThrow(
      /the replacement of AWS::SNS::Topic that a change of "TopicName" asks for/,
    );
  });

  it('rejects a stage that is not in the assembly, and names those that are', () => {
    const assembly = readAssembly(synthesise(topicStack()));

    expect(() => stageOf(assembly, 'staging')).toThrow(/no stage "staging" in .*; it has "prod"/);
  });
});

describe('checkTemplate', () => {
  it('rejects by name an attribute of a resource or an output that is not modelled', () => {
    const resource = { Type: 'AWS::SNS::Topic', UpdatePolicy: {} };
    const output = { Value: 'x', Export: { Name: 'x' } };

    expect(() => checkTemplate({ Resources: { Topic: resource } })).toThrow(
      /attribute "UpdatePolicy" of resource Topic/,
    );
    expect(() => checkTemplate({ Outputs: { Out: output } })).toThrow(/attribute "Export" of output Out/);
  });
});
