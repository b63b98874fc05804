import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { changeAccountStatus } from '../../src/features/user-admin/change-account-status.ts';
import { codeOf, earlierCodeOf, wait, wrongCodeOf } from './actor.ts';
import { root } from './document.ts';
import { startFakeDuo } from './fake-duo.ts';
import { phone } from './fake-duo-auth.ts';
import { claimsOf, keyOf, signed } from './forge.ts';
import { freshPhone } from './second-factor.ts';
import { consoleContext, createWorld, issuer } from './world.ts';

export const pythonPackage = `${root}packages/python`;

// biome-ignore lint/suspicious/noExplicitAny: what a Python test asks for
type Given = any;

/**
 * The service with a fake Duo, and a port by which a program outside acts on both: it makes users, reads what was sent,
 * and forges tokens. packages/python/tests/world.py is the other end.
 */
export async function startPythonWorld() {
  const duo = await startFakeDuo();
  const connected = duo.connect();
  const sent: { to: string; text: string }[] = [];
  const keep = async ({ to, text }: { to: string; text: string }) => void sent.push({ to, text });
  const world = await createWorld({
    carriers: { ...connected.methods, sms: { sendSms: keep }, sendMail: keep },
    app: { trustProxyHops: 1 },
  });
  const service = await world.app.listen({ host: '127.0.0.1', port: 0 });
  const counts: Record<string, number> = {};
  world.app.server.on('request', ({ url = '' }) => {
    const [path = ''] = url.split('?');
    counts[path] = (counts[path] ?? 0) + 1;
  });

  const acts: Readonly<Record<string, (given: Given) => unknown>> = {
    user: async ({ roles, atDuo }) => {
      const number = freshPhone();
      const user = await world.user({ phone: number, ...(roles && { roles }) });
      if (atDuo) duo.users.set(user.username, { policy: 'auth', devices: [phone], verified: true });
      const { id, username, password, email } = user;
      return { id, username, password, email, phone: number };
    },
    code: ({ secret, steps }) => codeOf(secret, steps),
    earlier_code: ({ secret }) => earlierCodeOf(secret),
    wrong_code: ({ secret }) => wrongCodeOf(secret),
    sent: ({ to }) => {
      const last = sent.filter((one) => one.to === to && /\b\d{6}\b/.test(one.text)).at(-1);
      return /\b\d{6}\b/.exec(last?.text ?? '')?.[0];
    },
    wait: ({ seconds }) => wait(seconds),
    decide: ({ result, status }) => {
      const push = duo.pushes.at(-1);
      if (push) push.decision = { result, status };
    },
    visit: async ({ url }) => (await duo.visit(url)).response,
    disable: ({ id }) => changeAccountStatus(world.deps, consoleContext(), id, { status: 'disabled' }),
    token: async ({ token, claims = {}, header = {}, without = [] }) => {
      const all: Record<string, unknown> = { ...claimsOf(token), ...claims };
      for (const name of without) delete all[name];
      return signed(await keyOf(world), all, header);
    },
    count: ({ path }) => counts[path] ?? 0,
  };

  const control = createServer(async (request, response) => {
    const act = acts[String(request.url).slice(1)];
    const answered = await Promise.resolve(JSON.parse(await text(request)))
      .then((given) => act?.(given))
      .catch((error) => ({ error: String(error) }));
    response.end(JSON.stringify(answered ?? null));
  });
  control.listen(0, '127.0.0.1');
  await once(control, 'listening');

  const env = {
    SALLYPORT_URL: service,
    SALLYPORT_ISSUER: issuer,
    SALLYPORT_CONTROL: `http://127.0.0.1:${(control.address() as AddressInfo).port}`,
    SALLYPORT_TLS: `https://${duo.host}`,
    SALLYPORT_TLS_CA: duo.caFile,
  };
  const close = async () => {
    control.close();
    control.closeAllConnections();
    await world.close();
    await connected.close();
    await duo.close();
  };
  return { world, duo, env, close };
}

/** Runs a program of Python with the package, and gives its exit code and what it printed. */
export async function runPython(
  python: string,
  given: readonly string[],
  env: Readonly<Record<string, string>> = {},
) {
  const child = spawn(python, given, {
    cwd: pythonPackage,
    env: { PATH: process.env.PATH, PYTHONPATH: 'src', PYTHONDONTWRITEBYTECODE: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  const [printed, complaints] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = await ended;
  return { code: code as number | null, printed, complaints };
}
