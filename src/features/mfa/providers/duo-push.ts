import { z } from 'zod';
import { plainCode } from '../../../domain/mfa/codes.ts';
import { methodNotAllowed } from '../../../domain/mfa/mfa-problems.ts';
import { defineProvider, type Prompt } from '../../../domain/mfa/provider.ts';
import { invalidField } from '../../../lib/problem.ts';
import { qrCodeOf } from '../../../lib/qr-code.ts';
import { approvedPush, codeGrade, comparedPush } from './duo-verdict.ts';

type Device = {
  readonly device: string;
  readonly display_name?: string | undefined;
  readonly capabilities?: readonly string[] | undefined;
};
type Decision = { readonly result: string; readonly status: string };

/** Duo's Auth API. Each call may throw 503. */
export type DuoTelephones = {
  readonly preauth: (
    username: string,
    from?: string,
  ) => Promise<{
    readonly result: string;
    readonly devices: readonly Device[];
    readonly txid?: string | undefined;
    readonly verification_code?: string | undefined;
  }>;
  readonly push: (username: string, device: string, txid?: string, from?: string) => Promise<string>;
  /** Null until the user has decided. */
  readonly decision: (txid: string) => Promise<Decision | null>;
  readonly passcode: (username: string, passcode: string, from?: string) => Promise<Decision>;
  readonly enroll: (username: string) => Promise<{
    activation_url: string;
    activation_barcode: string;
    activation_code?: string | undefined;
  }>;
};

const pollSeconds = 2;
const state = z.union([
  z.object({ txid: z.string(), compared: z.boolean() }),
  z.object({ decided: z.enum(['allow', 'deny']) }), // Duo's policy decided without asking the user
  z.object({ asksFor: z.literal('passcode') }),
]);
type State = z.infer<typeof state>;
const passcode = z
  .string()
  .transform(plainCode)
  .pipe(z.string().regex(/^\d{6,9}$/));

/**
 * A push to a telephone with Duo Mobile, or a passcode instead. The client polls until the user has decided. A push
 * counts as a second factor if the user compared a code. A push that the user only approved ranks with e-mail.
 */
export function duoPush(duo: DuoTelephones) {
  return defineProvider({
    method: 'duo_push',
    title: 'Duo Mobile',
    amr: ['push', 'mca', 'mfa'],
    level: '2',
    guessable: true,
    approved: true,
    challengeless: false,
    delivery: {
      sendsTo: ({ username, device }) => `${username} ${device ?? ''}`,
      cost: 2,
      pace: { perWindow: 3, windowSeconds: 5 * 60, apartSeconds: 0, openSeconds: 60 }, // against push bombing
    },

    setup: z.strictObject({
      device: z.string().max(40).optional().describe('Which telephone; else the first'),
    }),
    shows: {
      activation_url: z
        .url()
        .optional()
        .describe('Opens on the telephone; then confirm by a passcode of Duo Mobile'),
      activation_barcode: z.url().optional().describe('The same as a picture, at Duo'),
      qr_code_png: z
        .string()
        .optional()
        .describe('The same picture as a data URL, to be scanned by Duo Mobile'),
      push: z.boolean().optional().describe('A push is on its way: poll. Else a passcode is asked for'),
      device: z.string().nullable().optional(),
      verification_code: z.string().optional().describe('To be typed into the telephone'),
    },
    data: z.object({ username: z.string(), device: z.string().nullable() }), // null: the first that takes a push
    state,
    answer: z.union([z.strictObject({}), z.strictObject({ code: passcode })]),

    async enrol({ device }, { user, from }) {
      const { username } = user;
      const known = await duo.preauth(username, from);
      if (known.result === 'enroll') {
        return { data: { username, device: null }, hint: null, show: await activationAt(duo, username) };
      }
      if (known.result !== 'auth')
        throw methodNotAllowed({
          detail: 'Duo does not ask this account for a second factor, or does not let it in.',
        });
      const chosen = known.devices.find((one) => one.device === device);
      if (device !== undefined && !chosen)
        throw invalidField('#/device', 'Not a device of this account at Duo');
      return { data: { username, device: device ?? null }, hint: nameOf(chosen), show: {} };
    },

    async challenge({ data: { username, device } }, { from }): Promise<Prompt<State>> {
      const { result, devices, txid, verification_code: code } = await duo.preauth(username, from);
      if (result === 'allow') return { state: { decided: 'allow' }, show: { push: false } };
      if (result === 'deny') return { state: { decided: 'deny' }, show: { push: false } };
      const able = devices.filter(({ capabilities }) => capabilities?.includes('push'));
      const to = able.find((one) => device === null || one.device === device);
      if (result !== 'auth' || !to) return { state: { asksFor: 'passcode' }, show: { push: false } };
      const started = await duo.push(username, to.device, txid, from);
      const compared = code !== undefined && started === txid;
      const show = { push: true, device: nameOf(to), ...(code !== undefined && { verification_code: code }) };
      return { state: { txid: started, compared }, show };
    },

    async verify({ factor, state, answer }, { from }) {
      if (!state) return { outcome: 'failed' };
      if ('decided' in state) return { outcome: state.decided === 'allow' ? 'waived' : 'denied' };
      if ('code' in answer)
        return passcodeVerdict(await duo.passcode(factor.data.username, answer.code, from));
      if (!('txid' in state)) return { outcome: 'failed' };
      const decision = await duo.decision(state.txid);
      if (!decision) return { outcome: 'pending', retryAfterSeconds: pollSeconds };
      return pushVerdict(decision, state.compared);
    },
  });
}

/** The picture is made here, so that no page need ask Duo for one. */
async function activationAt(duo: DuoTelephones, username: string) {
  const { activation_code: code, ...links } = await duo.enroll(username);
  return { ...links, qr_code_png: await qrCodeOf(code ?? links.activation_url) };
}

function pushVerdict({ result, status }: Decision, compared: boolean) {
  if (result === 'allow' && status === 'allow')
    return { outcome: 'passed', grade: compared ? comparedPush : approvedPush } as const;
  if (result === 'allow' && status === 'bypass') return { outcome: 'waived' } as const;
  return status === 'fraud'
    ? ({ outcome: 'denied', reported: true } as const)
    : ({ outcome: 'denied' } as const);
}

function passcodeVerdict({ result, status }: Decision) {
  if (result === 'allow' && status === 'allow') return { outcome: 'passed', grade: codeGrade } as const;
  if (result === 'allow' && status === 'bypass') return { outcome: 'waived' } as const;
  return { outcome: status === 'locked_out' ? 'denied' : 'failed' } as const;
}

/** Duo masks the number in a display name: `iOS (XXX-XXX-4788)`. */
function nameOf(device: Device | undefined): string | null {
  return device?.display_name?.slice(0, 100) ?? null;
}
