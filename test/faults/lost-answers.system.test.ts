import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeOf } from '../support/actor.ts';
import { serverUrl } from '../support/database.ts';
import { createProxiedWorld } from '../support/proxied-world.ts';
import type { startTcpProxy } from '../support/tcp-proxy.ts';
import { type Answer, goodPassword, type World } from '../support/world.ts';

const mostRoundTrips = 40;

/** What was lost with its answer is not tried again by the service, though a new connection is to be had. */
const afterwards = [
  { what: 'and is gone', breakAfter: 'cutAfter' },
  { what: 'and is there again at once', breakAfter: 'loseAfter' },
] as const;

const breaking = describe.skipIf(!serverUrl).each(afterwards);

breaking('where the line to PostgreSQL breaks after each of its answers, $what', ({ breakAfter }) => {
  let world: World;
  let proxy: Awaited<ReturnType<typeof startTcpProxy>>;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ world, proxy, close } = await createProxiedWorld(1)); // one connection, so that answers can be counted
  });
  afterAll(() => close());

  /**
   * Prepares and asks again and again, each time with one answer more that comes through, until a whole request does.
   * Each before that is 503, opens nothing, and `afterwards` sees what is left of it.
   */
  async function breakEverywhere<Prepared>(
    prepare: () => Promise<Prepared>,
    ask: (prepared: Prepared) => Promise<Answer>,
    afterwards: (prepared: Prepared) => Promise<void>,
  ): Promise<number> {
    for (let answers = 0; answers < mostRoundTrips; answers += 1) {
      const prepared = await onceMore(prepare);
      proxy[breakAfter](answers);
      const answer = await ask(prepared);
      const isBroken = proxy.hasBroken();
      proxy.mend();
      await expect.poll(async () => (await world.call('GET', '/health/ready')).status).toBe(200);
      if (!isBroken) {
        expect(answer.status).toBeLessThan(300);
        return answers;
      }
      expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '2' } });
      expect(JSON.stringify(answer.body)).not.toMatch(/token|secret|code/);
      await afterwards(prepared);
    }
    throw new Error('No request needs so many round trips');
  }

  /** A connection that was just hung up may be given to one more request before anybody has noticed. */
  async function onceMore<Prepared>(prepare: () => Promise<Prepared>, tries = 20): Promise<Prepared> {
    return prepare().catch(async (error) => {
      if (tries === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
      return onceMore(prepare, tries - 1);
    });
  }

  async function withTotp() {
    const ann = await world.user();
    const enrolled = await ann.enrolTotp();
    if (!enrolled.codes) throw new Error('The enrolment failed');
    return { ann, ...enrolled, temp: (await ann.login()).body.temp_token as string };
  }

  test('HT-5 a login: the next one gets in', async () => {
    const broken = await breakEverywhere(
      () => world.user(),
      (ann) => ann.login(),
      async (ann) => expect((await ann.login()).status).toBe(200),
    );
    expect(broken).toBeGreaterThan(1);
  });

  test('OT-3 a verification: its code is good still, or spent with a session', async () => {
    const broken = await breakEverywhere(
      withTotp,
      ({ ann, secret, temp }) => ann.verify(temp, codeOf(secret)),
      async ({ ann, secret, codes }) => {
        const sessions = await world.database.db
          .selectFrom('sessions')
          .select('id')
          .where('userId', '=', ann.id)
          .where('mfaTime', 'is not', null)
          .execute();
        const again = await ann.verify((await ann.login()).body.temp_token, codeOf(secret));
        const [spent, good] = [
          { sessions: 2, status: 403 },
          { sessions: 1, status: 200 },
        ]; // one enrolled
        expect([spent, good]).toContainEqual({ sessions: sessions.length, status: again.status });
        expect((await ann.verify((await ann.login()).body.temp_token, codes[0] ?? '')).status).toBe(200);
      },
    );
    expect(broken).toBeGreaterThan(1);
  });

  test('RK-2 a verification by recovery code: likewise', async () => {
    await breakEverywhere(
      withTotp,
      ({ ann, codes, temp }) => ann.verify(temp, codes[0] ?? ''),
      async ({ ann, codes, bearer }) => {
        const left = (await world.call('GET', '/auth/mfa/status', undefined, { bearer })).body
          .backup_codes_remaining;
        const again = await ann.verify((await ann.login()).body.temp_token, codes[0] ?? '');
        expect([
          { left: 9, status: 403 },
          { left: 10, status: 200 },
        ]).toContainEqual({ left, status: again.status });
      },
    );
  });

  test('SE-10 a refresh: the token is good still, or its session is over when it comes again', async () => {
    await breakEverywhere(
      async () => (await (await world.user()).login()).body.refresh_token as string,
      (refresh_token) => world.call('POST', '/auth/refresh', { refresh_token }),
      async (refresh_token) => {
        const { status } = await world.call('POST', '/auth/refresh', { refresh_token });
        expect([200, 401]).toContain(status);
      },
    );
  });

  test('HT-5 an enrolment: another can be begun, and nothing is asked for that was never confirmed', async () => {
    await breakEverywhere(
      async () => {
        const ann = await world.user();
        return { ann, bearer: (await ann.login()).body.access_token as string };
      },
      ({ bearer }) => world.call('POST', '/auth/mfa/enroll', { method: 'totp' }, { bearer }),
      async ({ ann, bearer }) => {
        expect((await ann.login()).body).toHaveProperty('access_token');
        expect((await ann.enrolTotp(bearer)).codes).toHaveLength(10);
      },
    );
  });

  test('PW-7 a change of the password: one of the two is good', async () => {
    const next = 'nine dry umbrella stands';
    await breakEverywhere(
      async () => {
        const ann = await world.user();
        return { ann, bearer: (await ann.login()).body.access_token as string };
      },
      ({ bearer }) =>
        world.call(
          'POST',
          '/auth/password',
          { current_password: goodPassword, new_password: next },
          { bearer },
        ),
      async ({ ann }) => {
        const old = (await ann.login()).status;
        const changed = (await ann.login('public', { password: next })).status;
        expect([old, changed].sort()).toEqual([200, 401]);
      },
    );
  });

  test('HT-5 a guarded request whose session is not known: it is let through the next time', async () => {
    await breakEverywhere(
      async () => (await (await world.user()).login()).body.access_token as string,
      (bearer) => world.call('GET', '/auth/me', undefined, { bearer }),
      async (bearer) => expect((await world.call('GET', '/auth/me', undefined, { bearer })).status).toBe(200),
    );
  });
});
