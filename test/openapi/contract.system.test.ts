import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { contractCommand } from '../../openapi/contract/command.ts';
import type { Account } from '../../openapi/contract/journey-client.ts';
import { runContract } from '../../openapi/contract/run.ts';
import { linksTo } from '../support/links.ts';
import { type RewrittenAnswer, startRewritingServer, withMembers } from '../support/rewriting-server.ts';
import { type Staff, staff } from '../support/staff.ts';
import { createWorld, type World } from '../support/world.ts';

const patience = 300_000; // a code may be waited for, and two cores may be busy

let world: World;
let url: string;
beforeAll(async () => {
  world = await createWorld();
  url = await world.app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => world.close());

const options = { runs: 2, seed: 20_260_203, patienceSeconds: 0, account: null };
const noAdmin = 'administration and service accounts: no administrator was given';

const asAdmin = ({ username, password, secret }: Staff) => ({
  username,
  password,
  totpSecret: secret,
});

describe('against the service', () => {
  test(
    'finds nothing that is not as documented, and leaves the account as it was',
    async () => {
      const ann = await world.user({ roles: ['user', 'vendor'] });
      const report = await runContract({ ...options, url, throwaway: true, account: ann });
      expect(report.lines().filter((line) => line.includes('FAILED'))).toEqual([]);
      expect(report.failures).toEqual([]);
      expect(report.leftOut).toEqual([noAdmin]);

      const login = await ann.login();
      expect(login.body).toMatchObject({ mfa_required: false, access_token: expect.any(String) });
      const how = { bearer: login.body.access_token };
      expect((await world.call('GET', '/auth/mfa/status', undefined, how)).body).toMatchObject({
        enabled: false,
      });
      const { body } = await world.call('GET', '/auth/sessions', undefined, how);
      expect(body.sessions.filter(({ area }: { area: string }) => area === 'public')).toHaveLength(1);
    },
    patience,
  );

  test(
    'reaches every success that is documented, but that of a push, for which it has no telephone',
    async () => {
      const ann = await world.user({ roles: ['user', 'vendor'] });
      const admin = asAdmin(await staff(world));
      const inbox = async (address: string) => (await linksTo(world, address)).at(-1);
      const given = { account: ann, admin, inbox, throwaway: true };
      const report = await runContract({ ...options, ...given, runs: 0, url });
      expect(report.failures, report.lines().join('\n')).toEqual([]);
      expect(report.leftOut).toEqual([]);
      const notSeen = report.lines().filter((line) => line.includes('not seen'));
      expect(notSeen.sort()).toEqual([
        expect.stringMatching(/^POST \/auth\/mfa\/verify .*not seen: 202$/),
        expect.stringMatching(/^POST \/auth\/mfa\/verify-enrollment .*not seen: 202$/),
      ]);
    },
    patience,
  );

  test(
    'enrols nothing for whom policy would not let go of it',
    async () => {
      const root = await world.user({ roles: ['admin'] });
      const report = await runContract({ ...options, runs: 0, url, account: root });
      expect(report.failures).toEqual([]);
      expect(report.leftOut).toEqual([
        'changing the password and giving an opinion: the account keeps its own',
        expect.stringContaining('may not let an account with the roles admin go'),
        'the vendor: the account has no such role',
        noAdmin,
      ]);
      const { body } = await root.login();
      expect(body.mfa_required).toBe(false);
    },
    patience,
  );

  test('takes no account that has a second factor', async () => {
    const ann = await world.user();
    await ann.enrolTotp();
    await expect(runContract({ ...options, url, account: ann })).rejects.toThrow('give one without');
  });

  test('tests what needs no account without one, and says what it left out', async () => {
    const report = await runContract({ ...options, url });
    expect(report.failures).toEqual([]);
    expect(report.leftOut).toEqual([
      'everything that a user does, and a bypass code for them: no account was given',
      noAdmin,
    ]);
    for (const [name, { refusal, nonsense }] of report.tallies) {
      expect([name, refusal >= 3, nonsense]).toEqual([name, true, options.runs]);
    }
  });
});

/** How each stand-in differs from the service, and the failure that the run then reports. */
const broken: readonly {
  readonly what: string;
  readonly says: string;
  readonly rewrite: (answer: RewrittenAnswer) => Partial<RewrittenAnswer>;
}[] = [
  {
    what: 'an undocumented field',
    says: '#/uptime is not documented',
    rewrite: ({ route, body }) =>
      route === 'GET /health/live' ? { body: withMembers(body, { uptime: 1 }) } : {},
  },
  {
    what: 'an undocumented status',
    says: 'The status 201 is not documented here',
    rewrite: ({ route, status }) => (route === 'GET /health/live' && status === 200 ? { status: 201 } : {}),
  },
  {
    what: 'a 500',
    says: 'The status 500: the service failed',
    rewrite: ({ route, status }) => (route === 'POST /auth/refresh' && status === 401 ? { status: 500 } : {}),
  },
  {
    what: 'a 503, although it is documented',
    says: 'The status 503: the service failed',
    rewrite: ({ route, status }) => (route === 'GET /health/ready' && status === 200 ? { status: 503 } : {}),
  },
  {
    what: 'a field that is missing',
    says: '#/instance is missing',
    rewrite: ({ status, body }) =>
      status === 401 ? { body: withMembers(body, { instance: undefined }) } : {},
  },
  {
    what: 'another title than the documented',
    says: '#/title is not "Authentication required"',
    rewrite: ({ status, body }) =>
      status === 401 ? { body: withMembers(body, { title: 'Unauthorized' }) } : {},
  },
  {
    what: 'another problem than the right one',
    says: 'Expected the problem /problems/invalid-token',
    rewrite: ({ route, body }) =>
      route === 'GET /auth/me' && body.includes('invalid-token')
        ? {
            body: withMembers(body, {
              type: '/problems/authentication-required',
              title: 'Authentication required',
            }),
          }
        : {},
  },
  {
    what: 'another refusal than the right one',
    says: 'Expected the status 401',
    rewrite: ({ route, status, body }) =>
      route === 'POST /auth/login' && status === 401
        ? {
            status: 400,
            body: withMembers(body, {
              type: '/problems/invalid-request',
              title: 'The request is not as described',
              status: 400,
              errors: [],
            }),
          }
        : {},
  },
  {
    what: 'a stack trace',
    says: 'The answer holds a stack trace',
    rewrite: ({ status, body }) =>
      status === 401
        ? { body: withMembers(body, { detail: 'Error\n    at verify (src/features/tokens/tokens.ts:9:1)' }) }
        : {},
  },
  {
    what: 'a 401 that does not say how',
    says: 'The header WWW-Authenticate is missing',
    rewrite: ({ status, headers }) =>
      status === 401 ? { headers: { ...headers, 'www-authenticate': undefined } } : {},
  },
  {
    what: 'an answer that may be kept',
    says: 'The header Cache-Control is not "no-store"',
    rewrite: ({ route, headers }) =>
      route === 'GET /health/live' ? { headers: { ...headers, 'cache-control': 'private' } } : {},
  },
  {
    what: 'a page in the place of a problem',
    says: 'The content type text/html is not documented here',
    rewrite: ({ status, headers }) =>
      status === 413 ? { headers: { ...headers, 'content-type': 'text/html' }, body: '<h1>413</h1>' } : {},
  },
  {
    what: 'text in the place of JSON',
    says: 'The body is no JSON',
    rewrite: ({ route }) => (route === 'GET /health/live' ? { body: 'alive' } : {}),
  },
  {
    what: 'a 405 without Allow',
    says: 'The header Allow does not name POST',
    rewrite: ({ status, headers }) => (status === 405 ? { headers: { ...headers, allow: undefined } } : {}),
  },
  {
    what: 'what should have been refused, taken',
    says: 'Taken, although the body',
    rewrite: ({ route, headers }) =>
      route === 'POST /auth/refresh'
        ? {
            status: 200,
            headers: { ...headers, 'content-type': 'application/json' },
            body: JSON.stringify({
              access_token: 'a',
              token_type: 'bearer',
              expires_in: 1,
              mfa_required: false,
              area: 'public',
            }),
          }
        : {},
  },
];

describe('against a service that breaks its contract', () => {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  async function brokenRun(
    rewrite: (answer: RewrittenAnswer) => Partial<RewrittenAnswer>,
    account: Account | null = null,
    runs = 8,
  ) {
    const service = await startRewritingServer(world.app, rewrite);
    closing.push(service.close);
    return runContract({ ...options, runs, url: service.url, account });
  }

  test('is distinguished from a stand-in that breaks nothing', async () => {
    expect((await brokenRun(() => ({}))).failures).toEqual([]);
  });

  test.each(broken)('finds $what', async ({ rewrite, says }) => {
    const { failures } = await brokenRun(rewrite);
    expect(failures.length).toBeGreaterThan(0);
    expect(failures.flatMap(({ faults }) => faults)).toContainEqual(expect.stringContaining(says));
  });

  test(
    'shows no secret of the account',
    async () => {
      const ann = await world.user({ roles: ['user', 'vendor'] });
      const seen: string[] = [];
      const report = await brokenRun(
        ({ route, body, status }) => {
          if (!route.startsWith('POST /auth/') || status !== 200) return {};
          seen.push(...(body.match(/[\w.-]{40,}|([A-Z2-7]{4}-){5}[A-Z2-7]{4}/g) ?? []));
          return { body: withMembers(body, { more: 1 }) };
        },
        ann,
        0,
      );
      const printed = report.lines().join('\n');
      expect(printed).toContain('#/more is not documented');
      expect(printed).toContain('"password":"•••"');
      expect(seen.length).toBeGreaterThan(20);
      for (const secret of [ann.password, ...seen]) expect(printed).not.toContain(secret);
    },
    patience,
  );

  test(
    'leaves no factor behind when the journey stops',
    async () => {
      const ann = await world.user();
      const report = await brokenRun(
        ({ route, status }) => (route === 'POST /auth/mfa/step-up' && status === 200 ? { status: 500 } : {}),
        ann,
        0,
      );
      expect(report.leftOut, report.lines().join('\n')).toContain('the journey from “step up” on');
      expect((await ann.login()).body.mfa_required).toBe(false);
    },
    patience,
  );
});

describe('npm run contract', () => {
  const admin = '--admin-username root --admin-password-env PASSWORD --admin-totp-env TOTP'.split(' ');
  const at = ['--url', 'http://127.0.0.1:3000'];
  const given = { PASSWORD: 'eight dry umbrellas', TOTP: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' };

  async function command(args: readonly string[], env: Record<string, string> = {}) {
    const lines: string[] = [];
    const stdin = (async function* () {
      yield 'seven wet umbrellas\n';
    })();
    const world = { env, stdin, print: (line: string) => void lines.push(line) };
    return { code: await contractCommand(args, world), printed: lines.join('\n') };
  }

  test(
    'starts a service of its own and ends with 0',
    async () => {
      const { code, printed } = await command(['--start', '--runs', '1', '--seed', '7']);
      expect(printed).toContain('seed 7');
      expect(printed).toContain('The contract holds.');
      expect(code).toBe(0);
    },
    patience,
  );

  test(
    'reads the password from where nobody sees it, and ends with 1 where something failed',
    async () => {
      const service = await startRewritingServer(world.app, ({ route, status }) =>
        route === 'GET /auth/me' && status === 200 ? { status: 500 } : {},
      );
      const ann = await world.user();
      const flags = ['--username', ann.username, '--password-stdin', '--runs', '0'];
      const { code, printed } = await command(['--url', service.url, ...flags]);
      await service.close();
      expect(printed).toContain('FAILED GET /auth/me');
      expect(code).toBe(1);
    },
    patience,
  );

  test('prints its flags', async () => {
    const { code, printed } = await command(['--help']);
    expect(printed).toContain('--password-env');
    expect(code).toBe(0);
  });

  test.each([
    [[]],
    [['--url', 'nowhere']],
    [[...at, '--start']],
    [[...at, '--username', 'ann']],
    [[...at, '--username', 'ann', '--password-env', 'NOT_SET']],
    [['--start', '--runs', 'many']],
    [['--start', ...admin]],
    [[...at, '--password', 'on the command line']],
    [[...at, '--admin-totp', 'on the command line']],
  ])('ends with 2 for %j', async (args) => {
    expect((await command(args, given)).code).toBe(2);
  });

  test.each([
    { what: 'no name', args: admin.slice(2), says: 'takes all of --admin-username, --admin-password-env' },
    { what: 'no password', args: [...admin.slice(0, 2), ...admin.slice(4)], says: 'takes all of' },
    { what: 'no app', args: admin.slice(0, 4), says: 'takes all of' },
    {
      what: 'a password that is not set',
      args: admin,
      env: { TOTP: given.TOTP },
      says: 'PASSWORD is not set',
    },
    { what: 'a secret that is not set', args: admin, env: { PASSWORD: 'x' }, says: 'TOTP is not set' },
    {
      what: 'a secret that is none',
      args: admin,
      env: { ...given, TOTP: 'eight dry umbrellas 189' },
      says: 'TOTP holds no secret of an authenticator app',
    },
  ])(
    'ends with 2 for an administrator with $what, and repeats no secret',
    async ({ args, env = given, says }) => {
      const { code, printed } = await command([...at, ...args], env);
      expect(code).toBe(2);
      expect(printed).toContain(says);
      for (const secret of Object.values(env)) if (secret.length > 1) expect(printed).not.toContain(secret);
    },
  );
});
