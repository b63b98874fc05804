import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { availableParallelism, cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { createHasher } from '../src/features/passwords/password-hash.ts';
import { insertReceiver, markVerified } from '../src/features/security-events/receiver-store.ts';
import { peopleWithPassword } from './people.ts';
import { type Bench, freePort, startService } from './service.ts';

const server = process.env.BENCH_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const password = 'seven wet umbrellas';
const logouts = 300;
const rows = 20_000;
const crowd = 10_000;

/** How soon a gateway hears that a session ended, and what the triggers cost where nobody listens. */
const port = await freePort();
const heardAt = new Map<string, number>();
const receiver = createServer(async (request, response) => {
  let token = '';
  for await (const chunk of request) token += chunk;
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  heardAt.set(claims.sub_id.session.id, performance.now());
  response.writeHead(202).end();
}).listen(port, '127.0.0.1');
const origin = `http://127.0.0.1:${port}`;
const bench = await startService(server, { EVENT_INTERNAL_ORIGINS: origin });
try {
  console.log(
    `${cpus()[0]?.model ?? 'unknown CPU'}, ${availableParallelism()} cores, Node ${process.version}\n`,
  );
  await costOfTriggers(bench);
  await delays(bench);
  await massLogout(bench);
} finally {
  await bench.close();
  receiver.close();
}

async function delays({ database: { db } }: Bench): Promise<void> {
  const id = randomUUID();
  const now = new Date();
  const about = {
    id,
    name: 'bench',
    delivery: 'push',
    url: origin,
    audience: origin,
    accountId: null,
  } as const;
  await insertReceiver(db, { ...about, events: ['session-revoked'], createdAt: now, secretSealed: null });
  await markVerified(db, id, now);
  const names = await peopleWithPassword(bench, await createHasher().hash(password), logouts);
  const endedAt = new Map<string, number>();
  for (const username of names) {
    const { access_token: token } = await send('/auth/login', { username, password });
    const { sid } = JSON.parse(Buffer.from(String(token).split('.')[1] ?? '', 'base64url').toString());
    await send('/auth/logout', {}, String(token));
    endedAt.set(sid, performance.now());
    await sleep(Math.random() * 40); // so that they come at any moment between two rounds
  }
  await sleep(3_000);
  const waits = [...endedAt].map(([sid, at]) => (heardAt.get(sid) ?? Number.POSITIVE_INFINITY) - at);
  waits.sort((a, b) => a - b);
  const part = (share: number) => waits[Math.min(waits.length - 1, Math.floor(waits.length * share))] ?? 0;
  const [middle, p99, most] = [part(0.5), part(0.99), part(1)];
  console.log(`from the answer of ${logouts} logouts to the event at the receiver`);
  console.log(
    `  middle ${middle.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms, slowest ${most.toFixed(0)} ms (goal: under 2000)`,
  );
}

/** How long it takes until the receiver has heard of everybody. */
async function massLogout({ database: { db } }: Bench): Promise<void> {
  await sql`insert into users (id, username, password_changed_at, roles, created_at)
    select gen_random_uuid(), 'crowd-' || i, now(), '{user}', now() from generate_series(1, ${crowd}::int) i`.execute(
    db,
  );
  await sql`insert into sessions (id, user_id, area, acr, amr, auth_time, created_at, last_active_at, expires_at)
    select gen_random_uuid(), id, 'public', 'x', '{pwd}', now(), now(), now(), now() + interval '1 hour'
    from users where username like 'crowd-%'`.execute(db);
  heardAt.clear();
  const from = performance.now();
  await sql`update sessions set ended_at = now() where ended_at is null`.execute(db);
  const ended = performance.now();
  while (heardAt.size < crowd) await sleep(20);
  const seconds = (performance.now() - ended) / 1000;
  console.log(`${crowd} sessions end at once: the statement takes ${((ended - from) / 1000).toFixed(2)} s`);
  console.log(
    `  the receiver has heard of all after ${seconds.toFixed(1)} s: ${(crowd / seconds).toFixed(0)} a second`,
  );
}

/** The middle of five pairs of statements, with the triggers and without. */
async function costOfTriggers({ database: { db } }: Bench): Promise<void> {
  await db
    .insertInto('users')
    .values({
      id: randomUUID(),
      username: 'rows',
      passwordChangedAt: new Date(),
      roles: ['user'],
      createdAt: new Date(),
    })
    .execute();
  const statements = {
    'a session that ends': sql`update sessions set ended_at = created_at`,
    'an audit event of a factor': sql`insert into audit_events (at, type, outcome) select '2026-01-01', 'mfa_factor_changed', 'success'
      from generate_series(1, ${rows}::int)`,
    'an audit event of a login': sql`insert into audit_events (at, type, outcome) select '2026-01-01', 'authn_login_success', 'success'
      from generate_series(1, ${rows}::int)`,
  };
  for (const [what, statement] of Object.entries(statements)) {
    const costs: number[] = [];
    for (let pair = 0; pair < 5; pair += 1) {
      const times: number[] = [];
      for (const word of ['disable', 'enable']) {
        for (const table of ['sessions', 'audit_events'])
          await sql`alter table ${sql.table(table)} ${sql.raw(word)} trigger user`.execute(db);
        await db.deleteFrom('sessions').execute();
        await sql`insert into sessions (id, user_id, area, acr, amr, auth_time, created_at, last_active_at, expires_at)
          select gen_random_uuid(), u.id, 'public', 'x', '{pwd}', u.created_at, u.created_at, u.created_at, u.created_at
          from users u, generate_series(1, ${rows}::int)`.execute(db);
        const from = performance.now();
        await statement.execute(db);
        times.push(performance.now() - from);
      }
      costs.push((((times[1] ?? 0) - (times[0] ?? 0)) * 1000) / rows);
    }
    costs.sort((a, b) => a - b);
    console.log(`${what}, with no receiver: the trigger costs ${(costs[2] ?? 0).toFixed(2)} µs`);
  }
}

async function send(path: string, body: unknown, token?: string): Promise<Record<string, unknown>> {
  const answer = await fetch(`http://127.0.0.1:${bench.port}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return Object(await answer.json().catch(() => ({})));
}
