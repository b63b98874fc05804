import { afterEach, beforeAll } from 'vitest';
import type { World } from './world.ts';

/** After each test the policies and the rollout are again as they were before the first. */
export function restoreRules(world: World): void {
  const read = async () => ({
    areas: await world.database.db.selectFrom('areas').selectAll().execute(),
    rollout: await world.database.db.selectFrom('rollout').selectAll().executeTakeFirstOrThrow(),
  });
  let before: Awaited<ReturnType<typeof read>>;
  beforeAll(async () => {
    before = await read();
  });
  afterEach(async () => {
    const { db, owner } = world.database;
    await owner.deleteFrom('areaVersions').execute(); // the numbers begin again
    for (const { name, policy, trial, ...row } of before.areas)
      await db
        .updateTable('areas')
        .set({ ...row, policy: JSON.stringify(policy), trial: trial && JSON.stringify(trial) })
        .where('name', '=', name)
        .execute();
    const { targets, ...rollout } = before.rollout;
    await db
      .updateTable('rollout')
      .set({ ...rollout, targets: JSON.stringify(targets) })
      .execute();
    await world.deps.reloadPolicies();
  });
}
