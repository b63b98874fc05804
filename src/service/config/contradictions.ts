import { duoContradictions } from './duo-contradictions.ts';
import { isPrivateUrl, isSecurePage, issuerOf, relyingPartyOf } from './public-urls.ts';
import { isDomain } from './shapes.ts';
import type { ConfigRule, Values, VariableName } from './variables.ts';
import { weakSecrets } from './weak-secrets.ts';

const twilioSenders = ['TWILIO_FROM', 'TWILIO_MESSAGING_SERVICE_SID', 'TWILIO_VERIFY_SERVICE_SID'] as const;
const twilioKey = ['TWILIO_API_KEY_SID', 'TWILIO_API_KEY_SECRET'] as const;
const twilioRest = ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'TWILIO_API_URL'] as const;

const isProduction = (values: Values) => values.NODE_ENV === 'production';
const isSet = (values: Values) => (name: VariableName) => values[name] !== undefined;
const usesTwilio = (values: Values) => [...twilioSenders, ...twilioKey, ...twilioRest].some(isSet(values));
const sendersOf = (values: Values) => twilioSenders.filter(isSet(values)).length;

/** Rules between variables. */
export const contradictions: readonly ConfigRule[] = [
  {
    at: 'ISSUER',
    says: 'must be the public https:// URL in production; http:// is for a loopback host only',
    broken: (values) => isProduction(values) && !isPrivateUrl(issuerOf(values)),
  },
  {
    at: 'PORTAL_URL',
    says: 'must be an https:// URL in production: its page /reset gets a token that sets a password',
    broken: (values) => isProduction(values) && !!values.PORTAL_URL && !isPrivateUrl(values.PORTAL_URL),
  },
  {
    at: 'PORTAL_URL',
    says: 'must be set in production with PAGES=off: links in mails lead to its page /reset, which this service then does not have',
    broken: (values) =>
      isProduction(values) && values.PAGES === 'off' && !values.PORTAL_URL && values.WITHOUT_MAIL !== true,
  },
  {
    at: 'WEBAUTHN_ORIGINS',
    says: 'must be https:// origins; http:// is for localhost only',
    broken: (values) => pagesOf(values).some((page) => page.startsWith('http:') && !isSecurePage(page)),
  },
  {
    at: 'WEBAUTHN_RP_ID',
    says: 'must be the host of each of WEBAUTHN_ORIGINS (by default of PORTAL_URL or ISSUER), or a parent domain of it',
    broken: (values) => !isOneDomain(values),
  },
  {
    at: 'WEBAUTHN_RELATED_ORIGINS',
    says: 'must be https:// origins; http:// is for localhost only',
    broken: ({ WEBAUTHN_RELATED_ORIGINS: related }) =>
      Array.isArray(related) && related.some((page) => page.startsWith('http:') && !isSecurePage(page)),
  },
  {
    at: 'WEBAUTHN_RELATED_ORIGINS',
    says: 'must have at most five different names before the public suffix: browsers read no more',
    broken: ({ WEBAUTHN_RELATED_ORIGINS: related }) =>
      Array.isArray(related) && labelsOf(related).size > mostLabels,
  },
  {
    at: 'METRICS_PORT',
    says: 'must differ from PORT: the metrics must not be public',
    broken: ({ PORT, METRICS_PORT }) => PORT !== 0 && METRICS_PORT === PORT,
  },
  {
    at: 'DATABASE_URL',
    says: 'must be set in production, or ALLOW_EMBEDDED_IN_PRODUCTION=true for a single process with its own files',
    broken: (values) => isProduction(values) && !values.DATABASE_URL && !values.ALLOW_EMBEDDED_IN_PRODUCTION,
  },
  {
    at: 'VAULT_KEYS',
    says: 'must be set with DATABASE_URL: the database must not hold the key to its own secrets',
    broken: ({ DATABASE_URL, VAULT_KEYS }) => DATABASE_URL !== undefined && !VAULT_KEYS,
  },
  {
    at: 'MIGRATION_DATABASE_URL',
    says: 'needs DATABASE_URL too: it is the same database, with the login that owns its tables',
    broken: ({ DATABASE_URL, MIGRATION_DATABASE_URL }) =>
      MIGRATION_DATABASE_URL !== undefined && DATABASE_URL === undefined,
  },
  {
    at: 'AUDIT_HTTP_URL',
    says: 'must be an https:// URL in production; http:// is for a loopback host only',
    broken: (values) =>
      isProduction(values) && !!values.AUDIT_HTTP_URL && !isPrivateUrl(values.AUDIT_HTTP_URL),
  },
  {
    at: 'AUDIT_HTTP_TOKEN',
    says: 'must be set with AUDIT_HTTP_URL',
    broken: ({ AUDIT_HTTP_URL, AUDIT_HTTP_TOKEN }) => AUDIT_HTTP_TOKEN !== undefined && !AUDIT_HTTP_URL,
  },
  {
    at: 'WITHOUT_MAIL',
    says: 'must not be true with SMTP_URL: mail is either sent or not',
    broken: ({ SMTP_URL, WITHOUT_MAIL }) => SMTP_URL !== undefined && WITHOUT_MAIL === true,
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
    says: `must be the only one: set exactly one of ${twilioSenders.join(', ')}`,
    broken: (values) => sendersOf(values) > 1,
  },
  ...duoContradictions,
  ...weakSecrets,
];

/** WebAuthn 5.11.1: `maxLabels`. A browser may read more, but none has to. */
const mostLabels = 5;

/** A host name with two parts, as an estimate: the list of public suffixes changes too often to be part of the service. */
function labelsOf(origins: readonly string[]): ReadonlySet<string> {
  return new Set(
    origins.map((origin) => URL.parse(origin)?.hostname.split('.').slice(-2).join('.') ?? origin),
  );
}

/** The origins of WEBAUTHN_ORIGINS, if the variable is valid. */
function pagesOf({ WEBAUTHN_ORIGINS: origins }: Values): readonly string[] {
  return Array.isArray(origins) ? origins : [];
}

/** Without any of these variables the service may leave the method out. A variable that is set must work. */
function isOneDomain(values: Values): boolean {
  const { WEBAUTHN_RP_ID: rpId, WEBAUTHN_ORIGINS: origins } = values;
  const atFault =
    (rpId !== undefined && !isDomain(rpId)) || (origins !== undefined && !Array.isArray(origins));
  if (atFault || (rpId === undefined && origins === undefined)) return true;
  const kept = relyingPartyOf(values)?.origins ?? [];
  if (origins === undefined) return kept.length > 0;
  return pagesOf(values)
    .filter(isSecurePage)
    .every((page) => kept.includes(page));
}
