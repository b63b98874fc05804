import { expect, test } from 'vitest';
import { webauthn } from '../../src/features/mfa/providers/webauthn.ts';
import { createAuthenticator } from '../support/software-authenticator.ts';

const party = { rpId: 'example.gov', origins: ['https://app.example.gov', 'https://login.example.gov'] };
const provider = webauthn({ ...party, serviceName: 'Sallyport', mac: (text) => `key.${text}` });
const context = { now: new Date(), user: { id: 'ann', username: 'ann', email: null, language: null } };
const factorWith = (data: unknown) => ({ id: 'f', userId: 'ann', method: 'webauthn', data, version: 1 });
type Options = Parameters<ReturnType<typeof createAuthenticator>['register']>[0];
type State = { readonly purpose: string; readonly challenge: string };

const verdictOn = (data: unknown, state: unknown, response: object) =>
  provider.verify({ factor: factorWith(data), state, answer: { response } }, context);

async function asked(data: unknown) {
  const { state, show } = await provider.challenge(factorWith(data), context);
  return { state: state as State, options: show.options as Options };
}

async function registered(origin = 'https://app.example.gov') {
  const key = createAuthenticator({ origin });
  const { data: pending } = await provider.enrol({}, context);
  const { state, options } = await asked(pending);
  const verdict = await verdictOn(pending, state, key.register(options));
  return { key, pending, verdict, data: verdict.outcome === 'passed' ? verdict.data : null };
}

test.each(party.origins)('a page of the domain may ask: %s', async (origin) => {
  const { verdict } = await registered(origin);
  expect(verdict).toMatchObject({ outcome: 'passed', uniqueId: expect.stringMatching(/^[\w-]{43}$/) });
});

test('WA-3 no other page of the domain may', async () => {
  expect((await registered('https://www.example.gov')).verdict.outcome).toBe('failed');
});

test('WA-2 a challenge is for one purpose, even where all else fits', async () => {
  const { key, pending, data } = await registered();
  const { state, options } = await asked(data);
  expect(state.purpose).toBe('authentication');
  const misused = { ...state, purpose: 'registration' };
  expect((await verdictOn(data, misused, key.assert(options))).outcome).toBe('failed');
  expect((await verdictOn(data, null, key.assert(options))).outcome).toBe('failed');
  expect((await verdictOn(data, state, key.assert(options))).outcome).toBe('passed');

  const first = await asked(pending);
  expect(first.state.purpose).toBe('registration');
  const other = createAuthenticator({ origin: 'https://app.example.gov' });
  const response = other.register(first.options);
  const turned = { ...first.state, purpose: 'authentication' };
  expect((await verdictOn(pending, turned, response)).outcome).toBe('failed');
  expect((await verdictOn(data, first.state, response)).outcome).toBe('failed'); // it is confirmed already
  expect((await verdictOn(pending, first.state, response)).outcome).toBe('passed');
});

test('WA-2 every challenge is another, and every user has another handle', async () => {
  const { data } = await registered();
  const challenges = await Promise.all(Array.from({ length: 20 }, () => asked(data)));
  expect(new Set(challenges.map(({ state }) => state.challenge)).size).toBe(20);
  const handles = await Promise.all(
    Array.from({ length: 20 }, (_, one) =>
      provider.enrol({}, { ...context, user: { ...context.user, id: `ann-${one}` } }),
    ),
  );
  expect(new Set(handles.map((one) => JSON.stringify(one.data))).size).toBe(20);
});
