import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createWriteStream, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { generateSecret } from 'otplib';
import { onOwnDatabase } from './own-database.ts';

/** The import of users as an operator runs it, in a process of its own: time and memory. */
await onOwnDatabase(async (url) => {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-import-'));
  try {
    for (const lines of [1_000, 10_000, 100_000]) await measure(url, folder, lines);
  } finally {
    await rm(folder, { recursive: true });
  }
});

async function measure(url: string, folder: string, lines: number): Promise<void> {
  const file = join(folder, `${lines}.ndjson`);
  await pipeline(Readable.from(usersOf(lines)), createWriteStream(file));
  const begin = performance.now();
  const { said, peakMiB } = await sallyport(url, ['user', 'import', '--file', file]);
  const seconds = (performance.now() - begin) / 1000;
  if (said.trim() !== `Imported ${lines.toLocaleString('en')}, skipped 0.`) throw new Error(said);
  const users = lines.toLocaleString('en').padStart(7);
  console.log(
    `${users} users with hash and secret   ${seconds.toFixed(1).padStart(5)} s   ${peakMiB} MiB at most`,
  );
}

function* usersOf(lines: number) {
  for (let at = 0; at < lines; at += 1) {
    const user = {
      username: `person${lines}-${at}`,
      email: `person${at}@example.gov`,
      roles: ['user'],
      password_hash: `scrypt:32768:8:1$${randomBytes(8).toString('hex')}$${randomBytes(64).toString('hex')}`,
      totp_secret: generateSecret({ length: 20 }),
      created_at: '2024-05-01T09:30:00Z',
    };
    yield `${JSON.stringify(user)}\n`;
  }
}

/** Runs a command to its end; the peak is what Linux says of its resident memory. */
async function sallyport(url: string, args: readonly string[]) {
  const env = {
    PATH: process.env.PATH,
    DATABASE_URL: url,
    VAULT_KEYS: `bench:${randomBytes(32).toString('base64')}`,
  };
  const child = spawn(process.execPath, ['src/cli.ts', ...args], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const status = `/proc/${child.pid}/status`;
  let said = '';
  let peakMiB = 0;
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  const looks = setInterval(() => {
    try {
      peakMiB =
        Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(status, 'utf8'))?.[1] ?? 0) / 1024) || peakMiB;
    } catch {
      // it has just ended
    }
  }, 50);
  await new Promise((resolve) => child.once('close', resolve));
  clearInterval(looks);
  return { said, peakMiB };
}
