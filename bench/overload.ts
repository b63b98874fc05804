import { randomBytes } from 'node:crypto';
import { availableParallelism, cpus } from 'node:os';
import { createHasher } from '../src/features/passwords/password-hash.ts';
import { get, type Load, load, post } from './load.ts';
import { peopleWithPassword } from './people.ts';
import { startService } from './service.ts';

const server = process.env.BENCH_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const password = 'seven wet umbrellas';
const clients = 32;
const rounds = 3;
const seconds = 3;

/** What a flood of logins from one network costs those who are in already, and those who log in from elsewhere. */
const bench = await startService(server, { TRUST_PROXY: '1' });
try {
  console.log(
    `${cpus()[0]?.model ?? 'unknown CPU'}, ${availableParallelism()} cores, Node ${process.version}\n`,
  );
  const names = await peopleWithPassword(bench, await createHasher().hash(password), 50);
  const token = await tokenOf(names[0]);
  const guarded = get('/api/sensitive-data', { authorization: `Bearer ${token}` });
  let turn = 0;
  const login = () =>
    post('/auth/login', { username: names[turn++ % names.length], password }, from('198.51.100.7'));
  const guess = () =>
    post(
      '/auth/login',
      { username: `x${randomBytes(6).toString('hex')}`, password: 'a wrong guess' },
      from('203.0.113.9'),
    );

  const run = (next: () => string, clients: number, expect: number) =>
    load({ port: bench.port, clients, next, seconds, expect });
  const flooded = (clients: number) => run(guess, clients, 401);
  await run(() => guarded, 32, 200);

  const results: Record<string, Load[]> = {};
  const keep = (what: string, one: Load) => {
    results[what] = [...(results[what] ?? []), one];
  };
  for (let round = 0; round < rounds; round += 1) {
    keep('guarded requests alone', await run(() => guarded, 16, 200));
    keep('logins of 2 others alone', await run(login, 2, 200));
    const [flood, beside] = await Promise.all([flooded(clients), run(() => guarded, 16, 200)]);
    keep('guarded requests beside', beside);
    keep('the flood beside them', flood);
    const [, others] = await Promise.all([flooded(clients), run(login, 2, 200)]);
    keep('logins of 2 others beside', others);
  }
  console.log(`a flood of ${clients} clients from one network`);
  for (const [what, loads] of Object.entries(results)) show(what, loads);
} finally {
  await bench.close();
}

function from(address: string) {
  return { 'x-forwarded-for': address };
}

async function tokenOf(username: string | undefined): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${bench.port}/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password, area: 'vendor' }),
  });
  return String(Object(await answer.json()).access_token);
}

function show(what: string, loads: readonly Load[]): void {
  const middle = (of: (one: Load) => number) =>
    loads.map(of).toSorted((a, b) => a - b)[Math.floor(loads.length / 2)] ?? 0;
  const wrong =
    loads.reduce((sum, one) => sum + one.wrong, 0) / loads.reduce((sum, one) => sum + one.answers, 0);
  console.log(
    `  ${what.padEnd(27)} ${middle((one) => one.perSecond)
      .toFixed(0)
      .padStart(7)}/s   p50 ${middle((one) => one.p50)
      .toFixed(1)
      .padStart(7)} ms   p99 ${middle((one) => one.p99)
      .toFixed(1)
      .padStart(7)} ms   refused ${(wrong * 100).toFixed(0)} %`,
  );
}
