import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { sql } from 'kysely';
import type { Db } from '../db/connect.ts';
import { sweep } from '../db/sweep.ts';
import { presets } from '../src/domain/policy/policy.ts';
import { toStored } from '../src/domain/policy/stored-policy.ts';
import { readAdoption } from '../src/features/adoption/read-adoption.ts';
import { listEvents } from '../src/features/audit/list-events.ts';
import { sealEvents } from '../src/features/audit/seal-events.ts';
import { createProviders } from '../src/features/mfa/providers.ts';
import { findRollout } from '../src/features/policy/rollout-store.ts';
import { simulateArea } from '../src/features/policy/simulate-area.ts';
import { listAccounts } from '../src/features/user-admin/list-accounts.ts';
import { fill } from './fill.ts';
import { machine } from './history.ts';
import { load } from './load.ts';
import { type Bench, startService } from './service.ts';
import { middle } from './turns.ts';
import { guardedWork, loginWork, verificationWork } from './work.ts';

const server = process.env.BENCH_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const { values } = parseArgs({
  options: { people: { type: 'string', default: '1000000' }, rounds: { type: 'string', default: '7' } },
});
const sizes = [10_000, Number(values.people)] as const;
const rounds = Number(values.rounds);
/** Of each work in a round. The middle one counts. */
const calls = 20;
const swept = 500;
const sealed = 1_000;

type Side = { readonly people: number; readonly works: Readonly<Record<string, () => Promise<number>>> };

/** In milliseconds, for work that reads more when there is more: see docs/performance.md. */
const goals: Readonly<Record<string, number>> = { 'adoption of 30 days': 300, 'simulation of a policy': 300 };

/** The same work with ten thousand users and with a hundred times as many, in turns. */
console.log(machine());
const benches: Bench[] = [];
try {
  for (const people of sizes) {
    const begin = performance.now();
    benches.push(await startService(server, {}, (url, vault) => fill(url, vault, people)));
    const took = ((performance.now() - begin) / 1000).toFixed(0);
    console.log(
      `${people.toLocaleString('en')} users, ${(people * 10).toLocaleString('en')} events: ${took} s to fill`,
    );
  }
  const sides: Side[] = [];
  for (const [at, bench] of benches.entries()) {
    const people = sizes[at] ?? 0;
    sides.push({
      people,
      works: { ...(await worksOverHttp(bench)), ...(await worksOfAdmins(bench, people)) },
    });
  }
  const online = await inTurns(sides);
  await Promise.all(benches.map((bench) => bench.stop())); // its own jobs would seal and sweep meanwhile
  const background = await inTurns(
    benches.map((bench, at) => ({ people: sizes[at] ?? 0, works: jobsOf(bench) })),
  );
  report({ ...online, ...background });
} finally {
  for (const bench of benches) await bench.close();
}

async function worksOverHttp(bench: Bench) {
  const { next } = await loginWork(bench);
  const take = await verificationWork(bench, (rounds + 1) * calls);
  const { forward } = await guardedWork(bench);
  const alone = (requests: () => string | null) => async () => {
    let left = calls;
    const limited = () => (left-- > 0 ? requests() : null);
    const { p50, wrong } = await load({ port: bench.port, clients: 1, next: limited, expect: 200 });
    if (wrong > 0) throw new Error(`${wrong} answers were wrong.`);
    return p50;
  };
  return {
    'password login': alone(next),
    'TOTP verification': () => alone(take(calls))(),
    'GET /auth/forward': alone(() => forward),
  };
}

async function worksOfAdmins(bench: Bench, people: number) {
  const { database, vault } = bench;
  const { db } = database;
  const nobody = async () => {};
  const providers = createProviders({ serviceName: 'bench', mac: () => '', sendMail: nobody });
  const policies = presets.standard;
  const deps = { db, vault, providers, policies, preset: policies, rollout: await findRollout(db) };
  const required = { ...toStored(presets.standard.public), mfa: 'required' } as const;
  const person = () => `person${1 + Math.floor(Math.random() * people)}`;
  const cursor = () => Buffer.from(person()).toString('base64url');
  const ctx = () => ({
    client: { ip: '192.0.2.1', userAgent: 'bench', requestId: randomUUID() },
    now: new Date(),
  });
  const events = (filter: Parameters<typeof listEvents>[2]['filter']) =>
    listEvents(deps, ctx(), { readerId: null, filter, page: { limit: 50, before: null } });
  await readAdoption(database, 30); // counts the days that have passed; the service does that in the background
  return {
    'page of users': often(() => listAccounts(deps, {}, { limit: 50, cursor: cursor() })),
    'users, search by part of a name': often(() =>
      listAccounts(deps, { q: person().slice(3) }, { limit: 50, cursor: undefined }),
    ),
    'page of the audit': often(() => events({})),
    'audit of one user': often(() => events({ username: person() })),
    'adoption of 30 days': once(() => readAdoption(database, 30)),
    'simulation of a policy': once(() =>
      simulateArea(deps, 'public', required, { of: 'refused', limit: 50, cursor: cursor() }),
    ),
  };
}

function jobsOf({ database: { db }, vault }: Bench) {
  return {
    [`sealing ${sealed} events`]: async () => {
      await addEvents(db);
      return once(() => sealEvents({ db, vault }))();
    },
    [`sweeping ${swept} logins`]: async () => {
      await addLogins(db);
      return once(() => sweep(db, new Date()))();
    },
  };
}

async function addEvents(db: Db): Promise<void> {
  await sql`insert into audit_events (at, type, outcome, user_id, area, method, request_id, ip)
    select now(), 'mfa_passed', 'success', gen_random_uuid(), 'public', 'totp', gen_random_uuid()::text, '192.0.2.1'
    from generate_series(1, ${sealed}::int)`.execute(db);
}

async function addLogins(db: Db): Promise<void> {
  await sql`insert into logins (id, token_hash, user_id, area, created_at, expires_at)
    select gen_random_uuid(), gen_random_uuid()::text, id, 'public', now() - interval '1 day', now() - interval '1 day'
    from (select id from users limit ${swept}) u`.execute(db);
}

/** The middle one of several calls. */
function often(work: () => Promise<unknown>): () => Promise<number> {
  return async () => {
    const all: number[] = [];
    for (let call = 0; call < calls; call += 1) all.push(await once(work)());
    return middle(all);
  };
}

function once(work: () => Promise<unknown>): () => Promise<number> {
  return async () => {
    const begin = performance.now();
    await work();
    return performance.now() - begin;
  };
}

/** Milliseconds of each work, of the small side and of the large one, round by round. */
async function inTurns(sides: readonly Side[]): Promise<Record<string, number[][]>> {
  const all: Record<string, number[][]> = {};
  for (const name of Object.keys(sides[0]?.works ?? {})) {
    const times = sides.map((): number[] => []);
    for (let round = -1; round < rounds; round += 1) {
      const order = round % 2 === 0 ? [...sides.keys()] : [...sides.keys()].reverse();
      for (const at of order) {
        const took = (await sides[at]?.works[name]?.()) ?? 0;
        if (round >= 0) times[at]?.push(took); // the first round warms up
      }
    }
    all[name] = times;
  }
  return all;
}

function report(all: Record<string, number[][]>): void {
  const rows = Object.entries(all).map(([name, [small = [], large = []]]) => {
    const ratio = middle(large.map((took, round) => took / (small[round] ?? Number.NaN)));
    return { name, ratio, small: middle(small), large: middle(large), goal: goals[name] };
  });
  console.log(
    `\nTimes what it takes with ${sizes[0].toLocaleString('en')} users, of ${rounds} rounds in turns:`,
  );
  for (const { name, ratio, small, large, goal } of rows) {
    const said = goal === undefined ? 'goal: 1.5 times' : `goal: ${goal} ms`;
    const missed = goal === undefined ? ratio > 1.5 : large > goal;
    const times = `${small.toFixed(1)} and ${large.toFixed(1)} ms`;
    console.log(
      `${ratio.toFixed(2).padStart(8)}  ${name.padEnd(34)}${times.padEnd(24)}${said}${missed ? ': MISSED' : ''}`,
    );
  }
}
