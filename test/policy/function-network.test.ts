import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sandbox } from '../../sandbox/sandbox';
import { SCENARIOS } from '../support/scenarios';
import { World } from '../support/world';

const DOCUMENT = readFileSync(join(__dirname, '..', '..', 'docs', 'security.md'), 'utf8');

describe('the endpoints that functions in a network need', () => {
  it('are those of the services that their code calls', async () => {
    const [, listed = ''] = /interface endpoints of (.*?)\./.exec(DOCUMENT) ?? [];
    const called = new Set<string>();
    for (const environment of ['prod', 'dev'])
      for (const scenario of Object.values(SCENARIOS)) {
        const world = await World.deploy(environment);
        noteServices(world.sandbox, called);
        await scenario(world).catch(() => undefined);
        await world.dispose();
      }

    expect([...called].sort()).toEqual([...listed.matchAll(/`(\w+)`/g)].map(([, name]) => name).sort());
  });
});

/** Calls by the code of functions: not what a service asks of another in their name. */
function noteServices({ account }: Sandbox, called: Set<string>): void {
  account.observe({
    before: ({ service, caller }) => {
      if (caller.functionArn !== undefined && caller.via === undefined && caller.invokedBy === undefined)
        called.add(service);
    },
  });
}
