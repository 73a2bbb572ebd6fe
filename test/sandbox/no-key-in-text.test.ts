import { main as runCli } from '../../lib/cli/program';
import type { CreatedKey } from '../../sandbox/claude/console-key';
import { Sandbox } from '../../sandbox/sandbox';
import { leakedInText, leakedTexts } from '../../sandbox/story/leaks';
import { Lives } from '../../sandbox/story/lives';
import { lifePage } from '../../sandbox/story/page';
import { readTruth } from '../../sandbox/truth';
import { inputOf, type RecordingIo, terminalWith } from '../cli/recording-io';
import { ASSEMBLY } from '../support/deployed-sandbox';
import { RAG, World } from '../support/world';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 3_600_000;

/** A key without its prefix: what a filter that looks for whole keys lets pass. */
const secretPartOf = ({ rawKey }: CreatedKey): string => rawKey.slice('sk-ant-api03-'.length);

/** An environment whose functions are the bundles, in which all goes wrong that may have a key told. */
class HardTimes {
  /** What the operator's commands printed. */
  readonly terminal: string[] = [];
  /** Messages and stacks of errors that reached a caller. */
  readonly errors: string[] = [];
  readonly exitCodes: number[] = [];
  readonly lives = new Lives();

  constructor(readonly world: World) {}

  async rotateAndRetire(): Promise<string> {
    const old = await this.world.stageAndRotate();
    await this.look();
    await this.world.stageAndRotate();
    await this.world.sandbox.advance(4 * DAY_MS);
    await this.look();
    return old.id;
  }

  /** A spare that somebody disabled in the Console is found dead by the rotation. */
  async rejectSpare(): Promise<string> {
    const { id } = await this.world.stage();
    this.world.sandbox.claude.setStatus(id, 'inactive');
    await this.world.sandbox.advance(MINUTE_MS);
    await this.world.rotate();
    return id;
  }

  /** The issuer fails in ways that repeat the key it was sent, in and out of its own form. */
  async failIssuer(service: string): Promise<void> {
    const { claude } = this.world.sandbox;
    const key = secretPartOf(await this.world.stageAndRotate(service));
    const refusal = { type: 'error', error: { type: 'invalid_request_error', message: key } };
    const headers = { 'request-id': key, 'anthropic-organization-id': key, 'x-should-retry': 'false' };
    for (const answer of [
      { status: 400, body: JSON.stringify(refusal), headers },
      { status: 500, body: `<html>no idea what to do with ${key}</html>`, headers },
      { status: 200, body: `{"data": [${key}` },
      { status: 403, type: key, headers },
    ] as const) {
      await this.world.stage(service);
      claude.faults.push({ times: 100, answer });
      await this.#tryAll(service);
      claude.faults.length = 0;
      await this.world.sandbox.advance(15 * MINUTE_MS);
    }
  }

  /** AWS refuses in words that repeat what it was sent, as its validation does. */
  async failAws(service: string): Promise<void> {
    const { faults } = this.world.sandbox;
    const key = secretPartOf(await this.world.stageAndRotate(service));
    const error = { code: 'ValidationException', message: `Value '${key}' fails a constraint`, status: 400 };
    for (const operation of ['PutSecretValue', 'GetSecretValue', 'GetParametersByPath', 'PutParameter', 'Publish']) {
      await this.world.stage(service);
      faults.plan({ operation, times: 100, skip: 0, side: 'before', error });
      await this.#tryAll(service);
      faults.clear();
      await this.world.sandbox.advance(15 * MINUTE_MS);
    }
  }

  async #tryAll(service: string): Promise<void> {
    await this.world.rotate(service).catch((error: unknown) => this.tell(error));
    await this.world.reconcile().catch((error: unknown) => this.tell(error));
    await this.cli(['stage', 'prod', service], inputOf(this.newKey()));
    await this.cli(['stage', 'prod', '--missing'], inputOf(this.newKey()));
    await this.cli(['status', 'prod']);
    await this.cli(['undo', 'prod', service]);
  }

  /** Everything that a hand slips into a command line, a prompt and standard input. */
  async badInput(): Promise<void> {
    const { claude } = this.world.sandbox;
    const [one, two, personal] = [this.newKey(), this.newKey(), this.newKey('user')];
    const foreign = claude.createKey({ workspaceId: claude.defaultWorkspaceId, name: 'foreign' }).rawKey;
    const current = claude.rawKeyOf(this.world.current() ?? '');
    await this.cli(['stage', 'prod', one]);
    await this.cli(['stage', 'prod', RAG, '--name', one]);
    await this.cli(['stage', 'prod', RAG, `--key=${one}`]);
    await this.cli([one.slice(13)]);
    await this.cli(['status', 'prod', one.slice(20, 70)]);
    for (const input of [
      `${one}\n${two}`,
      one.slice(0, -1),
      `x${one}`,
      `"${one}"`,
      one.slice(13),
      personal,
      foreign,
      current,
    ]) {
      await this.cli(['stage', 'prod', RAG], inputOf(input));
      await this.cli(['stage', 'prod', RAG], terminalWith(input));
      await this.cli(['stage', 'prod', '--missing'], inputOf(input));
    }
  }

  async look(): Promise<void> {
    this.lives.observe(readTruth(this.world.sandbox));
  }

  newKey(owner: 'user' | 'service_account' = 'service_account'): string {
    const { claude, settings } = this.world.sandbox;
    return claude.createKey({ workspaceId: settings.workspaceId, name: 'a', owner }).rawKey;
  }

  /** Runs a command as with CLAUDE_KEYS_DEBUG=1, which adds stacks and causes. */
  async cli(args: readonly string[], io: RecordingIo = inputOf('')): Promise<void> {
    this.exitCodes.push(await runCli(['node', 'claude-keys', ...args], io, this.world.sandbox.openPlatform(), true));
    this.terminal.push(io.everything());
  }

  tell(error: unknown): void {
    this.errors.push(error instanceof Error ? `${error.message}\n${error.stack}` : String(error));
  }
}

const page = ({ world, lives }: HardTimes): string => {
  const end = world.sandbox.clock.now();
  const summary = {
    environment: 'prod',
    seed: 1,
    virtualDays: 5,
    services: 3,
    rotations: 0,
    retirements: 0,
    discardedSpares: 0,
    requests: 0,
    failedRequests: 0,
    failures: [],
    keys: {},
    alarms: world.sandbox.cloudWatch
      .alarms()
      .map(({ definition, stateSince }) => ({ name: definition.name, at: stateSince })),
    invariantsChecked: 0,
    violations: [],
    awsCalls: 0,
  };
  return lifePage(lives.until(end), summary, new Date(end.getTime() - 6 * DAY_MS), end);
};

describe('I6: no part of a key in any text', () => {
  let times: HardTimes;
  let retired: string;
  let rejected: string;
  beforeAll(async () => {
    times = new HardTimes(await World.deploy('prod', Sandbox.create({ assembly: ASSEMBLY, stage: 'prod' })));
    retired = await times.rotateAndRetire();
    rejected = await times.rejectSpare();
    await times.cli(['undo', 'prod', RAG]);
    await times.badInput();
    await times.failIssuer('support-bot');
    await times.failAws('batch-summariser');
    await times.look();
  });
  afterAll(() => times.world.dispose());

  /** Every text there is, by where it is. */
  const everything = () => {
    const { sandbox } = times.world;
    return new Map([
      ['state', JSON.stringify(sandbox.state())],
      ['errors', times.errors.join('\n')],
      ['page', page(times)],
    ]);
  };

  it('has been through a rotation, a retirement, a rejected key, an undo, failures and bad input', () => {
    const { world, exitCodes, terminal } = times;
    const shown = terminal.join('\n');
    const codes = (event: string) => new Set(world.logLines(event).map(({ code }) => code));

    expect(world.labelsOf(retired)).toContain('AWSCURRENT');
    expect(shown).toContain(`Restored: ${retired}`);
    expect(world.statusOf(rejected)).toBe('inactive');
    expect(world.spares()).not.toContain(rejected);
    expect(codes('step-failed')).toEqual(new Set(['NoSpare', 'IssuerUnclear', 'AwsFailed']));
    expect(new Set(exitCodes)).toEqual(new Set([0, 1, 2]));
    expect([...shown.matchAll(/error (\w+):/g)].map(([, code]) => code)).toEqual(
      expect.arrayContaining([
        'KeyAsArgument',
        'KeyMalformed',
        'KeyIsPersonal',
        'IssuerFailed',
        'UndoImpossible',
        'AwsFailed',
      ]),
    );
    expect(times.errors.length).toBeGreaterThan(0);
  });

  it('holds for logs, metrics, alarms, messages, parameters, tags, dashboards and the terminal', () => {
    expect(leakedTexts(times.world.sandbox, times.terminal)).toEqual([]);
  });

  it('holds for the state that the sandbox shows, for errors, and for the page', () => {
    const leaks = [...everything()].flatMap(([where, text]) => leakedInText(times.world.sandbox, where, text));

    expect(leaks).toEqual([]);
  });

  it('would be seen broken in each of these texts', () => {
    const { sandbox } = times.world;
    const rawKey = sandbox.claude.rawKeyOf(rejected);
    const spoilt = (text: string) =>
      `${text.slice(0, text.length / 2)} ${rawKey.slice(40, 52)} ${text.slice(text.length / 2)}`;
    const texts = [...everything(), ...sandbox.writtenTexts().map(({ where, text }) => [where, text] as const)];

    const missed = texts.filter(([where, text]) => leakedInText(sandbox, where, spoilt(text)).length !== 1);

    expect(missed).toEqual([]);
    expect(leakedTexts(sandbox, [spoilt(times.terminal.join('\n'))])).toHaveLength(1);
  });
});
