import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

/** Debian's. The one without windows comes first: a page costs it a third of the processor time. */
const executablePath = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].find(existsSync) ?? '';
/** Whether there is a browser to test with. */
export const hasBrowser = executablePath !== '';
if (!hasBrowser) process.stdout.write('Chromium is not installed here: its tests are left out.\n');

const args = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

export function launchBrowser(...more: readonly string[]): Promise<Browser> {
  return chromium.launch({ executablePath, args: [...args, ...more] });
}

let ofWorker: Promise<Browser> | undefined;

/**
 * One for all files of a worker: to start and end one takes a second of a processor. Who uses it opens contexts, each of
 * which is a profile of its own, and closes these. It ends with the worker.
 */
export async function sharedBrowser(): Promise<Browser> {
  const last = await ofWorker;
  if (last?.isConnected()) return last;
  ofWorker = launchBrowser();
  return ofWorker;
}

/** A security key that is plugged in, touched at once, and knows its owner. */
export const securityKey = {
  protocol: 'ctap2',
  transport: 'usb',
  hasResidentKey: true,
  hasUserVerification: true,
  isUserVerified: true,
  automaticPresenceSimulation: true,
} as const;

export async function plugInKey(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', { options: securityKey });
}
