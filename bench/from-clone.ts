import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateSync } from 'otplib';
import { launchBrowser } from '../test/support/chromium.ts';
import { freePort } from './service.ts';

const mostSeconds = 180;

/**
 * How long it takes from `git clone` until a person has an authenticator app and sees /security. It does what the README
 * says, and reads name, password and address from the terminal. It clones this folder as it was committed.
 */
const folder = await mkdtemp(join(tmpdir(), 'sallyport-clone-'));
const begin = performance.now();
let last = begin;
const started: ChildProcess[] = [];
try {
  await run('git', ['clone', '--quiet', '--no-hardlinks', process.cwd(), 'sallyport'], folder);
  say('git clone');
  const clone = join(folder, 'sallyport');
  await run('npm', ['ci', '--no-audit', '--no-fund'], clone);
  say('npm ci');
  const { username, password, url } = await start(clone);
  say('npm start, with the pages built');
  await enrol(url, { username, password });
  say('login, authenticator app, /security');
} finally {
  for (const child of started) {
    const ended = once(child, 'exit');
    if (child.pid) process.kill(-child.pid, 'SIGINT'); // npm and what it has started, as Ctrl-C does
    await ended;
  }
  await rm(folder, { recursive: true });
}
const seconds = (last - begin) / 1000;
console.log(
  `all of it                            ${seconds.toFixed(1).padStart(6)} s (goal: ${mostSeconds} s)`,
);
process.exitCode = seconds <= mostSeconds ? 0 : 1;

function say(what: string): void {
  const now = performance.now();
  console.log(`${what.padEnd(36)} ${((now - last) / 1000).toFixed(1).padStart(6)} s`);
  last = now;
}

async function run(program: string, args: readonly string[], cwd: string): Promise<void> {
  const child = spawn(program, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${program} ${args[0]} ended with ${code}`);
}

/** Starts the service on its default settings, except for the port, which may be taken here. */
async function start(cwd: string) {
  const port = String(await freePort());
  const child = spawn('npm', ['start'], {
    cwd,
    env: { ...process.env, PORT: port },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  started.push(child);
  let said = '';
  return new Promise<{ username: string; password: string; url: string }>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`The service ended: ${said}`)));
    child.stdout.on('data', (chunk) => {
      said += chunk;
      const found = /username +(\S+)\s+password +(\S+)[\s\S]*Log in at (\S+)/.exec(said);
      if (found) resolve({ username: found[1] ?? '', password: found[2] ?? '', url: found[3] ?? '' });
    });
  });
}

async function enrol(
  url: string,
  who: { readonly username: string; readonly password: string },
): Promise<void> {
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ locale: 'en-US' });
    await page.goto(url);
    await page.getByLabel('Username').fill(who.username);
    await page.getByLabel('Password', { exact: true }).fill(who.password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.waitForURL('**/security');
    await page.getByText('Add a second factor', { exact: true }).click();
    await page.getByRole('button', { name: /Authenticator app/ }).click();
    const secret = ((await page.locator('.secret code').textContent()) ?? '').replaceAll(' ', '');
    await page.getByLabel('Code that the app shows').fill(generateSync({ secret }));
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByLabel('I have saved these codes').check();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { name: 'Recovery codes' }).waitFor();
  } finally {
    await browser.close();
  }
}
