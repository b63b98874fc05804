import type { KyselyPlugin } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import { createSessionCache } from '../../src/features/sessions/session-cache.ts';
import { codeOf, wait } from '../support/actor.ts';
import { withDevice } from '../support/devices.ts';
import { freshPhone, vendorWithTotp } from '../support/second-factor.ts';
import { useWorld } from '../support/use-world.ts';

/** Statements are what a request waits for: their number is the speed that does not depend on the machine. */
describe('round trips to the database', () => {
  const world = useWorld();
  let statements = 0;
  beforeAll(async () => {
    const counting: KyselyPlugin = {
      transformQuery: ({ node }) => {
        statements += 1;
        return node;
      },
      transformResult: async ({ result }) => result,
    };
    const db = world.deps.db.withPlugin(counting);
    Object.assign(world.app.deps, { db, sessions: createSessionCache(db) });
  });

  async function count<Result>(work: () => Promise<Result>) {
    const before = statements;
    const result = await work();
    return { result, took: statements - before };
  }

  test('a login takes two beside the hash', async () => {
    const ann = await world.user();
    const { result, took } = await count(() => ann.login());
    expect(result.status).toBe(200);
    expect(took).toBe(2);
  });

  test('a login that asks for a factor takes two, a verification two, a replay three', async () => {
    const ann = await world.user();
    const { secret } = await ann.enrolTotp();
    const challenge = await count(() => ann.login());
    expect(challenge.took).toBe(2);
    const code = codeOf(secret);
    const verified = await count(() => ann.verify(challenge.result.body.temp_token, code));
    expect(verified.result.status).toBe(200);
    expect(verified.took).toBe(2);
    const again = await ann.login();
    const replayed = await count(() => ann.verify(again.body.temp_token, code));
    expect(replayed.result.status).toBe(403);
    expect(replayed.took).toBeLessThanOrEqual(3);
  });

  test('a login that sends a mail takes three, one that sends a text four: the sends are reserved, all at once', async () => {
    const ann = await world.user();
    await ann.enrolSent('email', { email: `${ann.username}@second.example` });
    const bob = await world.user();
    await bob.enrolSent('sms', { phone: freshPhone() });
    wait(40);
    expect((await count(() => ann.login())).took).toBe(3);
    expect((await count(() => bob.login())).took).toBe(4);
  });

  test('a trusted device costs a login one more, with any outcome, and two more when it becomes one', async () => {
    const { loginWithDevice, token, trust, ann } = await withDevice(world);
    const { took: without } = await count(() => ann.login());
    const { result, took } = await count(() => loginWithDevice());
    expect(result.body.mfa_required).toBe(false);
    expect(took).toBe(3);
    const overtaken = await count(() => loginWithDevice(token));
    expect(overtaken.took).toBe(3);
    const unknown = await count(() => loginWithDevice('x'.repeat(43)));
    expect(unknown.took).toBe(3);
    const unasked = await count(() => ann.login('public', { trusted_device: undefined }));
    expect([without, unasked.took]).toEqual([2, 2]);
    const trusted = await count(trust); // a login, then the answer
    expect(trusted.took).toBe(2 + 4);
  });

  test.each(['/api/sensitive-data', '/auth/forward?area=vendor&scope=data:read&mfa=if_enrolled'])(
    'a guarded request takes none once its session is known: %s',
    async (url) => {
      const vera = await world.user({ roles: ['vendor'] });
      const { body } = await vera.login('vendor');
      const ask = () => world.call('GET', url, undefined, { bearer: body.access_token });
      const first = await count(ask);
      expect(first.took).toBe(1);
      const { result, took } = await count(ask);
      expect(result.status).toBe(200);
      expect(took).toBe(0);
    },
  );

  test('a gateway that brings a proof takes none, one that brings a code two', async () => {
    const vera = await vendorWithTotp(world);
    const url = '/auth/forward?area=vendor&mfa=required';
    const ask = (mfa: string) => world.call('GET', url, undefined, { bearer: vera.bearer, mfa });
    const code = await count(() => ask(vera.code()));
    expect(code.result.status).toBe(200);
    expect(code.took).toBe(1 + 2); // the session is not known yet
    const proof: string = (await vera.proofOf(vera.code(1))).body.mfa_proof;
    const proven = await count(() => ask(proof));
    expect(proven.result.status).toBe(200);
    expect(proven.took).toBe(0);
  });
});
