import type { IssuedCredentials } from '../credentials';
import type { FunctionConfiguration } from './function';

/** The environment that a function sees: the variables it declares, and those that Lambda sets beside them. */
export function environmentOf(
  configuration: FunctionConfiguration,
  region: string,
  credentials: IssuedCredentials,
): Readonly<Record<string, string>> {
  const { name, logGroup, logFormat, logLevel, memoryMegabytes, handler, runtime } = configuration;
  return {
    ...configuration.environment,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    AWS_EXECUTION_ENV: `AWS_Lambda_${runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMegabytes),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: logStreamOf(name),
    AWS_LAMBDA_LOG_FORMAT: logFormat,
    ...(logLevel === undefined ? {} : { AWS_LAMBDA_LOG_LEVEL: logLevel }),
    LAMBDA_TASK_ROOT: '/var/task',
    LANG: 'en_US.UTF-8',
    PATH: '/var/lang/bin:/usr/local/bin:/usr/bin:/bin:/opt/bin',
    TZ: ':UTC',
    _HANDLER: handler,
  };
}

/** One stream per function: which instance wrote a line is nothing that anybody looks at here. */
export const logStreamOf = (name: string): string => `${name}/[$LATEST]sandbox`;
