import type { Operations } from './api-types.ts';
import type { SallyportClient } from './client.ts';
import type { CallOptions } from './http.ts';
import { ceremony } from './webauthn.ts';

type Body<Key extends keyof Operations> = Operations[Key]['input'] extends { body: infer Given }
  ? Given
  : never;
type Proof = Readonly<Record<string, string>>;

/**
 * The recovery of an account by a person who lost the second factor. `continueCode` comes from `begin`: show it to the
 * person, who needs it after the wait. It opens no session. A module of its own, so that a page without it does not load
 * it.
 */
export function createRecovery({ call }: Pick<SallyportClient, 'call'>) {
  const of = (continueCode: string) => ({ continue_code: continueCode });
  const confirm = (
    continueCode: string,
    answer: { readonly factor_id?: string; readonly token?: string; readonly response?: unknown },
    options?: CallOptions,
  ) => {
    const body = { ...of(continueCode), ...answer } as Body<'POST /auth/recovery/confirm'>;
    return call('POST /auth/recovery/confirm', { ...options, body });
  };
  return {
    /** Asks for a mail with a link. The answer is the same for every name. */
    request: (username: string, options?: CallOptions) =>
      call('POST /auth/recovery', { ...options, body: { username } }),
    /** Uses the link of the mail up, once. */
    begin: (token: string, options?: CallOptions) =>
      call('POST /auth/recovery/begin', { ...options, body: { token } }),
    state: (continueCode: string, options?: CallOptions) =>
      call('POST /auth/recovery/state', { ...options, body: of(continueCode) }),
    sendTo: (continueCode: string, factorId: string, options?: CallOptions) =>
      call('POST /auth/recovery/ask', { ...options, body: { ...of(continueCode), factor_id: factorId } }),
    askColleagues: (continueCode: string, options?: CallOptions) =>
      call('POST /auth/recovery/ask', { ...options, body: { ...of(continueCode), colleagues: true } }),
    /** One of `recovery_code`, `address_code`, `colleague_code`, or `trusted_device` with `password`. */
    show: (continueCode: string, proof: Proof, options?: CallOptions) => {
      const body = { ...of(continueCode), ...proof } as Body<'POST /auth/recovery/show'>;
      return call('POST /auth/recovery/show', { ...options, body });
    },
    /** After the wait: the methods, and the token for `client.enroll(method, fields, { as })`. */
    finish: async (continueCode: string, options?: CallOptions) => {
      const answer = await call('POST /auth/recovery/finish', { ...options, body: of(continueCode) });
      const { enrollment_token: enrolmentToken, methods } = answer;
      return { kind: 'must_enrol', methods, enrolmentToken } as const;
    },
    confirm,
    /** The browser asks for the new security key, and its answer is sent. */
    confirmWithKey: async (
      continueCode: string,
      { factorId, options: asked }: { readonly factorId: string; readonly options: object },
      options?: CallOptions,
    ) => {
      const response = await ceremony(true, { ...asked }, options?.signal);
      return confirm(continueCode, { factor_id: factorId, response }, options);
    },
  };
}
