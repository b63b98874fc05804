import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { wrongCodeOf } from '../support/actor.ts';
import { createDatabase, serverUrl } from '../support/database.ts';
import { readDocument } from '../support/document.ts';
import { describeCommandsIn } from '../support/played-document.ts';
import { vendorWithTotp } from '../support/second-factor.ts';
import { useWorld } from '../support/use-world.ts';
import type { Answer, World } from '../support/world.ts';

const name = 'docs/debugging.md';

describe.skipIf(!serverUrl)('with PostgreSQL', () => {
  describeCommandsIn(name, async () => {
    const { url, drop } = await createDatabase();
    const keys = `k1:${randomBytes(32).toString('base64')}`;
    return { env: { DATABASE_URL: url, VAULT_KEYS: keys }, close: drop };
  });
});

describe(`the refusals that ${name} lists`, () => {
  const world = useWorld();
  const rows = [...readDocument(name).matchAll(/^\| `([a-z-]+)` \| (none|`\w+`)/gm)];

  test.for(rows)('%s', async ([, problem = '', said]) => {
    const make = refusals[problem];
    if (!make) throw new Error(`Nobody knows how to be refused with ${problem}`);
    const { type, body } = await make(world);
    expect(type).toBe(`/problems/${problem}`);
    const requestId = String(body.instance).replace('urn:uuid:', '');
    const events = await world.database.db
      .selectFrom('auditEvents')
      .select('type')
      .where('requestId', '=', requestId)
      .execute();
    expect(events.map((event) => `\`${event.type}\``)).toEqual(said === 'none' ? [] : [said]);
  });
});

const anybody = async (world: World) => (await (await world.user()).login()).body.access_token as string;

const refusals: Readonly<Record<string, (world: World) => Promise<Answer>>> = {
  'invalid-request': ({ call }) => call('POST', '/auth/login', { username: 'ann' }),
  'authentication-required': ({ call }) => call('GET', '/auth/me'),
  'invalid-token': ({ call }) => call('GET', '/auth/me', undefined, { bearer: 'a.b.c' }),
  'challenge-invalid': ({ call }) =>
    call('POST', '/auth/mfa/verify', { temp_token: 'A'.repeat(43), mfa_token: '000000' }),
  'not-found': async (world) => {
    const nobodys = '/auth/trusted-devices/00000000-0000-4000-8000-000000000000';
    return world.call('DELETE', nobodys, undefined, { bearer: await anybody(world) });
  },
  'password-rejected': async (world) => {
    const ann = await world.user();
    const bearer = (await ann.login()).body.access_token;
    const passwords = { current_password: ann.password, new_password: 'short' };
    return world.call('POST', '/auth/password', passwords, { bearer });
  },
  'invalid-credentials': async (world) => (await world.user()).login('public', { password: 'not this one' }),
  'invalid-password': async (world) => {
    const { bearer } = await (await world.user()).enrolTotp();
    return world.call('POST', '/auth/mfa/disable', { password: 'not this one' }, { bearer });
  },
  'mfa-token-required': async (world) => (await vendorWithTotp(world)).sensitive(),
  'insufficient-scope': async (world) =>
    world.call('GET', '/auth/forward?area=public&scope=data:write', undefined, {
      bearer: await anybody(world),
    }),
  forbidden: async (world) => (await world.user()).login('admin'),
  'mfa-enrollment-required': async (world) => (await world.user({ roles: ['admin'] })).login('admin'),
  'mfa-token-invalid': async (world) => {
    const vera = await vendorWithTotp(world);
    return vera.sensitive(wrongCodeOf(vera.secret));
  },
  'mfa-token-used': async (world) => {
    const vera = await vendorWithTotp(world);
    await vera.sensitive(vera.code());
    return vera.sensitive(vera.code());
  },
  'too-many-attempts': async (world) => {
    const vera = await vendorWithTotp(world);
    for (let tried = 0; tried < 3; tried += 1) await vera.sensitive(wrongCodeOf(vera.secret));
    return vera.sensitive(vera.code());
  },
};
