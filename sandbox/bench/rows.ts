/** What was measured, and the figure with its unit. */
export type Row = readonly [what: string, figure: string];

/** The middle value, which a busy machine disturbs least. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Rows as aligned lines under a heading. */
export function table(heading: string, rows: readonly Row[]): string {
  const width = Math.max(...rows.map(([what]) => what.length));
  return [heading, ...rows.map(([what, figure]) => `  ${what.padEnd(width)}  ${figure}`)].join('\n');
}
