import { RECONCILE_VARIABLES } from '../../lib/contract/function-environment';
import { World } from '../support/world';
import { DAY_MS, declare, HOUR_MS } from './scenarios';

describe('the greatest age of the admin key', () => {
  let world: World;
  afterEach(() => world.dispose());

  it('is as the environment declares it', async () => {
    world = await World.deploy();
    const state = () => world.sandbox.cloudWatch.alarm('claude-keys-prod-admin-key-old')?.state;
    await declare(world, { [RECONCILE_VARIABLES.adminKeyMaxAgeDays]: '30' });
    await world.sleep(30 * DAY_MS - 2 * HOUR_MS);
    await world.sandbox.advance(HOUR_MS);
    expect(state()).not.toBe('ALARM');
    await world.sandbox.advance(3 * HOUR_MS);
    expect(state()).toBe('ALARM');
    const [message] = world.sandbox.aws.sns
      .messages('claude-keys-prod-warning')
      .filter(({ subject }) => subject !== undefined);
    expect(message?.text).toContain('Limit: 30 days');
  });
});
