import { BUGS_IN_PORTS } from '../simulation/planted-in-ports';
import { PLANTED_BUGS } from './bugs';

/** Every bug that is put in on purpose, as a table in Markdown: where it is found, what it breaks, and by which invariant it is caught. */
export function plantedBugTable(): string {
  const rows = [
    ...BUGS_IN_PORTS.map(({ name, caught }) => [name, 'random schedules', caught, caught]),
    ...PLANTED_BUGS.map(({ name, scenario, breaks, caught }) => [
      name,
      `cuts: ${scenario}`,
      breaks,
      caught.slice(0, caught.indexOf(':')),
    ]),
  ];
  return [['bug', 'found by', 'breaks', 'caught as'], ['---', '---', '---', '---'], ...rows].map(row).join('\n');
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
