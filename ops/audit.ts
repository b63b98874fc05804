import { spawnSync } from 'node:child_process';

/** Known holes in what production consists of: a high or critical one fails. A registry that tells of none is no failure. */
type Answer = {
  readonly message?: string;
  readonly metadata?: { readonly vulnerabilities: Readonly<Record<string, number>> };
  readonly vulnerabilities?: Readonly<Record<string, { readonly severity: string; readonly range: string }>>;
};

const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { encoding: 'utf8' });
const { message, metadata, vulnerabilities = {} } = JSON.parse(stdout || '{}') as Answer;
const bad = Object.entries(vulnerabilities).filter(([, { severity }]) =>
  ['high', 'critical'].includes(severity),
);

if (!metadata) process.stdout.write(`Not checked: ${message ?? 'the registry did not answer'}\n`);
else process.stdout.write(`Known holes by severity: ${JSON.stringify(metadata.vulnerabilities)}\n`);
for (const [name, { severity, range }] of bad) process.stdout.write(`${name} ${range}: ${severity}\n`);
process.exitCode = bad.length > 0 ? 1 : 0;
