import { createHash, createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { destinationOf } from '../../src/domain/mfa/provider.ts';
import { plainLetterhead } from '../../src/domain/notices/letterhead.ts';
import { maskAddress } from '../../src/domain/users/email-address.ts';
import { email } from '../../src/features/mfa/providers/email.ts';
import { sms } from '../../src/features/mfa/providers/sms.ts';
import { createProviders, everyMethod } from '../../src/features/mfa/providers.ts';
import { otherThan } from '../support/second-factor.ts';

const mac = (text: string) => createHmac('sha256', 'a key').update(text).digest('base64url');
const context = { now: new Date(), user: { id: 'u', username: 'ann', email: null, language: null } };
const phone = '+15095550100';
const address = 'ann.smith@mail.example.com';

function bySms() {
  const texts: { to: string; text: string }[] = [];
  const carrier = { sendSms: async (message: { to: string; text: string }) => void texts.push(message) };
  const codes = () => texts.map(({ text }) => /\d{6}/.exec(text)?.[0] ?? '');
  return { provider: sms({ mac, carrier, serviceName: 'Sallyport' }), sent: texts, codes, data: { phone } };
}

function byMail() {
  const mails: { to: string; subject: string; text: string; html: string }[] = [];
  const sendMail = async (mail: (typeof mails)[number]) => void mails.push(mail);
  const codes = () => mails.map(({ text }) => /\d{6}/.exec(text)?.[0] ?? '');
  return {
    provider: email({ mac, sendMail, letterhead: plainLetterhead('Sallyport') }),
    sent: mails,
    codes,
    data: { email: address },
  };
}

describe.each([
  ['SMS', bySms, phone],
  ['e-mail', byMail, address],
])('the method %s', (_name, make, destination) => {
  const factorOf = (data: unknown) => ({ id: 'f', userId: 'u', method: 'm', data, version: 1 });

  test('OB-1 sends six random digits and keeps leading zeros', async () => {
    const { provider, codes, data } = make();
    for (let one = 0; one < 1000; one += 1) await provider.challenge(factorOf(data), context);
    expect(codes().filter((code) => !/^\d{6}$/.test(code))).toEqual([]);
    const zeros = codes().filter((code) => code.startsWith('0')).length;
    expect(zeros).toBeGreaterThan(45); // 100 are expected, and their standard deviation is 9.5
    expect(zeros).toBeLessThan(160);
    expect(new Set(codes()).size).toBeGreaterThan(980);
  });

  test.each([
    ['john.smith@intranet', 'j•••@i•••'],
    ['root@localhost', 'r•••@l•••'],
    ['a.b.c@h', 'a•••@h•••'],
    ['john.smith@mail.example.gov', 'j•••@m•••.gov'],
    ['john@example.gov', 'j•••@e•••.gov'],
  ])('the mask of %s shows where, and not whom', async (address, hint) => {
    expect(maskAddress(address)).toBe(hint);
  });

  test('OB-12 sends to the factor alone, shows it masked and keeps the code keyed', async () => {
    const { provider, sent, codes, data } = make();
    const { state, show } = await provider.challenge(factorOf(data), context);
    const [code = ''] = codes();
    expect(sent).toMatchObject([{ to: destination }]);
    expect(destinationOf(provider, data)).toBe(destination);
    expect(show).toEqual({ sent_to: expect.stringContaining('•••') });
    expect(JSON.stringify(show)).not.toContain(destination.slice(2, -4));
    expect(state).toEqual({ codeMac: mac(code) });
    const plain = createHash('sha256').update(code).digest();
    for (const form of [code, plain.toString('hex'), plain.toString('base64url')]) {
      expect(JSON.stringify({ state, show })).not.toContain(form);
    }
  });

  test('passes the code that was sent, and no other, and nothing where no code was sent', async () => {
    const { provider, codes, data } = make();
    const first = await provider.challenge(factorOf(data), context);
    const second = await provider.challenge(factorOf(data), context);
    const [one = '', two = ''] = codes();
    const verdict = async (state: unknown, code: string) =>
      (await provider.verify({ factor: factorOf(data), state, answer: { code } }, context)).outcome;
    expect(await verdict(first.state, one)).toBe('passed');
    expect(await verdict(second.state, two)).toBe('passed');
    expect(await verdict(first.state, otherThan(one))).toBe('failed');
    if (one !== two) expect(await verdict(second.state, one)).toBe('failed');
    expect(await verdict(null, one)).toBe('failed');
  });
});

describe('the method SMS', () => {
  test('OB-6 is restricted: says so, why, and what is better', async () => {
    const { provider } = bySms();
    const { show, hint } = await provider.enrol({ phone }, context);
    expect(show).toMatchObject({ restricted: true, notice: expect.stringContaining('SIM swap') });
    expect(show.alternatives).toContain('totp');
    expect(hint).toBe('+1••••••••00');
    expect(provider).toMatchObject({ restricted: true, level: '2r', amr: ['sms', 'mca', 'mfa'] });
  });

  test('binds the code to the page that takes it, in the last line, where that page is known', async () => {
    const sent: string[] = [];
    const carrier = { sendSms: async ({ text }: { text: string }) => void sent.push(text) };
    const named = { mac, carrier, serviceName: 'login.example.gov' };
    const factor = { id: 'f', userId: 'ann', method: 'sms', data: { phone }, version: 1 };
    for (const more of [{ portalHost: 'app.example.gov' }, {}])
      await sms({ ...named, ...more }).challenge(factor, context);
    const [bound = '', unbound = ''] = sent;
    const [, code] = /^(\d{6}) is your login\.example\.gov code\./.exec(bound) ?? [];
    expect(bound.split('\n').slice(1)).toEqual(['', `@app.example.gov #${code}`]);
    expect(bound.length).toBeLessThanOrEqual(160);
    expect(unbound).not.toMatch(/[@#\n]/);
  });

  test('attack 47 takes mobile numbers as they are dialled, and none that cost more or read as two', () => {
    const { provider } = bySms();
    const good = ['+15095550100', '+491701234567', '+447400123456'];
    const bad = [
      '15095550100',
      '+1 509 555 0100',
      '+15095550100,+15095550101',
      '+15095550100;ext=1',
      '+15095550100\n',
      '+19005550100', // premium rate
      '+18005550100', // toll-free
      '+493012345678', // fixed line
      '+881612345678', // satellite
      '+882161234567', // international network
      '+1509555010',
      '+00000000000',
      '++15095550100',
      '',
    ];
    const taken = [...good, ...bad].filter((one) => provider.setup.safeParse({ phone: one }).success);
    expect(taken).toEqual(good);
    expect(provider.setup.safeParse({ phone, email: 'a@example.com' }).success).toBe(false);
  });

  test.each([
    ['US', '+12015550123', ['+15062345678', '+18762101234', '+18092345678', '+12684641234']],
    ['GB', '+447400123456', ['+447797712345', '+447781123456', '+447624412345']],
    ['RU', '+79123456789', ['+77710009998']],
    ['FR', '+33612345678', ['+590690001234', '+262692123456']],
  ])(
    'attack 47 a country that is allowed lets in no other that shares its code: %s',
    (country, own, others) => {
      const carrier = { sendSms: async () => {} };
      const provider = sms({ mac, carrier, serviceName: 'Sallyport', countries: [country] });
      const takes = (phone: string) => provider.setup.safeParse({ phone }).success;
      expect(takes(own)).toBe(true);
      expect(others.filter(takes)).toEqual([]);
      const elsewhere = others.map((phone) => provider.delivery?.toll?.({ phone }).country);
      expect(elsewhere).not.toContain(country); // nor is it texted where it was enrolled before
      expect(bySms().provider.setup.safeParse({ phone: others[0] }).success).toBe(true);
    },
  );

  test('lets a carrier that makes its own codes be the judge, asked by the reference of its challenge', async () => {
    const asked: string[][] = [];
    const verifySms = {
      start: async (to: string) => `ref of ${to}`,
      check: async (reference: string, code: string) => {
        asked.push([reference, code]);
        return code === '123456';
      },
    };
    const provider = sms({ mac, carrier: { verifySms }, serviceName: 'Sallyport' });
    const factor = { id: 'f', userId: 'u', method: 'sms', data: { phone }, version: 1 };
    const { state } = await provider.challenge(factor, context);
    const outcomes = await Promise.all(
      ['123456', '123457'].map((code) => provider.verify({ factor, state, answer: { code } }, context)),
    );
    expect(outcomes).toEqual([{ outcome: 'passed' }, { outcome: 'failed' }]);
    expect(asked).toEqual([
      [`ref of ${phone}`, '123456'],
      [`ref of ${phone}`, '123457'],
    ]);
    expect(await provider.verify({ factor, state: null, answer: { code: '123456' } }, context)).toEqual({
      outcome: 'failed',
    });
  });
});

describe('the method e-mail', () => {
  test('OB-8 reaches no second level and never says mfa', () => {
    expect(byMail().provider).toMatchObject({ level: '1plus', amr: ['email', 'mca'] });
  });

  test('sends to one address alone', () => {
    const { provider } = byMail();
    const bad = [
      'a@x.gov,b@y.gov',
      'a@x.gov\r\nBcc: b@y.gov',
      '<a@x.gov>',
      'a',
      'a＠x.gov',
      `${'a'.repeat(250)}@x.gov`,
    ];
    const taken = [address, ...bad].filter((one) => provider.setup.safeParse({ email: one }).success);
    expect(taken).toEqual([address]);
  });
});

describe('the list of methods', () => {
  test('leaves out what has no carrier', () => {
    const sendMail = async () => {};
    const names = (io: object) => [...createProviders({ serviceName: 'Sallyport', mac, ...io }).keys()];
    const sent = (io: object) => names(io).filter((name) => ['sms', 'email'].includes(name));
    expect(sent({})).toEqual([]);
    expect(sent({ sendMail })).toEqual(['email']);
    expect(sent({ sendMail, sms: { sendSms: sendMail } })).toEqual(['sms', 'email']);
  });

  test('attack 8 counts every method whose answer can be guessed', () => {
    const others = [...everyMethod.values()].filter(({ guessable }) => !guessable);
    expect(others.map(({ method }) => method)).toEqual([
      'duo_universal', // what Duo answers to its own state
      'webauthn', // a signature
    ]);
  });
});
