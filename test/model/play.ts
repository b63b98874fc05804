import fc from 'fast-check';
import { sql } from 'kysely';
import { vi } from 'vitest';
import { connectPostgres, type Database, serviceRole } from '../../db/connect.ts';
import { createHasher } from '../../src/features/passwords/password-hash.ts';
import { wait } from '../support/actor.ts';
import { freshDatabase, serverUrl } from '../support/database.ts';
import { setPolicy } from '../support/devices.ts';
import type { SecretRecord } from '../support/secret-record.ts';
import { callerOf, createWorld, type World } from '../support/world.ts';
import { anyAct } from './acts.ts';
import { type Account, firstRules, type Rules } from './facts.ts';
import { writeRules } from './helpdesk-acts.ts';
import { Disagreement, type History, newHistory, type Setting } from './history.ts';
import { type Cast, openPeople, type Person } from './people.ts';
import { probe } from './session-acts.ts';
import { anyStory } from './story-acts.ts';

export type Plan = {
  readonly histories: number;
  readonly seed: number;
  /** Of fast-check: where a failure was found. */
  readonly path?: string | undefined;
  readonly instances: 1 | 2;
  /** False: the first disagreement is told as it came. */
  readonly shrink?: boolean;
};

/** Plays histories until one disagrees with the facts. Gives that one, made as short as it can be. */
export async function play(
  setting: Setting,
  { histories, seed, path, instances, shrink }: Plan,
): Promise<string | null> {
  const people = openPeople(setting.world);
  let calls = 0;
  const property = fc.asyncProperty(fc.boolean(), opening, commands, async (enrolled, story, acts) => {
    const rules: Rules = { ...firstRules };
    const cast = await people.take(enrolled);
    vi.setSystemTime(cast.bornAt);
    const h = newHistory(setting, rules);
    try {
      begin(h, cast);
      await story?.run(h);
      await fc.asyncModelRun(() => ({ model: h, real: null }), acts);
      await h.nextAct(false);
      await probe(h);
    } finally {
      calls += h.calls();
      await writeRules(setting, changedFrom(firstRules, rules));
    }
  });
  wait(0);
  const found = await fc.check(property, {
    numRuns: histories,
    seed,
    ...(path && { path }),
    endOnFailure: shrink === false,
  });
  vi.useRealTimers();
  process.stdout.write(`model: ${found.numRuns} histories of ${calls} calls, seed ${seed}\n`);
  if (!found.failed) return null;
  const { errorInstance: error } = found;
  const told = error instanceof Disagreement ? error.message : String(Object(error).stack ?? error);
  const again = `npm run model -- --instances ${instances} --seed ${seed} --path ${pathOf(found.counterexamplePath)}`;
  return `The service and the model disagree.\nAgain: ${again}\n\n${told}`;
}

/** Those of `first` that are no longer so. */
function changedFrom(first: Rules, now: Rules): Partial<Rules> {
  const names = Object.keys(first) as (keyof Rules)[];
  return Object.fromEntries(
    names.filter((name) => now[name] !== first[name]).map((name) => [name, first[name]]),
  );
}

/** Which history failed first. How it was made shorter depends on what each try did, and is found again. */
const pathOf = (path: string | null) => String(path).split(':')[0];

/** What a history begins with: in every third, a story, because chance alone rarely puts its acts in a row. */
const opening = fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: anyStory });

/** Most are short, because ten short ones find more than two long ones. Some are long. */
const commands = fc.oneof(
  { weight: 20, arbitrary: fc.commands([anyAct], { maxCommands: 6, size: 'max' }) },
  { weight: 1, arbitrary: fc.commands([anyAct], { maxCommands: 40, size: 'max' }) },
);

/** Ann, whom everything happens to, and two administrators. All are logged in. */
function begin(h: History, { ann, root, rita }: Cast): void {
  for (const [name, person] of Object.entries({ Ann: ann, Root: root, Rita: rita })) {
    const owner = accountOf(name, person);
    h.accounts.push(owner);
    const area = name === 'Ann' ? 'public' : 'admin';
    const { enrolled: app } = person;
    const level = app
      ? { amr: ['pwd', 'otp', 'mfa'], mfaTime: h.now(), by: app.factorId }
      : { amr: ['pwd'], mfaTime: null, by: null };
    h.open(person.session, { owner, area, level });
  }
}

function accountOf(name: string, { id, username, email, password, roles, enrolled }: Person): Account {
  return {
    name,
    id,
    username,
    email,
    password,
    passwordless: false,
    formerPasswords: [],
    active: true,
    reported: false,
    roles,
    apps: enrolled ? [{ id: enrolled.factorId, secret: enrolled.secret, lastStep: 0 }] : [],
    pending: [],
    keys: [],
    recovery: [...(enrolled?.codes ?? [])],
    deadCodes: [],
    spentCode: null,
    bypass: null,
    mustEnrol: false,
    version: 0,
    factorsVersion: 0,
    answers: { failed: 0, endsAt: 0, inARow: 0, lockedUntil: 0 },
    guesses: { failed: 0, endsAt: 0 },
  };
}

/** Histories are many: what they make is not looked for in logs, which other tests do. */
const noRecord: SecretRecord = { secret: () => {}, body: () => {}, message: () => {}, line: () => {} };

/** A hash costs next to nothing here: what it must cost is another test's business. */
const hasher = () => createHasher({ memoryKiB: 8, passes: 1 });

/** One instance, or two on one database. */
export async function openSetting(instances: 1 | 2): Promise<Setting & { close(): Promise<void> }> {
  const database = await quickDatabase();
  const app = { logger: false as const };
  const world = await createWorld({ app, hasher: hasher(), ...(database && { database }) });
  const accountRecovery = { from: ['recovery_code' as const, 'colleague' as const], waitHours: 4 };
  await setPolicy(world, 'public', { firstFactor: 'either', accountRecovery }); // a passkey may take the place of the password
  await setPolicy(world, 'vendor', { accountRecovery });
  const quiet = (one: World): World => ({ ...one, call: callerOf(one.app, noRecord) });
  const { url } = world.database;
  if (instances === 1 || url === null) {
    const setting = { world: quiet(world), instances: [quiet(world)], settle: async () => {} };
    return { ...setting, close: world.close };
  }
  const other = connectPostgres(url, 5, { role: serviceRole });
  const second = await createWorld({
    app,
    hasher: hasher(),
    database: { ...other, url },
    vault: world.deps.vault,
  });
  const settle = await settling(world.database, [world.database, other]);
  const close = async () => {
    await second.close();
    await world.close();
  };
  return { world: quiet(world), instances: [quiet(world), quiet(second)], settle, close };
}

/**
 * Notifications arrive in the order of the commits: who has heard this one has heard all before. It is said again where
 * a connection was lost meanwhile.
 */
async function settling({ db }: Pick<Database, 'db'>, heardBy: readonly Pick<Database, 'listen'>[]) {
  const last = heardBy.map(() => 0);
  let said = 0;
  let done = () => {};
  for (const [at, { listen }] of heardBy.entries())
    await listen('model', (payload) => {
      last[at] = Number(payload);
      if (Math.min(...last) === said) done();
    });
  return async () => {
    said += 1;
    const heard = new Promise<void>((resolve) => {
      done = resolve;
    });
    const say = () => sql`select pg_notify('model', ${String(said)})`.execute(db);
    const again = setInterval(() => void say().catch(() => {}), 2_000);
    await say();
    await heard;
    clearInterval(again);
  };
}

/** Its connections plan each statement once, and wait for no disk. */
async function quickDatabase() {
  if (!serverUrl) return null;
  const database = await freshDatabase();
  const name = sql.id(new URL(database.url ?? '').pathname.slice(1));
  for (const setting of ['plan_cache_mode = force_generic_plan', 'synchronous_commit = off', 'jit = off'])
    await sql`alter database ${name} set ${sql.raw(setting)}`.execute(database.owner);
  return database;
}
