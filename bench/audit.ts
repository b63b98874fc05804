import { randomBytes } from 'node:crypto';
import { generateSync } from 'otplib';
import pg from 'pg';
import { connectPostgres, serviceRole } from '../db/connect.ts';
import { migrate } from '../db/migrate.ts';
import { sealEvents } from '../src/features/audit/seal-events.ts';
import { verifyLog } from '../src/features/audit/verify-log.ts';
import { createVault } from '../src/lib/crypto/vault.ts';
import { type Load, load, post } from './load.ts';
import { onOwnDatabase } from './own-database.ts';
import { pendingPeople } from './people.ts';
import { startService } from './service.ts';

const server = process.env.BENCH_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const million = 1_000_000;
const rounds = 12;
const inRound = 2_000;
/** Some second and more of them: a run that is measured begins with what the sealer has not come to, as it ends. */
const before = 800;

/** One run while events are sealed, and one beside it while none are. */
type Pair = { readonly on: Load; readonly off: Load };

/** What sealing costs those who log in, how fast a million events are sealed and verified, and in how much memory. */
await onOwnDatabase(aMillionEvents);
await whatSealingCosts();

async function aMillionEvents(url: string): Promise<void> {
  const owner = connectPostgres(url, 1);
  await migrate(owner.db);
  await owner.close();
  await asOwner(
    url,
    `insert into audit_events (at, type, outcome, user_id, area, method, session_id, request_id, ip, user_agent, detail)
      select now(), 'mfa_passed', 'success', gen_random_uuid(), 'public', 'totp', gen_random_uuid(),
        gen_random_uuid()::text, '192.0.2.1', repeat('Mozilla ', 12), case when i % 3 = 0 then '{"left": 2}'::jsonb end
      from generate_series(1, ${million}) i`,
    'vacuum analyze audit_events',
  );
  const database = connectPostgres(url, 4, { role: serviceRole });
  const deps = { db: database.db, vault: createVault([{ id: 'bench', key: randomBytes(32) }]) };

  let seals = 0;
  const sealing = await seconds(async () => {
    while (await sealEvents(deps)) seals += 1;
  });
  let [least, most] = [Number.POSITIVE_INFINITY, 0];
  const look = setInterval(() => {
    const now = process.memoryUsage().rss / 2 ** 20;
    [least, most] = [Math.min(least, now), Math.max(most, now)];
  }, 100);
  let report: Awaited<ReturnType<typeof verifyLog>> | undefined;
  const verifying = await seconds(async () => {
    report = await verifyLog(deps, { sealing: false });
  });
  clearInterval(look);
  await database.close();
  if (report?.fault || report?.events !== million)
    throw new Error(`It does not hold: ${JSON.stringify(report)}`);
  console.log(`1,000,000 events sealed       ${sealing.toFixed(1)} s, in ${seals} seals`);
  console.log(
    `1,000,000 events verified     ${verifying.toFixed(1)} s, in ${least.toFixed(0)} to ${most.toFixed(0)} MiB (goal 60 s)\n`,
  );
}

/** Verifications with sealing and without, in turn. A holder of the lock of the sealer keeps it from sealing. */
async function whatSealingCosts(): Promise<void> {
  const bench = await startService(server);
  const lock = new pg.Client({ connectionString: bench.url });
  await lock.connect();
  try {
    const people = await pendingPeople(bench, (before + inRound) * (rounds * 2 + 1));
    const verify = (count: number) => {
      const requests = people
        .splice(0, count)
        .map(({ tempToken, secret }) =>
          post('/auth/mfa/verify', { temp_token: tempToken, mfa_token: generateSync({ secret }) }),
        );
      return load({ port: bench.port, clients: 16, next: () => requests.pop() ?? null, expect: 200 });
    };
    const run = async () => {
      await verify(before);
      return verify(inRound);
    };
    await run();
    const pairs: Pair[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const sealing = async () => {
        await lock.query(`select pg_advisory_unlock_all()`);
        await untilSealed(lock);
        return run();
      };
      const notSealing = async () => {
        await untilSealed(lock);
        await lock.query(`select pg_advisory_lock(hashtext('sallyport audit'))`);
        const load = await run();
        await lock.query(`select pg_advisory_unlock_all()`);
        return load;
      };
      // Each first in every second round: what drifts with time, such as a heap that grows, is on both sides alike.
      const isFirst = round % 2 === 0;
      const first = isFirst ? await sealing() : await notSealing();
      const second = isFirst ? await notSealing() : await sealing();
      pairs.push(isFirst ? { on: first, off: second } : { on: second, off: first });
    }
    printCost(pairs);
  } finally {
    await lock.end();
    await bench.close();
  }
}

function printCost(pairs: readonly Pair[]): void {
  const wrong = pairs.reduce((sum, { on, off }) => sum + on.wrong + off.wrong, 0);
  if (wrong > 0) throw new Error(`${wrong} answers were not 200: the figures would mean nothing.`);
  const [on, off] = [pairs.map((pair) => pair.on.perSecond), pairs.map((pair) => pair.off.perSecond)];
  const costs = pairs.map((pair) => (1 - pair.on.perSecond / pair.off.perSecond) * 100);
  const percent = (part: number) => `${at(costs, part).toFixed(1)} %`;
  console.log(`TOTP verification, sealing    ${at(on, 0.5).toFixed(0)}/s`);
  console.log(`the same while nothing seals  ${at(off, 0.5).toFixed(0)}/s`);
  console.log(
    `sealing costs                 ${percent(0.5)} (middle half of ${pairs.length} pairs: ${percent(0.25)} to ${percent(0.75)}; goal under 5 %)`,
  );
}

async function untilSealed(client: pg.Client): Promise<void> {
  for (;;) {
    const { rows } = await client.query(`select (select max(seq) from audit_events) as written,
      (select reached from audit_seals order by number desc limit 1) as sealed`);
    if (rows[0]?.written === rows[0]?.sealed) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function asOwner(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url }); // the service's own give up after five seconds
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const begin = performance.now();
  await work();
  return (performance.now() - begin) / 1000;
}

function at(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}
