import type { Providers } from '../../domain/mfa/provider.ts';
import { type Letterhead, plainLetterhead } from '../../domain/notices/letterhead.ts';
import { bypassCodes } from './providers/bypass-codes.ts';
import { type DuoTelephones, duoPush } from './providers/duo-push.ts';
import { type DuoPrompts, duoUniversal } from './providers/duo-universal.ts';
import { email } from './providers/email.ts';
import { recoveryCodes } from './providers/recovery-codes.ts';
import { sms } from './providers/sms.ts';
import { totp } from './providers/totp.ts';
import { webauthn } from './providers/webauthn.ts';
import type { RelyingParty } from './providers/webauthn-credential.ts';

/** What the methods need from outside. A method without its part is not offered. */
export type Io = {
  /** The name in authenticator apps and text messages. */
  readonly serviceName: string;
  /** The default: that name alone. */
  readonly letterhead?: Letterhead;
  readonly portalHost?: string;
  readonly mac: (text: string, like?: string) => string;
  readonly sms?: Parameters<typeof sms>[0]['carrier'];
  readonly smsCountries?: readonly string[] | null;
  readonly sendMail?: Parameters<typeof email>[0]['sendMail'];
  readonly duoPrompts?: DuoPrompts;
  readonly duoTelephones?: DuoTelephones;
  readonly webauthn?: RelyingParty;
};

/** Every MFA method that this service has. A new one is a file in providers/ and a line here. */
export function createProviders({ serviceName, mac, sms: carrier, sendMail, ...io }: Io): Providers {
  const letterhead = io.letterhead ?? plainLetterhead(serviceName);
  const { language } = letterhead;
  const all = [
    ...(io.duoPrompts ? [duoUniversal(io.duoPrompts)] : []),
    ...(io.duoTelephones ? [duoPush(io.duoTelephones)] : []),
    totp({ issuer: serviceName }),
    ...(carrier
      ? [sms({ mac, carrier, serviceName, language, portalHost: io.portalHost, countries: io.smsCountries })]
      : []),
    ...(sendMail ? [email({ mac, sendMail, letterhead })] : []),
    ...(io.webauthn ? [webauthn({ ...io.webauthn, serviceName, mac })] : []),
    recoveryCodes(),
    bypassCodes(),
  ];
  return new Map(all.map((provider) => [provider.method, provider]));
}

const connectedToNothing = async () => {
  throw new Error('This method is connected to nothing: it only describes what it takes and shows');
};
const ofEveryMethod: Required<Omit<Io, 'letterhead'>> = {
  serviceName: 'Sallyport',
  mac: () => '',
  sms: { sendSms: connectedToNothing },
  smsCountries: null,
  portalHost: 'localhost',
  sendMail: connectedToNothing,
  duoPrompts: { prompt: connectedToNothing, report: connectedToNothing },
  duoTelephones: {
    preauth: connectedToNothing,
    push: connectedToNothing,
    decision: connectedToNothing,
    passcode: connectedToNothing,
    enroll: connectedToNothing,
  },
  webauthn: { rpId: 'localhost', origins: [] },
};

/** Every method. They only describe what they take and show: none of them sends anything. */
export const everyMethod = createProviders(ofEveryMethod);

/**
 * The methods that the routes and the OpenAPI document describe. An instance without Duo, SMS or mail describes them
 * too. So a client generated from the document of one instance understands every other. Security keys depend on the
 * domain: an instance that cannot offer them does not describe them.
 */
export function describedMethods(offered: Providers): Providers {
  return new Map([...everyMethod].filter(([method]) => method !== 'webauthn' || offered.has(method)));
}
