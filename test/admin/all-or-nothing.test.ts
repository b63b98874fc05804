import { sql } from 'kysely';
import { afterEach, describe, expect, test } from 'vitest';
import { changeUser } from '../../src/features/user-admin/change-user.ts';
import { endUserSessions } from '../../src/features/user-admin/end-user-sessions.ts';
import { inviteUser } from '../../src/features/user-admin/invite-user.ts';
import { issueBypassCode } from '../../src/features/user-admin/issue-bypass-code.ts';
import { resetMfa } from '../../src/features/user-admin/reset-mfa.ts';
import { withdrawPassword } from '../../src/features/user-admin/reset-password-by-admin.ts';
import { unlockUser } from '../../src/features/user-admin/unlock-user.ts';
import { setInARow } from '../support/audit-cases.ts';
import { forgot, linksTo, reset } from '../support/links.ts';
import { eventTypesOf } from '../support/second-factor.ts';
import { snapshot } from '../support/snapshot.ts';
import { useWorld } from '../support/use-world.ts';
import { consoleContext, type World } from '../support/world.ts';

const world = useWorld();
afterEach(() => free());

/** From here on no event can be written, or (`outbox`) no mail. */
const jam = (table = 'audit_events') =>
  sql`alter table ${sql.table(table)} add constraint jammed check (false) not valid`.execute(
    world.database.owner,
  );
async function free(): Promise<void> {
  for (const table of ['audit_events', 'outbox'])
    await sql`alter table ${sql.table(table)} drop constraint if exists jammed`.execute(world.database.owner);
}

const cause = { reason: 'lost', ticket: null };
const once = { uses: 1, expiresInSeconds: 3600 };

type Act = (world: World, id: string) => Promise<unknown>;
const acts: readonly { readonly what: string; readonly act: Act }[] = [
  {
    what: 'invite somebody',
    act: ({ deps }) =>
      inviteUser(deps, consoleContext(), null, {
        username: 'later',
        email: 'later@example.gov',
        phone: null,
        roles: ['user'],
      }),
  },
  {
    what: 'change roles and addresses together',
    act: ({ deps }, id) =>
      changeUser(deps, consoleContext(), {
        by: null,
        userId: id,
        wanted: { roles: ['vendor'], email: 'other@example.gov' },
      }),
  },
  {
    what: 'make a password useless',
    act: ({ deps }, id) => withdrawPassword(deps, consoleContext(), { by: null, userId: id, cause }),
  },
  {
    what: 'reset the factors',
    act: ({ deps }, id) => resetMfa(deps, consoleContext(), { by: null, userId: id, cause }),
  },
  {
    what: 'make a bypass code',
    act: ({ deps }, id) =>
      issueBypassCode(deps, consoleContext(), { by: null, userId: id, input: once, cause }),
  },
  {
    what: 'unlock',
    act: ({ deps }, id) => unlockUser(deps, consoleContext(), { by: null, userId: id }),
  },
  {
    what: 'end the sessions',
    act: ({ deps }, id) => endUserSessions(deps, consoleContext(), { by: null, userId: id }),
  },
];

/** Somebody who has something of everything. */
async function somebody() {
  const ann = await world.user();
  const totp = await ann.enrolTotp();
  await ann.login();
  await setInARow(world, ann.id, 9);
  return { ...ann, ...totp };
}

describe('AU-7: where no event can be written', () => {
  test.each(acts)('nobody can $what: all stays as it was', async ({ act }) => {
    const { id } = await somebody();
    await jam();
    const before = await snapshot(world.database.db);
    await expect(act(world, id)).rejects.toThrow('jammed');
    expect(await snapshot(world.database.db)).toEqual(before);
    await free();
    await act(world, id);
    expect(await snapshot(world.database.db)).not.toEqual(before);
  });

  test('nobody is sent a link, and nobody sets a password by one', async () => {
    const ann = await world.user();
    await forgot(world, ann.username);
    const [token = ''] = await linksTo(world, ann.email);
    await jam();
    const before = await snapshot(world.database.db);
    expect((await forgot(world, ann.username)).status).toBe(500);
    expect((await reset(world, token)).status).toBe(500);
    expect(await snapshot(world.database.db)).toEqual(before);
    await free();
    expect((await reset(world, token)).status).toBe(204);
  });
});

describe('LC-3: where the user cannot be notified', () => {
  const notifying = acts.filter(
    ({ what }) => !['unlock', 'end the sessions', 'invite somebody'].includes(what),
  );
  test.each(notifying)('nobody can $what', async ({ act }) => {
    const { id } = await somebody();
    await jam('outbox');
    const before = await snapshot(world.database.db);
    await expect(act(world, id)).rejects.toThrow('jammed');
    expect(await snapshot(world.database.db)).toEqual(before);
  });
});

test('AU-7 what is undone at its commit leaves no event', async () => {
  const ann = await world.user();
  const { owner } = world.database;
  await sql`create function late() returns trigger language plpgsql as $$ begin raise exception 'late'; end $$`.execute(
    owner,
  );
  await sql`create constraint trigger late after update on users deferrable initially deferred
    for each row execute function late()`.execute(owner);
  await expect(
    withdrawPassword(world.deps, consoleContext(), { by: null, userId: ann.id, cause }),
  ).rejects.toThrow();
  await sql`drop trigger late on users`.execute(owner);
  expect(await eventTypesOf(world, ann.id)).not.toContain('password_reset_requested');
});
