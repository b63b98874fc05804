import { availableParallelism, cpus } from 'node:os';
import { verify } from '@node-rs/argon2';
import { generateSync } from 'otplib';
import { createHasher } from '../src/features/passwords/password-hash.ts';
import { get, type Load, load, post } from './load.ts';
import { pendingPeople, peopleWithPassword } from './people.ts';
import { startReference, startService } from './service.ts';

const server = process.env.BENCH_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const password = 'seven wet umbrellas';
const clients = 16;

/** Everything that docs/performance.md quotes, in one run: client, service and PostgreSQL share the machine. */
const bench = await startService(server);
const reference = await startReference(bench.url);
try {
  console.log(
    `${cpus()[0]?.model ?? 'unknown CPU'}, ${availableParallelism()} cores, Node ${process.version}\n`,
  );
  await passwordLogins();
  await verifications();
  await guardedRoute();
} finally {
  reference.close();
  await bench.close();
}

/** Raw hashing and logins in turn, so that a slow moment of the machine falls on both. */
async function passwordLogins(): Promise<void> {
  const hash = await createHasher().hash(password);
  const names = await peopleWithPassword(bench, hash, 200);
  let at = 0;
  const next = () => post('/auth/login', { username: names[at++ % names.length], password });
  const raw: number[] = [];
  const logins: Load[] = [];
  await load({ port: bench.port, clients, next, seconds: 1, expect: 200 });
  for (let round = 0; round < 3; round += 1) {
    raw.push(await rawHashes(hash, 4));
    logins.push(await load({ port: bench.port, clients, next, seconds: 4, expect: 200 }));
  }
  const rawRate = middle(raw);
  const rate = middle(logins.map(({ perSecond }) => perSecond));
  assertRight(logins);
  console.log(`raw argon2id                ${figure(rawRate)}/s`);
  console.log(
    `password login              ${figure(rate)}/s   ${percent(rate / rawRate)} of raw (goal 85 %)\n`,
  );
}

/** As many checks at once as there are clients at the service. */
async function rawHashes(hash: string, seconds: number): Promise<number> {
  const begin = performance.now();
  const end = begin + seconds * 1000;
  let done = 0;
  const one = async () => {
    while (performance.now() < end) {
      await verify(hash, password);
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: clients }, one));
  return (done * 1000) / (performance.now() - begin);
}

async function verifications(): Promise<void> {
  const people = await pendingPeople(bench, 30_000);
  /** Written out before each run: a code lives for a minute, and the client should cost nothing while it measures. */
  const take = (count: number) => {
    const requests = people
      .splice(0, count)
      .map(({ tempToken, secret }) =>
        post('/auth/mfa/verify', { temp_token: tempToken, mfa_token: generateSync({ secret }) }),
      );
    return () => requests.pop() ?? null;
  };
  const warmUp = await load({ port: bench.port, clients, next: take(4_000), expect: 200 });
  const runLength = Math.min(8_000, Math.floor(warmUp.perSecond * 20)); // on a slow machine, too, no code grows old
  const statement = () => get('/statement', {});
  await load({ port: reference.port, clients, next: statement, seconds: 1, expect: 200 });
  const bare: Load[] = [];
  const runs: Load[] = [];
  for (let round = 0; round < 3; round += 1) {
    bare.push(await load({ port: reference.port, clients, next: statement, seconds: 2, expect: 200 }));
    runs.push(await load({ port: bench.port, clients, next: take(runLength), expect: 200 }));
  }
  assertRight([...bare, ...runs]);
  const rate = middle(runs.map(({ perSecond }) => perSecond));
  const bareRate = middle(bare.map(({ perSecond }) => perSecond));
  const p99 = middle(runs.map((run) => run.p99));
  console.log(`bare one-statement route    ${figure(bareRate)}/s`);
  console.log(
    `TOTP verification           ${figure(rate)}/s   ${percent(rate / bareRate)} of bare; p99 ${p99.toFixed(1)} ms, ${clients} clients (goal 2,000/s, 25 ms)\n`,
  );
}

async function guardedRoute(): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${bench.port}/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'plain0', password, area: 'vendor' }),
  });
  const token = String(Object(await answer.json()).access_token);
  const request = get('/api/sensitive-data', { authorization: `Bearer ${token}` });
  const forward = get('/auth/forward?area=vendor&scope=data:read&mfa=if_enrolled', {
    authorization: `Bearer ${token}`,
  });
  let left = 10_000;
  await load({ port: bench.port, clients: 32, next: () => (left-- > 0 ? request : null), expect: 200 });
  const before = bench.residentMiB();
  left = 90_000;
  await load({ port: bench.port, clients: 32, next: () => (left-- > 0 ? request : null), expect: 200 });
  const after = bench.residentMiB();
  const bareRequest = get('/jwt', { authorization: `Bearer ${reference.token}` });
  const bare: Load[] = [];
  const runs: Load[] = [];
  const forwards: Load[] = [];
  await load({ port: bench.port, clients: 32, next: () => forward, seconds: 1, expect: 200 });
  await load({ port: reference.port, clients: 32, next: () => bareRequest, seconds: 1, expect: 200 });
  for (let round = 0; round < 3; round += 1) {
    bare.push(
      await load({ port: reference.port, clients: 32, next: () => bareRequest, seconds: 3, expect: 200 }),
    );
    runs.push(await load({ port: bench.port, clients: 32, next: () => request, seconds: 3, expect: 200 }));
    forwards.push(
      await load({ port: bench.port, clients: 32, next: () => forward, seconds: 3, expect: 200 }),
    );
  }
  assertRight([...bare, ...runs, ...forwards]);
  const rate = middle(runs.map(({ perSecond }) => perSecond));
  const bareRate = middle(bare.map(({ perSecond }) => perSecond));
  const forwardRate = middle(forwards.map(({ perSecond }) => perSecond));
  const p99 = middle(runs.map((run) => run.p99));
  console.log(`bare route, cached JWT      ${figure(bareRate)}/s`);
  console.log(
    `guarded route, cached token ${figure(rate)}/s   ${percent(rate / bareRate)} of bare; p99 ${p99.toFixed(1)} ms (goal 25,000/s)`,
  );
  console.log(
    `GET /auth/forward, likewise ${figure(forwardRate)}/s   ${percent(forwardRate / bareRate)} of bare; p99 ${middle(forwards.map((run) => run.p99)).toFixed(1)} ms (goal 25,000/s)`,
  );
  console.log(
    `memory after 10,000 / 100,000 requests   ${before.toFixed(0)} / ${after.toFixed(0)} MiB: ${percent(after / before)} (goal under 120 %)`,
  );
}

function assertRight(runs: readonly Load[]): void {
  const wrong = runs.reduce((sum, run) => sum + run.wrong, 0);
  if (wrong > 0) throw new Error(`${wrong} answers were not 200: the figures would mean nothing.`);
}

function middle(figures: readonly number[]): number {
  return [...figures].sort((a, b) => a - b)[Math.floor(figures.length / 2)] ?? 0;
}

function figure(perSecond: number): string {
  return Math.round(perSecond).toLocaleString('en').padStart(8);
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(0)} %`;
}
