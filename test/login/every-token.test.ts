import { beforeAll, describe, expect, test } from 'vitest';
import { codeOf } from '../support/actor.ts';
import { apiRoutes, openRoutes, serviceRoutes } from '../support/api-routes.ts';
import { withDevice } from '../support/devices.ts';
import { forgot, linksTo } from '../support/links.ts';
import { makeService } from '../support/services.ts';
import { staff } from '../support/staff.ts';
import { useWorld } from '../support/use-world.ts';

/** One token of each kind that the service issues. Its owner may do all that their area allows. */
const issuers = {
  'access token of the area public': async () => (await (await world.user()).login()).body.access_token,
  'access token of the area vendor': async () => (await vendor()).access,
  'access token of the area admin': async () => (await staff(world)).bearer,
  'access token of the area service': async () => (await makeService(world)).token(),
  'enrolment token': async () => {
    const root = await world.user({ roles: ['admin'] });
    return (await root.login('admin')).body.enrollment_token;
  },
  'proof token': async () => (await vendor()).proof,
  'refresh token': async () => (await (await world.user()).enrolTotp()).refresh,
  'temp token': async () => {
    const ann = await world.user();
    await ann.enrolTotp();
    return (await ann.login()).body.temp_token;
  },
  'token of a trusted device': async () => (await withDevice(world)).token,
  'link of a mail': async () => {
    const ann = await world.user();
    await forgot(world, ann.username);
    return (await linksTo(world, ann.email)).at(-1);
  },
  'secret of a service account': async () => {
    const { fetchToken, ...service } = await makeService(world);
    expect((await fetchToken()).status).toBe(200);
    return service.secret;
  },
} satisfies Record<string, () => Promise<string | undefined>>;
type Kind = keyof typeof issuers;
const kinds = Object.keys(issuers) as Kind[];

const people: Kind[] = [
  'access token of the area public',
  'access token of the area vendor',
  'access token of the area admin',
];

/** Whose bearers get past the guard of a route: what its path promises, said here once more and apart from the code. */
function takenBy(name: string): readonly Kind[] {
  if (openRoutes.includes(name)) return [];
  if (serviceRoutes.includes(name)) return ['access token of the area service'];
  if (/ \/admin\//.test(name)) return ['access token of the area admin'];
  if (/ \/api\//.test(name)) return ['access token of the area public', 'access token of the area vendor'];
  if (/ \/auth\/forward/.test(name)) return ['access token of the area vendor'];
  if (/ \/auth\/mfa\/(enroll|verify-enrollment)$/.test(name)) return [...people, 'enrolment token'];
  return people;
}

const world = useWorld();
let routes: Awaited<ReturnType<typeof apiRoutes>>;
beforeAll(async () => {
  routes = await apiRoutes(world);
});

async function vendor(): Promise<{ readonly access: string; readonly proof: string }> {
  const vic = await world.user({ roles: ['vendor'] });
  const { secret } = await vic.enrolTotp();
  const bearer: string = (await vic.login('vendor')).body.access_token;
  const { body } = await world.call('POST', '/auth/mfa/proof', { mfa_token: codeOf(secret) }, { bearer });
  return { access: bearer, proof: body.mfa_proof };
}

describe('LG-2: as the bearer of each route that there is', () => {
  test.each(kinds)('%s: opens what it is for, and nothing else', async (kind) => {
    const idle = await issuers[kind]();
    expect(idle).toMatch(/^[\w.-]{40,}$/);
    let busy = await issuers[kind]();
    let taken = 0;
    const send = async ({ method, url }: (typeof routes)[number], bearer: unknown) => {
      const { status, type } = await world.call(method, url, undefined, { bearer: String(bearer) });
      const refusals = ['/problems/invalid-token', '/problems/authentication-required'];
      return { status, opened: !refusals.includes(type ?? '') };
    };
    for (const route of routes.filter((one) => !openRoutes.includes(one.name))) {
      const { name } = route;
      const belongs = takenBy(name).includes(kind);
      let { status, opened } = await send(route, belongs ? busy : idle);
      if (belongs && !opened) {
        busy = await issuers[kind](); // the route before may have ended its session
        ({ status, opened } = await send(route, busy));
      }
      expect({ name, opened }).toEqual({ name, opened: belongs });
      expect({ name, status }).toEqual({ name, status: belongs ? expect.any(Number) : 401 });
      taken += belongs ? 1 : 0;
    }
    const takenSomewhere: Kind[] = [...people, 'enrolment token', 'access token of the area service'];
    expect(taken > 0).toBe(takenSomewhere.includes(kind));
  });

  test.each(kinds)('%s: changes nothing where none is asked for', async (kind) => {
    const bearer = String(await issuers[kind]());
    for (const { method, url, name } of routes.filter((one) => openRoutes.includes(one.name))) {
      const without = await world.call(method, url);
      const { status, type } = await world.call(method, url, undefined, { bearer });
      expect({ name, status, type }).toEqual({ name, status: without.status, type: without.type });
    }
  });
});
