import { expect, test } from 'vitest';
import { presets } from '../../src/domain/policy/policy.ts';
import { toStored } from '../../src/domain/policy/stored-policy.ts';
import { openLivePolicies } from '../../src/features/policy/live-policies.ts';
import { useWorldPerTest } from '../support/use-world.ts';

const world = useWorldPerTest('all areas share the policies that these tests change');
/** Live policies, and a row of the area admin that they have not read yet. */
async function beforeChange(policy: unknown) {
  const live = await openLivePolicies(world.database.db, presets.standard);
  await world.database.db
    .updateTable('areas')
    .set({ policy: JSON.stringify(policy) })
    .where('name', '=', 'admin')
    .execute();
  return live;
}

test('a snapshot stays as it was when the policies change', async () => {
  const live = await beforeChange(toStored(presets.strict.admin));
  const snapshot = live.policySnapshot();
  expect(live.policySnapshot()).toBe(snapshot);
  await live.reload();
  expect(snapshot.admin).toEqual(presets.standard.admin);
  expect(live.policies.admin).toEqual(presets.strict.admin);
  expect(live.policySnapshot().admin).toEqual(presets.strict.admin);
});

test('an area that cannot be read throws in the snapshot, and the others do not', async () => {
  const live = await beforeChange({ mfa: 'sometimes' });
  await live.reload();
  const snapshot = live.policySnapshot();
  expect(() => snapshot.admin).toThrow(
    expect.objectContaining({
      status: 503,
      extensions: expect.objectContaining({ detail: 'The policy of the area admin cannot be read.' }),
    }),
  );
  expect(snapshot.public).toEqual(presets.standard.public);
});
