import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { generateSecret } from 'otplib';
import { createHasher } from '../src/features/passwords/password-hash.ts';
import { httpCaller } from '../test/support/http-caller.ts';
import { type Instance, startInstance } from '../test/support/instances.ts';
import { startBalancer } from '../test/support/nginx.ts';
import { startPostgres } from '../test/support/postgres-server.ts';
import { startRedis } from '../test/support/redis-server.ts';
import { createOutcomeCheck } from './soak-outcomes.ts';
import { createVisits, newPerson, type Person, soakPassword, type Visits } from './soak-people.ts';

/**
 * Two processes behind nginx under a mixed load, one of them killed and started again, and their PostgreSQL restarted.
 * Every answer is held against a model. Ends with 1 where one was wrong, or where memory grew.
 */
const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, clients: { type: 'string', default: '16' } },
});
const seconds = Number(values.minutes) * 60;
const clients = Number(values.clients);
const weights: Readonly<Record<keyof Visits, number>> = {
  'wrong password': 2,
  totp: 10,
  recovery: 2,
  guard: 20,
  refresh: 6,
  logout: 2,
  enrol: 1,
};

const postgres = await startPostgres();
const redis = await startRedis();
const settings = {
  DATABASE_URL: postgres.url,
  VAULT_KEYS: `soak:${randomBytes(32).toString('base64')}`,
  REDIS_URL: redis.url,
  ISSUER: 'http://127.0.0.1:3000',
  TRUST_PROXY: '1',
  LOG_LEVEL: 'fatal',
  RATE_LIMIT_PER_MINUTE: '100000000',
  LOGIN_LIMIT_PER_MINUTE: '100000000',
};
const first = await startInstance(settings);
const second = await startInstance(settings);
const balancer = await startBalancer([first.port, second.port]);
const { call, close } = httpCaller(balancer.url);
const { check, breaks, counts, wrong } = createOutcomeCheck();
const visits = createVisits(call, check);

const people = await arrive(Math.min(3_000, 300 + Math.ceil(seconds * 4)));
const memory = new Map<Instance, number[]>([first, second].map((instance) => [instance, []]));
const begin = performance.now();
const passed = () => (performance.now() - begin) / 1000;
const sampling = setInterval(() => {
  for (const [instance, samples] of memory) samples.push(instance.residentMiB());
}, 2_000);

await Promise.all([...Array.from({ length: clients }, client), disturb()]);
clearInterval(sampling);
const isFlat = report();
await Promise.all([first.stop(), second.stop(), balancer.close(), close()]);
await Promise.all([redis.close(), postgres.close()]);
process.exitCode = wrong.length > 0 || !isFlat ? 1 : 0;

async function client(): Promise<void> {
  const bag = Object.entries(weights).flatMap(([name, weight]) => Array.from({ length: weight }, () => name));
  while (passed() < seconds) {
    const person = people[Math.floor(Math.random() * people.length)];
    const name = bag[Math.floor(Math.random() * bag.length)] as keyof Visits; // the keys of weights are those
    if (!person || person.busy || person.lost) {
      await sleep(1);
      continue;
    }
    person.busy = true;
    await visits[name](person);
    person.busy = false;
    await sleep(0); // a visit that had nothing to do
  }
}

async function disturb(): Promise<void> {
  await sleep(seconds * 350);
  const revived = breaks();
  console.log(`${passed().toFixed(0)} s: one process is killed`);
  memory.delete(first);
  await first.stop('SIGKILL');
  await sleep(2_000);
  await first.start();
  memory.set(first, []);
  revived();
  await sleep(Math.max(0, seconds * 0.65 - passed()) * 1000);
  const restarted = breaks();
  console.log(`${passed().toFixed(0)} s: PostgreSQL is restarted`);
  await postgres.restart('fast');
  while (!((await first.isReady()) && (await second.isReady()))) await sleep(50);
  restarted();
}

/** Three quarters with an authenticator app; the others enrol while it runs. */
async function arrive(count: number): Promise<Person[]> {
  const arriving = Array.from({ length: count }, (_, at) =>
    newPerson(`soak${at}`, at % 4 === 0 ? null : generateSecret({ length: 20 })),
  );
  const password_hash = await createHasher().hash(soakPassword);
  const lines = arriving.map(({ username, secret }) =>
    JSON.stringify({ username, password_hash, ...(secret && { totp_secret: secret }) }),
  );
  const child = spawn(process.execPath, ['src/cli.ts', 'user', 'import', '--file', '-'], {
    stdio: ['pipe', 'ignore', 'inherit'],
    env: { PATH: process.env.PATH, ...settings },
  });
  child.stdin.end(`${lines.join('\n')}\n`);
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new Error('The people could not be imported.');
  return arriving;
}

function report(): boolean {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  console.log(
    `\n${total} answers in ${passed().toFixed(0)} s, ${people.filter(({ lost }) => lost).length} people left out\n`,
  );
  for (const [name, count] of [...counts].sort()) console.log(`${String(count).padStart(8)}  ${name}`);
  console.log(`\n${wrong.length} wrong answers`);
  for (const line of wrong.slice(0, 20)) console.log(`  ${line}`);
  console.log('\nresident memory');
  const flat = [first, second].map((instance) =>
    printMemory(instance === first ? 'killed' : 'other ', memory.get(instance) ?? []),
  );
  return flat.every(Boolean);
}

/** After a third of its life, against its last tenth. Shorter lives than two minutes say nothing. */
function printMemory(name: string, samples: readonly number[]): boolean {
  const part = Math.max(1, Math.floor(samples.length / 10));
  const warm = middle(samples.slice(Math.floor(samples.length / 3)).slice(0, part));
  const end = middle(samples.slice(-part));
  console.log(
    `  ${name} ${warm.toFixed(0)} MiB when warm, ${end.toFixed(0)} MiB at the end: ${((end / warm) * 100).toFixed(0)} %`,
  );
  return samples.length < 60 || end < warm * 1.25;
}

function middle(figures: readonly number[]): number {
  return [...figures].sort((a, b) => a - b)[Math.floor(figures.length / 2)] ?? 0;
}
