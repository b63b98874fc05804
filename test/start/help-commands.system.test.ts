import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Deps } from '../../src/platform/kernel/deps.ts';
import {
  changeRoles,
  inviteFromTerminal,
  issueBypassCodeTo,
  resetMfaOf,
  unlockFromTerminal,
} from '../../src/service/cli/help-commands.ts';
import { addUser } from '../../src/service/cli/user-commands.ts';
import { type Config, readConfig } from '../../src/service/config/config.ts';
import { openService } from '../../src/service/open-service.ts';
import { codeOf } from '../support/actor.ts';
import { databaseOfCommands, type TestSettings } from '../support/database.ts';
import { tokenIn } from '../support/links.ts';
import { callerOf } from '../support/world.ts';

describe('help from the terminal', () => {
  let database: TestSettings;
  let config: Config;
  let printed: string[] = [];
  const terminal = {
    stdin: (async function* () {
      yield 'seven wet umbrellas';
    })(),
    print: (line: string) => void printed.push(line),
  };
  beforeAll(async () => {
    database = await databaseOfCommands();
    config = readConfig({ ...database.env, PORTAL_URL: 'http://portal.example:8080' });
    await addUser(config, ['--username', 'ann', '--email', 'ann@x.gov', '--password-stdin'], terminal);
  });
  afterAll(async () => {
    await database.close();
  });
  beforeEach(() => {
    printed = [];
  });

  async function serving(work: (call: ReturnType<typeof callerOf>, deps: Deps) => Promise<void>) {
    const service = await openService({ ...config, logLevel: 'silent' }, () => {});
    try {
      await work(callerOf(service.app), service.deps);
    } finally {
      await service.close();
    }
  }

  const until = async (seen: () => boolean) => {
    for (let look = 0; look < 100 && !seen(); look += 1) await new Promise((done) => setTimeout(done, 100));
  };

  test('PW-9: invites, and the service mails the link to the portal', async () => {
    await inviteFromTerminal(
      config,
      ['--username', 'Vic', '--email', 'vic@x.gov', '--role', 'vendor'],
      terminal,
    );
    expect(printed[0]).toMatch(/^Invited vic \(vendor\), id [\da-f-]{36}\. The service sends the mail\.$/);
    const lines: string[] = [];
    const service = await openService({ ...config, logLevel: 'silent' }, (line) => void lines.push(line));
    await until(() => lines.some((line) => line.includes('/reset#token=')));
    const mail = lines.map((line) => line.replace(/^│ /, '')).join('\n');
    expect(mail).toContain('http://portal.example:8080/reset#token=');
    const call = callerOf(service.app);
    const chosen = { token: tokenIn({ text: mail }), new_password: 'nine folded maps' };
    expect((await call('POST', '/auth/password/reset', chosen)).status).toBe(204);
    const login = { username: 'vic', password: 'nine folded maps', area: 'vendor' };
    expect((await call('POST', '/auth/login', login)).status).toBe(200);
    await service.close();
  });

  test('RK-7: a bypass code, an unlocking, a reset of the second factor, other roles', async () => {
    const password = 'seven wet umbrellas';
    await serving(async (call) => {
      const bearer = (await call('POST', '/auth/login', { username: 'ann', password })).body.access_token;
      const { body } = await call('POST', '/auth/mfa/enroll', { method: 'totp' }, { bearer });
      const token = codeOf(body.secret);
      expect((await call('POST', '/auth/mfa/verify-enrollment', { token }, { bearer })).status).toBe(200);
    });
    const ann = ['--username', 'ANN'];
    await issueBypassCodeTo(config, [...ann, '--reason', 'left at home', '--uses', '2'], terminal);
    const code = /^([A-Z2-7-]{29}) {2}good 2 times, until /.exec(printed[0] ?? '')?.[1] ?? '';
    await serving(async (call) => {
      const login = { username: 'ann', password, mfa_token: code };
      expect((await call('POST', '/auth/login', login)).status).toBe(200);
    });

    await unlockFromTerminal(config, ann, terminal);
    await changeRoles(config, [...ann, '--role', 'user', '--role', 'vendor'], terminal);
    await resetMfaOf(config, [...ann, '--reason', 'lost', '--ticket', 'INC-1'], terminal);
    expect(printed.slice(1)).toEqual([
      'ann is unlocked.',
      'ann is user, vendor.',
      'ann has no second factor any more and must enrol one at the next login. The service sends the mail.',
    ]);
    await serving(async (call, { db }) => {
      const login = { username: 'ann', password, area: 'vendor' };
      expect(await call('POST', '/auth/login', login)).toMatchObject({
        status: 403,
        type: '/problems/mfa-enrollment-required',
      });
      const types = ['mfa_bypass_codes_issued', 'user_unlocked', 'user_roles_changed', 'mfa_reset'];
      const events = await db.selectFrom('auditEvents').selectAll().where('type', 'in', types).execute();
      expect(events.map(({ type }) => type)).toEqual(types);
      for (const { ip, actorId } of events) expect([ip, actorId]).toEqual(['console', null]);
      expect(events.at(-1)?.detail).toMatchObject({ reason: 'lost', ticket: 'INC-1' });
    });
  });

  test.each([
    [inviteFromTerminal, ['--email', 'x@x.gov'], '--username'],
    [inviteFromTerminal, ['--username', 'x'], '--email'],
    [changeRoles, ['--username', 'ann'], '--role'],
    [changeRoles, ['--username', 'ann', '--role', 'root'], 'no role root'],
    [resetMfaOf, ['--username', 'ann'], '--reason'],
    [issueBypassCodeTo, ['--username', 'ann'], '--reason'],
    [unlockFromTerminal, [], '--username'],
    [unlockFromTerminal, ['--username', 'nobody'], 'no user named nobody'],
  ])('say what is missing or wrong: %o %j', async (command, args, says) => {
    await expect(command(config, args, terminal)).rejects.toThrow(says);
  });

  test('HT-3: refuse numbers that are none', async () => {
    const args = ['--username', 'ann', '--reason', 'x', '--uses', 'many'];
    await expect(issueBypassCodeTo(config, args, terminal)).rejects.toMatchObject({
      status: 400,
      extensions: { errors: [{ pointer: '#/uses' }] },
    });
  });
});
