import { type Life, STAGES, type Stage } from './lives';
import { alarmText, type Summary } from './summary';

const COLOURS: Readonly<Record<Stage, string>> = {
  made: '#c9ced6',
  spare: '#7fb2e5',
  active: '#2e9e5b',
  overlap: '#e0a526',
  disabled: '#c0554d',
  archived: '#8a8f98',
};

const MEANINGS: Readonly<Record<Stage, string>> = {
  made: 'made in the Console',
  spare: 'spare',
  active: 'active',
  overlap: 'overlap (old key still accepted)',
  disabled: 'disabled',
  archived: 'archived',
};

/** Days between the marks of the axis: the first that does not crowd it. */
const ROUND_STEPS = [1, 2, 5, 10, 20, 30, 60, 90, 180, 365];
const MARKS_AT_MOST = 12;

const LABEL_WIDTH = 250;
const CHART_WIDTH = 900;
const ROW = 24;
const BAR = 14;
const HEADING = 34;

/** A page that needs nothing but itself: a chart of every key's life, service by service, and the figures of the run. */
export function lifePage(lives: readonly Life[], summary: Summary, start: Date, end: Date): string {
  const services = [...new Set(lives.map(({ service }) => service ?? 'no service'))].sort();
  const charts = services.map((service) => {
    const own = lives.filter((life) => (life.service ?? 'no service') === service);
    return `<h2>${escapeHtml(service)}</h2>${chart(own, summary, { startMs: start.getTime(), endMs: end.getTime() })}`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Key lives in ${escapeHtml(summary.environment)}</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: ${LABEL_WIDTH + CHART_WIDTH + 40}px; padding: 0 1rem; color: #1c2430; background: #fff; }
h1 { font-size: 1.5rem; margin-bottom: .2rem; } h2 { font-size: 1.1rem; margin: 1.6rem 0 .2rem; }
svg { width: 100%; height: auto; } text { font: 12px system-ui, sans-serif; fill: #3a4452; }
.legend span { display: inline-block; margin-right: 1.2rem; } .legend i { display: inline-block; width: .9rem; height: .9rem; border-radius: 3px; margin-right: .4rem; vertical-align: -1px; }
table { border-collapse: collapse; } td { padding: .15rem 1.4rem .15rem 0; } td:last-child { font-variant-numeric: tabular-nums; }
</style>
</head>
<body>
<h1>Every key's life in ${escapeHtml(summary.environment)}</h1>
<p>${summary.virtualDays} days on a virtual clock, from ${isoDay(start)} to ${isoDay(end)}. One bar is one key; hover for its times.</p>
<p class="legend">${STAGES.map((stage) => `<span><i style="background:${COLOURS[stage]}"></i>${MEANINGS[stage]}</span>`).join('')}<span>▼ alarm</span></p>
${charts.join('\n')}
<h2>Figures</h2>
<table>${figures(summary)}</table>
</body>
</html>
`;
}

interface Range {
  readonly startMs: number;
  readonly endMs: number;
}

function chart(lives: readonly Life[], summary: Summary, range: Range): string {
  const height = HEADING + lives.length * ROW;
  const x = (time: Date): number =>
    LABEL_WIDTH + ((time.getTime() - range.startMs) / (range.endMs - range.startMs)) * CHART_WIDTH;
  const rows = lives.map((life, index) => row(life, HEADING + index * ROW, x));
  const label = `Lives of ${lives.length} keys`;
  return `<svg viewBox="0 0 ${LABEL_WIDTH + CHART_WIDTH + 10} ${height}" role="img" aria-label="${label}">${axis(range, height, x)}${alarms(summary, x)}${rows.join('')}</svg>`;
}

function row(life: Life, y: number, x: (time: Date) => number): string {
  const bars = life.spans.map(({ stage, from, to }) => {
    const width = Math.max(1, x(to) - x(from));
    const title = `${life.name}: ${MEANINGS[stage]}, ${minute(from)} to ${minute(to)}`;
    return `<rect x="${x(from).toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" fill="${COLOURS[stage]}"><title>${escapeHtml(title)}</title></rect>`;
  });
  return `<text x="0" y="${y + 11}">${escapeHtml(life.name)}</text>${bars.join('')}`;
}

function axis({ startMs, endMs }: Range, height: number, x: (time: Date) => number): string {
  const days = Math.round((endMs - startMs) / 86_400_000);
  const stepDays = ROUND_STEPS.find((step) => days / step <= MARKS_AT_MOST) ?? days;
  const marks: string[] = [];
  for (let day = 0; day <= days; day += stepDays) {
    const at = x(new Date(startMs + day * 86_400_000)).toFixed(1);
    marks.push(
      `<line x1="${at}" x2="${at}" y1="18" y2="${height}" stroke="#e4e8ee"/><text x="${at}" y="12" text-anchor="middle">day ${day}</text>`,
    );
  }
  return marks.join('');
}

function alarms({ alarms: fired }: Summary, x: (time: Date) => number): string {
  return fired
    .map(
      ({ name, at }) =>
        `<text x="${x(at).toFixed(1)}" y="29" text-anchor="middle">▼<title>${escapeHtml(`${name}, ${minute(at)}`)}</title></text>`,
    )
    .join('');
}

function figures(summary: Summary): string {
  const rows: readonly (readonly [string, string | number])[] = [
    ['rotations', summary.rotations],
    ['old keys disabled', summary.retirements],
    ['spares discarded', summary.discardedSpares],
    ['requests sent', summary.requests],
    ['requests failed', summary.failedRequests],
    ['alarms', alarmText(summary.alarms)],
    ['invariants judged', summary.invariantsChecked],
    ['invariants broken', summary.violations.length],
    ['seed', summary.seed],
  ];
  return rows.map(([name, value]) => `<tr><td>${name}</td><td>${escapeHtml(String(value))}</td></tr>`).join('');
}

const isoDay = (time: Date): string => time.toISOString().slice(0, 10);
const minute = (time: Date): string => time.toISOString().slice(0, 16).replace('T', ' ');

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
