import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { contractCommand } from '../../openapi/contract/command.ts';
import type { Account } from '../../openapi/contract/journey-client.ts';
import { runContract } from '../../openapi/contract/run.ts';
import { type RewrittenAnswer, startRewritingServer, withMembers } from '../support/rewriting-server.ts';
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
const notNamed = 'refusals and nonsense of the operations that --only does not name';

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
    'enrols nothing for whom policy would not let go of it',
    async () => {
      const root = await world.user({ roles: ['admin'] });
      const report = await runContract({ ...options, only: [], url, account: root });
      expect(report.failures).toEqual([]);
      expect(report.leftOut).toEqual([
        'changing the password and giving an opinion: the account keeps its own',
        expect.stringContaining('may not let an account with the roles admin go'),
        'the vendor: the account has no such role',
        noAdmin,
        notNamed,
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
    const report = await runContract({ ...options, runs: 8, url });
    expect(report.failures).toEqual([]);
    expect(report.leftOut).toEqual([
      'everything that a user does, and a bypass code for them: no account was given',
      noAdmin,
    ]);
    for (const [name, { refusal, nonsense }] of report.tallies) {
      expect([name, refusal >= 3, nonsense]).toEqual([name, true, 8]);
    }
  });

  test('tests the operations that are named alone, by name or by id', async () => {
    const report = await runContract({ ...options, url, only: ['POST /auth/login', 'me'] });
    expect(report.failures).toEqual([]);
    expect(report.leftOut).toContain(notNamed);
    for (const [name, { refusal, nonsense }] of report.tallies) {
      const named = name === 'POST /auth/login' || name === 'GET /auth/me';
      expect([name, refusal >= 3, refusal, nonsense]).toEqual([
        ...[name, named],
        named ? refusal : 0,
        named ? options.runs : 0,
      ]);
    }
    await expect(runContract({ ...options, url, only: ['logIn', 'POST /auth/logon'] })).rejects.toThrow(
      'no operation POST /auth/logon',
    );
  });
});

/** How each stand-in differs from the service, the operation that shows it, and what the run then reports. */
const broken: readonly {
  readonly what: string;
  readonly at: string;
  readonly says: string;
  readonly rewrite: (answer: RewrittenAnswer) => Partial<RewrittenAnswer>;
}[] = [
  {
    what: 'an undocumented field',
    at: 'GET /health/live',
    says: '#/uptime is not documented',
    rewrite: ({ route, body }) =>
      route === 'GET /health/live' ? { body: withMembers(body, { uptime: 1 }) } : {},
  },
  {
    what: 'an undocumented status',
    at: 'GET /health/live',
    says: 'The status 201 is not documented here',
    rewrite: ({ route, status }) => (route === 'GET /health/live' && status === 200 ? { status: 201 } : {}),
  },
  {
    what: 'a 500',
    at: 'POST /auth/refresh',
    says: 'The status 500: the service failed',
    rewrite: ({ route, status }) => (route === 'POST /auth/refresh' && status === 401 ? { status: 500 } : {}),
  },
  {
    what: 'a 503, although it is documented',
    at: 'GET /health/ready',
    says: 'The status 503: the service failed',
    rewrite: ({ route, status }) => (route === 'GET /health/ready' && status === 200 ? { status: 503 } : {}),
  },
  {
    what: 'a field that is missing',
    at: 'GET /auth/me',
    says: '#/instance is missing',
    rewrite: ({ status, body }) =>
      status === 401 ? { body: withMembers(body, { instance: undefined }) } : {},
  },
  {
    what: 'another title than the documented',
    at: 'GET /auth/me',
    says: '#/title is not "Authentication required"',
    rewrite: ({ status, body }) =>
      status === 401 ? { body: withMembers(body, { title: 'Unauthorized' }) } : {},
  },
  {
    what: 'another problem than the right one',
    at: 'GET /auth/me',
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
    at: 'POST /auth/login',
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
    at: 'GET /auth/me',
    says: 'The answer holds a stack trace',
    rewrite: ({ status, body }) =>
      status === 401
        ? { body: withMembers(body, { detail: 'Error\n    at verify (src/features/tokens/tokens.ts:9:1)' }) }
        : {},
  },
  {
    what: 'a 401 that does not say how',
    at: 'GET /auth/me',
    says: 'The header WWW-Authenticate is missing',
    rewrite: ({ status, headers }) =>
      status === 401 ? { headers: { ...headers, 'www-authenticate': undefined } } : {},
  },
  {
    what: 'an answer that may be kept',
    at: 'GET /health/live',
    says: 'The header Cache-Control is not "no-store"',
    rewrite: ({ route, headers }) =>
      route === 'GET /health/live' ? { headers: { ...headers, 'cache-control': 'private' } } : {},
  },
  {
    what: 'a page in the place of a problem',
    at: 'POST /auth/login',
    says: 'The content type text/html is not documented here',
    rewrite: ({ status, headers }) =>
      status === 413 ? { headers: { ...headers, 'content-type': 'text/html' }, body: '<h1>413</h1>' } : {},
  },
  {
    what: 'text in the place of JSON',
    at: 'GET /health/live',
    says: 'The body is no JSON',
    rewrite: ({ route }) => (route === 'GET /health/live' ? { body: 'alive' } : {}),
  },
  {
    what: 'a 405 without Allow',
    at: 'POST /auth/refresh',
    says: 'The header Allow does not name POST',
    rewrite: ({ status, headers }) => (status === 405 ? { headers: { ...headers, allow: undefined } } : {}),
  },
  {
    what: 'what should have been refused, taken',
    at: 'POST /auth/refresh',
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
    only: readonly string[],
    account: Account | null = null,
  ) {
    const service = await startRewritingServer(world.app, rewrite);
    closing.push(service.close);
    return runContract({ ...options, runs: 8, url: service.url, only, account });
  }

  test('is distinguished from a stand-in that breaks nothing', async () => {
    const all = [...new Set(broken.map(({ at }) => at))];
    expect((await brokenRun(() => ({}), all)).failures).toEqual([]);
  });

  test.each(broken)('finds $what', async ({ at, rewrite, says }) => {
    const { failures } = await brokenRun(rewrite, [at]);
    const there = failures.filter(({ operation }) => operation === at);
    expect(there.flatMap(({ faults }) => faults)).toContainEqual(expect.stringContaining(says));
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
        [],
        ann,
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
        [],
        ann,
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
    const stdin = (async function* () {})();
    const world = { env, stdin, print: (line: string) => void lines.push(line) };
    return { code: await contractCommand(args, world), printed: lines.join('\n') };
  }

  /** As a person runs it: a process of its own. */
  function processOf(args: readonly string[], input = ''): Promise<{ code: number; printed: string }> {
    const entrance = join(import.meta.dirname, '../../openapi/contract.ts');
    return new Promise((done) => {
      const child = execFile(process.execPath, [entrance, ...args], (error, stdout, stderr) =>
        done({ code: error ? Number(error.code) : 0, printed: `${stdout}${stderr}` }),
      );
      child.stdin?.end(input);
    });
  }

  test(
    'starts a service of its own, reaches every success but those of a push and of a wait, and ends with 0',
    async () => {
      const { code, printed } = await processOf(['--start', '--runs', '1', '--seed', '7']);
      expect(printed).toContain('seed 7');
      expect(printed).toContain('The contract holds.');
      expect(printed).not.toContain('Left out');
      expect(printed).not.toContain('FAILED');
      const notSeen = printed.split('\n').filter((line) => line.includes('not seen'));
      expect(notSeen.sort()).toEqual([
        expect.stringMatching(/^POST \/auth\/mfa\/verify .*not seen: 202$/),
        expect.stringMatching(/^POST \/auth\/mfa\/verify-enrollment .*not seen: 202$/),
        expect.stringMatching(/^POST \/auth\/recovery\/confirm .*not seen: 200, 202$/),
        expect.stringMatching(/^POST \/auth\/recovery\/finish .*not seen: 200$/),
      ]);
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
      const flags = ['--username', ann.username, '--password-stdin', '--only', 'me'];
      const { code, printed } = await processOf(['--url', service.url, ...flags], `${ann.password}\n`);
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

  test('ends with 2 for an evidence of some operations', async () => {
    const { code, printed } = await command([...at, '--only', 'logIn', '--json', 'contract.json']);
    expect(printed).toContain('it takes no --json');
    expect(code).toBe(2);
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
