import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileCache } from '../support/compile-cache.ts';
import { databaseOfCommands, type TestSettings } from '../support/database.ts';
import { typed, typedIn } from '../support/typed.ts';

const cli = join(import.meta.dirname, '../../src/cli.ts');
let folder: string;
let env: NodeJS.ProcessEnv;
let database: TestSettings; // on a server: each command would open the embedded one for seconds
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-'));
  database = await databaseOfCommands();
  env = { PATH: process.env.PATH, ...compileCache(), ...database.env };
});
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string };

function run(program: string, words: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return new Promise((done) => {
    execFile(program, words, { cwd: folder, env: { ...env, ...more } }, (error, stdout, stderr) =>
      done({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
  });
}

describe('the command line', () => {
  test.each([
    ['migrate --dry-run', "unknown option '--dry-run'", 'migrate --help'],
    ['user list --disabled', "unknown option '--disabled'", 'user list --help'],
    ['keys vault now', 'too many arguments', 'keys vault --help'],
    ['user unlock helen', 'too many arguments', 'user unlock --help'],
    ['user invite --usernam ann', '(Did you mean --username?)', 'user invite --help'],
    ['user ad', '(Did you mean add?)', 'user --help'],
    ['usr list', '(Did you mean user?)', '--help'],
    ['user invite --username ann --username bob', 'Give it once', 'user invite --help'],
    [
      'user reset-mfa --username --reason lost',
      "a value is missing before '--reason'",
      'user reset-mfa --help',
    ],
    ['evidence --output --help', "a value is missing before '--help'", 'evidence --help'],
    ['keys revoke', "missing required argument 'KID'", 'keys revoke --help'],
  ])('%s: says what is wrong, opens no database, and names the help', async (line, says, help) => {
    const { code, stdout, complaints } = await typedIn(
      { DATA_DIR: join(folder, 'untouched') },
      line.split(' '),
    );
    const said = complaints.join('\n');
    expect(said).toContain(says);
    expect(said).toContain(`See: sallyport ${help}`);
    expect(said.split('\n').length).toBeLessThanOrEqual(3);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(await readdir(folder)).not.toContain('untouched');
  });

  test.each(['--help', 'user list', 'audit verify', 'policy show --area public'])(
    '%s loads no web server and no HTTP client',
    async (line) => {
      const hook = `import { registerHooks } from 'node:module';
      const resolve = (name, context, next) => {
        if (['fastify', 'undici', 'jose', 'nodemailer'].includes(name)) throw new Error(name + ' is loaded');
        return next(name, context);
      };
      registerHooks({ resolve });`;
      const preload = `--import=data:text/javascript,${encodeURIComponent(hook)}`;
      const { code, stderr } = await run(process.execPath, [preload, cli, ...line.split(' ')]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    },
  );

  test('the exit code of the process says so', async () => {
    const { code, stdout, stderr } = await run(process.execPath, [cli, 'migrate', '--dry-run']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe("error: unknown option '--dry-run'\nSee: sallyport migrate --help\n");
  });

  test('each command has help of its own, with its options', async () => {
    const { stdout: all } = await typed('--help');
    const groups = ['user', 'audit', 'keys', 'service'];
    const names = namesIn(all).filter((name) => ![...groups, 'contract', 'help'].includes(name));
    for (const group of groups) {
      expect(all).toMatch(new RegExp(`^  ${group} `, 'm'));
      names.push(...namesIn((await typed(group, '--help')).stdout).map((name) => `${group} ${name}`));
    }
    expect(names.length).toBeGreaterThan(22);
    for (const name of names.filter((one) => !one.endsWith(' help'))) {
      const { code, stdout } = await typed(...name.split(' '), '--help');
      expect(stdout).toMatch(new RegExp(`^Usage: sallyport ${name}( |$)`, 'm'));
      expect(code).toBe(0);
    }
    const { stdout } = await typed('help', 'user', 'bypass-code');
    for (const flag of ['--username', '--reason', '--ticket', '--uses', '--expires-in'])
      expect(stdout).toContain(flag);
    expect((await typed('contract', '--help')).printed.join()).toContain('--throwaway');
  }, 60_000);

  test('a reader that has read enough ends nothing half-way, and leaves no stack trace', async () => {
    const piped = `"${process.execPath}" "${cli}" audit export | head -0; echo "\${PIPESTATUS[@]}"`;
    const export_ = await run('bash', ['--norc', '-c', piped]);
    expect(export_).toMatchObject({ stdout: '0 0\n', stderr: '' });
    const list = `"${process.execPath}" "${cli}" adoption --days 90 | head -0; echo "\${PIPESTATUS[@]}"`;
    expect(await run('bash', ['--norc', '-c', list])).toMatchObject({ stdout: '0 0\n', stderr: '' });
  }, 60_000);
});

function namesIn(help: string): string[] {
  const [, commands = ''] = help.split('Commands:\n');
  return [...commands.matchAll(/^ {2}([a-z][a-z-]*)/gm)].map(([, name = '']) => name);
}
