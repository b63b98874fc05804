import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { bundle } from '../../packages/client/build.ts';
import { countdown } from '../../packages/client/examples/countdown.ts';
import {
  type ApiDocument,
  clientTypes,
  documentFile,
  typesFile,
} from '../../packages/client/generate-types.ts';
import { createClient, isProblem, SallyportProblem } from '../../packages/client/src/index.ts';
import { exclusively } from '../../packages/client/src/lock.ts';

const root = new URL('../../packages/client/', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
afterEach(() => void vi.unstubAllGlobals());

describe('the package', () => {
  test('has at most 6 KB, gzipped, in a browser', async () => {
    const code = await bundle(fileURLToPath(new URL('src/index.ts', root)));
    const size = gzipSync(code, { level: 9 }).length;
    expect(size).toBeLessThanOrEqual(6 * 1024);
    expect(size).toBeGreaterThan(1024);
  });

  test('needs no other package', () => {
    const { dependencies, peerDependencies } = JSON.parse(read('package.json'));
    expect([dependencies, peerDependencies]).toEqual([undefined, undefined]);
    const sources = readdirSync(new URL('src/', root)).map((name) => read(`src/${name}`));
    const imported = sources.flatMap((source) =>
      [...source.matchAll(/from '([^']+)'/g)].map(([, from]) => from),
    );
    expect(imported.filter((from) => !from?.startsWith('./'))).toEqual([]);
    expect(sources.join()).not.toMatch(/localStorage/);
  });

  test('has the types of the OpenAPI document as it is: npm run client:types', () => {
    const document = JSON.parse(readFileSync(documentFile, 'utf8')) as ApiDocument;
    expect(readFileSync(typesFile, 'utf8') === clientTypes(document)).toBe(true);
  });

  test('needs at most 25 lines for a complete login, and shows them in its README', () => {
    const example = read('examples/complete-login.ts');
    const lines = example.split('\n').filter((line) => line.trim() !== '' && !line.trim().startsWith('//'));
    expect(lines.length).toBeLessThanOrEqual(25);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(110);
    expect(read('README.md')).toContain(example.trim());
  });
});

describe('a problem', () => {
  const body = {
    type: '/problems/mfa-enrollment-required',
    enrollment_token: 'eyJ-secret',
    temp_token: 'eyJ-other',
  };

  test('holds no token', () => {
    const problem = new SallyportProblem(403, body);
    expect(inspect(problem, { depth: 9, showHidden: true }) + JSON.stringify(problem)).not.toContain('eyJ-');
  });

  test('is told apart by type and reason', () => {
    const problem = new SallyportProblem(429, {
      type: '/problems/too-many-attempts',
      reason: 'send',
      retry_after: 30,
    });
    expect(problem).toMatchObject({ type: 'too-many-attempts', reason: 'send', retryAfter: 30 });
    expect(isProblem(problem, 'too-many-attempts', 'send')).toBe(true);
    expect(isProblem(problem, 'too-many-attempts', 'rate')).toBe(false);
    expect(isProblem(problem, 'not-found')).toBe(false);
    expect(isProblem(new Error('x'))).toBe(false);
  });

  test('is also what a gateway answers in between', async () => {
    const send = async () =>
      new Response('<html>', { status: 502, headers: { 'content-type': 'text/html' } });
    const client = createClient({ baseUrl: 'https://login.example', mode: 'memory', fetch: send });
    await expect(client.call('GET /health/live')).rejects.toMatchObject({ type: 'about:blank', status: 502 });
    const cut = async () => new Response('{"stat', { headers: { 'content-type': 'application/json' } });
    const other = createClient({ baseUrl: 'https://login.example', mode: 'memory', fetch: cut });
    await expect(other.call('GET /health/live')).rejects.toMatchObject({ name: 'SallyportProblem' });
  });
});

describe('an address', () => {
  test('cannot be led to another route by a parameter', async () => {
    const urls: string[] = [];
    const send: typeof fetch = async (address) => {
      urls.push(String(address));
      return new Response(null, { status: 204 });
    };
    const client = createClient({ baseUrl: 'https://login.example/mfa/', mode: 'memory', fetch: send });
    for (const id of ['', '.', '..']) await expect(client.sessions.end(id)).rejects.toThrow(TypeError);
    await client.sessions.end('../me?x=1#');
    expect(urls).toEqual(['https://login.example/mfa/auth/sessions/..%2Fme%3Fx%3D1%23']);
  });
});

describe.each(['Web Locks', 'BroadcastChannel'])('work that one tab does at a time, by %s', (by) => {
  test('is done in turn, and who waited is told so', async () => {
    if (by === 'BroadcastChannel') vi.stubGlobal('navigator', {});
    let running = 0;
    const waits: boolean[] = [];
    const work = async (waited: boolean) => {
      running += 1;
      expect(running).toBe(1);
      waits.push(waited);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
    };
    await Promise.all(Array.from({ length: 4 }, () => exclusively(`test-${by}`, work)));
    expect(waits).toEqual([false, true, true, true]);
    await expect(exclusively(`test-${by}`, () => Promise.reject(new Error('fails')))).rejects.toThrow(
      'fails',
    );
    expect(await exclusively(`test-${by}`, async () => 'free again')).toBe('free again');
  });
});

test('a countdown comes from the answer alone', () => {
  const challenge = {
    kind: 'challenge',
    tempToken: 'T',
    method: 'sms',
    methods: [],
    shown: {},
    sent: true,
  } as const;
  const at = countdown({ ...challenge, expiresAt: 300_000, resendAt: 30_000, attemptsRemaining: 2 }, 10_500);
  expect(at).toEqual({
    over: false,
    secondsLeft: 290,
    mayResend: false,
    secondsToResend: 20,
    secondsLocked: 0,
    attempts: 2,
  });
  expect(countdown({ ...challenge, expiresAt: 300_000, resendAt: 30_000 }, 30_000).mayResend).toBe(true);
});
