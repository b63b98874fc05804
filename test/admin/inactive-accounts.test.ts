import { describe, expect, test } from 'vitest';
import { disableInactive } from '../../src/features/user-admin/disable-inactive.ts';
import { wait } from '../support/actor.ts';
import { again } from '../support/approvals.ts';
import { eventsOf } from '../support/second-factor.ts';
import { staff } from '../support/staff.ts';
import { useWorldPerTest } from '../support/use-world.ts';

const world = useWorldPerTest('the job looks at every account');
const day = 24 * 3600;
const run = () => disableInactive(world.deps, 90, new Date());
const statusOf = async (id: string) =>
  (await world.database.db.selectFrom('users').select('status').where('id', '=', id).executeTakeFirst())
    ?.status;

describe('accounts that nobody uses', () => {
  test('LC-6 are disabled after 90 days without a login, and the audit says why', async () => {
    const ada = await staff(world);
    const [ann, ben] = [await world.user(), await world.user()];
    await ann.login();
    wait(80 * day);
    await ben.login();
    await again(world, ada);
    wait(10 * day);
    await run();
    expect([await statusOf(ann.id), await statusOf(ben.id)]).toEqual(['active', 'active']); // 90 days, and no more
    wait(1);
    await run();
    expect([await statusOf(ann.id), await statusOf(ben.id)]).toEqual(['disabled', 'active']);
    expect((await ann.login()).status).toBe(401);
    const events = (await eventsOf(world, ann.id)).filter(({ type }) => type === 'user_disabled');
    expect(events).toMatchObject([
      { actorId: null, ip: 'service', detail: { reason: 'inactive', days: 90 } },
    ]);
  });

  test('LC-6 that an administrator enables again have as long to log in', async () => {
    const ada = await staff(world);
    const ann = await world.user();
    wait(89 * day);
    await again(world, ada);
    wait(2 * day);
    await run();
    expect(await statusOf(ann.id)).toBe('disabled');
    const now = await again(world, ada);
    await now.act('PATCH', `/admin/users/${ann.id}`, { status: 'active' });
    await run();
    expect(await statusOf(ann.id)).toBe('active');
    wait(91 * day);
    await run();
    expect(await statusOf(ann.id)).toBe('disabled');
  });

  test('LC-6 of administrators stay while none of them has logged in', async () => {
    const [ada, eve] = [await staff(world), await staff(world)];
    wait(91 * day);
    await run();
    expect([await statusOf(ada.id), await statusOf(eve.id)]).toEqual(['active', 'active']);
    await again(world, ada);
    await run();
    expect([await statusOf(ada.id), await statusOf(eve.id)]).toEqual(['active', 'disabled']);
  });

  test('LC-6 are disabled in batches, by one of several instances', async () => {
    await Promise.all(Array.from({ length: 103 }, () => world.user()));
    wait(91 * day);
    await Promise.all([run(), run()]);
    const { db } = world.database;
    const disabled = db.selectFrom('auditEvents').where('type', '=', 'user_disabled');
    const { count } = await disabled.select(db.fn.countAll<string>().as('count')).executeTakeFirstOrThrow();
    expect(Number(count)).toBe(103);
  });
});
