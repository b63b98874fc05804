import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { leaveForDuo, returnFromDuo } from '../../packages/client/src/index.ts';
import { wait } from '../support/actor.ts';
import { startFakeDuo } from '../support/fake-duo.ts';
import { phone } from '../support/fake-duo-auth.ts';
import { useWorld } from '../support/use-world.ts';
import { challengeIn, useHttp } from './client-world.ts';

const duo = await startFakeDuo();
const connected = duo.connect();
const world = useWorld({ carriers: { ...connected.methods, sendMail: async () => {} } });
const { client } = useHttp(world);
afterEach(() => void vi.unstubAllGlobals());
afterAll(async () => {
  await connected.close();
  await duo.close();
});

const approve = () => {
  const push = duo.pushes.at(-1);
  if (push) push.decision = { result: 'allow', status: 'allow' };
};
const deny = () => {
  const push = duo.pushes.at(-1);
  if (push) push.decision = { result: 'deny', status: 'deny' };
};

describe('a push', () => {
  async function withPush() {
    const ann = await world.user();
    duo.users.set(ann.username, { policy: 'auth', devices: [phone], verified: true, passcodes: ['1234567'] });
    const page = client();
    await page.login(ann);
    const enrolment = await page.enroll('duo_push');
    expect(enrolment).toMatchObject({ method: 'duo_push', push: true });
    expect(await page.verify(enrolment)).toMatchObject({ kind: 'pending' });
    approve();
    expect(await page.waitForPush(enrolment)).toMatchObject({
      kind: 'tokens',
      recoveryCodes: { length: 10 },
    });
    await page.logout();
    wait(301);
    return { ann, page };
  }

  test('is asked about until the user has decided', async () => {
    const { ann, page } = await withPush();
    const challenge = challengeIn(await page.login(ann));
    expect(challenge.shown).toMatchObject({ push: true, verificationCode: expect.stringMatching(/^\d+$/) });
    const pending = await page.verify(challenge);
    expect(pending).toMatchObject({ kind: 'pending', retryAt: Date.now() + 2000, target: challenge });
    approve();
    if (pending.kind !== 'pending') throw new Error('Decided');
    expect(await page.waitForPush(pending)).toMatchObject({ kind: 'tokens' });
  });

  test('that is denied leaves the login open', async () => {
    const { ann, page } = await withPush();
    const challenge = challengeIn(await page.login(ann));
    deny();
    expect(await page.waitForPush(challenge)).toMatchObject({ kind: 'challenge', problem: { status: 403 } });
  });

  test('is not asked about any more when the user types a passcode', async () => {
    const { ann, page } = await withPush();
    const challenge = challengeIn(await page.login(ann));
    const typing = new AbortController();
    const waiting = page.waitForPush(challenge, { signal: typing.signal });
    typing.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    expect(await page.verify(challenge, { code: '1234567' })).toMatchObject({ kind: 'tokens' });
  });
});

describe("Duo's own page", () => {
  /** A tab that goes to Duo and comes back to this address. */
  function tab() {
    const storage = new Map<string, string>();
    const location = { search: '', pathname: '/duo', assign: vi.fn() };
    vi.stubGlobal('location', location);
    vi.stubGlobal('history', {
      replaceState: () => {
        location.search = '';
      },
    });
    vi.stubGlobal('sessionStorage', {
      getItem: (key: string) => storage.get(key) ?? null,
      setItem: (key: string, value: string) => storage.set(key, value),
      removeItem: (key: string) => storage.delete(key),
    });
    return { storage, location };
  }

  test('is left for and returned from, and nothing stays in the address or the tab', async () => {
    const ann = await world.user();
    const { storage, location } = tab();
    const page = client();
    await page.login(ann);
    const enrolment = await page.enroll('duo_universal');
    void leaveForDuo(enrolment);
    expect(location.assign).toHaveBeenCalledWith(enrolment.redirectUrl);
    expect([...storage.values()].join()).not.toContain(await page.accessToken());
    const visited = await duo.visit(enrolment.redirectUrl);
    location.search = `?${new URLSearchParams(visited.response)}`;
    expect(await returnFromDuo(page)).toMatchObject({ kind: 'tokens', recoveryCodes: { length: 10 } });
    await page.logout();

    const challenge = challengeIn(await page.login(ann));
    void leaveForDuo(challenge);
    const { response } = await duo.visit(challenge.shown.redirectUrl ?? '');
    location.search = `?${new URLSearchParams(response)}`;
    const reloaded = client();
    expect(await returnFromDuo(reloaded)).toMatchObject({ kind: 'tokens' });
    expect([location.search, storage.size]).toEqual(['', 0]);
    expect(await returnFromDuo(reloaded)).toBeUndefined();
  });

  test('that ends in an error gives the challenge back, to ask again', async () => {
    const ann = await world.user();
    const { location } = tab();
    const page = client();
    await page.login(ann);
    const enrolment = await page.enroll('duo_universal');
    const { response } = await duo.visit(enrolment.redirectUrl);
    await page.verify(enrolment, { response });
    await page.logout();
    const challenge = challengeIn(await page.login(ann));
    void leaveForDuo(challenge);
    location.search = '?error=access_denied';
    const back = challengeIn((await returnFromDuo(page)) ?? { kind: 'none' });
    const again = await page.resend(back);
    const visited = await duo.visit(again.shown.redirectUrl ?? '');
    expect(await page.verify(again, { response: visited.response })).toMatchObject({ kind: 'tokens' });
  });
});
