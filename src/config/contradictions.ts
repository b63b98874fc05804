import { isIPv6 } from 'node:net';
import { unescape as decoded } from 'node:querystring';
import { duoContradictions } from './duo-contradictions.ts';
import type { Values, VariableName } from './fields.ts';

export type Rule = {
  readonly at: VariableName;
  readonly says: string;
  /** A value that is at fault itself arrives as it was typed, so a rule asks little more than whether it is set. */
  readonly broken: (values: Values) => boolean;
};

const twilioSenders = ['TWILIO_FROM', 'TWILIO_MESSAGING_SERVICE_SID', 'TWILIO_VERIFY_SERVICE_SID'] as const;
const twilioKey = ['TWILIO_API_KEY_SID', 'TWILIO_API_KEY_SECRET'] as const;
const twilioRest = ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'TWILIO_API_URL'] as const;

const isProduction = (values: Values) => values.NODE_ENV === 'production';
const isSet = (values: Values) => (name: VariableName) => values[name] !== undefined;
const usesTwilio = (values: Values) => [...twilioSenders, ...twilioKey, ...twilioRest].some(isSet(values));
const sendersOf = (values: Values) => twilioSenders.filter(isSet(values)).length;

/** What the variables must not say together. */
export const contradictions: readonly Rule[] = [
  {
    at: 'ISSUER',
    says: 'must be the public https:// URL in production; http:// is for a loopback host only',
    broken: (values) => isProduction(values) && !isPrivateUrl(issuerOf(values)),
  },
  {
    at: 'PORTAL_URL',
    says: 'must be an https:// URL in production: what it leads to is sent a token that sets a password',
    broken: (values) => isProduction(values) && !!values.PORTAL_URL && !isPrivateUrl(values.PORTAL_URL),
  },
  {
    at: 'METRICS_PORT',
    says: 'must not be PORT: the metrics are not for the public',
    broken: ({ PORT, METRICS_PORT }) => PORT !== 0 && METRICS_PORT === PORT,
  },
  {
    at: 'DATABASE_URL',
    says: 'must be set in production, or ALLOW_EMBEDDED_IN_PRODUCTION=true for a single process with its own files',
    broken: (values) => isProduction(values) && !values.DATABASE_URL && !values.ALLOW_EMBEDDED_IN_PRODUCTION,
  },
  {
    at: 'DATABASE_URL',
    says: 'has a placeholder for a password, which production refuses',
    broken: (values) => isProduction(values) && hasPlaceholder(values.DATABASE_URL),
  },
  {
    at: 'VAULT_KEYS',
    says: 'must be set with DATABASE_URL: the database must not hold the key to its own secrets',
    broken: ({ DATABASE_URL, VAULT_KEYS }) => DATABASE_URL !== undefined && !VAULT_KEYS,
  },
  {
    at: 'MAIL_FROM',
    says: 'must be set with SMTP_URL',
    broken: ({ SMTP_URL, MAIL_FROM }) => SMTP_URL !== undefined && !MAIL_FROM,
  },
  {
    at: 'SMTP_URL',
    says: 'must be set with MAIL_FROM',
    broken: ({ SMTP_URL, MAIL_FROM }) => MAIL_FROM !== undefined && !SMTP_URL,
  },
  {
    at: 'TWILIO_ACCOUNT_SID',
    says: 'must be set with the other variables of Twilio',
    broken: (values) => usesTwilio(values) && !values.TWILIO_ACCOUNT_SID,
  },
  {
    at: 'TWILIO_AUTH_TOKEN',
    says: `must be set for Twilio, or else ${twilioKey.join(' and ')}`,
    broken: (values) => usesTwilio(values) && !values.TWILIO_AUTH_TOKEN && !twilioKey.some(isSet(values)),
  },
  {
    at: 'TWILIO_API_KEY_SID',
    says: 'must be set with TWILIO_API_KEY_SECRET',
    broken: (values) => values.TWILIO_API_KEY_SECRET !== undefined && !values.TWILIO_API_KEY_SID,
  },
  {
    at: 'TWILIO_API_KEY_SECRET',
    says: 'must be set with TWILIO_API_KEY_SID',
    broken: (values) => values.TWILIO_API_KEY_SID !== undefined && !values.TWILIO_API_KEY_SECRET,
  },
  {
    at: 'TWILIO_FROM',
    says: `must be set for Twilio, or else ${twilioSenders.slice(1).join(' or ')}`,
    broken: (values) => usesTwilio(values) && sendersOf(values) === 0,
  },
  {
    at: 'TWILIO_FROM',
    says: `must stand alone: set exactly one of ${twilioSenders.join(', ')}`,
    broken: (values) => sendersOf(values) > 1,
  },
  ...duoContradictions,
];

/** The public URL, as `iss` in every token. */
export function issuerOf({ ISSUER, HOST, PORT }: Values): string {
  const address = `http://${isIPv6(HOST) ? `[${HOST}]` : HOST}:${PORT}`;
  return ISSUER ?? URL.parse(address)?.origin ?? address;
}

/** Can nobody on the way read what goes to this URL? */
function isPrivateUrl(text: string): boolean {
  const { protocol, hostname = '' } = URL.parse(text) ?? {};
  return protocol === 'https:' || /^(127(\.\d+){3}|\[::1\]|(.+\.)?localhost)$/.test(hostname);
}

/** PostgreSQL's URLs may also name the password as a parameter. */
function hasPlaceholder(text = ''): boolean {
  const url = URL.parse(text);
  const passwords = [decoded(url?.password ?? ''), ...(url?.searchParams.getAll('password') ?? [])];
  const plain = passwords.map((password) => password.toLowerCase().replaceAll(/[^a-z0-9]/g, ''));
  return plain.some((password) => /^(password|changeme|postgres|secret)\d*$/.test(password));
}
