import { expect, test } from 'vitest';
import { languages } from '../../src/domain/notices/texts/catalogue.ts';
import { conversionRules } from '../../src/domain/sms/conversion-breaker.ts';
import {
  defaultSmsRules,
  limitOf,
  noticesOf,
  noticesOfAccount,
  provenSeconds,
  unansweredOfProven,
} from '../../src/domain/sms/sms-limits.ts';
import { sendRules } from '../../src/domain/throttling/send-limits.ts';
import { sms } from '../../src/features/mfa/providers/sms.ts';
import { readDocument, rowsBelow } from '../support/document.ts';

const document = readDocument('docs/sms-cost.md');
const price = 0.01;
const longestMonth = 31;
const { perDay, perCountryPerDay, perPrefixPerDay, leastConversionPercent } = defaultSmsRules;
const windowsInDay = 86_400 / sendRules.windowSeconds;

const count = (number: number) => number.toLocaleString('en-US');
const money = (sum: number) =>
  `$${sum.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
const numberIn = (text = '') => Number(text.replace(/[$,]/g, ''));

/** A notice has two segments, and a code has one. */
const segmentsOf = (budget: number) => budget + noticesOf(budget);

test('what the defaults allow is computed from the defaults', () => {
  const codes = [
    limitOf(perDay, true),
    limitOf(perCountryPerDay, true),
    limitOf(perPrefixPerDay, true),
    sendRules.perWindow * windowsInDay,
  ];
  const limits = [
    ...[perDay, perCountryPerDay, perPrefixPerDay].map((limit) => ({ limit, segments: segmentsOf(limit) })),
    ...codes.map((limit) => ({ limit, segments: limit })),
    ...[noticesOf(perDay), noticesOfAccount].map((limit) => ({ limit, segments: 2 * limit })),
  ];
  const rows = rowsBelow(document, 'What the defaults allow').map((cells) => cells.slice(2));
  expect(rows).toEqual(
    limits.map(({ limit, segments }) => [
      count(limit),
      count(limit * 30),
      count(limit * longestMonth),
      money(segments * longestMonth * price),
    ]),
  );
});

test('an ordinary month is users by texts by price', () => {
  const rows = rowsBelow(document, 'An ordinary month');
  expect(rows.length).toBeGreaterThan(0);
  for (const [habit, ofUser, texts, cost] of rows) {
    const expected = Math.round(200 * numberIn(ofUser) * 1.1);
    expect([habit, texts, cost]).toEqual([habit, count(expected), money(expected * price)]);
  }
});

test('a sum of money leads to the setting, and the setting costs no more than the sum', () => {
  const rows = rowsBelow(document, 'From a sum of money to settings');
  expect(rows.length).toBeGreaterThan(0);
  for (const [sum, of, setting, most] of rows) {
    const cents = Math.round(numberIn(of) * 100);
    const cost = (texts: number) => (segmentsOf(texts) * longestMonth * cents) / 100;
    const texts = numberIn(setting);
    expect(most).toBe(money(cost(texts)));
    expect(cost(texts)).toBeLessThanOrEqual(numberIn(sum));
    expect(cost(texts + 1)).toBeGreaterThan(numberIn(sum)); // it is the largest
  }
});

test('an attacker costs what the countries that are allowed cost', () => {
  const rows = rowsBelow(document, 'What an attacker can cost');
  expect(rows.length).toBeGreaterThan(0);
  for (const [, texts, prices, day, month] of rows) {
    const numbers = (texts ?? '').split(' and ').map(numberIn);
    const cents = (prices ?? '').split(' and ').map((one) => Math.round(numberIn(one) * 100));
    const sum = numbers.reduce((total, each, at) => total + each * (cents[at] ?? 0), 0) / 100;
    expect(numbers.every((each) => each === perCountryPerDay)).toBe(true);
    expect(numbers.reduce((total, each) => total + each)).toBeLessThanOrEqual(perDay);
    expect([day, month]).toEqual([money(sum), money(sum * longestMonth)]);
  }
});

test('its sentences have the numbers of the code', () => {
  const prose = document.replaceAll('\n', ' ');
  for (const said of [
    `fixed: ${sendRules.perWindow} in ${sendRules.windowSeconds / 60} minutes`,
    `in the last ${provenSeconds / 86_400} days and fewer than five texts`,
    `month is then ${money(segmentsOf(perCountryPerDay) * longestMonth * price)} and not ${money(segmentsOf(perDay) * longestMonth * price)}`,
    `attacker gets ${limitOf(perPrefixPerDay, true)} texts a day`,
    `that of the user: ${count(sendRules.perWindow * windowsInDay)} texts a day`,
    `the limit is ${count(limitOf(perDay, true))} texts a day. The other ${count(perDay - limitOf(perDay, true))} stay`,
    `fewer than ${leastConversionPercent} in 100 codes`,
    `it needs ${conversionRules.leastSettled} of them`,
  ])
    expect(prose).toContain(said);
  expect(unansweredOfProven).toBe(5);
});

test('the page about text messages has the limits of the notices', () => {
  const rows = rowsBelow(readDocument('docs/sms.md'), 'The limits of the notices');
  const shares = [perDay, perCountryPerDay, perPrefixPerDay].map(noticesOf).join(', ');
  expect(rows.find(([limit]) => limit === 'one account')?.[1]).toBe(`${noticesOfAccount}`);
  expect(rows.find(([limit]) => limit?.startsWith('a tenth'))?.[1]).toBe(shares);
});

/** The letters of GSM 03.38 that our texts may have. Each takes one place of a segment of 160. */
const gsm = /^[A-Za-z0-9 @.,:#\n-]+$/;

test('a code is one segment in every language, as long as the hosts are no longer than it says', async () => {
  const prose = document.replaceAll(/\s+/g, ' ');
  const [, together = ''] =
    /`ISSUER` and `PORTAL_URL` have at most (\d+) characters together/.exec(prose) ?? [];
  const data = { phone: '+15095550100' };
  const factor = { id: 'f', userId: 'u', method: 'sms', data, version: 1 };
  const lengths: number[] = [];
  for (const language of languages) {
    const texts: string[] = [];
    const carrier = { sendSms: async ({ text }: { text: string }) => void texts.push(text) };
    const context = { now: new Date(), user: { id: 'u', username: 'ann', email: null, language } };
    const serviceName = 'h'.repeat(Number(together) - 40);
    const portalHost = 'p'.repeat(40);
    await sms({ mac: (text) => text, carrier, serviceName, portalHost }).challenge(factor, context);
    const [text = ''] = texts;
    expect(text, language).toMatch(gsm);
    lengths.push(text.length);
  }
  expect(Math.max(...lengths)).toBe(160);
});
