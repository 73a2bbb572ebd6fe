import { dashboardName } from '../../lib/contract/names';
import { World } from '../support/world';

interface Widget {
  readonly type: string;
  readonly properties: {
    readonly query?: string;
    readonly metrics?: readonly (readonly unknown[])[];
    readonly alarms?: readonly string[];
  };
}

const FIELD = /(?:latest\((\w+)\))|(?:fields ([^\n|]+))/g;

describe('the dashboard', () => {
  let world: World;
  let widgets: readonly Widget[];
  beforeAll(async () => {
    world = await World.deploy();
    await world.stageAndRotate();
    await world.sandbox.advance(7 * 3_600_000); // a missing spare is told after six
    const body = world.sandbox.cloudWatch.dashboards().get(dashboardName('prod')) ?? '{}';
    widgets = (JSON.parse(body) as { readonly widgets: readonly Widget[] }).widgets;
  });
  afterAll(() => world.dispose());

  const queries = (): readonly string[] => widgets.flatMap(({ properties }) => properties.query ?? []);

  it('has queries that ask for fields which the reconciler logs', () => {
    expect(queries().length).toBe(2);
    for (const query of queries()) {
      const [, event = ''] = /message = "([^"]+)"/.exec(query) ?? [];
      const [line] = world.logLines(event);
      expect(line).toBeDefined();
      const asked = [...query.matchAll(FIELD)].flatMap(([, latest, fields]) => latest ?? fields?.split(/, */) ?? []);
      const grouped = / by (\w+)/.exec(query)?.[1];
      const fields = [...asked, ...(grouped ? [grouped] : [])].filter((field) => !field.startsWith('@'));
      expect(fields.length).toBeGreaterThan(2);
      expect(fields.filter((field) => line !== undefined && !(field in line))).toEqual([]);
    }
  });

  it('sorts services by columns that it shows, those first in which most is critical', () => {
    const [services = ''] = queries().filter((query) => query.includes('by serviceName'));
    const columns = new Map(
      [...services.matchAll(/latest\((\w+)\) as (\w+)/g)].map(([, field, column]) => [column, field]),
    );
    const [, sorting = ''] = /sort ([^|]+)/.exec(services) ?? [];
    const [most, more, name] = sorting.trim().split(/, */);
    expect([most, more].map((each) => each?.split(' '))).toEqual([
      [expect.anything(), 'desc'],
      [expect.anything(), 'desc'],
    ]);
    expect([most, more].map((each) => columns.get(each?.split(' ')[0] ?? ''))).toEqual(['critical', 'warning']);
    expect(name).toBe('serviceName');
    const counts = world.logLines('service').map(({ critical, warning }) => [critical, warning]);
    expect(counts).toContainEqual([0, 1]);
    expect(counts.flat().every((count) => typeof count === 'number')).toBe(true);
  });

  it('shows metrics that an alarm watches', () => {
    const watched = new Set(
      world.sandbox.cloudWatch.alarms().map(({ definition: { metric } }) => `${metric.namespace} ${metric.name}`),
    );
    const shown = widgets.flatMap(({ properties }) => properties.metrics ?? []);
    expect(shown.length).toBeGreaterThan(10);
    expect(shown.filter(([namespace, name]) => !watched.has(`${namespace} ${name}`))).toEqual([]);
  });

  it('shows alarms that there are', () => {
    const names = new Set(world.sandbox.cloudWatch.alarms().map(({ definition }) => definition.name));
    const shown = widgets
      .flatMap(({ properties }) => properties.alarms ?? [])
      .map((arn) => arn.split(':').at(-1) ?? '');
    expect(shown.length).toBeGreaterThan(20);
    expect(shown.filter((name) => !names.has(name))).toEqual([]);
  });
});
