import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { codeOf, wait } from '../support/actor.ts';
import { startFakeDuo } from '../support/fake-duo.ts';
import { listenRaw } from '../support/raw-http.ts';
import { throttleOf } from '../support/second-factor.ts';
import { stateOf } from '../support/snapshot.ts';
import { createWorld, type World } from '../support/world.ts';

const fullWidth = (code: string) =>
  code.replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0));
const spellings: Readonly<Record<string, (code: string) => string>> = {
  'as the app shows it': (code) => `${code.slice(0, 3)} ${code.slice(3)}`,
  'with blanks around': (code) => `  ${code} `,
  'with a hyphen': (code) => `${code.slice(0, 3)}-${code.slice(3)}`,
  'with a long dash': (code) => `${code.slice(0, 3)}\u2013${code.slice(3)}`,
  'with a space that does not break': (code) => `${code.slice(0, 3)}\u00a0${code.slice(3)}`,
  'with a mark that nobody sees': (code) => `\u200b${code}\u2060`,
  'with a tab': (code) => `${code.slice(0, 3)}\t${code.slice(3)}`,
  'in Arabic digits': (code) =>
    code.replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0x630)),
  'in full-width digits': fullWidth,
  'in full-width digits and spaces': (code) =>
    `${fullWidth(code.slice(0, 3))}\u3000${fullWidth(code.slice(3))}`,
};
const noCodes = [
  '12345',
  '1234567',
  '12345678',
  '123456789',
  '1234567890',
  '123 45',
  '１２３４５',
  'abcdef',
  'AAAA-BBBB',
];

describe.each([{ duo: false }, { duo: true }])(
  'codes as people type them, with Duo configured: $duo',
  ({ duo }) => {
    let world: World;
    let end: () => Promise<void>;
    let sendRaw: Awaited<ReturnType<typeof listenRaw>>;
    beforeAll(async () => {
      const fake = duo ? await startFakeDuo() : null;
      const connected = fake?.connect();
      world = await createWorld(
        connected ? { carriers: { ...connected.methods, sendMail: async () => {} } } : {},
      );
      sendRaw = await listenRaw(world.app);
      end = async () => {
        await world.close();
        await connected?.close();
        await fake?.close();
      };
    });
    afterAll(() => end());
    beforeEach(() => wait(0));
    afterEach(() => void vi.useRealTimers());

    /** Somebody with an app, whose session is old; and every endpoint that takes the code of that app. */
    async function ready() {
      const ann = await world.user({ roles: ['vendor', 'user'] });
      const app = await ann.enrolTotp();
      const { bearer } = app;
      const { access_token: vendor } = (await ann.login('vendor')).body;
      wait(301);
      const { temp_token: temp } = (await ann.login()).body;
      const { temp_token: step } = (await world.call('POST', '/auth/mfa/step-up', {}, { bearer })).body;
      const { password } = ann;
      const endpoints = {
        verify: (code: string) => ann.verify(temp, code),
        'step-up': (code: string) => ann.verify(step, code),
        login: (code: string) => ann.login('public', { mfa_token: code }),
        proof: (code: string) => world.call('POST', '/auth/mfa/proof', { mfa_token: code }, { bearer }),
        change: (code: string) =>
          world.call(
            'POST',
            '/auth/mfa/recovery-codes/regenerate',
            { password, mfa_token: code },
            { bearer },
          ),
        'change by header': (code: string) =>
          world.call('POST', '/auth/mfa/recovery-codes/regenerate', { password }, { bearer, mfa: code }),
        guard: (code: string) =>
          world.call('GET', '/api/sensitive-data', undefined, { bearer: vendor, mfa: code }),
      };
      return { ...ann, app, vendor, endpoints };
    }

    const names = ['verify', 'step-up', 'login', 'proof', 'change', 'change by header', 'guard'] as const;

    test.each(Object.keys(spellings))('%s it is taken wherever a code is typed', async (how) => {
      for (const name of names) {
        const ann = await ready();
        const answer = await ann.endpoints[name](spellings[how]?.(codeOf(ann.app.secret)) ?? '');
        expect(answer.status, name).toBe(200);
      }
    });

    test('and at an enrolment', async () => {
      const ann = await world.user();
      const bearer = (await ann.login()).body.access_token;
      const { secret } = (await world.call('POST', '/auth/mfa/enroll', { method: 'totp' }, { bearer })).body;
      const confirm = (token: string) =>
        world.call('POST', '/auth/mfa/verify-enrollment', { token }, { bearer });
      for (const code of noCodes) expect(await confirm(code)).toMatchObject(namedAs('#/token'));
      expect(await throttleOf(world, ann.id)).toMatchObject({ paid: 0 });
      expect((await confirm(` ${codeOf(secret).slice(0, 3)} ${codeOf(secret).slice(3)}`)).status).toBe(200);
    });

    test('and a recovery code, in any case, with any blanks and hyphens, in full width', async () => {
      const ann = await ready();
      const [first = '', second = ''] = ann.app.codes;
      const { temp_token: temp } = (await ann.login()).body;
      expect((await ann.verify(temp, ` ${first.toLowerCase().replaceAll('-', ' \u2013 ')} `)).status).toBe(
        200,
      );
      const { temp_token: again } = (await ann.login()).body;
      const wide = second.replace(/\w/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0));
      expect((await ann.verify(again, wide)).status).toBe(200);
    });

    test('a header brings full-width digits as bytes of UTF-8', async () => {
      const ann = await ready();
      const code = fullWidth(codeOf(ann.app.secret)); // a socket writes it in UTF-8
      const lines = ['GET /api/sensitive-data HTTP/1.1', 'host: a', `authorization: Bearer ${ann.vendor}`];
      expect((await sendRaw([...lines, `x-mfa-token: ${code}`])).status).toBe(200);
    });

    test('a text of another length is 400 and named, and nothing is counted', async () => {
      const ann = await ready();
      const before = await stateOf(world.database.db);
      for (const code of noCodes) {
        for (const name of names) {
          const pointer = name === 'guard' || name === 'change by header' ? 'X-MFA-Token' : '#/mfa_token';
          expect(await ann.endpoints[name](code), `${name}: ${code}`).toMatchObject(namedAs(pointer));
        }
      }
      expect(await stateOf(world.database.db)).toEqual(before);
      expect((await ann.endpoints.verify(codeOf(ann.app.secret))).status).toBe(200);
    });

    test('reveals no user: a login with such a text is 400, for any name', async () => {
      const ann = await ready();
      const logIn = (username: string, password: string, mfa_token: string) =>
        world.call('POST', '/auth/login', { username, password, mfa_token });
      for (const [name, password] of [
        [ann.username, ann.password],
        [ann.username, 'not the password'],
        ['nobody.at.all', 'not the password'],
      ] as const)
        expect(await logIn(name, password, '1234567')).toMatchObject(namedAs('#/mfa_token'));
    });
  },
);

function namedAs(pointer: string) {
  return { status: 400, type: '/problems/invalid-request', body: { errors: [{ pointer }] } };
}
