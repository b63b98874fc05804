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
 * is a courtesy: a browser that does not know it, or refuses, changes nothing. `gone`: the factor that was just removed.
 * The session may have ended with it, so nobody can ask the service what is left.
 */
export async function signalPasskeys(account: Account | undefined, gone?: string): Promise<void> {
  if (!account?.user_id || !('PublicKeyCredential' in window)) return;
  const browser: Signals = PublicKeyCredential;
  const { rp_id: rpId, user_id: userId, username: name, credentials } = account;
  const idsOf = (isGone: boolean) =>
    credentials
      .filter(({ factor_id }) => (factor_id === gone) === isGone)
      .map(({ credential_id }) => credential_id);
  await Promise.allSettled([
    ...idsOf(true).map((credentialId) => browser.signalUnknownCredential?.({ rpId, credentialId })),
    browser.signalAllAcceptedCredentials?.({ rpId, userId, allAcceptedCredentialIds: idsOf(false) }),
    browser.signalCurrentUserDetails?.({ rpId, userId, name, displayName: name }),
  ]);
}
