import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { documentFile } from './generate.ts';

/**
 * Holds openapi.json against the recommended rules of Redocly and Spectral, without exceptions. Exits with 1 where a rule
 * is broken, and with 3 where npm cannot fetch a tool. The tools are no devDependencies: they bring 200 packages. One of
 * them names no licence, another reports each installation. npx fetches the versions below and runs no scripts.
 */
const rules = fileURLToPath(new URL('spectral.yaml', import.meta.url));
const tools = [
  {
    from: '@redocly/cli@2.77.0',
    command: ['redocly', 'lint', '--extends=recommended', '--format=json', documentFile],
    isClean: (printed: string) => /"errors": 0,\s*"warnings": 0,\s*"ignored": 0/.test(printed),
  },
  {
    from: '@stoplight/spectral-cli@6.16.3',
    command: [
      'spectral',
      'lint',
      `--ruleset=${rules}`,
      '--format=json',
      '--fail-severity=hint',
      documentFile,
    ],
    isClean: (printed: string) => printed.trim().startsWith('[]'),
  },
];

for (const { from, command, isClean } of tools) {
  const [program = '', ...rest] = command;
  if (run(from, program, '--version').status !== 0) {
    process.stderr.write(`Not checked: npm cannot fetch ${from}\n`);
    process.exitCode ??= 3;
    continue;
  }
  const { status, stdout, stderr } = run(from, program, ...rest);
  const holds = status === 0 && isClean(stdout);
  process.stdout.write(`${from}: ${holds ? 'every recommended rule holds' : `\n${stdout}\n${stderr}`}\n`);
  if (!holds) process.exitCode = 1;
}

function run(from: string, ...command: readonly string[]) {
  const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
  const given = ['--yes', '--ignore-scripts', `--package=${from}`, '--', ...command];
  return spawnSync('npx', given, { encoding: 'utf8', env, maxBuffer: 64 * 1024 * 1024 });
}
