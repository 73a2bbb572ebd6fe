import type { Decision } from '../../sandbox/aws/authorization/decision';
import { Decisions } from '../../sandbox/aws/authorization/decisions';
import type { Act } from './acts';
import type { Asker } from './askers';
import type { Row } from './meant';
import { Possibilities } from './possible';
import type { Target } from './targets';

/** What the policies were asked, and where they differ from what is meant. */
export interface Findings {
  readonly askers: number;
  /** Different IAM actions. */
  readonly actions: number;
  readonly targets: number;
  readonly questions: number;
  /** How many were decided by the simulator; no statement could have allowed the others. */
  readonly decided: number;
  readonly allowed: number;
  /** Allowed, though no row names it: who, what, and the statement that allowed it. */
  readonly unexpected: readonly string[];
  /** Named by a row, but not allowed: who, what, and why not. */
  readonly missing: readonly string[];
  /** Rows that are about nobody or nothing here, or name what nobody was asked. */
  readonly idle: readonly Row[];
}

/** One thing that somebody could try, and whether that is meant. */
export interface Question {
  readonly asker: Asker;
  readonly target: Target;
  readonly act: Act;
}

/** Asks the deployed policies, and remembers their decisions: the same policies are not asked the same twice. */
export class Proof {
  readonly #decisions = new Decisions();
  readonly #possibilities: Possibilities;

  constructor(
    private readonly accountId: string,
    private readonly rows: readonly Row[],
  ) {
    this.#possibilities = new Possibilities(accountId);
  }

  /** Asks everything of everybody, or what a filter leaves. */
  async check(
    askers: readonly Asker[],
    targets: readonly Target[],
    asks: (asker: Asker, target: Target) => boolean = () => true,
  ): Promise<Findings> {
    const unexpected: string[] = [];
    const missing: string[] = [];
    const asked = new Map<Row, Set<string>>();
    const count = { questions: 0, decided: 0, allowed: 0 };
    for (const asker of askers)
      for (const target of targets.filter((each) => asks(asker, each))) {
        const rows = this.rows.filter((row) => isAbout(row, asker, target));
        noteAsked(asked, rows, target);
        for (const act of target.acts) {
          count.questions += 1;
          const question = { asker, target, act };
          const isMeant = rows.some((row) => names(row, act));
          if (!isMeant && !this.couldAllow(question)) continue;
          count.decided += 1;
          const decision = await this.decide(question);
          if (decision.allowed) count.allowed += 1;
          if (decision.allowed && !isMeant) unexpected.push(`${sentence(question)}: ${allowedBy(decision)}`);
          if (!decision.allowed && isMeant) missing.push(`${sentence(question)}: ${decision.because}${by(decision)}`);
        }
      }
    const idle = this.rows.flatMap((row) => idlePart(row, asked.get(row)));
    const actions = new Set(targets.flatMap(({ acts }) => acts.map(({ permission }) => permission.action))).size;
    return { askers: askers.length, actions, targets: targets.length, ...count, unexpected, missing, idle };
  }

  /** Whether any statement could allow it; no is certain. */
  couldAllow({ asker, act }: Question): boolean {
    return this.#possibilities.allows(asker.as(serviceOf(act)), act.permission);
  }

  decide({ asker, act }: Question): Promise<Decision> {
    return this.#decisions.of(asker.as(serviceOf(act)), act.permission, this.accountId);
  }
}

const serviceOf = ({ permission }: Act): string => permission.action.split(':')[0] ?? '';

function isAbout(row: Row, asker: Asker, target: Target): boolean {
  return (
    [row.who].flat().includes(asker.kind) &&
    [row.on].flat().includes(target.kind) &&
    isSame(asker.environment, target.environment) &&
    isIn(row.in, target.environment) &&
    isIn(row.of, target.owner) &&
    (row.own === undefined || (asker.owner !== undefined && asker.owner === target.owner))
  );
}

/** Remembers which of a row's names there was something to ask about. */
function noteAsked(asked: Map<Row, Set<string>>, rows: readonly Row[], { acts }: Target): void {
  for (const row of rows) {
    const known = asked.get(row) ?? new Set();
    for (const each of [...(row.may ?? []), ...(row.mayAllBut ?? [])])
      if (!known.has(each) && acts.some(({ name }) => isNamed(each, name))) known.add(each);
    asked.set(row, known);
  }
}

/** A row that is about nobody or nothing, or else what it names in vain. */
function idlePart(row: Row, asked: ReadonlySet<string> | undefined): readonly Row[] {
  if (!asked) return [row];
  const may = row.may?.filter((each) => !asked.has(each)) ?? [];
  const mayAllBut = row.mayAllBut?.filter((each) => !asked.has(each)) ?? [];
  if (may.length + mayAllBut.length === 0) return [];
  return [{ who: row.who, on: row.on, ...(row.may ? { may } : { mayAllBut }) }];
}

const isSame = (one: string | undefined, other: string | undefined): boolean =>
  one === undefined || other === undefined || one === other;

const isIn = (wanted: readonly string[] | undefined, value: string | undefined): boolean =>
  wanted === undefined || (value !== undefined && wanted.includes(value));

function names({ may, mayAllBut }: Row, { name }: Act): boolean {
  const isListed = (patterns: readonly string[]) => patterns.some((each) => isNamed(each, name));
  return mayAllBut === undefined ? isListed(may ?? []) : !isListed(mayAllBut);
}

const isNamed = (pattern: string, name: string): boolean =>
  pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name;

const sentence = ({ asker, target, act }: Question): string =>
  `${asker.kind} (${asker.name}): ${act.name} on ${target.kind} (${target.name})`;

const allowedBy = (decision: Decision): string => `allowed${by(decision)}`;

const by = ({ statements }: Decision): string =>
  statements.map(({ policy, statement }) => `, statement ${statement} of ${policy}`).join('');
