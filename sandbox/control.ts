import type { ClaudeOrganization } from './claude/organization';
import type { VirtualClock } from './clock';
import { BadControlInput, oneOf, readBody, required, text, time, whole } from './control-input';
import { RequestRefused } from './errors';
import type { AwsFaults } from './faults';
import type { HttpHandler, HttpRequest, HttpResponse } from './http';

/** Where the control path lies, on the port of the AWS side. */
const CONTROL_PREFIX = '/_sandbox/';

/** What the control path steers. */
export interface ControlTarget {
  readonly clock: VirtualClock;
  readonly claude: ClaudeOrganization;
  /** Names the workspace that a key belongs to unless a request says otherwise. */
  readonly settings: { readonly workspaceId: string };
  readonly faults: AwsFaults;
  state(): unknown;
  /** The last calls that were refused, and the statements that decided. */
  denials(): unknown;
}

type Control = (target: ControlTarget, body: string) => unknown;

const ONE_YEAR_SECONDS = 366 * 24 * 3600;

const CONTROLS: Readonly<Record<string, Control>> = {
  'POST keys': createKey,
  'POST clock': moveClock,
  'POST faults': planFault,
  'DELETE faults': ({ faults, claude }) => {
    faults.clear();
    claude.faults.length = 0;
    return {};
  },
  'GET state': (target) => target.state(),
  'GET decisions': (target) => target.denials(),
};

/** Answers requests under the control path, and passes all others on. */
export function withControl(target: ControlTarget, next: HttpHandler): HttpHandler {
  return async (request) => (request.path.startsWith(CONTROL_PREFIX) ? answer(target, request) : next(request));
}

/** Every page that a browser shows may send requests to this machine; those of another origin say so, and no tool does. */
function refuseBrowsers({ headers }: HttpRequest): void {
  if (headers.origin === undefined) return;
  throw new RequestRefused(403, 'the control path is for tools on this machine, not for pages in a browser');
}

async function answer(target: ControlTarget, request: HttpRequest): Promise<HttpResponse> {
  refuseBrowsers(request);
  const name = `${request.method} ${request.path.slice(CONTROL_PREFIX.length)}`;
  const control = Object.hasOwn(CONTROLS, name) ? CONTROLS[name] : undefined;
  if (!control) return json(404, { error: `no "${name}"; there are ${Object.keys(CONTROLS).join(', ')}` });
  try {
    return json(200, await control(target, request.body));
  } catch (error) {
    if (error instanceof BadControlInput) return json(400, { error: error.message });
    throw error;
  }
}

/** A person creates a key in the Claude Console. Its text is in this answer and nowhere else. */
function createKey({ claude, settings }: ControlTarget, body: string): unknown {
  const input = readBody(body, {
    name: text,
    workspaceId: text,
    owner: oneOf('user', 'service_account', 'none'),
    expiresAt: time,
  });
  const name = required('name', input.name, 'a text');
  const workspace = input.workspaceId ?? settings.workspaceId;
  if (!claude.hasWorkspace(workspace)) throw new BadControlInput(`there is no workspace "${workspace}"`);
  const { id, rawKey } = claude.createKey({ ...input, name, workspaceId: workspace });
  return { id, name, key: rawKey };
}

/** Moves the clock, and answers when everything that was due has run. */
async function moveClock({ clock }: ControlTarget, body: string): Promise<unknown> {
  const { advanceSeconds, advanceTo } = readBody(body, {
    advanceSeconds: whole(0, ONE_YEAR_SECONDS),
    advanceTo: time,
  });
  if ((advanceSeconds === undefined) === (advanceTo === undefined))
    throw new BadControlInput('give either "advanceSeconds" or "advanceTo"');
  if (advanceTo && advanceTo < clock.now())
    throw new BadControlInput(`"advanceTo" must not be before ${clock.now().toISOString()}`);
  const end = advanceTo ?? new Date(clock.now().getTime() + (advanceSeconds ?? 0) * 1000);
  await (advanceSeconds === 0 ? clock.settle() : clock.advanceTo(end));
  return { now: clock.now().toISOString() };
}

/** Plans a fault: of AWS, by service and operation, or of the Claude API, by path. */
function planFault(target: ControlTarget, body: string): unknown {
  const input = readBody(body, {
    service: text,
    operation: text,
    path: text,
    times: whole(1, 1_000_000),
    skip: whole(0, 1_000_000),
    side: oneOf('before', 'after'),
    answer: oneOf('error', 'never'),
    error: text,
    status: whole(400, 599),
  });
  const { service, operation, path, times = 1, skip = 0, side = 'before', error, status = 500 } = input;
  const hangs = input.answer === 'never';
  if (service !== 'claude') {
    if (path !== undefined) throw new BadControlInput('"path" goes with service "claude"');
    const failure = { code: error ?? 'InternalServiceError', message: 'a planned fault of the sandbox', status };
    target.faults.plan({
      ...(service === undefined ? {} : { service }),
      ...(operation === undefined ? {} : { operation }),
      times,
      skip,
      side,
      error: hangs ? 'hangs' : failure,
    });
    return {};
  }
  if (operation !== undefined || skip > 0)
    throw new BadControlInput('service "claude" takes "path", not "operation" or "skip"');
  const failure = side === 'after' ? 'drop-answer' : { status, ...(error === undefined ? {} : { type: error }) };
  const answer = hangs ? HANGS[side] : failure;
  target.claude.faults.push({ ...(path === undefined ? {} : { path }), times, answer });
  return {};
}

const HANGS = { before: 'hang', after: 'hang-answer' } as const;

function json(status: number, value: unknown): HttpResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}
