import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { z } from 'zod';
import { defineProvider } from '../../../domain/mfa/provider.ts';
import { type Language, languageOf, textsIn } from '../../../domain/notices/texts/catalogue.ts';
import { code, codeMatches, type Mac, newCode } from './one-time-codes.ts';

type SmsIo = {
  readonly mac: Mac;
  /** The carrier sends a code of this service, or makes, sends and checks the code itself. */
  readonly carrier:
    | { readonly sendSms: (message: { to: string; text: string }) => Promise<void> }
    | {
        readonly verifySms: {
          start(to: string, language: string): Promise<string>;
          check(ref: string, code: string): Promise<boolean>;
        };
      };
  readonly serviceName: string;
  /** Of users who have no language of their own. */
  readonly language?: Language;
  /** The host of the page that takes the code. Telephones fill in the code there, and on no other page. */
  readonly portalHost?: string | undefined;
  /** Countries by ISO 3166; null allows every country. */
  readonly countries?: readonly string[] | null | undefined;
};

/** Attackers rent and abuse numbers in blocks. The numbers of a block share all but their last four digits. */
const blockDigits = 4;

const notice =
  'Text messages can be read or redirected by others (SIM swap). An authenticator app is safer and works offline.';

/**
 * Codes by text message. They are a restricted authenticator, so the user must see the notice (NIST SP 800-63B 3.2.9).
 */
export function sms({ mac, carrier, serviceName, language = 'en', portalHost, countries = null }: SmsIo) {
  return defineProvider({
    method: 'sms',
    title: 'Text message',
    amr: ['sms', 'mca', 'mfa'],
    level: '2r',
    guessable: true,
    restricted: true,
    challengeless: false,
    delivery: {
      sendsTo: ({ phone }) => phone,
      cost: 3,
      toll: ({ phone }) => ({ country: countryOf(phone), prefix: phone.slice(0, -blockDigits) }),
      carriesNotices: 'sendSms' in carrier, // Twilio Verify sends codes and nothing else
    },

    setup: z.strictObject({
      phone: z
        .string()
        .max(20)
        .refine(isMobile, { error: 'Must be a mobile number such as +15095550100', abort: true })
        .refine(
          (phone) => !countries || countries.includes(countryOf(phone)),
          `Text messages are sent to numbers of these countries only: ${countries?.join(', ')}`,
        ),
    }),
    shows: {
      hint: z.string(),
      restricted: z.literal(true),
      notice: z.string(),
      alternatives: z.array(z.string()),
    },
    data: z.object({ phone: z.string() }),
    state: z.union([z.object({ codeMac: z.string() }), z.object({ reference: z.string() })]),
    answer: z.strictObject({ code }),

    async enrol({ phone }) {
      const hint = masked(phone);
      return { data: { phone }, hint, show: { hint, restricted: true, notice, alternatives: ['totp'] } };
    },

    async challenge({ data: { phone } }, { user }) {
      const show = { sent_to: masked(phone) };
      const spoken = languageOf(user.language, language);
      if ('verifySms' in carrier)
        return { state: { reference: await carrier.verifySms.start(phone, spoken) }, show };
      const fresh = newCode();
      await carrier.sendSms({
        to: phone,
        text: textsIn(spoken).code.sms(fresh, serviceName) + originBoundLine(portalHost, fresh),
      });
      return { state: { codeMac: mac(fresh) }, show };
    },

    async verify({ state, answer }) {
      if (!state) return { outcome: 'failed' };
      const right =
        'codeMac' in state
          ? codeMatches(mac, state.codeMac, answer.code)
          : 'verifySms' in carrier && (await carrier.verifySms.check(state.reference, answer.code));
      return { outcome: right ? 'passed' : 'failed' };
    },
  });
}

const mobileTypes: readonly (string | undefined)[] = ['MOBILE', 'FIXED_LINE_OR_MOBILE'];

/** Whether a text is an E.164 number of a kind that receives text messages at an ordinary price. */
function isMobile(phone: string): boolean {
  if (!/^\+[1-9]\d{6,14}$/.test(phone)) return false;
  const parsed = parsePhoneNumberFromString(phone, { extract: false });
  return (
    !!parsed?.isValid() &&
    parsed.number === phone &&
    !!parsed.country &&
    mobileTypes.includes(parsed.getType())
  );
}

/**
 * The country of a number (ISO 3166); `ZZ` if it has none. An enrolled number can lose its country, because the
 * metadata of numbers change.
 */
function countryOf(phone: string): string {
  return parsePhoneNumberFromString(phone, { extract: false })?.country ?? 'ZZ';
}

export function masked(phone: string): string {
  return `${phone.slice(0, 2)}${'•'.repeat(phone.length - 4)}${phone.slice(-2)}`;
}

/** The last line of an origin-bound one-time code (WICG). Empty if the host is not known. */
function originBoundLine(host: string | undefined, fresh: string): string {
  return host === undefined ? '' : `\n\n@${host} #${fresh}`;
}
