import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changeAccountStatus } from '../../src/features/user-admin/change-account-status.ts';
import { codeOf, wait } from '../support/actor.ts';
import { serverUrl } from '../support/database.ts';
import { anotherInstance } from '../support/instance.ts';
import { freshPhone } from '../support/second-factor.ts';
import { policyOf, staff } from '../support/staff.ts';
import { turnRolloutOf } from '../support/turn-rollout.ts';
import { useWorld } from '../support/use-world.ts';
import { consoleContext } from '../support/world.ts';

// The embedded database belongs to one process, so there is no second instance to notify.
describe.skipIf(!serverUrl)(
  'of two instances on one PostgreSQL, what ends on one is over on the other:',
  () => {
    // The clock stands still, so what is remembered never grows old: only the notification can make it forgotten.
    const world = useWorld();
    let other: Awaited<ReturnType<typeof anotherInstance>>;
    beforeAll(async () => {
      other = await anotherInstance(world);
    });
    afterAll(() => other.close());

    const there = async (bearer: string) =>
      (await other.call('GET', '/auth/me', undefined, { bearer })).status;

    /** Asks until it is: a notification takes a moment, and more on a busy machine. */
    async function isRefusedThere(bearer: string): Promise<boolean> {
      for (let look = 0; look < 400; look += 1) {
        if ((await there(bearer)) === 401) return true;
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      return false;
    }

    async function cachedThere() {
      const ann = await world.user();
      const tokens = (await ann.login()).body;
      expect(await there(tokens.access_token)).toBe(200);
      return { ann, bearer: tokens.access_token as string, refresh: tokens.refresh_token as string };
    }

    test('SE-6 a logout', async () => {
      const { bearer, refresh } = await cachedThere();
      await world.call('POST', '/auth/logout', undefined, { bearer });
      expect(await isRefusedThere(bearer)).toBe(true);
      expect((await other.call('POST', '/auth/refresh', { refresh_token: refresh })).status).toBe(401);
    });

    test('SE-7 an account that is disabled', async () => {
      const { ann, bearer } = await cachedThere();
      await changeAccountStatus(world.deps, consoleContext(), ann.id, {
        status: 'disabled',
      });
      expect(await isRefusedThere(bearer)).toBe(true);
    });

    test('SE-7 roles that change', async () => {
      const { ann, bearer } = await cachedThere();
      await changeAccountStatus(world.deps, consoleContext(), ann.id, {
        roles: ['auditor'],
      });
      expect(await isRefusedThere(bearer)).toBe(true);
    });

    test('PW-7 a change of the password, for other sessions', async () => {
      const { ann, bearer } = await cachedThere();
      const own = (await ann.login()).body.access_token;
      const change = { current_password: ann.password, new_password: 'nine dry umbrellas' };
      expect((await world.call('POST', '/auth/password', change, { bearer: own })).status).toBe(204);
      expect(await isRefusedThere(bearer)).toBe(true);
      expect(await there(own)).toBe(200);
    });

    test('SE-8 a session that is ended from another', async () => {
      const { ann, bearer } = await cachedThere();
      const { body } = await world.call('GET', '/auth/me', undefined, { bearer });
      const own = (await ann.login()).body.access_token;
      await world.call('DELETE', `/auth/sessions/${body.session.id}`, undefined, { bearer: own });
      expect(await isRefusedThere(bearer)).toBe(true);
    });

    test('SE-8 a factor that is added, for other sessions', async () => {
      const { ann, bearer } = await cachedThere();
      await ann.enrolTotp();
      expect(await isRefusedThere(bearer)).toBe(true);
    });

    test('SE-9 a step-up, for the tokens from before', async () => {
      const ann = await world.user();
      const { secret } = await ann.enrolTotp();
      const bearer = (await ann.loginWithTotp(secret)).body.access_token;
      wait(30);
      expect(await there(bearer)).toBe(200);
      const stepUp = await world.call('POST', '/auth/mfa/step-up', {}, { bearer });
      const raised = (await ann.verify(stepUp.body.temp_token, codeOf(secret))).body.access_token;
      expect(await isRefusedThere(bearer)).toBe(true);
      expect(await there(raised)).toBe(200);
    });

    test('SE-10 a refresh token that comes twice', async () => {
      const { bearer, refresh } = await cachedThere();
      await other.call('POST', '/auth/refresh', { refresh_token: refresh });
      wait(10);
      expect((await world.call('POST', '/auth/refresh', { refresh_token: refresh })).status).toBe(401);
      expect(await isRefusedThere(bearer)).toBe(true);
    });

    test('OT-3 a code that was used on one is used on the other', async () => {
      const ann = await world.user();
      const { secret } = await ann.enrolTotp();
      const code = codeOf(secret);
      const temps = [];
      for (let i = 0; i < 2; i += 1) temps.push((await ann.login()).body.temp_token);
      const answers = await Promise.all([
        world.call('POST', '/auth/mfa/verify', { temp_token: temps[0], mfa_token: code }),
        other.call('POST', '/auth/mfa/verify', { temp_token: temps[1], mfa_token: code }),
      ]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 403]);
    });

    test('RO-6 SE-7 a policy that is changed', async () => {
      const root = await staff(world);
      const opens = async () => (await other.call('GET', '/admin/rollout', undefined, root)).status;
      expect(await opens()).toBe(200);
      const helper = await world.user({ roles: ['admin'] });
      await helper.enrolSent('sms', { phone: freshPhone() });
      const policy = await policyOf(root, 'admin', { allowed_methods: ['sms'] });
      expect((await root.put('/admin/areas/admin', policy)).status).toBe(200);
      for (let look = 0; look < 400 && (await opens()) === 200; look += 1)
        await new Promise((resolve) => setTimeout(resolve, 25));
      expect(await opens()).toBe(403);
    });

    test('RO-1 a rollout that is turned', async () => {
      const ann = await world.user();
      const turn = (phase: 'full' | 'soft') =>
        turnRolloutOf(world.deps, { phase, roles: undefined, graceSeconds: 0 });
      const login = () =>
        other.call('POST', '/auth/login', { username: ann.username, password: ann.password });
      const answers = async (status: number) => {
        for (let look = 0; look < 400 && (await login()).status !== status; look += 1)
          await new Promise((resolve) => setTimeout(resolve, 25));
        expect((await login()).status).toBe(status);
      };
      await turn('full');
      await answers(403);
      await turn('soft');
      await answers(200);
    });
  },
);
