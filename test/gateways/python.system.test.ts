import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { changeAccountStatus } from '../../src/features/user-admin/change-account-status.ts';
import { wait, wrongCodeOf } from '../support/actor.ts';
import { blocksOf, readDocument, root } from '../support/document.ts';
import { vendorWithTotp } from '../support/second-factor.ts';
import { consoleContext, createWorld, type World } from '../support/world.ts';

const folder = 'docs/gateways/';
const files = ['fastapi_guard.py', 'flask_guard.py'];
const pythons = ['python3', '/usr/bin/python3'];

/** The first Python that can import these. */
function pythonWith(...modules: readonly string[]): string | undefined {
  const imports = modules.map((name) => `import ${name}`).join('\n');
  return pythons.find((python) => spawnSync(python, ['-c', imports], { stdio: 'ignore' }).status === 0);
}

test.each(files)('docs/gateways.md shows %s as it is', (file) => {
  const shown = blocksOf(readDocument('docs/gateways.md')).filter(({ name }) => name === file);
  expect(shown.map(({ text }) => text)).toEqual([readDocument(`${folder}${file}`)]);
});

test.skipIf(!pythonWith()).each(files)('%s is Python', (file) => {
  const check = 'import ast, sys; ast.parse(open(sys.argv[1]).read())';
  const { status, stderr } = spawnSync(pythonWith() ?? '', ['-c', check, `${root}${folder}${file}`]);
  expect(status, String(stderr)).toBe(0);
});

const fastapi = `
import os, uvicorn
from fastapi import Depends, FastAPI
from fastapi_guard import Caller, guard, install
app = FastAPI()
install(app)
@app.post("/api/things")
async def things(caller: Caller = Depends(guard("vendor", scope="data:read", mfa="if_enrolled"))):
    return {"caller": caller.__dict__}
@app.post("/api/wrong")
async def wrong(caller: Caller = Depends(guard("vendors"))):
    return {"caller": caller.__dict__}
uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_level="error")
`;
const flask = `
import os
from flask import Flask, g
from flask_guard import guarded
app = Flask("things")
@app.post("/api/things")
@guarded("vendor", scope="data:read", mfa="if_enrolled")
def things():
    return {"caller": g.caller.__dict__}
@app.post("/api/wrong")
@guarded("vendors")
def wrong():
    return {"caller": g.caller.__dict__}
app.run(host="127.0.0.1", port=int(os.environ["PORT"]), threaded=True)
`;
const frameworks = [
  { name: 'FastAPI', python: pythonWith('fastapi', 'httpx', 'uvicorn'), program: fastapi },
  { name: 'Flask', python: pythonWith('flask', 'requests'), program: flask },
];
for (const { name, python } of frameworks)
  if (!python) process.stdout.write(`${name} is not installed here: its tests are left out.\n`);

describe.each(frameworks)('$name', ({ python, program }) => {
  describe.skipIf(!python)('asks for itself', () => {
    let world: World;
    let served: Awaited<ReturnType<typeof serve>>;
    let orphan: Awaited<ReturnType<typeof serve>>;
    beforeAll(async () => {
      world = await createWorld({ app: { trustProxyHops: 1 } });
      const url = await world.app.listen({ host: '127.0.0.1', port: 0 });
      served = await serve(python ?? '', program, url);
      orphan = await serve(python ?? '', program, 'http://127.0.0.1:1');
    });
    afterAll(async () => {
      await served.close();
      await orphan.close();
      await world.close();
    });
    beforeEach(() => wait(0));
    afterEach(() => void vi.useRealTimers());

    async function ask(bearer: string | null, mfa?: string, url = served.url, path = '/api/things') {
      const headers = {
        ...(bearer && { authorization: `Bearer ${bearer}` }),
        ...(mfa && { 'x-mfa-token': mfa }),
        'x-auth-username': 'root',
        'x-auth-roles': 'admin',
      };
      const response = await fetch(`${url}${path}`, { method: 'POST', headers });
      return { status: response.status, headers: response.headers, body: await response.json() };
    }

    test('SE-3 VN-1 knows who is there, and takes a code once', async () => {
      const vera = await vendorWithTotp(world);
      wait(30);
      const { status, body } = await ask(vera.bearer, vera.code());
      expect(status).toBe(200);
      expect(Object(body).caller).toEqual({
        subject: vera.id,
        username: vera.username,
        roles: ['vendor'],
        scopes: ['data:read'],
        mfa: true,
        acr: 'urn:sallyport:acr:2',
      });
      expect(await ask(vera.bearer, vera.code())).toMatchObject({
        status: 403,
        body: { type: '/problems/mfa-token-used', proof_endpoint: '/auth/mfa/proof' },
      });
    });

    test('JW-7 passes refusals on with their problem and WWW-Authenticate', async () => {
      const none = await ask(null);
      expect(none).toMatchObject({ status: 401, body: { type: '/problems/authentication-required' } });
      expect(none.headers.get('www-authenticate')).toBe('Bearer');
      expect(none.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      const vera = await vendorWithTotp(world);
      const asked = await ask(vera.bearer);
      expect(asked).toMatchObject({ status: 403, body: { type: '/problems/mfa-token-required' } });
      expect(asked.headers.get('www-authenticate')).toMatch(/^MFA, Bearer error="insufficient_user_auth/);
      expect(await ask('a.b.c')).toMatchObject({ status: 401, body: { type: '/problems/invalid-token' } });
      expect(await ask(vera.bearer, '123456, 654321')).toMatchObject({ status: 400 });
    });

    test('RL-7 passes 429 on with Retry-After', async () => {
      const vera = await vendorWithTotp(world);
      wait(30);
      for (let tried = 0; tried < 3; tried += 1) await ask(vera.bearer, wrongCodeOf(vera.secret));
      const blocked = await ask(vera.bearer, vera.code());
      expect(blocked).toMatchObject({ status: 429, body: { type: '/problems/too-many-attempts' } });
      expect(blocked.headers.get('retry-after')).toMatch(/^\d+$/);
    });

    test('SE-7 refuses a disabled user at the very next request', async () => {
      const vera = await world.user({ roles: ['vendor'] });
      const bearer = (await vera.login('vendor')).body.access_token;
      expect((await ask(bearer)).status).toBe(200);
      await changeAccountStatus(world.deps, consoleContext(), vera.id, {
        status: 'disabled',
      });
      expect((await ask(bearer)).status).toBe(401);
    });

    test('attack 40 lets nobody in where it asks wrongly, or nobody answers', async () => {
      const vera = await world.user({ roles: ['vendor'] });
      const bearer = (await vera.login('vendor')).body.access_token;
      expect(await ask(bearer, undefined, served.url, '/api/wrong')).toMatchObject({
        status: 400,
        body: { errors: [{ pointer: '?area' }] },
      });
      expect(await ask(bearer, undefined, orphan.url)).toMatchObject({ status: 503, body: { status: 503 } });
    });
  });
});

/** An application beside the file from the documentation, as its own process. */
async function serve(python: string, program: string, sallyport: string) {
  const work = mkdtempSync(join(tmpdir(), 'sallyport-python-'));
  const port = await freePort();
  writeFileSync(join(work, 'app.py'), program);
  for (const file of files) writeFileSync(join(work, file), readDocument(`${folder}${file}`));
  const env = { PATH: process.env.PATH, PORT: String(port), SALLYPORT_URL: sallyport };
  const child = spawn(python, ['app.py'], { cwd: work, env, stdio: ['ignore', 'ignore', 'pipe'] });
  let complaints = '';
  child.stderr.on('data', (chunk) => {
    complaints += chunk;
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = `http://127.0.0.1:${port}`;
  for (let look = 0; !(await fetch(url).catch(() => null)); look += 1) {
    if (child.exitCode !== null || look > 250) throw new Error(`It does not answer: ${complaints}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const close = async () => {
    child.kill('SIGKILL');
    await ended;
    rmSync(work, { recursive: true, force: true });
  };
  return { url, close };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}
