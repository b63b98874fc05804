import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventsDuring } from '../support/audit.ts';
import { answersOf, playSecretJourney } from '../support/secret-journey.ts';
import { snapshot } from '../support/snapshot.ts';
import { createWorld, type World } from '../support/world.ts';

const lines: string[] = [];
const stream = new Writable({ write: (chunk, _encoding, done) => done(void lines.push(String(chunk))) });

let world: World;
let secrets: Awaited<ReturnType<typeof playSecretJourney>>;
let answers: string[];
let stored: Record<string, string[]>;
const away = { says: '' };
beforeAll(async () => {
  const sendMail = async ({ to, text }: { to: string; text: string }) => {
    if (away.says) throw new Error(`${away.says} <${to}>\n${text}`);
    world.mails.push({ to, text, subject: `${text.slice(0, 7)}`, html: '' });
  };
  const sms = { sendSms: async (message: { to: string; text: string }) => void world.texts.push(message) };
  world = await createWorld({ carriers: { sms, sendMail }, app: { logger: { level: 'trace', stream } } });
  answers = answersOf(world);
  secrets = await playSecretJourney(world);
  stored = await snapshot(world.database.db);
});
afterAll(() => world.close());

/** Six digits occur by chance in longer things; a code stands by itself. */
function holds(text: string, secret: string): boolean {
  return /^\d{6}$/.test(secret) ? new RegExp(`(?<!\\w)${secret}(?!\\w)`).test(text) : text.includes(secret);
}

function found(text: string, those: readonly string[]): readonly string[] {
  return those.filter((secret) => holds(text, secret));
}

describe('after a journey through everything', () => {
  test('attack 48 the journey was one: there is something to look for, and somewhere to look', () => {
    expect(secrets.codes.length).toBeGreaterThan(5);
    expect(secrets.tokens.length).toBeGreaterThan(15);
    expect(secrets.recoveryCodes).toHaveLength(10);
    expect(lines.length).toBeGreaterThan(answers.length);
    expect(stored.audit_events?.length).toBeGreaterThan(15);
    expect(holds('your code is 492039.', '492039')).toBe(true);
  });

  test('attack 48 AU-4 OB-12 no log line holds a code, seed, token, password, name or address', () => {
    const { codes, tokens, seed, recoveryCodes, passwords, addresses, username } = secrets;
    const text = lines.join('');
    expect(found(text, [...codes, ...tokens, seed, ...recoveryCodes, ...passwords])).toEqual([]);
    expect(found(text, [...addresses, username, '192.0.2.1', 'canary'])).toEqual([]);
  });

  test('attack 48 AU-4 OB-12 no event holds one, but where the request came from', () => {
    const { codes, tokens, seed, recoveryCodes, passwords, addresses } = secrets;
    const text = stored.audit_events?.join('\n') ?? '';
    expect(found(text, [...codes, ...tokens, seed, ...recoveryCodes, ...passwords])).toEqual([]);
    expect(found(text, [...addresses, 'canary'])).toEqual([]);
  });

  test('attack 48 LG-3 OT-8 a thief of the database can use nothing that is in it', () => {
    const { codes, tokens, seed, recoveryCodes, passwords } = secrets;
    const text = Object.values(stored).flat().join('\n');
    expect(found(text, [...codes, ...tokens, seed, ...recoveryCodes, ...passwords])).toEqual([]);
    const plain = recoveryCodes.map((code) => code.replaceAll('-', ''));
    expect(found(text, plain)).toEqual([]);
    expect(
      found(
        Object.entries(stored)
          .filter(([table]) => table !== 'users')
          .flat(2)
          .join('\n'),
        secrets.addresses,
      ),
    ).toEqual([]);
  });

  test('attack 2 attack 48 each secret is in the one answer that hands it out, and in no other', () => {
    const times = (secret: string) => answers.filter((answer) => holds(answer, secret)).length;
    for (const secret of [...secrets.tokens, ...secrets.recoveryCodes, secrets.seed])
      expect(times(secret)).toBe(1);
    for (const secret of [...secrets.codes, ...secrets.passwords, ...secrets.addresses])
      expect(times(secret)).toBe(0);
  });
});

describe('what a client says', () => {
  const canary = 'canary-5b1d';

  /** The log lines and the events that something leads to. */
  async function recorded(act: () => Promise<unknown>) {
    const from = lines.length;
    const events = await eventsDuring(world, act);
    return { logged: lines.slice(from), events, text: lines.slice(from).join('') + JSON.stringify(events) };
  }

  test('AU-4 is not repeated: a name that may be a password, a body that is no JSON, a URL', async () => {
    const { text, logged } = await recorded(async () => {
      await world.call('POST', '/auth/login', { username: canary, password: canary });
      await world.call('POST', '/auth/login', { username: `${canary}\r\n`, password: canary });
      await world.call('POST', '/auth/refresh', { refresh_token: canary });
      await world.call('POST', '/auth/mfa/verify', { temp_token: canary, mfa_token: canary });
      await world.call('GET', `/${canary}?${canary}=${canary}`);
      await world.call('GET', `/auth/%ZZ${canary}`);
      await world.call('GET', '/auth/me', undefined, { bearer: canary });
      const headers = { 'content-type': 'application/json', referer: canary, cookie: canary };
      await world.app.inject({
        method: 'POST',
        url: '/auth/login',
        headers,
        payload: `{"password":"${canary}`,
      });
    });
    expect(logged.length).toBeGreaterThanOrEqual(8);
    expect(text).not.toContain(canary);
  });

  test('AU-4 cannot forge a line: control characters in a user agent become spaces', async () => {
    const agent = 'curl\r\n{"level":30,"forged":true}\u0085next\u2028line\u0000\u001b[31m';
    const ann = await world.user();
    let bearer = '';
    const { logged, events } = await recorded(async () => {
      bearer = (await ann.login('public', {}, { headers: { 'user-agent': agent } })).body.access_token;
    });
    expect(events.map(({ userAgent }) => userAgent)).toEqual([
      'curl {"level":30,"forged":true} next line [31m',
    ]);
    const own = await world.call('GET', '/auth/sessions', undefined, { bearer });
    expect(own.body.sessions[0].user_agent).toBe(events[0]?.userAgent);
    for (const line of logged) expect(line).toMatch(/^\{[^\n\r]*\}\n$/);
    expect(logged.join('')).not.toContain('forged');
  });

  test('AU-4 an endless user agent is cut', async () => {
    const ann = await world.user();
    const headers = { 'user-agent': 'x'.repeat(5000) };
    const { events } = await recorded(() => ann.login('public', {}, { headers }));
    expect(events.map(({ userAgent }) => userAgent?.length)).toEqual([200]);
  });

  test('AU-4 OB-12 what a carrier says of a code and an address is not repeated, on no line of it', async () => {
    const ann = await world.user();
    const { access_token: bearer } = (await ann.login()).body;
    away.says = canary;
    const { text, logged } = await recorded(async () => {
      const body = { method: 'email', email: `${canary}@example.com` };
      const { status } = await world.call('POST', '/auth/mfa/enroll', body, { bearer });
      expect(status).toBe(500);
    });
    away.says = '';
    expect(logged.join('')).toContain('"problem":"about:blank"');
    expect(text).not.toContain(canary);
    expect(text).not.toMatch(/(?<!\w)\d{6}(?!\w)/);
  });
});
