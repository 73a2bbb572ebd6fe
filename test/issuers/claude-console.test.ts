import { ClaudeConsoleWorld } from './claude-console-world';
import { describeIssuer } from './issuer-conformance';

describeIssuer('claude-console', async () => {
  const world = new ClaudeConsoleWorld();
  const { organization, workspaceId } = world;
  const elsewhere = organization.addWorkspace();
  return {
    verifier: world.verifier,
    keys: world.keys,
    usage: world.usage,
    organizationId: organization.id,
    workspaceId,
    createKey: async (name, place = 'ours') => {
      const key = organization.createKey({ name, workspaceId: place === 'ours' ? workspaceId : elsewhere });
      return { id: key.id, text: key.rawKey };
    },
    use: (text) => world.useKey(text),
    now: () => world.clock.now(),
    wait: (ms) => world.clock.advanceBy(ms),
  };
});
