import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { writeAudit } from '../../src/features/audit/audit-store.ts';
import { listColleagueRequests } from '../../src/features/recovery/colleague-store.ts';
import { wait } from '../support/actor.ts';
import { serverUrl } from '../support/database.ts';
import {
  allowRecovery,
  approvedBy,
  clerk,
  hour,
  namedColleague,
  recovering,
  recoveryLink,
  withApp,
} from '../support/recovery.ts';
import { mailsTo } from '../support/second-factor.ts';
import { policyOf } from '../support/staff.ts';
import { useWorld } from '../support/use-world.ts';
import { consoleContext } from '../support/world.ts';

const world = useWorld();
type Person = { readonly id: string; readonly email: string | null };

/** A clerk whose recovery has asked a colleague. */
async function asked() {
  await allowRecovery(world);
  const ann = await clerk(world);
  const bob = await namedColleague(world, ann);
  const her = recovering(world);
  const code = await her.begun(ann);
  await her.ask(code, { colleagues: true });
  return { ann, bob, her, code };
}

const requestsOf = async ({ bearer }: { readonly bearer: string }) =>
  (await world.call('GET', '/auth/recovery/colleagues', undefined, { bearer })).body.requests;

const makesAccountOf = ({ id: actorId }: Person, { id: userId }: Person) =>
  writeAudit(world.database.db, consoleContext(), {
    ...{ type: 'user_changed', outcome: 'success', userId, actorId, detail: { fields: ['phone'] } },
  });

describe('RK-8: a recovery and its link look at the account, and at each change of it', () => {
  test.each([
    ['another mail address', { email: 'not-hers@example.net' }],
    ['a disabled account', { status: 'disabled' }],
    ['another security version', { securityVersion: 99 }],
  ] as const)('%s', async (_, change) => {
    const { ann, bob, her, code } = await asked();
    await her.request(ann.username);
    const link = await recoveryLink(world, ann.email);
    const { id } = (await requestsOf(bob))[0];
    await world.database.owner.updateTable('users').set(change).where('id', '=', ann.id).execute();
    expect((await her.state(code)).status).toBe(401);
    expect((await her.begin(link)).status).toBe(401);
    const begun = world.database.db.selectFrom('recoveries').select('id').where('userId', '=', ann.id);
    expect(await begun.execute()).toHaveLength(1);
    expect(await requestsOf(bob)).toEqual([]);
    const approve = `/auth/recovery/requests/${id}/approve`;
    expect((await world.call('POST', approve, {}, { bearer: bob.bearer })).status).toBe(404);
  });
});

type Change = (bob: Person, ann: Person) => Promise<unknown>;
const setUser = ({ id }: Person, change: { readonly status?: 'disabled'; readonly email?: string | null }) =>
  world.database.owner.updateTable('users').set(change).where('id', '=', id).execute();

const changes: readonly (readonly [string, Change])[] = [
  ['is disabled', (bob) => setUser(bob, { status: 'disabled' })],
  [
    'is no longer named',
    (_, ann) => world.database.db.deleteFrom('recoveryColleagues').where('userId', '=', ann.id).execute(),
  ],
  ['has her mail address', (bob, ann) => setUser(bob, { email: ann.email })],
  ['is one whose account she has lately made', (bob, ann) => makesAccountOf(ann, bob)],
];

describe('RK-8: a colleague', () => {
  test.each(changes)('who %s after the approval: the code counts no more', async (_, change) => {
    const { ann, bob, her, code } = await asked();
    const { code: spoken } = await approvedBy(world, bob.bearer);
    await change(bob, ann);
    expect((await her.show(code, { colleague_code: spoken })).status).toBe(403);
  });

  test.each(changes)('who %s during the wait: what was shown counts no more', async (_, change) => {
    const { ann, bob, her, code } = await asked();
    const { code: spoken } = await approvedBy(world, bob.bearer);
    await her.show(code, { colleague_code: spoken });
    expect((await her.show(code, { recovery_code: ann.codes[0] })).body.state).toBe('waiting');
    wait(23 * hour);
    await change(bob, ann);
    wait(hour);
    expect((await her.finish(code)).body.reason).toBe('recovery_unproven');
  });

  test.each(changes.slice(2))('who %s approves nothing', async (_, change) => {
    const { ann, bob } = await asked();
    await change(bob, ann);
    const { answer } = await approvedBy(world, bob.bearer);
    expect(answer).toMatchObject({ status: 403, body: { reason: 'same_person' } });
  });

  test('who is not asked yet, sees nothing and approves nothing', async () => {
    await allowRecovery(world);
    const ann = await clerk(world);
    const bob = await namedColleague(world, ann);
    const her = recovering(world);
    const code = await her.begun(ann);
    expect(await requestsOf(bob)).toEqual([]);
    const { id } = await world.database.db
      .selectFrom('recoveries')
      .select('id')
      .where('userId', '=', ann.id)
      .executeTakeFirstOrThrow();
    const approve = () =>
      world.call('POST', `/auth/recovery/requests/${id}/approve`, {}, { bearer: bob.bearer });
    expect((await approve()).status).toBe(404);
    await her.ask(code, { colleagues: true });
    expect((await approve()).status).toBe(200);
  });
});

describe('RK-8: a request that a colleague has seen', () => {
  test('is nothing to approve any more where the policy drops colleagues', async () => {
    const { bob } = await asked();
    const { id } = (await requestsOf(bob))[0];
    await allowRecovery(world, ['recovery_code', 'address', 'device']);
    const approve = `/auth/recovery/requests/${id}/approve`;
    expect((await world.call('POST', approve, {}, { bearer: bob.bearer })).status).toBe(404);
  });

  test.skipIf(!serverUrl)(
    'is refused once, and told once, where both devices of the colleague press at the same time',
    async () => {
      const { ann, bob } = await asked();
      const { id } = (await requestsOf(bob))[0];
      const { owner, db } = world.database;
      const refuse = () =>
        world.call('POST', `/auth/recovery/requests/${id}/refuse`, undefined, { bearer: bob.bearer });
      const hold = await db.startTransaction().execute();
      await hold.selectFrom('recoveries').select('id').where('id', '=', id).forUpdate().execute();
      const answers = Promise.all([refuse(), refuse()]);
      const waiting = sql<{ count: number }>`select count(*)::int as count from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`;
      await expect.poll(async () => (await waiting.execute(owner)).rows[0]?.count).toBe(2);
      await hold.rollback().execute();
      expect((await answers).map(({ status }) => status).sort()).toEqual([204, 404]);
      const told = db
        .selectFrom('auditEvents')
        .select('seq')
        .where('userId', '=', ann.id)
        .where('type', '=', 'recovery_stopped');
      expect(await told.execute()).toHaveLength(1);
    },
  );
});

describe('RK-8: a recovery that the policy no longer allows, or that is proven,', () => {
  test('does not begin by a link from before', async () => {
    const admin = await allowRecovery(world);
    const ann = await clerk(world);
    const her = recovering(world);
    await her.request(ann.username);
    const link = await recoveryLink(world, ann.email);
    const off = await policyOf(admin, 'public', { account_recovery: null });
    expect((await admin.put('/admin/areas/public', off)).status).toBe(200);
    expect((await her.begin(link)).status).toBe(401);
    const begun = world.database.db.selectFrom('recoveries').select('id').where('userId', '=', ann.id);
    expect(await begun.execute()).toEqual([]);
  });

  test('writes to no colleague', async () => {
    await allowRecovery(world);
    const ann = await clerk(world);
    const bob = await namedColleague(world, ann);
    const her = recovering(world);
    const code = await her.begun(ann);
    await allowRecovery(world, ['recovery_code', 'address']);
    const refused = await her.ask(code, { colleagues: true });
    expect(refused).toMatchObject({ status: 403, type: '/problems/method-not-allowed' });
    await her.show(code, { recovery_code: ann.codes[0] });
    await her.ask(code, { factor_id: ann.addressId });
    await her.show(code, { address_code: ann.lastCode('email') });
    expect((await her.state(code)).body.state).toBe('waiting');
    await allowRecovery(world);
    expect(await her.ask(code, { colleagues: true })).toMatchObject({
      status: 409,
      body: { reason: 'recovery_proven' },
    });
    expect((await mailsTo(world, bob.email)).map(({ text }) => text).join()).not.toContain('/security');
  });
});

describe('RK-8: a request to colleagues', () => {
  test('is in the list of a colleague until the code is shown, and while the recovery lasts', async () => {
    const { bob, her, code } = await asked();
    const { db } = world.database;
    const later = new Date(Date.now() + 25 * hour * 1000);
    expect(await listColleagueRequests(db, bob.id, new Date())).toHaveLength(1);
    expect(await listColleagueRequests(db, bob.id, later)).toEqual([]);
    const { code: spoken } = await approvedBy(world, bob.bearer);
    await her.show(code, { colleague_code: spoken });
    expect(await requestsOf(bob)).toEqual([]);
  });

  test('goes to nobody who is disabled, or who agreed after the recovery began', async () => {
    await allowRecovery(world);
    const ann = await clerk(world);
    const early = await namedColleague(world, ann);
    const her = recovering(world);
    const code = await her.begun(ann);
    const late = await namedColleague(world, ann); // names her alone
    const both = { colleagues: [early.username, late.username] };
    await world.call('PUT', '/auth/recovery/colleagues', both, { bearer: ann.bearer });
    await world.database.db
      .updateTable('recoveryColleagues')
      .set({ confirmedAt: new Date(Date.now() - 24 * hour * 1000) })
      .where('colleagueId', '=', early.id)
      .execute();
    await setUser(early, { status: 'disabled' });
    await her.ask(code, { colleagues: true });
    const wanted = (await mailsTo(world, early.email, late.email)).filter(({ subject }) =>
      subject.includes('needs a code from you'),
    );
    expect(wanted).toEqual([]);
  });
});

describe('RK-8: who names a colleague, and who answers,', () => {
  type Somebody = { readonly bearer: string };
  const overviewOf = async ({ bearer }: Somebody) =>
    (await world.call('GET', '/auth/recovery/colleagues', undefined, { bearer })).body;
  const name = async ({ bearer }: Somebody, ...colleagues: readonly string[]) =>
    expect((await world.call('PUT', '/auth/recovery/colleagues', { colleagues }, { bearer })).status).toBe(
      200,
    );
  const answer = async (bob: Somebody, { id }: Person, agrees: boolean) =>
    expect(
      (await world.call('POST', `/auth/recovery/named-by/${id}`, { agrees }, { bearer: bob.bearer })).status,
    ).toBe(204);
  const newPerson = () => withApp(world);

  test('changes nothing of anybody else, and writes to nobody else', async () => {
    const [ann, eve, bob, dan] = [await newPerson(), await newPerson(), await newPerson(), await newPerson()];
    await setUser(dan, { status: 'disabled' });
    await name(ann, bob.username);
    await name(eve, bob.username, dan.username);
    await name(eve, dan.username);
    const letters = await mailsTo(world, ann.email, eve.email, bob.email, dan.email);
    const toSecurityPage = letters.filter(({ text }) => text.includes('/security'));
    expect(toSecurityPage.map(({ to }) => to)).toEqual([bob.email, bob.email]);
    expect((await overviewOf(ann)).colleagues).toMatchObject([{ username: bob.username }]);
  });

  test('answers for the one account alone', async () => {
    const [ann, eve, bob, dan] = [await newPerson(), await newPerson(), await newPerson(), await newPerson()];
    for (const one of [ann, eve]) await name(one, bob.username, dan.username);
    expect((await overviewOf(ann)).named_by).toEqual([]);
    const stateOf = async () => {
      const rows = await world.database.db
        .selectFrom('recoveryColleagues')
        .select(['userId', 'colleagueId', 'confirmedAt'])
        .where('userId', 'in', [ann.id, eve.id])
        .execute();
      const nameOf = (id: string | null) =>
        Object.entries({ ann, eve, bob, dan }).find(([, person]) => person.id === id)?.[0];
      return rows
        .map(
          (row) => `${nameOf(row.userId)} ${nameOf(row.colleagueId)} ${row.confirmedAt ? 'agreed' : 'asked'}`,
        )
        .sort();
    };
    await answer(bob, ann, true);
    expect(await stateOf()).toEqual(['ann bob agreed', 'ann dan asked', 'eve bob asked', 'eve dan asked']);
    await answer(bob, eve, false);
    expect(await stateOf()).toEqual(['ann bob agreed', 'ann dan asked', 'eve dan asked']);
  });
});

describe('RK-8: the link that begins a recovery', () => {
  const linksOf = ({ id }: Person) =>
    world.database.db.selectFrom('recoveryLinks').select('tokenHash').where('userId', '=', id).execute();

  test('is for nobody whose only factor is not confirmed, or is a recovery code', async () => {
    await allowRecovery(world);
    const her = recovering(world);
    const eve = await world.user();
    const bearer = (await eve.login()).body.access_token;
    expect((await world.call('POST', '/auth/mfa/enroll', { method: 'totp' }, { bearer })).status).toBe(200);
    const ann = await clerk(world);
    await world.database.owner
      .deleteFrom('factors')
      .where('userId', '=', ann.id)
      .where('isBackup', '=', false)
      .execute();
    for (const one of [eve, ann]) {
      expect((await her.request(one.username)).status).toBe(202);
      expect(await linksOf(one)).toEqual([]);
    }
  });

  test('is not stored where its mail is one too many', async () => {
    await allowRecovery(world);
    const ann = await clerk(world);
    const her = recovering(world);
    for (let asked = 0; asked < 5; asked += 1) expect((await her.request(ann.username)).status).toBe(202);
    expect(await linksOf(ann)).toHaveLength(3);
  });
});
