import { availableParallelism } from 'node:os';
import { sql } from 'kysely';
import { keepFigures, machine } from './history.ts';
import { type Load, load } from './load.ts';
import { processorMs } from './processor.ts';
import { type Instance, startService } from './service.ts';
import { figure, inTurns, p99Of, rateOf, ratioOf } from './turns.ts';
import { guardedWork, loginWork, verificationWork } from './work.ts';

const server = process.env.BENCH_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const seconds = Number(process.env.BENCH_SECONDS ?? 3);
const verifications = Number(process.env.BENCH_VERIFICATIONS ?? 1_000);
const clients = 16;
const pools = [2, 5, 10, 20] as const;

type Runs = Readonly<Record<string, readonly Load[]>>;
type Cost = { requests: number; service: number; postgres: number };
/** Writes the requests of one run, before it begins. */
type Prepare = () => () => string | null;

/** One process on one core, one on two cores, and two processes with a core each; then pools of several sizes. */
if (availableParallelism() < 2) throw new Error('bench:instances needs two cores.');
const bench = await startService(server);
const opened: Instance[] = [];
try {
  const open = async (more: Readonly<Record<string, string>>, cores?: string) => {
    const instance = await bench.another(more, cores);
    opened.push(instance);
    return instance;
  };
  const sides = {
    'one process, one core': [await open({}, '0')],
    'one process, two cores': [await open({}, '0,1')],
    'two processes, two cores': [await open({}, '0'), await open({}, '1')],
  };
  const { next } = await loginWork(bench);
  const { guarded } = await guardedWork(bench);
  const take = await verificationWork(bench, rounds * 3 * verifications);
  const logins = await measure(sides, () => next, seconds);
  const codes = await measure(sides, () => take(verifications));
  const checks = await measure(sides, () => () => guarded, seconds);

  const withPool: Record<string, readonly Instance[]> = {};
  for (const pool of pools)
    withPool[`a pool of ${pool}`] = [await open({ DATABASE_POOL_MAX: String(pool) }, '0,1')];
  const more = await verificationWork(bench, rounds * pools.length * verifications);
  const pooled = await measure(withPool, () => more(verifications));

  console.log(`${machine()}, ${rounds} rounds in turns, ${clients} clients\n`);
  const works = { 'password login': logins, verification: codes, 'guarded request': checks };
  for (const [what, { runs }] of Object.entries(works)) compare(what, runs, 'one process, one core');
  compare('verification', pooled.runs, 'a pool of 10');
  console.log('\nProcessor time of one, in milliseconds:          service   PostgreSQL');
  for (const [what, { cost }] of Object.entries(works))
    console.log(`${what.padEnd(44)}${each(cost, 'service')}${each(cost, 'postgres')}`);
  const gain = ({ runs }: { readonly runs: Runs }) =>
    ratioOf(runs['two processes, two cores'] ?? [], runs['one process, one core'] ?? []);
  keepFigures('instances', {
    'logins, two processes of one': gain(logins),
    'verifications, two of one': gain(codes),
    'guarded, two of one': gain(checks),
  });
} finally {
  await Promise.all(opened.map((instance) => instance.close()));
  await bench.close();
}

async function measure(
  sides: Readonly<Record<string, readonly Instance[]>>,
  prepare: Prepare,
  length?: number,
) {
  const cost: Cost = { requests: 0, service: 0, postgres: 0 };
  const asSides = Object.entries(sides).map(([name, instances]) => {
    const side = () => counting(cost, instances, () => spread(instances, prepare(), length));
    return [name, side] as const;
  });
  return { runs: await inTurns<string>(rounds, Object.fromEntries(asSides)), cost };
}

/** The same number of clients in all, spread over the instances, and their figures as one. */
async function spread(
  instances: readonly Instance[],
  next: () => string | null,
  length?: number,
): Promise<Load> {
  const each = clients / instances.length;
  const plan = { clients: each, next, expect: 200, ...(length !== undefined && { seconds: length }) };
  const loads = await Promise.all(instances.map(({ port }) => load({ port, ...plan })));
  const sum = (of: (load: Load) => number) => loads.reduce((all, one) => all + of(one), 0);
  return {
    perSecond: sum(({ perSecond }) => perSecond),
    p50: Math.max(...loads.map(({ p50 }) => p50)),
    p99: Math.max(...loads.map(({ p99 }) => p99)),
    answers: sum(({ answers }) => answers),
    wrong: sum(({ wrong }) => wrong),
  };
}

/** Adds what the instances and the processes of PostgreSQL for this database use meanwhile. Background work is in it. */
async function counting(cost: Cost, instances: readonly Instance[], run: () => Promise<Load>): Promise<Load> {
  const used = (pids: readonly number[]) => new Map(pids.map((pid) => [pid, processorMs(pid)]));
  const since = (before: ReadonlyMap<number, number>, pids: readonly number[]) =>
    pids.reduce((all, pid) => all + processorMs(pid) - (before.get(pid) ?? 0), 0);
  const services = instances.map(({ pid }) => pid);
  const [service, postgres] = [used(services), used(await findBackends())];
  const result = await run();
  cost.requests += result.answers;
  cost.service += since(service, services);
  cost.postgres += since(postgres, await findBackends()); // a connection that closes meanwhile was idle
  return result;
}

/** Empty if PostgreSQL runs elsewhere. */
async function findBackends(): Promise<readonly number[]> {
  const { rows } = await sql<{ pid: number }>`select pid from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`.execute(bench.database.db);
  return /@(127\.0\.0\.1|localhost|\[::1\])/.test(bench.url) ? rows.map(({ pid }) => pid) : [];
}

function compare(what: string, runs: Runs, base: string): void {
  for (const [name, loads] of Object.entries(runs)) {
    const ratio = `${ratioOf(loads, runs[base] ?? []).toFixed(2)} of ${base}`;
    console.log(
      `${`${what}, ${name}`.padEnd(44)}${figure(rateOf(loads))}/s  p99 ${p99Of(loads).toFixed(0).padStart(4)} ms   ${ratio}`,
    );
  }
}

function each(cost: Cost, of: 'service' | 'postgres'): string {
  return (cost[of] / cost.requests).toFixed(3).padStart(13);
}
