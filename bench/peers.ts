import { spawn, spawnSync } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateSync } from 'otplib';
import { keepFigures, machine } from './history.ts';
import { get, load, post } from './load.ts';
import { onOwnDatabase } from './own-database.ts';
import { startService } from './service.ts';
import { figure, inTurns, p99Of, rateOf, ratioOf } from './turns.ts';
import { guardedWork, loginWork, password, verificationWork } from './work.ts';

const server = process.env.BENCH_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const seconds = Number(process.env.BENCH_SECONDS ?? 3);
const verifications = Number(process.env.BENCH_VERIFICATIONS ?? 1_500);
const warmUp = 500;
const pending = verifications * rounds + warmUp;
const clients = 16;
/** In ASCII, as better-auth keeps it, and in base32, as apps do (the secret of RFC 6238, Appendix B). */
const totpSecret = { ascii: '12345678901234567890', base32: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' };
const secret = randomBytes(32).toString('hex');

/** The same work by this service and by better-auth, in turns, each on a database of its own of the same server. */
await onOwnDatabase(async (url) => {
  const folder = installPeers();
  const bench = await startService(server);
  const peer = await startPeer(folder, url);
  try {
    await measure(bench, peer.ports, versionOf(folder));
  } finally {
    peer.close();
    await bench.close();
    rmSync(folder, { recursive: true });
  }
});

async function measure(
  bench: Awaited<ReturnType<typeof startService>>,
  ports: Ports,
  version: string,
): Promise<void> {
  const run = (port: number, next: () => string | null) =>
    load({ port, clients, next, seconds, expect: 200 });
  const once = (port: number, next: () => string | null) =>
    load({ port, clients, next, seconds: 1, expect: 200 });

  const { next: ourLogin } = await loginWork(bench);
  const scryptLogin = peerLogins('scrypt', ports.plain);
  const argonLogin = peerLogins('argon2id', ports.argon2id);
  await once(bench.port, ourLogin);
  await once(ports.plain, scryptLogin);
  await once(ports.argon2id, argonLogin);
  const logins = await inTurns(rounds, {
    ours: () => run(bench.port, ourLogin),
    scrypt: () => run(ports.plain, scryptLogin),
    argon2id: () => run(ports.argon2id, argonLogin),
  });

  const ourCodes = await verificationWork(bench, pending);
  const theirCodes = peerVerifications(ports.plain);
  const verify = (port: number, next: () => string | null) => load({ port, clients, next, expect: 200 });
  await verify(bench.port, ourCodes(warmUp));
  await verify(ports.plain, theirCodes(warmUp));
  const codes = await inTurns(rounds, {
    ours: () => verify(bench.port, ourCodes(verifications)),
    theirs: () => verify(ports.plain, theirCodes(verifications)),
  });

  const { guarded, forward } = await guardedWork(bench);
  const plain = await peerSession(ports.plain);
  const cached = await peerSession(ports.cached);
  const checks = {
    guarded: [bench.port, guarded],
    forward: [bench.port, forward],
    plain: [ports.plain, plain],
    cached: [ports.cached, cached],
  } as const;
  for (const [port, request] of Object.values(checks)) await once(port, () => request);
  const check = ([port, request]: readonly [number, string]) => run(port, () => request);
  const sessions = await inTurns(rounds, {
    guarded: () => check(checks.guarded),
    forward: () => check(checks.forward),
    plain: () => check(checks.plain),
    cached: () => check(checks.cached),
  });

  const pairs = [
    ['login: with its scrypt', logins.ours, logins.scrypt],
    ['login: with our argon2id', logins.ours, logins.argon2id],
    ['verification of a code', codes.ours, codes.theirs],
    ['guarded route: session from PostgreSQL', sessions.guarded, sessions.plain],
    ['guarded route: session from the cookie', sessions.guarded, sessions.cached],
    ['/auth/forward: session from PostgreSQL', sessions.forward, sessions.plain],
    ['/auth/forward: session from the cookie', sessions.forward, sessions.cached],
  ] as const;
  console.log(`Times better-auth ${version}, of ${rounds} rounds in turns, ${clients} clients:`);
  for (const [what, ours, theirs] of pairs)
    console.log(`${ratioOf(ours, theirs).toFixed(2).padStart(6)}  ${what}`);
  console.log(`\n${''.padEnd(42)}    ours/s      p99   theirs/s      p99   (${machine()})`);
  for (const [what, ours, theirs] of pairs) console.log(`${what.padEnd(42)}${side(ours)}   ${side(theirs)}`);
  keepFigures(
    'peers',
    Object.fromEntries(pairs.map(([what, ours, theirs]) => [what, ratioOf(ours, theirs)])),
  );
}

function side(runs: Parameters<typeof rateOf>[0]): string {
  return `${figure(rateOf(runs))}${`${p99Of(runs).toFixed(0)} ms`.padStart(9)}`;
}

function peerLogins(kind: string, port: number): () => string {
  let at = 0;
  return () =>
    post(
      '/api/auth/sign-in/email',
      { email: `${kind}${at++ % 200}@bench.example`, password },
      {
        origin: `http://127.0.0.1:${port}`,
      },
    );
}

/** Pending logins that bench/peers/better-auth.mjs has made. The signature of the cookie is better-auth's. */
function peerVerifications(port: number): (inRun: number) => () => string | null {
  let at = 0;
  return (inRun) => {
    const code = generateSync({ secret: totpSecret.base32 });
    const requests = Array.from({ length: inRun }, () => {
      const login = `2fa-pending${at++}`;
      const signature = createHmac('sha256', secret).update(login).digest('base64');
      const cookie = `better-auth.two_factor=${encodeURIComponent(`${login}.${signature}`)}`;
      return post(
        '/api/auth/two-factor/verify-totp',
        { code },
        { cookie, origin: `http://127.0.0.1:${port}` },
      );
    });
    return () => requests.pop() ?? null;
  };
}

async function peerSession(port: number): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: `http://127.0.0.1:${port}` },
    body: JSON.stringify({ email: 'scrypt0@bench.example', password }),
  });
  if (!answer.ok) throw new Error(`better-auth refuses a login: ${answer.status} ${await answer.text()}`);
  const cookie = answer.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  const request = get('/api/auth/get-session', { cookie });
  const session = await fetch(`http://127.0.0.1:${port}/api/auth/get-session`, { headers: { cookie } });
  if (!Object(await session.json())?.session) throw new Error('better-auth knows no session for its cookie.');
  return request;
}

type Ports = { readonly plain: number; readonly cached: number; readonly argon2id: number };

/** Installs bench/peers in a temporary folder: what is measured against is no dependency of this project. */
function installPeers(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-peers-'));
  cpSync(fileURLToPath(new URL('./peers/', import.meta.url)), folder, { recursive: true });
  const words = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status } = spawnSync('npm', words, { cwd: folder, stdio: 'inherit' });
  if (status !== 0) throw new Error('npm ci failed: bench:peers needs the npm registry.');
  return folder;
}

function versionOf(folder: string): string {
  const file = join(folder, 'node_modules/better-auth/package.json');
  return String(Object(JSON.parse(readFileSync(file, 'utf8'))).version);
}

async function startPeer(folder: string, url: string) {
  const plan = { url, secret, password, totpSecret: totpSecret.ascii, users: 200, pending };
  const child = spawn(process.execPath, ['better-auth.mjs', JSON.stringify(plan)], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, NODE_ENV: 'production' },
  });
  const said = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (chunk) => resolve(String(chunk)));
    child.once('exit', () => reject(new Error('better-auth ended before it was ready.')));
  });
  const ports: Ports = JSON.parse(said);
  return { ports, close: () => void child.kill('SIGTERM') };
}
