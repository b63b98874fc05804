import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeOf, wait } from '../support/actor.ts';
import { guarding } from '../support/instance.ts';
import { makeService } from '../support/services.ts';
import { useWorld } from '../support/use-world.ts';

const kinds = ['access', 'temp', 'refresh', 'proof', 'enrolment', 'service'] as const;
type Kind = (typeof kinds)[number];

/** Where each kind belongs. */
const fields = {
  'bearer of an account route': { takes: ['access'], refuses: { jwt: 401, opaque: 401 } },
  'bearer of a guarded route': { takes: ['access'], refuses: { jwt: 401, opaque: 401 } },
  'bearer of a route for programs': { takes: ['service'], refuses: { jwt: 401, opaque: 401 } },
  'bearer of the enrolment': { takes: ['access', 'enrolment'], refuses: { jwt: 401, opaque: 401 } },
  // 400: longer than any token that may stand there
  'temp_token of verify': { takes: ['temp'], refuses: { jwt: 400, opaque: 401 } },
  'temp_token of challenge': { takes: ['temp'], refuses: { jwt: 400, opaque: 401 } },
  refresh_token: { takes: ['refresh'], refuses: { jwt: 400, opaque: 401 } },
  'X-MFA-Token at the guard': { takes: ['proof'], refuses: { jwt: 403, opaque: 403 } },
  'mfa_token of a change': { takes: ['proof'], refuses: { jwt: 403, opaque: 403 } },
} as const satisfies Record<string, { takes: readonly Kind[]; refuses: { jwt: number; opaque: number } }>;
type Field = keyof typeof fields;

const cells = (Object.keys(fields) as Field[]).flatMap((field) =>
  kinds.map((kind) => ({ kind, field, taken: (fields[field].takes as readonly Kind[]).includes(kind) })),
);

const isJwt = (kind: Kind) => ['access', 'proof', 'enrolment', 'service'].includes(kind);

const world = useWorld();
let guarded: Awaited<ReturnType<typeof guarding>>;
beforeAll(async () => {
  guarded = await guarding(world.deps, { '/for-programs': { area: 'service' } });
});
afterAll(() => guarded.close());

/** One vendor with a token of every kind that a person can have; the enrolment token is of another who has no factor. */
async function tokensOfAllKinds() {
  wait(0);
  const vic = await world.user({ roles: ['vendor'] });
  const { secret, refresh } = await vic.enrolTotp();
  const access: string = (await vic.login('vendor')).body.access_token;
  const { body } = await world.call(
    'POST',
    '/auth/mfa/proof',
    { mfa_token: codeOf(secret) },
    { bearer: access },
  );
  const temp: string = (await vic.login()).body.temp_token;
  const admin = await world.user({ roles: ['admin'] });
  const enrolment: string = (await admin.login('admin')).body.enrollment_token;
  const service = await (await makeService(world)).token();
  wait(30);
  return {
    vic,
    secret,
    tokens: { access, temp, refresh, proof: body.mfa_proof as string, enrolment, service },
  };
}

type All = Awaited<ReturnType<typeof tokensOfAllKinds>>;

function present({ vic, secret, tokens }: All, token: string, field: Field) {
  const { call } = world;
  const bearer = tokens.access;
  switch (field) {
    case 'bearer of an account route':
      return call('GET', '/auth/me', undefined, { bearer: token });
    case 'bearer of a guarded route':
      return call('GET', '/api/sensitive-data', undefined, { bearer: token, mfa: tokens.proof });
    case 'bearer of a route for programs':
      return guarded.call('GET', '/for-programs', undefined, { bearer: token });
    case 'bearer of the enrolment':
      return call('POST', '/auth/mfa/enroll', { method: 'totp' }, { bearer: token, mfa: codeOf(secret) });
    case 'temp_token of verify':
      return call('POST', '/auth/mfa/verify', { temp_token: token, mfa_token: codeOf(secret) });
    case 'temp_token of challenge':
      return call('POST', '/auth/mfa/challenge', { temp_token: token });
    case 'refresh_token':
      return call('POST', '/auth/refresh', { refresh_token: token });
    case 'X-MFA-Token at the guard':
      return call('GET', '/api/sensitive-data', undefined, { bearer, mfa: token });
    case 'mfa_token of a change': {
      const change = { current_password: vic.password, new_password: 'nine dry umbrellas', mfa_token: token };
      return call('POST', '/auth/password', change, { bearer });
    }
  }
}

describe('LG-2: of all kinds of token', () => {
  let all: All;
  beforeAll(async () => {
    all = await tokensOfAllKinds();
  });

  test.each(cells.filter(({ taken }) => taken))('$kind works as $field', async ({ kind, field }) => {
    const fresh = await tokensOfAllKinds();
    const { status } = await present(fresh, fresh.tokens[kind], field);
    expect([200, 204]).toContain(status);
  });

  test.each(cells.filter(({ taken }) => !taken))('$kind is refused as $field', async ({ kind, field }) => {
    const { refuses } = fields[field];
    const answer = await present(all, all.tokens[kind], field);
    expect(answer.status).toBe(isJwt(kind) ? refuses.jwt : refuses.opaque);
    expect(JSON.stringify(answer.body)).not.toMatch(/access_token|"sensitive"|"secret"/);
  });
});
