import type { Operations } from '@sallyport/client';

type Account = NonNullable<Operations['GET /auth/mfa/status']['answer']['passkeys']>;

/** Newer browsers have these (WebAuthn 5.1.10). */
type Signals = {
  readonly signalUnknownCredential?: (of: { rpId: string; credentialId: string }) => Promise<void>;
  readonly signalAllAcceptedCredentials?: (of: {
    rpId: string;
    userId: string;
    allAcceptedCredentialIds: string[];
  }) => Promise<void>;
  readonly signalCurrentUserDetails?: (of: {
    rpId: string;
    userId: string;
    name: string;
    displayName: string;
  }) => Promise<void>;
};

/**
 * Says to the browser which passkeys of the account the service accepts, so that password managers hide the others. It
 * is a courtesy: a browser that does not know it, or refuses, changes nothing.
 */
export async function signalPasskeys(before: Account | undefined, after: Account | undefined): Promise<void> {
  if (!after || !('PublicKeyCredential' in window)) return;
  const browser: Signals = PublicKeyCredential;
  const { rp_id: rpId, credential_ids: accepted, username: name } = after;
  const userId = after.user_id ?? before?.user_id;
  const gone = (before?.credential_ids ?? []).filter((id) => !accepted.includes(id));
  const signals = [
    ...gone.map((credentialId) => browser.signalUnknownCredential?.({ rpId, credentialId })),
    ...(userId
      ? [
          browser.signalAllAcceptedCredentials?.({ rpId, userId, allAcceptedCredentialIds: [...accepted] }),
          browser.signalCurrentUserDetails?.({ rpId, userId, name, displayName: name }),
        ]
      : []),
  ];
  await Promise.allSettled(signals);
}
