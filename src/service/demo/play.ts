import { generateSync } from 'otplib';
import { toString as drawQr } from 'qrcode';
import { createUser } from '../../features/users/create-user.ts';
import { internalClient } from '../../lib/client-info.ts';
import { runInTerminal } from '../cli/run-in-terminal.ts';
import { readConfig } from '../config/config.ts';
import { openService, type Service } from '../open-service.ts';
import { createStage, type Stage, textOf } from './scene.ts';

const username = 'vera';
const password = 'seven wet umbrellas';
const stepMs = 30_000;

/**
 * Plays the whole journey over HTTP against a service in memory. The exit code is 0 only if every step answered as
 * expected.
 */
await runInTerminal(async () => {
  const service = await openService(
    readConfig({ DATA_DIR: 'memory:', PORT: '0', LOG_LEVEL: 'silent' }),
    () => {},
  );
  try {
    const url = await service.app.listen({ host: '127.0.0.1', port: 0 });
    await createVendor(service);
    await journey(createStage(url, (text) => process.stdout.write(text)));
  } finally {
    await service.close();
  }
});

async function createVendor({ deps }: Service): Promise<void> {
  const client = internalClient('console');
  const input = {
    username,
    password,
    email: 'vera@vendor.example',
    phone: null,
    roles: ['vendor', 'user'] as const,
  };
  await createUser(deps, { client, now: new Date() }, input);
}

async function journey({ say, play }: Stage): Promise<void> {
  say(
    'A service in memory, with one user: vera, who is a vendor. What follows is what her client sends and gets.',
  );

  const first = await play({
    title: 'Vera logs in with her password alone',
    call: ['POST', '/auth/login'],
    body: { username, password },
    expect: { status: 200, holds: (body) => body.mfa_required === false && body.token_type === 'bearer' },
  });
  const bearer = bearerOf(textOf(first, 'access_token'));

  const enrolling = await play({
    title: 'She enrols an authenticator app',
    call: ['POST', '/auth/mfa/enroll'],
    headers: bearer,
    body: { method: 'totp', label: 'My phone' },
    expect: { status: 200, holds: (body) => body.next_step === 'verify_enrollment' },
  });
  const secret = textOf(enrolling, 'secret');
  say(`\n${await drawQr(textOf(enrolling, 'qr_code_uri'), { type: 'terminal', small: true })}`);
  const clock = codes(secret, say);

  const confirmed = await play({
    title: 'She confirms it with the first code; that code is spent, and recovery codes are shown once',
    call: ['POST', '/auth/mfa/verify-enrollment'],
    headers: bearer,
    body: { token: await clock.next() },
    expect: {
      status: 200,
      holds: (body) => Array.isArray(body.recovery_codes) && body.recovery_codes.length === 10,
    },
  });
  const recoveryCodes = Array.isArray(confirmed.recovery_codes) ? confirmed.recovery_codes.map(String) : [];

  const challenge = await play({
    title: 'She logs in again, and is asked for her second factor',
    call: ['POST', '/auth/login'],
    body: { username, password },
    expect: { status: 200, holds: (body) => body.mfa_required === true && body.mfa_method === 'totp' },
  });
  const code = await clock.next();
  await play({
    title: 'The code opens the session',
    call: ['POST', '/auth/mfa/verify'],
    body: { temp_token: textOf(challenge, 'temp_token'), mfa_token: code },
    expect: { status: 200, holds: (body) => body.mfa_required === false },
  });

  const another = await play({
    title: 'Somebody who saw password and code logs in right after her',
    call: ['POST', '/auth/login'],
    body: { username, password },
    expect: { status: 200 },
  });
  await play({
    title: 'The same code a second time is refused',
    call: ['POST', '/auth/mfa/verify'],
    body: { temp_token: textOf(another, 'temp_token'), mfa_token: code },
    expect: { status: 403, holds: (body) => body.type === '/problems/mfa-token-used' },
  });

  const vendor = await play({
    title: 'Her script logs in to the vendor API',
    call: ['POST', '/auth/login'],
    body: { username, password, area: 'vendor' },
    expect: { status: 200, holds: (body) => body.area === 'vendor' },
  });
  const script = bearerOf(textOf(vendor, 'access_token'));
  await play({
    title: 'The guarded route asks for the second factor',
    call: ['GET', '/api/sensitive-data'],
    headers: script,
    expect: { status: 403, holds: (body) => body.type === '/problems/mfa-token-required' },
  });
  await play({
    title: 'With a code in X-MFA-Token it answers',
    call: ['GET', '/api/sensitive-data'],
    headers: { ...script, 'x-mfa-token': await clock.next() },
    expect: { status: 200, holds: (body) => body.data === 'sensitive' },
  });
  const proof = await play({
    title: 'A code works once, so the script exchanges one for a proof',
    call: ['POST', '/auth/mfa/proof'],
    headers: script,
    body: { mfa_token: await clock.next() },
    expect: { status: 200, holds: (body) => typeof body.mfa_proof === 'string' },
  });
  for (const time of ['first', 'second']) {
    await play({
      title: `The proof works for ten minutes: the ${time} call`,
      call: ['GET', '/api/sensitive-data'],
      headers: { ...script, 'x-mfa-token': textOf(proof, 'mfa_proof') },
      expect: { status: 200, holds: (body) => body.data === 'sensitive' },
    });
  }

  const lost = await play({
    title: 'Vera loses her phone and logs in',
    call: ['POST', '/auth/login'],
    body: { username, password },
    expect: { status: 200, holds: (body) => body.mfa_required === true },
  });
  const recovered = await play({
    title: 'A recovery code gets her in',
    call: ['POST', '/auth/mfa/verify'],
    body: { temp_token: textOf(lost, 'temp_token'), mfa_token: recoveryCodes[6] },
    expect: { status: 200, holds: (body) => body.backup_codes_remaining === 9 },
  });
  const session = bearerOf(textOf(recovered, 'access_token'));
  await play({
    title: 'With a wrong password nothing is switched off',
    call: ['POST', '/auth/mfa/disable'],
    headers: session,
    body: { password: 'not her password' },
    expect: { status: 401, holds: (body) => body.detail === 'Invalid password' },
  });
  await play({
    title: 'She switches two-factor login off, to enrol her next phone',
    call: ['POST', '/auth/mfa/disable'],
    headers: session,
    body: { password },
    expect: { status: 200, holds: (body) => body.success === true },
  });
  await play({
    title: 'What is left: nothing enrolled',
    call: ['GET', '/auth/mfa/status'],
    headers: session,
    expect: { status: 200, holds: (body) => body.enabled === false && body.backup_codes_remaining === 0 },
  });
  say('\nEvery step answered as it should.');
}

/**
 * The codes of the user's app. Each is for a later time step than the last, because a code works once. The service
 * accepts one step before and after its own clock, so three codes are ready at once. For the others the demo waits, as
 * a user would.
 */
function codes(secret: string, say: (text: string) => void) {
  let last = Math.floor(Date.now() / stepMs) - 2;
  async function next(): Promise<string> {
    last += 1;
    const from = (last - 1) * stepMs;
    if (Date.now() < from) {
      say(`\n  (waiting ${Math.ceil((from - Date.now()) / 1000)} s for the app's next code)`);
      await new Promise((resolve) => setTimeout(resolve, from - Date.now() + 50));
    }
    return generateSync({ secret, epoch: (last * stepMs) / 1000 });
  }
  return { next };
}

function bearerOf(token: string) {
  return { authorization: `Bearer ${token}` };
}
