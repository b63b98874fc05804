import type { Role } from '../../src/domain/users/roles.ts';
import { dependencyUnavailable } from '../../src/lib/problem.ts';
import type { Parts } from '../../src/service/create-deps.ts';
import { wait } from './actor.ts';
import { createWorld, type World } from './world.ts';

type Act = () => Promise<unknown>;

/** Something that somebody does, and what the audit then records: type, outcome and method of each event. */
export type Case = {
  readonly what: string;
  readonly expected: readonly string[];
  /** Sets the stage, and gives the act itself. */
  readonly given: (world: AuditWorld) => Promise<Act>;
};

export type AuditWorld = World & {
  readonly carrier: { away: boolean };
  /** What Duo wants of everybody, and what becomes of every push. */
  readonly duo: { asks: string; decision: { result: string; status: string } };
};

/** A world whose carrier of text messages makes its own codes, always 123456, until it goes away; Duo says yes. */
export async function createAuditWorld(): Promise<AuditWorld> {
  const carrier = { away: false };
  const present = () => {
    if (carrier.away) throw dependencyUnavailable({ reason: 'sms_unavailable' });
  };
  const verifySms = {
    start: async () => {
      present();
      return 'VE1';
    },
    check: async (_reference: string, code: string) => {
      present();
      return code === '123456';
    },
  };
  const duo = { asks: 'auth', decision: { result: 'allow', status: 'allow' } };
  const duoTelephones = {
    preauth: async () => ({ result: duo.asks, devices: [{ device: 'DP1', capabilities: ['push'] }] }),
    push: async () => 'txid',
    decision: async () => duo.decision,
    passcode: async () => duo.decision,
    enroll: async () => ({
      activation_url: 'https://example.com',
      activation_barcode: 'https://example.com',
    }),
  };
  const carriers: Parts['carriers'] = { sms: { verifySms }, sendMail: async () => {}, duoTelephones };
  return { ...(await createWorld({ carriers, smsRules: { leastConversionPercent: 30 } })), carrier, duo };
}

/** Somebody with an authenticator app, in the session that enrolled it. */
export async function withTotp(world: World, roles: Role[] = ['user']) {
  const ann = await world.user({ roles });
  const totp = await ann.enrolTotp();
  const call = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, body?: Record<string, unknown>) =>
    world.call(method, url, body, { bearer: totp.bearer });
  return { ann, ...totp, call };
}

/** Somebody with a phone, in the session that enrolled it, when another text may be sent. */
export async function withPhone(world: World) {
  const ann = await world.user();
  const enrolling = await beginPhone(world, (await ann.login()).body.access_token);
  const { body } = await enrolling.confirm();
  wait(31);
  return { ann, bearer: String(body.access_token) };
}

let phones = 0;

export async function beginPhone({ call }: World, bearer: string) {
  phones += 1;
  const phone = `+1509300${String(phones).padStart(4, '0')}`;
  const begun = await call('POST', '/auth/mfa/enroll', { method: 'sms', phone }, { bearer });
  const confirm = () => call('POST', '/auth/mfa/verify-enrollment', { token: '123456' }, { bearer });
  return { phone, begun, confirm };
}

/** A thousand wrong codes take too long: sets how many there have been in a row. */
export async function setInARow({ database }: World, userId: string, inARow: number): Promise<void> {
  await database.db.updateTable('throttles').set({ inARow }).where('userId', '=', userId).execute();
}
