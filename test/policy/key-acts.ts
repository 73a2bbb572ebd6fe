import type { Act } from './acts';
import type { DeployedEnvironment } from './deployed-environment';

/** What a KMS key does to data. */
const USES = [
  'CreateGrant',
  'Decrypt',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'ReEncryptFrom',
  'ReEncryptTo',
];

/** Through which a key is used on somebody's behalf; without one, somebody asks KMS itself. */
const VIA = ['secretsmanager', 'ssm', 'sns', 'logs', undefined];

/** Uses of the platform's key for one encrypted thing, which its encryption context names. */
export function keyActs(
  { aws, environment }: DeployedEnvironment,
  encryption: Readonly<Record<string, string>>,
): Act[] {
  const key = aws.kms.lookUp(`alias/claude-keys-${environment}`);
  if (!key) throw new Error(`${environment} has no key`);
  const { region } = aws.account;
  const named = Object.entries(encryption).map(([name, value]) => [`kms:EncryptionContext:${name}`, value] as const);
  const context = {
    'kms:EncryptionContextKeys': Object.keys(encryption),
    ...Object.fromEntries(named),
  };
  return USES.flatMap((use) =>
    VIA.map((via) => ({
      name: `kms:${use}${via === undefined ? '' : ` through ${via}`}`,
      permission: {
        action: `kms:${use}`,
        resource: key.arn,
        resourcePolicy: key.policy,
        context: via === undefined ? context : { ...context, 'kms:ViaService': `${via}.${region}.amazonaws.com` },
      },
    })),
  );
}
