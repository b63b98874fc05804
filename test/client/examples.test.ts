import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { changePassword } from '../../packages/client/examples/change-password.ts';
import { createLogin } from '../../packages/client/examples/complete-login.ts';
import { enrolApp } from '../../packages/client/examples/enrol-app.ts';
import { reportPage } from '../../packages/client/examples/own-api.ts';
import { factorPage } from '../../packages/client/examples/step-up.ts';
import { trustingLogin } from '../../packages/client/examples/trusted-device.ts';
import type { Ui } from '../../packages/client/examples/ui.ts';
import { unlock } from '../../packages/client/examples/unlock-user.ts';
import { showUser } from '../../packages/client/examples/who-is-logged-in.ts';
import { codeOf, wait, wrongCodeOf } from '../support/actor.ts';
import { freshPhone } from '../support/second-factor.ts';
import { staff } from '../support/staff.ts';
import { useWorld } from '../support/use-world.ts';
import { browserFetch, challengeIn, useHttp } from './client-world.ts';
import { plugIn } from './software-keys.ts';

const world = useWorld();
const { client, url } = useHttp(world);
afterEach(() => void vi.unstubAllGlobals());

async function withApp(roles: Parameters<typeof world.user>[0] = {}) {
  const ann = await world.user(roles);
  const { secret, factorId, codes } = await ann.enrolTotp();
  wait(301);
  return { ...ann, secret, factorId, codes };
}

describe('complete-login', () => {
  const noChoice: Ui['chooseNewFactor'] = () => Promise.reject(new Error('Nothing to enrol'));
  const answering = (...given: readonly (() => { code?: string; factorId?: string })[]): Ui => {
    const left = [...given];
    return { chooseNewFactor: noChoice, ask: async () => left.shift()?.() ?? {} };
  };
  async function logIn(ann: { username: string; password: string }, ui: Ui) {
    vi.stubGlobal('fetch', browserFetch());
    const { client: page, logIn: begin } = createLogin(url(), ui);
    const answer = await begin(ann.username, ann.password);
    const { state } = page;
    page.close();
    vi.unstubAllGlobals();
    return { answer, state };
  }

  test('logs in by password, app, recovery code, text message, e-mail and key', async () => {
    const bare = await world.user();
    expect((await logIn(bare, answering())).answer.kind).toBe('tokens');

    const ann = await withApp();
    const wrong = () => ({ code: wrongCodeOf(ann.secret) });
    const right = () => ({ code: codeOf(ann.secret) });
    expect((await logIn(ann, answering(wrong, right))).state).toMatchObject({ acr: 'urn:sallyport:acr:2' });
    const { answer } = await logIn(
      ann,
      answering(() => ({ code: ann.codes[0] ?? '' })),
    );
    expect(answer.warning).toContain('Recovery code used');

    const sms = await world.user();
    await sms.enrolSent('sms', { phone: freshPhone() });
    wait(1000);
    const byText = () => ({ code: sms.lastCode('sms') });
    expect((await logIn(sms, answering(byText))).state).toMatchObject({ acr: 'urn:sallyport:acr:2r' });

    const mail = await world.user();
    const { factorId } = await mail.enrolSent('email', {});
    wait(1000);
    const again = () => {
      wait(30);
      return { factorId };
    };
    const byMail = () => ({ code: mail.lastCode('email') });
    expect((await logIn(mail, answering(again, byMail))).state).toMatchObject({
      acr: 'urn:sallyport:acr:1plus',
    });

    const key = await world.user();
    plugIn();
    const page = client();
    await page.login(key);
    await page.verifyWithKey(await page.enroll('webauthn'));
    const { PublicKeyCredential: api, navigator: browser } = globalThis;
    const ui: Ui = {
      chooseNewFactor: noChoice,
      ask: async () => {
        vi.stubGlobal('PublicKeyCredential', api);
        vi.stubGlobal('navigator', browser);
        return {};
      },
    };
    expect((await logIn(key, ui)).state).toMatchObject({ acr: 'phr' });
  });

  test('enrols a factor where one is demanded', async () => {
    const mo = await world.user();
    await world.deps.db
      .updateTable('users')
      .set({ mfaResetAt: new Date() })
      .where('id', '=', mo.id)
      .execute();
    let secret = '';
    const ui: Ui = {
      chooseNewFactor: async ({ methods }) => {
        expect(methods).toContain('totp');
        return { method: 'totp', label: 'My phone' };
      },
      ask: async (question) => {
        if (question.kind === 'enrolment' && question.method === 'totp') secret = question.secret;
        return { code: codeOf(secret) };
      },
    };
    const { answer, state } = await logIn(mo, ui);
    expect(answer.recoveryCodes).toHaveLength(10);
    expect(state).toMatchObject({ status: 'authenticated', mfa: true });
  });
});

test('who-is-logged-in follows a login and a logout', async () => {
  const ann = await world.user();
  const page = client({ mode: 'cookie' }, browserFetch());
  const shown: string[] = [];
  const end = await showUser(page, (text) => shown.push(text));
  await page.login(ann);
  await page.logout();
  end();
  expect(new Set(shown)).toEqual(new Set(['Not logged in', 'Logged in as user']));
  expect(shown.at(-1)).toBe('Not logged in');
});

test('enrol-app shows the picture, and the recovery codes once', async () => {
  const ann = await world.user();
  const page = client();
  await page.login(ann);
  let secret = '';
  const problems: (string | undefined)[] = [];
  const codes: string[] = [];
  await enrolApp(page, {
    showQrCode: (png, text) => {
      expect(png).toMatch(/^data:image\/png/);
      secret = text;
    },
    askCode: async (problem) => {
      problems.push(problem);
      return problem ? codeOf(secret) : wrongCodeOf(secret);
    },
    showRecoveryCodes: (shown) => codes.push(...shown),
  });
  expect(problems).toEqual([undefined, 'Invalid MFA token']);
  expect(codes).toHaveLength(10);
});

test('step-up removes a factor after a proof in between', async () => {
  const ann = await withApp();
  const { factorId } = await ann.enrolSent(
    'sms',
    { phone: freshPhone() },
    (await ann.loginWithTotp(ann.secret)).body.access_token,
  );
  wait(30);
  const demands: (readonly string[])[] = [];
  const { client: page, remove } = factorPage(url(), async (acrValues) => {
    demands.push(acrValues);
    return codeOf(ann.secret);
  });
  await page.login({ ...ann, code: codeOf(ann.secret) });
  wait(301);
  expect(await remove(factorId)).toBe('removed');
  expect(demands).toHaveLength(1);
});

test('own-api gets its report', async () => {
  const server = createServer((request, response) => {
    response.end(JSON.stringify({ bearer: request.headers.authorization?.startsWith('Bearer eyJ') }));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { client: page, report } = reportPage(url(), api, async () => {});
  await page.login(await world.user());
  expect(await report()).toEqual({ bearer: true });
  await expect(report(AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
  server.close();
});

test('trusted-device asks for the code once', async () => {
  const ann = await withApp();
  const kept = new Map<string, string>();
  let asked = 0;
  const devices = {
    load: (key: string) => kept.get(key),
    save: (key: string, token: string) => kept.set(key, token),
  };
  const page = trustingLogin(url(), devices, async () => {
    asked += 1;
    return codeOf(ann.secret);
  });
  expect(await page.logIn(ann.username, ann.password)).toMatchObject({ deviceTrusted: true });
  expect(await page.logIn(ann.username, ann.password)).toMatchObject({ kind: 'tokens' });
  expect(asked).toBe(1);
  await page.forget();
  wait(30);
  await page.logIn(ann.username, ann.password);
  expect(asked).toBe(2);
});

test('change-password says why', async () => {
  const ann = await world.user();
  const page = client();
  await page.login(ann);
  expect(await changePassword(page, ann.password, 'short')).toBe('Use more characters.');
  expect(await changePassword(page, 'not the password', 'nine folded maps')).toBe(
    'The present password is wrong.',
  );
  expect(await changePassword(page, ann.password, 'nine folded maps')).toBeUndefined();
});

test('unlock-user finds the account and lifts its lock', async () => {
  const root = await staff(world);
  wait(30);
  const locked = await withApp();
  const page = client();
  let challenge = challengeIn(await page.login(locked));
  for (let wrong = 0; wrong < 2; wrong += 1)
    challenge = challengeIn(await page.verify(challenge, { code: wrongCodeOf(locked.secret) }));
  await page.verify(challenge, { code: wrongCodeOf(locked.secret) }).catch(() => {});
  const desk = client();
  await desk.login({ username: root.username, password: root.password, area: 'admin', code: root.code() });
  expect(await unlock(desk, locked.username, 'Called from the known number')).toBe(true);
  expect(await unlock(desk, 'nobody-of-that-name', 'x')).toBe(false);
  expect(await page.login({ ...locked, code: codeOf(locked.secret) })).toMatchObject({ kind: 'tokens' });
});
