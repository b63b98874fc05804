import type { MFAProvider } from './core/provider.ts';
import { bypassCodes } from './providers/bypass-codes.ts';
import { email } from './providers/email.ts';
import { recoveryCodes } from './providers/recovery-codes.ts';
import { sms } from './providers/sms.ts';
import { totp } from './providers/totp.ts';
import { webauthn } from './providers/webauthn.ts';
import type { RelyingParty } from './providers/webauthn-ceremony.ts';

export type Providers = ReadonlyMap<string, MFAProvider>;

/** What the methods need of the world. A method whose part is missing is not offered. */
export type Io = {
  readonly serviceName: string;
  readonly mac: (text: string, like?: string) => string;
  readonly sms?: Parameters<typeof sms>[0]['carrier'];
  readonly sendMail?: Parameters<typeof email>[0]['sendMail'];
  readonly webauthn?: RelyingParty;
};

/** Every MFA method the service knows. A new one is a file in providers/ and a line here. */
export function createProviders({
  serviceName,
  mac,
  sms: carrier,
  sendMail,
  webauthn: party,
}: Io): Providers {
  const all = [
    totp({ issuer: serviceName }),
    ...(carrier ? [sms({ mac, carrier, serviceName })] : []),
    ...(sendMail ? [email({ mac, sendMail, serviceName })] : []),
    ...(party ? [webauthn({ ...party, serviceName })] : []),
    recoveryCodes(),
    bypassCodes(),
  ];
  return new Map(all.map((provider) => [provider.method, provider]));
}
