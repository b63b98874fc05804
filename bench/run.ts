import { verify } from '@node-rs/argon2';
import { cannonade } from './autocannon.ts';
import { keepFigures, machine } from './history.ts';
import { get, type Load, load } from './load.ts';
import { startReference, startService } from './service.ts';
import { figure, inTurns, p99Of, percent, rateOf, ratioOf } from './turns.ts';
import { guardedWork, loginWork, password, verificationWork } from './work.ts';

const server = process.env.BENCH_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const rounds = 5;
const clients = 16;
/** Of the guarded routes, which answer at once. */
const moreClients = 32;

type Line = {
  readonly what: string;
  readonly of: string;
  readonly runs: readonly Load[];
  readonly reference: readonly Load[];
  readonly goal: string;
};

/** What docs/performance.md quotes, in at most five minutes: client, service and PostgreSQL share the machine. */
const begin = performance.now();
const bench = await startService(server);
const reference = await startReference(bench.url);
try {
  const lines = [await passwordLogins(), await verifications(), ...(await guardedRoutes())];
  const { before, after } = await memory();
  console.log(`${machine()}\n\nOf the reference, the middle one of ${rounds} rounds in turns:`);
  for (const { what, of, runs, reference: others, goal } of lines)
    console.log(`${percent(ratioOf(runs, others)).padStart(7)}  ${what}, of ${of} (${goal})`);
  console.log(
    `${percent(after / before).padStart(7)}  memory after 100,000 requests, of that after 10,000 (goal: under 120 %)`,
  );
  console.log(`\n${''.padEnd(46)}per second      p99   of the reference`);
  for (const { what, runs, reference: others } of lines)
    console.log(`${what.padEnd(48)}${side(runs)}   ${side(others)}`);
  console.log(`\nmemory ${before.toFixed(0)} and ${after.toFixed(0)} MiB`);
  keepFigures('run', {
    ...Object.fromEntries(
      lines.map(({ what, runs, reference: others }) => [`${what}, ratio`, ratioOf(runs, others)]),
    ),
    ...Object.fromEntries(lines.map(({ what, runs }) => [`${what}, per second`, rateOf(runs)])),
  });
  console.log(`\nAll of it took ${((performance.now() - begin) / 1000).toFixed(0)} s (goal: 300).`);
} finally {
  reference.close();
  await bench.close();
}

function side(runs: readonly Load[]): string {
  return `${figure(rateOf(runs))}${`${p99Of(runs).toFixed(1)} ms`.padStart(9)}`;
}

async function passwordLogins(): Promise<Line> {
  const { hash, next } = await loginWork(bench);
  await load({ port: bench.port, clients, next, seconds: 1, expect: 200 });
  const runs = await inTurns(rounds, {
    raw: () => rawHashes(hash, 3),
    logins: () => load({ port: bench.port, clients, next, seconds: 3, expect: 200 }),
  });
  return {
    what: 'password login',
    of: 'raw argon2id',
    runs: runs.logins,
    reference: runs.raw,
    goal: 'goal: 85 %',
  };
}

/** As many checks at once as there are clients at the service. */
async function rawHashes(hash: string, seconds: number): Promise<Load> {
  const from = performance.now();
  const end = from + seconds * 1000;
  const latencies: number[] = [];
  const one = async () => {
    for (let sent = performance.now(); sent < end; sent = performance.now()) {
      await verify(hash, password);
      latencies.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: clients }, one));
  const at = (part: number) => latencies.toSorted((a, b) => a - b)[Math.floor(latencies.length * part)] ?? 0;
  const perSecond = (latencies.length * 1000) / (performance.now() - from);
  return { perSecond, p50: at(0.5), p99: at(0.99), answers: latencies.length, wrong: 0 };
}

async function verifications(): Promise<Line> {
  const warmUp = await load({
    port: bench.port,
    clients,
    next: (await verificationWork(bench, 2_000))(2_000),
    expect: 200,
  });
  const inRun = Math.min(8_000, Math.ceil(warmUp.perSecond * 5)); // some seconds, however slow the machine is
  const take = await verificationWork(bench, inRun * rounds);
  const statement = () => get('/statement', {});
  await load({ port: reference.port, clients, next: statement, seconds: 1, expect: 200 });
  const runs = await inTurns(rounds, {
    bare: () => load({ port: reference.port, clients, next: statement, seconds: 2, expect: 200 }),
    codes: () => load({ port: bench.port, clients, next: take(inRun), expect: 200 }),
  });
  return {
    what: 'TOTP verification',
    of: 'a bare route with one statement',
    runs: runs.codes,
    reference: runs.bare,
    goal: 'goal: 2,000/s, p99 25 ms',
  };
}

async function guardedRoutes(): Promise<readonly Line[]> {
  const { guarded, forward, paths, authorization } = await guardedWork(bench);
  const bare = get('/jwt', { authorization: `Bearer ${reference.token}` });
  const run = (port: number, request: string, seconds = 2) =>
    load({ port, clients: moreClients, next: () => request, seconds, expect: 200 });
  const others = (port: number, path: string, token: string) =>
    cannonade({
      url: `http://127.0.0.1:${port}${path}`,
      authorization: token,
      clients: moreClients,
      seconds: 2,
    });
  await run(reference.port, bare, 1);
  await run(bench.port, guarded, 1);
  await run(bench.port, forward, 1);
  const runs = await inTurns(rounds, {
    bare: () => run(reference.port, bare),
    guarded: () => run(bench.port, guarded),
    forward: () => run(bench.port, forward),
    bareByCannon: () => others(reference.port, '/jwt', `Bearer ${reference.token}`),
    guardedByCannon: () => others(bench.port, paths.guarded, authorization),
    forwardByCannon: () => others(bench.port, paths.forward, authorization),
  });
  const of = 'a bare route with a cached JWT';
  const goal = 'goal: 25,000/s';
  return [
    { what: 'guarded route', of, runs: runs.guarded, reference: runs.bare, goal },
    { what: 'GET /auth/forward', of, runs: runs.forward, reference: runs.bare, goal },
    {
      what: 'guarded route, by autocannon',
      of,
      runs: runs.guardedByCannon,
      reference: runs.bareByCannon,
      goal,
    },
    {
      what: 'GET /auth/forward, by autocannon',
      of,
      runs: runs.forwardByCannon,
      reference: runs.bareByCannon,
      goal,
    },
  ];
}

/** Of the service, in MiB. */
async function memory(): Promise<{ readonly before: number; readonly after: number }> {
  const { guarded } = await guardedWork(bench);
  const ask = async (count: number) => {
    let left = count;
    await load({
      port: bench.port,
      clients: moreClients,
      next: () => (left-- > 0 ? guarded : null),
      expect: 200,
    });
    return bench.residentMiB();
  };
  return { before: await ask(10_000), after: await ask(90_000) };
}
