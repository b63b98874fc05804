import type { KyselyPlugin } from 'kysely';
import { expect, test } from 'vitest';
import { presets } from '../../src/domain/policy/policy.ts';
import { openLivePolicies } from '../../src/features/policy/live-policies.ts';
import { setPolicy } from '../support/devices.ts';
import { useWorldPerTest } from '../support/use-world.ts';

const world = useWorldPerTest('changes the policy of an area');

test('what was read before a change does not replace what was read after it', async () => {
  let isHeld = false;
  let letGo = () => {};
  let hold = () => {};
  const held = new Promise<void>((resolve) => {
    hold = resolve;
  });
  const wait = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  /** The rows that are read while `isHeld` arrive when they are let go. */
  const slow: KyselyPlugin = {
    transformQuery: ({ node }) => node,
    transformResult: async ({ result }) => {
      if (!isHeld) return result;
      isHeld = false;
      hold();
      await wait;
      return result;
    },
  };
  const live = await openLivePolicies(world.database.db.withPlugin(slow), presets.standard);
  isHeld = true;
  const first = live.reload();
  await held;
  await setPolicy(world, 'vendor', { mfa: 'required' });
  await live.reload();
  expect(live.policies.vendor.mfa).toBe('required');
  letGo();
  await first;
  expect(live.policies.vendor.mfa).toBe('required');
});
