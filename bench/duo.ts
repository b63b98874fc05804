import { setTimeout as sleep } from 'node:timers/promises';
import { generateSync } from 'otplib';
import { createHasher } from '../src/features/passwords/password-hash.ts';
import { startFakeDuo } from '../test/support/fake-duo.ts';
import { duoAuth } from '../test/support/fake-duo-auth.ts';
import { duoPrompt } from '../test/support/fake-duo-oidc.ts';
import { type Load, load, post } from './load.ts';
import { pendingPeople, peopleWithPassword } from './people.ts';
import { startService } from './service.ts';

const server = process.env.BENCH_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const hanging = 50;
const password = 'seven wet umbrellas';

/** What a Duo that takes connections and says nothing costs those who do not use it. */
const duo = await startFakeDuo();
const bench = await startService(server, {
  DUO_API_HOST: duo.host,
  DUO_CA_FILE: duo.caFile,
  DUO_CLIENT_ID: duoPrompt.clientId,
  DUO_CLIENT_SECRET: duoPrompt.clientSecret,
  DUO_REDIRECT_URI: duoPrompt.redirectUri,
  DUO_AUTH_IKEY: duoAuth.integrationKey,
  DUO_AUTH_SKEY: duoAuth.secretKey,
});
try {
  const [name] = await peopleWithPassword(bench, await createHasher().hash(password), 1);
  const login = await send('/auth/login', { username: name, password });
  const bearer = String(Object(await login.json()).access_token);
  const enrol = () =>
    send('/auth/mfa/enroll', { method: 'duo_universal' }, { authorization: `Bearer ${bearer}` });
  const people = await pendingPeople(bench, 12_000);

  await verifications(1_000);
  const rounds: { alone: Load; beside: Load; inFlight: number }[] = [];
  for (let round = 0; round < 3; round += 1) {
    const alone = await verifications(1_500);
    duo.faultAlways('hang');
    const before = duo.requestCount();
    const calls = Array.from({ length: hanging }, enrol);
    await sleep(700); // until they hang
    const inFlight = duo.requestCount() - before;
    const beside = await verifications(1_500);
    for (const { status } of await Promise.all(calls))
      if (status !== 503) throw new Error(`Answered ${status}`);
    rounds.push({ alone, beside, inFlight });
    duo.faultAlways(null);
    await sleep(16_000); // until Duo is asked again, and answers
    await enrol();
  }
  const [middle] = [...rounds]
    .sort((a, b) => a.beside.p99 / a.alone.p99 - b.beside.p99 / b.alone.p99)
    .slice(1);
  if (middle) {
    const { alone, beside, inFlight } = middle;
    console.log(`TOTP verification, p99, 16 clients           ${alone.p99.toFixed(1)} ms`);
    console.log(
      `  beside ${inFlight} calls of Duo that hang    ${beside.p99.toFixed(1)} ms: ${(beside.p99 / alone.p99).toFixed(2)} times (goal under 2)`,
    );
  }

  async function verifications(count: number): Promise<Load> {
    const requests = people
      .splice(0, count)
      .map(({ tempToken, secret }) =>
        post('/auth/mfa/verify', { temp_token: tempToken, mfa_token: generateSync({ secret }) }),
      );
    return load({ port: bench.port, clients: 16, next: () => requests.pop() ?? null, expect: 200 });
  }
} finally {
  await bench.close();
  await duo.close();
}

function send(path: string, body: unknown, headers: Record<string, string> = {}) {
  return fetch(`http://127.0.0.1:${bench.port}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}
