import { decodeJwt } from 'jose';
import { afterEach, describe, expect, test } from 'vitest';
import { levelOf, meets } from '../../src/domain/policy/assurance-level.ts';
import { type AreaName, areaNames, presets } from '../../src/domain/policy/policy.ts';
import type { Role } from '../../src/domain/users/roles.ts';
import { changeRollout } from '../../src/features/policy/change-rollout.ts';
import { changeAccountStatus } from '../../src/features/user-admin/change-account-status.ts';
import { type Actor, codeOf, wait } from '../support/actor.ts';
import { apiRoutes } from '../support/api-routes.ts';
import { createAuthenticator } from '../support/software-authenticator.ts';
import { turnRolloutOf } from '../support/turn-rollout.ts';
import { useWorld } from '../support/use-world.ts';
import { consoleContext } from '../support/world.ts';

const world = useWorld();
afterEach(() =>
  changeRollout(world.deps, consoleContext(), null, {
    phase: 'soft',
    roles: undefined,
    graceSeconds: 0,
  }),
);

/** Somebody, with the tokens that they held from before they became what they are. */
type Person = {
  readonly actor: Actor;
  readonly roles: readonly Role[];
  readonly enrolled: boolean;
  readonly active: boolean;
  /** The rollout asks them to enrol, and their time is over. */
  readonly mustEnrol: boolean;
  readonly secret: string | null;
  readonly codes: readonly string[];
  readonly refreshTokens: readonly string[];
  readonly accessTokens: readonly string[];
};

const everyRoles: readonly (readonly Role[])[] = [
  ['user'],
  ['vendor'],
  ['helpdesk'],
  ['admin', 'user', 'vendor'],
];

async function before(roles: readonly Role[]) {
  const actor = await world.user({ roles: [...roles] });
  const opened: Record<string, unknown>[] = [];
  for (const area of areaNames) opened.push((await actor.login(area)).body);
  const held = (name: string) =>
    opened.flatMap(({ [name]: token }) => (typeof token === 'string' ? [token] : []));
  return { actor, roles, refreshTokens: held('refresh_token'), accessTokens: held('access_token') };
}

const plain = { enrolled: false, active: true, mustEnrol: false, secret: null, codes: [] };

/** Every kind of user that there is. */
const kinds: Readonly<Record<string, (roles: readonly Role[]) => Promise<Person>>> = {
  'with a password alone': async (roles) => ({ ...(await before(roles)), ...plain }),
  'whose enrolment waits for its code': async (roles) => {
    const held = await before(roles);
    const bearer = held.accessTokens[0] ?? '';
    const { body } = await world.call('POST', '/auth/mfa/enroll', { method: 'totp' }, { bearer });
    return { ...held, ...plain, secret: body.secret };
  },
  'with an app': async (roles) => {
    const held = await before(roles);
    const { secret, codes } = await held.actor.enrolTotp();
    return { ...held, ...plain, enrolled: true, secret, codes };
  },
  'with e-mail alone': async (roles) => {
    const held = await before(roles);
    const { codes } = await held.actor.enrolSent('email', { email: `${held.actor.username}@post.example` });
    wait(31);
    return { ...held, ...plain, enrolled: true, codes };
  },
  'whose app was disabled by wrong codes': async (roles) => {
    const held = await before(roles);
    const { secret, codes } = await held.actor.enrolTotp();
    await world.database.db
      .updateTable('factors')
      .set({ disabledAt: new Date() })
      .where('userId', '=', held.actor.id)
      .where('isBackup', '=', false)
      .execute();
    return { ...held, ...plain, enrolled: true, secret, codes };
  },
  'whose grace is over': async (roles) => {
    const held = await before(roles);
    await turnRolloutOf(world.deps, { phase: 'full', roles: undefined, graceSeconds: 0 });
    return { ...held, ...plain, mustEnrol: true };
  },
  'who was disabled': async (roles) => {
    const held = await before(roles);
    const { secret, codes } = await held.actor.enrolTotp();
    await changeAccountStatus(world.deps, consoleContext(), held.actor.id, {
      status: 'disabled',
    });
    return { ...held, ...plain, enrolled: true, active: false, secret, codes };
  },
};

/** These name no area, so there is one way down them. */
const withoutArea = ['POST /auth/refresh', 'POST /auth/password/reset'];

type Path = (person: Person, area: AreaName) => Promise<readonly unknown[]>;

const call = (url: string, body: Record<string, unknown>, how = {}) => world.call('POST', url, body, how);
const nextCode = ({ secret }: Person) => {
  wait(30);
  return secret === null ? '123456' : codeOf(secret);
};

/** With the token of a device that was trusted in the area public, and in this one. */
async function fromTrustedDevice(person: Person, area: AreaName) {
  const answers: { readonly trusted_device?: string }[] = [];
  for (const where of new Set<AreaName>(['public', area])) {
    const { body: challenge } = await person.actor.login(where);
    const answer = { temp_token: challenge.temp_token ?? 'none', mfa_token: nextCode(person) };
    const { body } = await call('/auth/mfa/verify', { ...answer, remember_device: true });
    const trusted_device = body.trusted_device ?? 'none';
    answers.push(body, (await person.actor.login(area, { trusted_device })).body);
  }
  return answers;
}

/** How somebody who knows the password, and has the factors of that kind of user, takes each path. */
const paths: Readonly<Record<string, Path>> = {
  'POST /auth/login': async (person, area) => [
    (await person.actor.login(area)).body,
    (await person.actor.login(area, { mfa_token: nextCode(person) })).body,
    (await person.actor.login(area, { mfa_token: person.codes[0] ?? '123456' })).body,
    ...(await fromTrustedDevice(person, area)),
  ],
  'POST /auth/passkey/verify': async (_person, area) => {
    const { body } = await call('/auth/passkey/options', { area });
    const response = createAuthenticator().assert(body.options ?? { challenge: 'x'.repeat(43) });
    return [(await call('/auth/passkey/verify', { response })).body];
  },
  'POST /auth/refresh': async ({ refreshTokens }) =>
    Promise.all(
      refreshTokens.map(async (token) => (await call('/auth/refresh', { refresh_token: token })).body),
    ),
  'POST /auth/mfa/verify': async (person, area) => {
    wait(31);
    const { body } = await person.actor.login(area);
    const temp = body.temp_token ?? 'none';
    const sent = person.actor.lastCode('email');
    return [
      (await person.actor.verify(temp, nextCode(person))).body,
      (await person.actor.verify(temp, /^\d{6}$/.test(sent) ? sent : '123456')).body,
      (await person.actor.verify(temp, person.codes[1] ?? '654321')).body,
    ];
  },
  'POST /auth/mfa/proof': async (person, area) => {
    const { body } = await person.actor.login(area);
    const bearer = body.access_token ?? person.accessTokens[0] ?? 'none';
    return [(await call('/auth/mfa/proof', { mfa_token: nextCode(person) }, { bearer })).body];
  },
  'POST /auth/mfa/verify-enrollment': async (person, area) => {
    const { body } = await person.actor.login(area);
    const bearers = [body.access_token, ...person.accessTokens].filter((one) => typeof one === 'string');
    const answers = [];
    for (const bearer of bearers) {
      answers.push((await call('/auth/mfa/verify-enrollment', { token: nextCode(person) }, { bearer })).body);
    }
    return answers;
  },
  'POST /oauth/token': async ({ actor }, area) => [
    (await call('/oauth/token', { grant_type: 'password', username: actor.username, area })).body,
  ],
  'POST /auth/password/reset': async (person) => [
    (
      await call('/auth/password/reset', {
        token: person.refreshTokens[0] ?? 'x',
        new_password: 'nine red parasols',
      })
    ).body,
  ],
};

type Said = { acr: string; mfa: boolean; roles: string[]; mfa_waived?: string };

/** What an area may have given this person, by its policy and nothing else. */
function faultsOf(person: Person, token: string, confirms: boolean): readonly string[] {
  const { aud, acr, mfa, roles, mfa_waived } = decodeJwt<Said>(token);
  const area = areaNames.find((name) => String(aud).endsWith(`/areas/${name}`));
  if (!area) return ['for no area'];
  const policy = presets.standard[area];
  const opens =
    policy.roles === 'all' || policy.roles.some((role) => (person.roles as readonly string[]).includes(role));
  const waived = mfa_waived === 'trusted_device' && policy.trustedDeviceSeconds !== null && person.enrolled;
  const enough = (mfa && meets(levelOf(acr), policy.minLevel)) || waived;
  const asked = policy.mfa === 'required' || (policy.mfa === 'if_enrolled' && person.enrolled && !confirms);
  return [
    ...(opens ? [] : [`${area} is not for ${person.roles}`]),
    ...(roles.every((role) => (person.roles as readonly string[]).includes(role))
      ? []
      : ['roles of somebody else']),
    ...(mfa_waived !== undefined && (mfa || acr !== 'urn:sallyport:acr:1') ? ['more than a password'] : []),
    ...(person.active ? [] : ['a token of somebody who was disabled']),
    ...(asked && !enough ? [`${area} by ${acr}`] : []),
    ...(person.mustEnrol && policy.mfa === 'if_enrolled' && !enough ? [`${area} after the grace`] : []),
  ];
}

describe('LG-7 attack 32: every path to a token obeys the policy of the area, for every user', () => {
  test('all paths are tried here', async () => {
    const minting = (await apiRoutes(world)).filter(({ operation }) => {
      const { 200: done, 201: made } = operation.responses ?? {};
      return /access_token|mfa_proof"/.test(JSON.stringify([done ?? {}, made ?? {}]));
    });
    for (const { name } of minting) expect(Object.keys(paths), name).toContain(name);
  });

  const cells = Object.keys(kinds).flatMap((kind) =>
    everyRoles.map((roles) => ({ kind, roles: [...roles] })),
  );
  test.each(cells)('somebody $kind, as $roles', async ({ kind, roles }) => {
    const person = await kinds[kind]?.(roles);
    if (!person) throw new Error('No such kind');
    let seen = 0;
    let waived = 0;
    for (const [name, go] of Object.entries(paths)) {
      const ways = withoutArea.includes(name) ? (['public'] as const) : areaNames;
      for (const area of ways) {
        for (const body of await go(person, area)) {
          const { access_token: token, mfa_proof: proof } = Object(body);
          if (proof !== undefined) expect([name, person.enrolled && person.active]).toEqual([name, true]);
          if (typeof token !== 'string') continue;
          const confirms = name === 'POST /auth/mfa/verify-enrollment';
          expect([name, area, ...faultsOf(person, token, confirms)]).toEqual([name, area]);
          seen += 1;
          if (decodeJwt<Said>(token).mfa_waived) waived += 1;
        }
      }
    }
    if (kind === 'with an app') expect(Math.min(seen, waived)).toBeGreaterThan(0);
  });
});
