import type { AwsInput, AwsOutput } from '../service';

/** Fields that are timestamps on the wire, where AWS's JSON writes seconds since the epoch. CloudWatch Logs has none: its times are plain numbers. */
const INPUT_TIMESTAMPS: ReadonlySet<string> = new Set([
  'Timestamp',
  'StartTime',
  'EndTime',
  'StartDate',
  'EndDate',
  'Time',
]);
const INPUT_BLOBS: ReadonlySet<string> = new Set(['SecretBinary']);

/** A parsed JSON body as a service's input: Date for a timestamp, bytes for a blob. */
function fromJson(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((each) => fromJson(each, name));
  if (typeof value === 'object' && value !== null) return structureFromJson(value);
  if (typeof value === 'number' && INPUT_TIMESTAMPS.has(name)) return new Date(Math.round(value * 1000));
  if (typeof value === 'string' && INPUT_BLOBS.has(name)) return new Uint8Array(Buffer.from(value, 'base64'));
  return value;
}

export function structureFromJson(value: object): AwsInput {
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, fromJson(each, name)]));
}

/** A service's output as AWS's JSON: seconds since the epoch for a Date, base64 for bytes, an object for a Map. */
function toJson(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, each]) => [key, toJson(each)]));
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, toJson(each)]));
  }
  return value;
}

export const jsonBody = (output: AwsOutput): string => JSON.stringify(toJson(output));
