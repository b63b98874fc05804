import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/service/config/config.ts';
import { openService } from '../../src/service/open-service.ts';
import { compileCache } from '../support/compile-cache.ts';
import { databaseOfCommands } from '../support/database.ts';
import { programOf } from '../support/programs.ts';
import { typedIn } from '../support/typed.ts';
import { callerOf } from '../support/world.ts';

const root = join(import.meta.dirname, '../..');
const patience = 120_000;
let database: Awaited<ReturnType<typeof databaseOfCommands>>;
beforeAll(async () => {
  database = await databaseOfCommands({ LOG_LEVEL: 'silent' });
  for (const [name, role] of [
    ['boss', 'admin'],
    ['ann', 'user'],
    ['vic', 'vendor'],
    ['old', 'admin'],
  ] as const)
    await run(
      `user add --username ${name} --email ${name}@x.gov --role ${role} --password-stdin`,
      'seven wet umbrellas',
    );
  await run('user disable --username old');
}, patience);
afterAll(() => database.close());

/** Words, with a tilde for each blank within one: `--reason Lost~it`. */
const run = (line: string, stdin = '') =>
  typedIn(
    database.env,
    line.split(' ').map((word) => word.replaceAll('~', ' ')),
    stdin,
  );
const printed = async (line: string, stdin = '') => (await run(line, stdin)).printed.join('\n');

async function logIn(username: string, password: string): Promise<number> {
  const service = await openService(readConfig(database.env), () => {});
  try {
    return (await callerOf(service.app)('POST', '/auth/login', { username, password })).status;
  } finally {
    await service.close();
  }
}

describe('the terminal', () => {
  test(
    'RO-1 shows, simulates and turns the rollout, and asks for the number of who is shut out',
    async () => {
      expect(await printed('rollout show')).toBe('soft, 7 days of grace');
      const simulated = await printed('rollout simulate --phase gradual --role vendor --grace-days 0');
      expect(simulated).toContain('Of 3 users without a second factor it shuts out 1 at once, 1 of');
      expect(simulated).toContain('  vic  from ');
      const turn = 'rollout set --phase gradual --role vendor --grace-days 0';
      await expect(run(turn)).rejects.toMatchObject({ status: 409, extensions: { shut_out: 1 } });
      await expect(run(`${turn} --confirm-shut-out 2`)).rejects.toMatchObject({ status: 409 });
      expect(await printed(`${turn} --confirm-shut-out 1`)).toBe('The rollout is gradual.');
      expect(await printed('rollout show')).toMatch(/^gradual, since .*\n {2}vendor {2}since /);
      await expect(run('rollout set --phase full --role vendor')).rejects.toMatchObject({ status: 400 });
    },
    patience,
  );

  test(
    'RO-5 makes exemptions with an owner, lists and ends them',
    async () => {
      const until = new Date(Date.now() + 86_400_000).toISOString();
      const add = (owner: string, reason: string) =>
        printed(`exemption add --username vic --owner ${owner} --until ${until} --reason ${reason}`);
      await expect(add('ann', 'On~leave')).rejects.toThrow('ann is not an active administrator');
      await expect(add('old', 'On~leave')).rejects.toThrow('old is not an active administrator');
      await expect(add('boss', '~~')).rejects.toMatchObject({ status: 400 });
      const id = /id (\S{36})\.$/.exec(await add('boss', 'On~leave'))?.[1] ?? '';
      expect(await printed('exemption list')).toBe(`${id}  vic  until ${until}  On leave  (boss)`);
      expect(await printed(`exemption end --id ${id}`)).toBe('The exemption has ended.');
      expect(await printed('exemption list')).toBe('');
      await expect(run('exemption end --id vic')).rejects.toThrow('Give the id of the exemption: --id ID');
    },
    patience,
  );

  test(
    'RO-1 shows, simulates and changes the policy of an area',
    async () => {
      const shown = JSON.parse(await printed('policy show --area public'));
      expect(shown).toMatchObject({ policy: { mfa: 'if_enrolled' }, trial: null });
      const file = join(database.folder, 'policy.json');
      await writeFile(file, JSON.stringify({ ...shown, policy: { ...shown.policy, mfa: 'required' } }));
      expect(await printed(`policy simulate --area public --file ${file}`)).toContain('it refuses 3');
      expect(await printed(`policy set --area public --file ${file} --report-only`)).toBe(
        'public has this policy as report-only now.',
      );
      expect(JSON.parse(await printed('policy show --area public')).trial.mfa).toBe('required');
      await expect(run(`policy set --area public --file ${file} --version 1`)).rejects.toMatchObject({
        status: 409,
      });
      expect(await printed('policy set --area public --preset strict')).toBe('public has this policy now.');
      expect(await printed('policy simulate --area public --restore 1')).toContain('0 of them newly');
      expect(await printed('policy set --area public --restore 1')).toBe('public has this policy now.');
      expect(JSON.parse(await printed('policy show --area public')).policy).toEqual(shown.policy);
      await expect(run('policy set --area public --restore 99')).rejects.toMatchObject({ status: 400 });
      await expect(run('policy set --area public --restore 1 --preset pci')).rejects.toThrow(
        'Give one policy',
      );
      await expect(run('policy show --area publik')).rejects.toThrow(
        'There is no area publik. Areas: admin,',
      );
      await expect(run('policy set --area public')).rejects.toThrow('Give one policy');
    },
    patience,
  );

  test(
    'RK-7 shows a user and the timeline, and lists the audit',
    async () => {
      expect(JSON.parse(await printed('user show --username ANN'))).toMatchObject({
        username: 'ann',
        live_sessions: 0,
      });
      await run('user unlock --username ann --reason Called~back');
      expect(await printed('user timeline --username ann --limit 1')).toMatch(
        /Z {2}help {5}The account was unlocked\.$/,
      );
      const listed = await printed('audit list --type user_unlocked --username ann');
      expect(listed).toMatch(
        /^\S+Z {2}info {6}user_unlocked success {2}ann from console {2}\{"reason":"Called back".*\}$/,
      );
      expect(await printed('audit list --type user_unlocked --username boss')).toBe('');
      await expect(run('audit list --type unlocked')).rejects.toMatchObject({ status: 400 });
      await expect(run('user show --username nobody')).rejects.toThrow('There is no user named nobody.');
    },
    patience,
  );

  test(
    'PW-6 sets a password by its rules, and logs out',
    async () => {
      const set = 'user set-password --username ann --reason Lost~mailbox --password-stdin';
      await expect(run(set, 'short')).rejects.toMatchObject({ extensions: { reason: 'too_short' } });
      await expect(run(set, 'seven wet umbrellas')).rejects.toMatchObject({
        extensions: { reason: 'reused' },
      });
      await expect(run(set.replace(' --reason Lost~mailbox', ''))).rejects.toThrow(
        'Missing: --reason <TEXT>',
      );
      await expect(run('user set-password --username ann --reason x')).rejects.toThrow(
        'There is no terminal to ask',
      );
      expect(await printed(set, 'nine folded maps\n')).toContain('ann has a new password');
      expect(await logIn('ann', 'seven wet umbrellas')).toBe(401);
      expect(await logIn('ann', 'nine folded maps')).toBe(200);
      expect(await printed('user log-out --username ann --reason Left~a~laptop')).toBe(
        'ann is logged out everywhere.',
      );
      expect(await printed('audit list --type session_ended --username ann')).toContain('"sessions":1');
      expect(await printed('audit list --type password_reset')).toContain('"reason":"Lost mailbox"');
    },
    patience,
  );

  test(
    'SE-8 ends the sessions of everybody, or of one',
    async () => {
      await logIn('ann', 'nine folded maps');
      await logIn('boss', 'seven wet umbrellas');
      await expect(run('sessions end --reason Restored')).rejects.toThrow('Give --all or --username');
      await expect(run('sessions end --all --username ann --reason Restored')).rejects.toThrow(
        'Give --all or --username',
      );
      expect(await printed('sessions end --username ann --reason Lost')).toBe(
        'ann is logged out everywhere.',
      );
      expect(await printed('sessions end --all --reason Restored')).toContain('Ended 1 session.');
      expect(await printed('audit list --type session_ended --limit 1')).toContain('"reason":"Restored"');
    },
    patience,
  );

  test.skipIf(!programOf('script'))(
    'PW-6 asks for a password twice, and shows it neither time',
    async () => {
      const line = `"${process.execPath}" "${join(root, 'src/cli.ts')}" user set-password --username vic --reason Lost`;
      const terminal = spawn('script', ['--quiet', '--return', '--command', line, '/dev/null'], {
        cwd: database.folder,
        env: { PATH: process.env.PATH, ...compileCache(), ...database.env },
      });
      let screen = '';
      const answers = ['ten painted doors', 'ten painted doors'];
      terminal.stdout.on('data', (chunk) => {
        screen += chunk;
        if (/(New password of vic|Repeat the password): $/.test(screen))
          terminal.stdin.write(`${answers.shift()}\r`);
      });
      const code = await new Promise((done) => terminal.once('close', done));
      expect(screen).toContain('vic has a new password');
      expect(screen).not.toContain('painted');
      expect(code).toBe(0);
      expect(await printed('audit list --type password_reset --username vic')).toContain('"reason":"Lost"');
    },
    patience,
  );
});
