import { afterAll, beforeAll, expect, test } from 'vitest';
import { createWorld, type World } from '../support/world.ts';

// Played where the method of docs/adding-a-method.md was added: see adding-a-method.test.ts.

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

test('the printed card is enrolled, asked for, and each field works once', async () => {
  const ann = await world.user();
  const bearer = (await ann.login()).body.access_token;
  const begun = await ann.call('POST', '/auth/mfa/enroll', { method: 'printed_card' }, { bearer });
  expect(begun).toMatchObject({ status: 200, body: { card: expect.any(Array), field: expect.any(Number) } });
  const digits = ({ field }: { field: number }): string => begun.body.card[field - 1];
  const token = digits(begun.body);
  const confirmed = await ann.call('POST', '/auth/mfa/verify-enrollment', { token }, { bearer });
  expect(confirmed).toMatchObject({ status: 200, body: { recovery_codes: expect.any(Array) } });

  const { body } = await ann.login();
  expect(body).toMatchObject({ mfa_method: 'printed_card', challenge: { field: expect.any(Number) } });
  const wrong = digits(body.challenge) === '000000' ? '000001' : '000000';
  expect(await ann.verify(body.temp_token, wrong)).toMatchObject({
    status: 403,
    body: { attempts_remaining: 2 },
  });
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => ann.verify(body.temp_token, digits(body.challenge))),
  );
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);

  const passed = answers.find(({ status }) => status === 200)?.body.access_token;
  const me = await ann.call('GET', '/auth/me', undefined, { bearer: passed });
  expect(me.body.level).toMatchObject({ acr: 'urn:sallyport:acr:1plus', amr: ['pwd', 'card'], mfa: true });
});

test('the printed card is in the description of the API', async () => {
  const { body } = await world.call('GET', '/openapi.json');
  const { discriminator } = body.components.schemas.PendingEnrolment;
  expect(discriminator.mapping.printed_card).toBe('#/components/schemas/PendingEnrolmentPrintedCard');
  expect(JSON.stringify(body.components.schemas.PendingEnrolmentPrintedCard)).toContain(
    'Six digits for each field',
  );
});
