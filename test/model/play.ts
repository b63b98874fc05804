import fc from 'fast-check';
import { sql } from 'kysely';
import { vi } from 'vitest';
import { connectPostgres, serviceRole } from '../../db/connect.ts';
import { wait } from '../support/actor.ts';
import type { SecretRecord } from '../support/secret-record.ts';
import { staff } from '../support/staff.ts';
import { callerOf, createWorld, type World } from '../support/world.ts';
import { anyAct } from './acts.ts';
import type { Account, Rules } from './facts.ts';
import { writeRules } from './helpdesk-acts.ts';
import { claimsOf, Disagreement, type History, newHistory, type Setting } from './history.ts';
import { probe } from './session-acts.ts';

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
  { histories, seed, path, shrink }: Plan,
): Promise<string | null> {
  let acts = 0;
  const property = fc.asyncProperty(
    fc.boolean(),
    fc.commands([anyAct], { maxCommands: 40, size: 'max' }),
    async (enrolled, commands) => {
      const rules: Rules = { rollout: 'soft', vendorMfa: 'optional' };
      const h = newHistory(setting, rules);
      try {
        await begin(h, enrolled);
        await fc.asyncModelRun(() => ({ model: h, real: null }), commands);
        await h.nextAct(0);
        await probe(h);
      } finally {
        acts += h.lines.length;
        if (rules.rollout !== 'soft' || rules.vendorMfa !== 'optional')
          await writeRules(setting, { rollout: 'soft', vendorMfa: 'optional' });
        vi.useRealTimers();
      }
    },
  );
  const found = await fc.check(property, {
    numRuns: histories,
    seed,
    ...(path && { path }),
    endOnFailure: shrink === false,
  });
  process.stdout.write(`model: ${found.numRuns} histories of ${acts} calls, seed ${seed}\n`);
  if (!found.failed) return null;
  const { errorInstance: error } = found;
  const told = error instanceof Disagreement ? error.message : String(Object(error).stack ?? error);
  return `The service and the model disagree.\nAgain: npm run model -- --seed ${seed} --path ${found.counterexamplePath}\n\n${told}`;
}

/** Ann, whom everything happens to, and an administrator. */
async function begin(h: History, enrolled: boolean): Promise<void> {
  vi.useRealTimers();
  wait(0);
  const ann = await h.world.user({ roles: ['user', 'vendor'] });
  const root = await staff(h.world);
  h.accounts.push(
    accountOf('Ann', { ...ann, roles: ['user', 'vendor'] }),
    accountOf('Root', { ...root, roles: ['admin'] }),
  );
  const [first, second] = h.accounts;
  if (!first || !second) return;
  const given = [{ owner: second, area: 'admin' as const, totp: root }];
  const totp = enrolled ? await ann.enrolTotp() : null;
  if (totp) given.push({ owner: first, area: 'public' as const, totp } as never);
  for (const { owner, area, totp: app } of given) {
    owner.apps.push({ id: app.factorId, secret: app.secret, lastStep: Math.floor(h.now() / 30) - 1 });
    owner.recovery = [...app.codes];
    owner.answers.endsAt = h.now();
    owner.version = 1;
    const { amr } = claimsOf(app.bearer);
    const level = { amr, mfaTime: h.now(), by: app.factorId };
    h.open({ access_token: app.bearer, refresh_token: app.refresh }, { owner, area, level });
    for (const session of h.sessions) if (session.owner === owner) session.raises = 0;
  }
}

type Given = {
  readonly id: string;
  readonly username: string;
  readonly email: string | null;
  readonly password: string;
  readonly roles: readonly string[];
};

function accountOf(name: string, { id, username, email, password, roles }: Given): Account {
  return {
    name,
    id,
    username,
    email: email ?? '',
    password,
    formerPasswords: [],
    active: true,
    roles,
    apps: [],
    pending: [],
    recovery: [],
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

/** One instance, or two on one database. */
export async function openSetting(instances: 1 | 2): Promise<Setting & { close(): Promise<void> }> {
  const world = await createWorld({ app: { logger: false } });
  const quiet = (one: World): World => ({ ...one, call: callerOf(one.app, noRecord) });
  if (instances === 1 || world.database.url === null) {
    const setting = { world: quiet(world), instances: [quiet(world)], settle: async () => {} };
    return { ...setting, close: world.close };
  }
  const database = connectPostgres(world.database.url, 5, { role: serviceRole });
  const second = await createWorld({
    app: { logger: false },
    database: { ...database, url: world.database.url },
    vault: world.deps.vault,
  });
  const heard = [0, 0];
  let said = 0;
  await world.database.listen('model', (payload) => {
    heard[0] = Number(payload);
  });
  await database.listen('model', (payload) => {
    heard[1] = Number(payload);
  });
  /** Notifications arrive in the order of the commits: who has heard this one has heard all before. */
  const settle = async () => {
    said += 1;
    await sql`select pg_notify('model', ${String(said)})`.execute(world.deps.db);
    while (heard.some((last) => last < said)) await new Promise((resolve) => setImmediate(resolve));
  };
  const close = async () => {
    await second.close();
    await world.close();
  };
  return { world: quiet(world), instances: [quiet(world), quiet(second)], settle, close };
}
