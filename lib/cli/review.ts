import type { KeyStatus, ReviewResult, ServiceStatus } from '../contract/reconciler-protocol';
import type { ServiceFigures } from '../contract/service-figures';
import { EXIT, type ExitCode } from './exit-codes';
import { type CliIo, withProgress } from './io';
import type { Platform } from './platform';

export const REVIEW_FORMATS = ['markdown', 'csv'] as const;
export type ReviewFormat = (typeof REVIEW_FORMATS)[number];

/** `claude-keys report <environment>`: every service and key, for the review that people sign. Changes nothing. */
export async function review(format: ReviewFormat, platform: Platform, io: CliIo): Promise<ExitCode> {
  const result = await withProgress(io, 'asking the reconciler', () => platform.reconciler.review());
  const { environment } = platform.settings;
  io.out(format === 'csv' ? csvReview(environment, result) : markdownReview(environment, result));
  return EXIT.ok;
}

type Row = readonly (string | number | null)[];

const SERVICE_HEAD = [
  ...['service', 'owner', 'days current', 'days old', 'expires in', 'overdue', 'spares', 'rotates in'],
  ...['requests', 'usual', 'USD this month', 'conditions'],
];
const KEY_HEAD = ['service', 'key', 'name', 'state', 'created', 'current since', 'expires', 'last use'];

/** The review as Markdown: a row per service, a row per key, and what somebody has to decide. */
export function markdownReview(environment: string, result: ReviewResult): string {
  const { now, services, figures, unknownKeys } = result;
  return [
    `# Claude keys of ${environment}, ${now.slice(0, 10)}`,
    `${services.length} services. Days, unless it says otherwise; requests of the last whole hour. "unknown" is not zero.`,
    '## Services',
    markdownTable(
      SERVICE_HEAD,
      services.map((service, index) => serviceRow(service, figures[index])),
    ),
    '## Keys',
    markdownTable(KEY_HEAD, keyRows(services)),
    '## To decide',
    list([
      ...services.flatMap(({ service, conditions }) => conditions.map((each) => `${service}: ${each}`)),
      ...unknownLines(unknownKeys),
    ]),
  ].join('\n\n');
}

/** The review as CSV: a line per key, with what is known of its service. */
export function csvReview(environment: string, { services }: ReviewResult): string {
  const head = ['environment', 'owner', ...KEY_HEAD, 'conditions'];
  const rows = services.flatMap((service) =>
    keyRows([service]).map((row) => [environment, service.owner, ...row, service.conditions.join(' ')]),
  );
  return [head, ...rows].map((row) => row.map(csvCell).join(',')).join('\n');
}

function serviceRow(service: ServiceStatus, figures: ServiceFigures | undefined): Row {
  const of = (name: keyof ServiceFigures): string | number => String(figures?.[name] ?? 'unknown');
  return [
    service.registered ? service.service : `${service.service} (removed)`,
    service.owner,
    ...[of('currentDays'), of('createdDays'), of('expiresInDays'), of('overdueDays')],
    `${service.spares} of ${service.sparesAtLeast}`,
    ...[of('rotatesInDays'), of('requests'), of('usualRequests'), of('costMonthUsd')],
    service.conditions.join(', ') || 'none',
  ];
}

const keyRows = (services: readonly ServiceStatus[]): readonly Row[] =>
  services.flatMap(({ service, keys }) => keys.map((key) => keyRow(service, key)));

const keyRow = (service: string, key: KeyStatus): Row => [
  ...[service, key.keyId, key.name, key.state],
  ...[key.createdAt, key.currentSince, key.expiresAt].map((time) => time?.slice(0, 10) ?? null),
  key.lastUsedAt,
];

function unknownLines(keys: ReviewResult['unknownKeys']): readonly string[] {
  if (!keys) return ["the issuer's list of keys cannot be read: keys of nobody are unknown"];
  return keys.map(({ id, name }) => `unknown key ${id}, named ${name}`);
}

function markdownTable(head: readonly string[], rows: readonly Row[]): string {
  const line = (cells: Row): string => `| ${cells.map(markdownCell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const list = (lines: readonly string[]): string =>
  lines.length === 0 ? 'Nothing.' : lines.map((line) => `- ${markdownCell(line)}`).join('\n');

/** Names are given by people in the Console: nothing in them may change the table. */
const markdownCell = (value: Row[number]): string => String(value ?? '-').replace(/[\\|`<>[\]]/g, '\\$&');

/** Quoted, and never taken for a formula by a spreadsheet. */
function csvCell(value: Row[number]): string {
  const text = String(value ?? '');
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
