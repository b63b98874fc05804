import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, launchBrowser, securityKey } from '../support/chromium.ts';
import { allowPasskeys, passkeyActions } from '../support/passkeys.ts';
import { keyActions } from '../support/security-key.ts';
import { createWorld, type World } from '../support/world.ts';

const home = 'https://login.county.example';
const related = 'https://login.city.example';
const stranger = 'https://login.town.example';
/** Makes the certificate. */
const program = 'openssl';
const canServe = spawnSync(program, ['version']).status === 0;

/** A certificate that the browser of this test takes, because it is told to take every one. */
function certificate() {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-tls-'));
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const names = [home, related, stranger].map((origin) => `DNS:${new URL(origin).hostname}`);
  const how = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=example'];
  const where = ['-keyout', keyFile, '-out', certFile];
  execFileSync(program, [...how, ...where, '-addext', `subjectAltName=${names.join()}`], {
    stdio: 'ignore',
  });
  return { key: readFileSync(keyFile), cert: readFileSync(certFile) };
}

describe.skipIf(!hasBrowser || !canServe)('related origins in a real browser', () => {
  let world: World;
  let server: Server;
  let browser: Browser;
  beforeAll(async () => {
    world = await createWorld({
      webauthn: { rpId: 'login.county.example', origins: [home], relatedOrigins: [related] },
      app: { relatedOrigins: [related] },
    });
    await allowPasskeys(world, 'public');
    server = createServer(certificate(), async ({ url = '/', headers }, response) => {
      const isHome = headers.host === new URL(home).host;
      const answer = isHome && url.startsWith('/.well-known/') ? await world.app.inject({ url }) : null;
      response.setHeader('content-type', String(answer?.headers['content-type'] ?? 'text/html'));
      response.end(answer?.body ?? '<title>A page</title>');
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    browser = await launchBrowser(
      `--host-resolver-rules=MAP *.example 127.0.0.1:${port}`,
      '--ignore-certificate-errors',
    );
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
    await world?.close();
  });

  test('PK-3 a page that is named uses the passkeys of the other domain, and a page that is not cannot', async () => {
    const ann = keyActions(world, await world.user());
    const page = await (await browser.newContext()).newPage();
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('WebAuthn.enable');
    const options = { ...securityKey, transport: 'internal' } as const;
    await devtools.send('WebAuthn.addVirtualAuthenticator', { options });
    /** As text, because the page has no modules of the test. */
    const ceremony = (kind: 'create' | 'get', given: object): Promise<object> =>
      page.evaluate(`(async () => {
        const publicKey = PublicKeyCredential.parse${kind === 'create' ? 'Creation' : 'Request'}OptionsFromJSON(${JSON.stringify(given)});
        return (await navigator.credentials.${kind}({ publicKey })).toJSON();
      })()`);
    const { options: ask, verify } = passkeyActions(world);

    await page.goto(home);
    const bearer: string = (await ann.login()).body.access_token;
    const begun = await ann.begin(bearer, { passkey: true });
    expect((await ann.confirm(bearer, await ceremony('create', begun.body.options))).status).toBe(200);

    await page.goto(related);
    const there = await verify(await ceremony('get', (await ask()).body.options));
    expect(there.status).toBe(200);

    await page.goto(stranger);
    await expect(ceremony('get', (await ask()).body.options)).rejects.toThrow(/SecurityError/);
  });
});
