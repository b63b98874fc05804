import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { createVault } from '../../src/lib/crypto/vault.ts';
import { codeOf, wait } from '../support/actor.ts';
import { compileCache } from '../support/compile-cache.ts';
import { serverUrl } from '../support/database.ts';
import { readDocument, root } from '../support/document.ts';
import { freshPhone } from '../support/second-factor.ts';
import { staff } from '../support/staff.ts';
import { drain, refill } from '../support/texts.ts';
import { useWorld } from '../support/use-world.ts';

const run = promisify(execFile);
const text = readDocument('docs/operations.md');
const incidents = text.slice(
  text.indexOf('\n## Nobody is administrator'),
  text.indexOf('\n## The database is lost'),
);

/** In blocks and in sentences, where a line may end in the midst of one. */
const commands = [
  ...incidents.matchAll(/(?:^|`)((?:printf[^\n`]* )?node src\/cli\.ts [^`]*?)(?=`|\n(?!\s))/gm),
].map(([, command = '']) => command.replace(/\n\s+/g, ' ').trim());

const says: readonly (readonly [RegExp, RegExp])[] = [
  [/user reset-mfa/, /has no second factor any more/],
  [/user bypass-code/, /^(\w{4}-){5}\w{4}\b/m],
  [/user unlock/, /is unlocked/],
  [/user enable/, /is active/],
  [/user disable/, /is disabled/],
  [/user roles/, /is admin/],
  [/user add/, /^Made \w+ \(admin\)/],
  [/keys rotate --now/, /It signs from/],
  [/keys revoke/, /is revoked, with every token that it signed/],
  [/keys list/, /signing/],
  [/keys vault/, /^k1 /],
  [/audit verify/, /^Nothing is sealed yet/],
];

test('the document is read whole: every command that the incidents name', () => {
  expect(commands).toHaveLength((incidents.match(/node src\/cli\.ts/g) ?? []).length);
  for (const [named] of says) expect(commands.some((command) => named.test(command))).toBe(true);
});

describe.runIf(serverUrl)('in an incident', () => {
  const key = randomBytes(32);
  const world = useWorld({ vault: createVault([{ id: 'k1', key }]) });

  async function inTerminal(command: string): Promise<string> {
    const env = {
      PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
      DATABASE_URL: world.database.url ?? '',
      VAULT_KEYS: `k1:${key.toString('base64')}`,
      PASSWORD: 'four loud harbours',
      ...compileCache(),
    };
    const { stdout } = await run('bash', ['--norc', '-euo', 'pipefail', '-c', command], { cwd: root, env });
    return stdout;
  }

  async function oldKey(): Promise<string> {
    await inTerminal('node src/cli.ts keys rotate --now');
    const [kid = ''] = /^\S+(?=\s+verifying)/m.exec(await inTerminal('node src/cli.ts keys list')) ?? [];
    return kid;
  }

  test('a bypass code for a user without a factor is refused, and the answer says why', async () => {
    const { username } = await world.user();
    const asked = inTerminal(`node src/cli.ts user bypass-code --username ${username} --reason Phone`);
    const why = 'This user has no second factor. A login gives the user a token to enrol one.\n';
    await expect(asked).rejects.toMatchObject({ code: 1, stdout: '', stderr: why });
  });

  test.each([...new Set(commands)])('%s', async (command) => {
    const person = await world.user();
    const { secret } = await person.enrolTotp();
    const name = command.includes('user add') ? `new${randomBytes(4).toString('hex')}` : person.username;
    const kid = command.includes('KID') ? await oldKey() : '';
    const own = command.replace(/--username \w+/, `--username ${name}`).replace('KID', kid);
    const [, said] = says.find(([named]) => named.test(command)) ?? [];
    const printed = await inTerminal(own);
    expect(printed).toMatch(said ?? /never/);

    const login = await person.login();
    if (command.includes('user reset-mfa')) expect(login.body).toHaveProperty('enrollment_token');
    else if (command.includes('user disable')) expect(login.status).toBe(401);
    else if (command.includes('user bypass-code'))
      expect((await person.verify(login.body.temp_token, said?.exec(printed)?.[0] ?? '')).status).toBe(200);
    else expect((await person.verify(login.body.temp_token, codeOf(secret))).status).toBe(200);
  });
});

describe('when text messages are stopped, a user who has nothing else', () => {
  const world = useWorld();

  async function withPhone() {
    const ann = await world.user();
    await ann.enrolSent('sms', { phone: freshPhone() });
    wait(40); // until the next text may be sent
    const root = await staff(world);
    const why = { reason: 'Texts are stopped', ticket: '4713' };
    const bypass = async () => (await root.post(`/admin/users/${ann.id}/bypass-codes`, why)).body.code;
    return { ann, root, why, bypass };
  }

  test('attack 47 gets in by a bypass code, while a budget is spent', async () => {
    const { ann, bypass } = await withPhone();
    await drain(world, 'sms:day');
    const code = await bypass();
    const login = await ann.login();
    expect(login).toMatchObject({ status: 503, body: { reason: 'sms_paused' } });
    expect((await ann.verify(login.body.temp_token, code)).status).toBe(200);
    await refill(world);
  });

  test('attack 47 is refused where the method was taken out, until a reset lets them enrol another', async () => {
    const { ann, root, why, bypass } = await withPhone();
    const { body } = await root.get('/admin/areas/public');
    const allowed_methods = ['totp', 'email', 'webauthn', 'recovery_code', 'bypass_code'];
    await root.put('/admin/areas/public', { ...body.policy, allowed_methods });
    expect(await bypass()).toMatch(/^\w{4}-/);
    expect(await ann.login()).toMatchObject({ status: 403, type: '/problems/method-not-allowed' });
    expect((await root.post(`/admin/users/${ann.id}/mfa/reset`, why)).status).toBeLessThan(300);
    const { enrollment_token: bearer, methods } = (await ann.login()).body;
    expect(methods).toEqual(['totp', 'email', 'webauthn']);
    const begun = await world.call('POST', '/auth/mfa/enroll', { method: 'totp' }, { bearer });
    const token = codeOf(begun.body.secret);
    const done = await world.call('POST', '/auth/mfa/verify-enrollment', { token }, { bearer });
    expect(done).toMatchObject({ status: 200, body: { success: true } });
    await root.put('/admin/areas/public', body.policy);
  });
});
