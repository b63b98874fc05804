import { spawnSync } from 'node:child_process';

/** Known holes in what production consists of. Exits with 1 for a high or critical one, and with 3 where it could not check. */
type Answer = {
  readonly message?: string;
  readonly metadata?: { readonly vulnerabilities: Readonly<Record<string, number>> };
  readonly vulnerabilities?: Readonly<Record<string, { readonly severity: string; readonly range: string }>>;
};

const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { encoding: 'utf8' });
const { message, metadata, vulnerabilities = {} } = answerIn(stdout);
const bad = Object.entries(vulnerabilities).filter(([, { severity }]) =>
  ['high', 'critical'].includes(severity),
);

if (!metadata) process.stdout.write(`Not checked: ${message ?? 'the registry did not answer'}\n`);
else process.stdout.write(`Known holes by severity: ${JSON.stringify(metadata.vulnerabilities)}\n`);
for (const [name, { severity, range }] of bad) process.stdout.write(`${name} ${range}: ${severity}\n`);
process.exitCode = metadata ? Number(bad.length > 0) : 3;

/** What is no JSON, such as the page of a proxy, is no answer. */
function answerIn(text: string): Answer {
  try {
    return JSON.parse(text || '{}');
  } catch {
    return {};
  }
}
