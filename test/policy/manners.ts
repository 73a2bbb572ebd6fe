import { keyLabel } from '../../lib/contract/labels';
import { METRIC_NAMESPACE } from '../../lib/contract/metrics';
import type { Manner, Manners } from './acts';
import { PLAIN } from './acts';

const stage = (label: string): Manner => ({
  name: ` of ${label}`,
  context: { 'secretsmanager:VersionStage': label },
});

const KEY_LABEL: Manner = { ...stage(keyLabel('apikey_01other')), name: ' of a key label' };
const STAGES = [...['AWSCURRENT', 'AWSPENDING', 'AWSPREVIOUS'].map(stage), KEY_LABEL];

const BY_ID: Manner = {
  name: ' by version id',
  context: { 'secretsmanager:VersionId': '00000000-0000-4000-8000-000000000000' },
};
const BY_ID_AND_STAGE: Manner = {
  name: ' by version id of AWSCURRENT',
  context: { ...BY_ID.context, 'secretsmanager:VersionStage': 'AWSCURRENT' },
};

const flag = (key: string, name: string): readonly Manner[] => [
  PLAIN,
  { name: ` ${name}`, context: { [key]: 'true' } },
  { name: ` not ${name}`, context: { [key]: 'false' } },
];

/** How a secret can be asked for: each stage, a version by id, a deletion without a way back. */
export const SECRET_MANNERS: Manners = {
  DeleteSecret: flag('secretsmanager:ForceDeleteWithoutRecovery', 'for good'),
  GetSecretValue: [PLAIN, ...STAGES, BY_ID, BY_ID_AND_STAGE],
  PutResourcePolicy: flag('secretsmanager:BlockPublicPolicy', 'unless public'),
  UpdateSecretVersionStage: STAGES,
};

/** How a parameter can be asked for. */
export const PARAMETER_MANNERS: Manners = {
  GetParametersByPath: [
    { name: '', context: { 'ssm:Recursive': 'false' } },
    { name: ' below', context: { 'ssm:Recursive': 'true' } },
  ],
  PutParameter: flag('ssm:Overwrite', 'over another'),
};

/** Figures belong to no resource: their namespace is all that binds them. */
export const ACCOUNT_MANNERS: Manners = {
  PutMetricData: [
    { name: ' of ours', context: { 'cloudwatch:namespace': METRIC_NAMESPACE } },
    { name: ' of others', context: { 'cloudwatch:namespace': 'AWS/SecretsManager' } },
  ],
};

/** A message that comes over an open connection. */
export const TOPIC_MANNERS: Manners = {
  Publish: [PLAIN, { name: ' in the clear', context: { 'aws:SecureTransport': 'false' } }],
};
