import { accessSync, constants, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** Where a program is; most systems keep servers out of the PATH of ordinary users. */
export function programOf(name: string): string | undefined {
  return [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/local/sbin', '/usr/local/bin']
    .map((folder) => join(folder, name))
    .find(isProgram);
}

/** The folder of initdb, pg_ctl and the others, of the newest PostgreSQL that is installed. */
export function postgresPrograms(): string | undefined {
  const installed = '/usr/lib/postgresql';
  try {
    const versions = readdirSync(installed).sort((a, b) => Number(b) - Number(a));
    return versions
      .map((version) => join(installed, version, 'bin'))
      .find((bin) => isProgram(join(bin, 'initdb')));
  } catch {
    const initdb = programOf('initdb');
    return initdb && join(initdb, '..');
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Looks again and again until it is so, at most three minutes. */
export async function until(what: string, isSo: () => Promise<unknown> | unknown): Promise<void> {
  for (let look = 0; look < 3_600; look += 1) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Waited in vain: ${what}`);
}
