import { createHmac, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answer, fail } from './fake-duo-faults.ts';

export const duoAuth = {
  integrationKey: 'DIAUTHAUTHAUTHAUTH00',
  secretKey: 'a-secret-key-that-must-never-be-logged-0',
};

export type DuoDevice = {
  readonly device: string;
  readonly type: 'phone' | 'token';
  readonly display_name: string;
  readonly capabilities?: readonly string[];
};

export type DuoUser = {
  /** `auth`: asks for a factor; `allow`: bypassed; `deny`: locked out. Who is not known is to be enrolled. */
  readonly policy: 'auth' | 'allow' | 'deny';
  readonly devices: readonly DuoDevice[];
  /** Whether pushes come with a code that is typed into the telephone. */
  readonly verified?: boolean;
  readonly passcodes?: string[];
  readonly bypassCodes?: string[];
};

export type Push = {
  readonly txid: string;
  readonly username: string;
  readonly device: string;
  readonly verified: boolean;
  readonly code: string | null;
  readonly sentAt: number;
  /** What became of it, as Duo reports it: null as long as nobody has decided. */
  decision: { result: string; status: string } | null;
};

type Call = { readonly params: URLSearchParams; readonly response: ServerResponse };

const pushSeconds = 60;
export const phone: DuoDevice = {
  device: 'DPFAKEFAKEFAKEFAKE01',
  type: 'phone',
  display_name: 'iOS (XXX-XXX-4788)',
  capabilities: ['auto', 'push', 'sms', 'mobile_otp'],
};

/** The Auth API, version 2. */
export function createAuthApi() {
  const users = new Map<string, DuoUser>();
  const pushes: Push[] = [];
  const offered = new Map<string, { username: string; code: string }>();

  const calls: { path: string; userAgent: string | undefined; ipaddr: string | null }[] = [];

  const routes: Readonly<Record<string, (call: Call) => void>> = {
    'GET /auth/v2/check': ({ response }) => ok(response, { time: Math.floor(Date.now() / 1000) }),

    'POST /auth/v2/preauth': ({ params, response }) => {
      const username = params.get('username') ?? '';
      const user = users.get(username);
      if (!user)
        return ok(response, { result: 'enroll', status_msg: 'Enroll an authentication device to proceed' });
      const { policy, devices } = user;
      if (policy !== 'auth') return ok(response, { result: policy, status_msg: policy });
      const verified = user.verified && params.get('client_supports_verified_push') === '1';
      ok(response, {
        result: 'auth',
        status_msg: 'Account is active',
        devices,
        ...(verified && offer(username)),
      });
    },

    'POST /auth/v2/auth': ({ params, response }) => {
      const username = params.get('username') ?? '';
      const user = users.get(username);
      if (user?.policy !== 'auth') return ok(response, { result: 'deny', status: 'deny', status_msg: 'No' });
      if (params.get('factor') === 'passcode')
        return ok(response, checked(user, params.get('passcode') ?? ''));
      const device = params.get('device') ?? '';
      const known = user.devices.find((one) => one.device === device);
      if (
        params.get('factor') !== 'push' ||
        params.get('async') !== '1' ||
        !known?.capabilities?.includes('push')
      )
        return fail(response, 40002, 'Invalid request parameters', 'device');
      const txid = params.get('txid');
      const offer = txid === null ? undefined : offered.get(txid);
      if (txid !== null && offer?.username !== username)
        return fail(response, 40002, 'Invalid request parameters', 'txid');
      const sent = { username, device, sentAt: Date.now(), decision: null };
      pushes.push({ txid: txid ?? randomUUID(), verified: !!offer, code: offer?.code ?? null, ...sent });
      ok(response, { txid: pushes.at(-1)?.txid });
    },

    'GET /auth/v2/auth_status': ({ params, response }) => {
      const push = pushes.find(({ txid }) => txid === params.get('txid'));
      if (!push) return fail(response, 40002, 'Invalid request parameters', 'txid');
      const over = Date.now() - push.sentAt >= pushSeconds * 1000;
      const timeout = { result: 'deny', status: 'timeout', status_msg: 'Login timed out.' };
      ok(
        response,
        push.decision ?? (over ? timeout : { result: 'waiting', status: 'pushed', status_msg: 'Pushed' }),
      );
    },

    'POST /auth/v2/enroll': ({ params, response }) => {
      const username = params.get('username') ?? '';
      if (users.has(username)) return fail(response, 40002, 'Invalid request parameters', 'username');
      users.set(username, { policy: 'auth', devices: [phone], passcodes: ['7654321'] }); // activates it at once
      const activation_url = `https://m-fake.duosecurity.example/activate/${randomUUID()}`;
      const activation_barcode = 'https://api-fake.duosecurity.example/frame/qr?value=x';
      ok(response, {
        username,
        user_id: 'DUFAKE',
        activation_code: 'duo://x',
        activation_url,
        activation_barcode,
        expiration: 1,
      });
    },
  };

  function offer(username: string) {
    const txid = randomUUID();
    const code = String(100 + offered.size).padStart(3, '0');
    offered.set(txid, { username, code });
    return { txid, verification_code: code, expiration: pushSeconds };
  }

  /** Asked in the order of the real one: who, when, the signature, then what. */
  function handle(request: IncomingMessage, response: ServerResponse, body: string) {
    const { pathname, searchParams } = new URL(request.url ?? '', 'https://x');
    const { method = '', headers } = request;
    const params = method === 'GET' ? searchParams : new URLSearchParams(body);
    const [scheme, basic] = (headers.authorization ?? '').split(' ');
    const [ikey, signature] = Buffer.from(basic ?? '', 'base64')
      .toString()
      .split(':');
    const date = String(headers['x-duo-date'] ?? headers.date ?? '');
    if (scheme !== 'Basic') return fail(response, 40101, 'Missing request credentials');
    if (ikey !== duoAuth.integrationKey)
      return fail(response, 40102, 'Invalid identity in request credentials');
    if (!(Math.abs(Date.parse(date) - Date.now()) <= 300_000))
      return fail(response, 40105, 'Bad request timestamp');
    const host = (headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
    const text = [date, method, host, pathname, canonicalOf(params)].join('\n');
    const right = createHmac('sha512', duoAuth.secretKey).update(text).digest('hex');
    if (signature !== right) return fail(response, 40103, 'Invalid signature in request credentials');
    const route = routes[`${method} ${pathname}`];
    if (!route) return fail(response, 40401, 'Resource not found');
    calls.push({ path: pathname, userAgent: headers['user-agent'], ipaddr: params.get('ipaddr') });
    if (!['/auth/v2/auth_status', '/auth/v2/check'].includes(pathname) && !params.get('username'))
      return fail(response, 40002, 'Invalid request parameters', 'username');
    route({ params, response });
  }

  return { handle, users, pushes, calls };
}

/** A passcode works once, as with the real one. */
function checked({ passcodes = [], bypassCodes = [] }: DuoUser, code: string) {
  const [from, status] = passcodes.includes(code) ? [passcodes, 'allow'] : [bypassCodes, 'bypass'];
  const at = from.indexOf(code);
  if (at < 0) return { result: 'deny', status: 'deny', status_msg: 'Incorrect passcode. Please try again.' };
  from.splice(at, 1);
  return { result: 'allow', status, status_msg: 'Success. Logging you in...' };
}

function ok(response: ServerResponse, body: unknown): void {
  answer(response, 200, { stat: 'OK', response: body });
}

function canonicalOf(params: URLSearchParams): string {
  const encoded = (text: string) => [...Buffer.from(text)].map((byte) => escaped(byte)).join('');
  const pairs = [...params].map(([name, value]) => `${encoded(name)}=${encoded(value)}`);
  return pairs.sort().join('&');
}

function escaped(byte: number): string {
  const letter = String.fromCharCode(byte);
  return /[A-Za-z0-9._~-]/.test(letter) ? letter : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}
