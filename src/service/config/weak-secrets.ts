import { unescape as decoded } from 'node:querystring';
import { isCommonPassword } from '../../features/passwords/check-new-password.ts';
import { readUrl } from './shapes.ts';
import type { ConfigRule, Values, VariableName } from './variables.ts';

const tokens = [
  'AUDIT_HTTP_TOKEN',
  'TWILIO_AUTH_TOKEN',
  'TWILIO_API_KEY_SECRET',
  'DUO_CLIENT_SECRET',
  'DUO_AUTH_SKEY',
] as const satisfies readonly VariableName[];

const urls = [
  'DATABASE_URL',
  'MIGRATION_DATABASE_URL',
  'REDIS_URL',
  'SMTP_URL',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
] as const satisfies readonly VariableName[];

const ids = [
  'TWILIO_ACCOUNT_SID',
  'TWILIO_API_KEY_SID',
  'TWILIO_MESSAGING_SERVICE_SID',
  'TWILIO_VERIFY_SERVICE_SID',
  'DUO_CLIENT_ID',
  'DUO_AUTH_IKEY',
] as const satisfies readonly VariableName[];

/**
 * PostgreSQL may authenticate a login by a socket, a certificate or the machine. So a name without a password is
 * allowed, but an empty password is not.
 */
const knowsOtherwise: ReadonlySet<VariableName> = new Set(['DATABASE_URL', 'MIGRATION_DATABASE_URL']);

const inProduction = (rule: ConfigRule): ConfigRule => ({
  ...rule,
  broken: (values) => values.NODE_ENV === 'production' && rule.broken(values),
});

/** Secrets that production refuses: those in documents, products' defaults, and an attacker's first attempts. */
export const weakSecrets: readonly ConfigRule[] = [
  ...urls.map((at) => ({
    at,
    says: 'contains a placeholder, an empty or a common password, which production refuses',
    broken: (values: Values) => hasWeakLogin(at, textOf(values, at)),
  })),
  ...tokens.map((at) => ({
    at,
    says: 'is a placeholder or a common password, which production refuses',
    broken: (values: Values) => values[at] !== undefined && isWeakSecret(textOf(values, at)),
  })),
  ...ids.map((at) => ({
    at,
    says: 'is a placeholder, which production refuses',
    broken: (values: Values) =>
      /…|\.{3}$/.test(textOf(values, at)) || /^(AC|SK|MG|VA)x+$/i.test(textOf(values, at)),
  })),
].map(inProduction);

function textOf(values: Values, at: VariableName): string {
  const value: unknown = values[at];
  return typeof value === 'string' ? value : '';
}

/** A PostgreSQL URL may also contain the password as a parameter. */
function hasWeakLogin(at: (typeof urls)[number], text: string): boolean {
  const url = readUrl(text);
  if (!url) return false;
  const username = decoded(url.username);
  const password = decoded(url.password);
  const named = url.searchParams.getAll('password');
  const given = [...(password ? [password] : []), ...named];
  if (given.some((one) => isWeakSecret(one) || isSame(one, username))) return true;
  return (
    given.length === 0 && (/^[^/]*\/\/[^/]*:@/.test(text) || (url.username !== '' && !knowsOtherwise.has(at)))
  );
}

function isSame(password: string, username: string): boolean {
  return password.toLowerCase() === username.toLowerCase();
}

const leastLength = 4;
const placeholder = /…|\.{3}$|^<.*>$|\$\{\w+\}|x{8}$/i;
const wordy = /change[-_ ]?me|replace[-_ ]?me|placeholder|example/i;

/** Usual defaults of products, and what people type in a hurry. */
const words =
  `admin administrator root toor user guest login name test testing tests tester default letmein password passwort pw
  passwd passphrase pass pwd secret secrets supersecret topsecret token apikey key auth authtoken credentials postgres postgresql
  pgsql mysql oracle database db sql redis smtp mail email twilio duo sallyport service server system local localhost docker
  kubernetes dev development staging stage prod production demo sample dummy temp temporary initial new old my your the here
  insert enter set fill todo fixme none null nil undefined unset empty unknown foo bar baz foobar hello world welcome qwerty
  qwertz qwertyuiop asdf asdfgh asdfghjkl zxcv zxcvbn zxcvbnm abc abcd abcde abcdef iloveyou monkey dragon master superuser
  football baseball basketball sunshine princess shadow superman batman trustno michael ashley charlie jordan hunter
  starwars whatever freedom security secure public private changeit change this please correcthorsebatterystaple`
    .split(/\s+/)
    .sort((one, other) => other.length - one.length);
const madeOfWords = new RegExp(`^\\d*(?:(?:${words.join('|')})\\d*)+$`);
const leet: Readonly<Record<string, string>> = {
  0: 'o',
  1: 'l',
  3: 'e',
  4: 'a',
  5: 's',
  7: 't',
  '@': 'a',
  $: 's',
  '!': 'i',
};

/** Whether an attacker would try this secret early. Fewer than one random secret in many millions counts as weak. */
function isWeakSecret(text: string): boolean {
  const plain = text.trim().toLowerCase();
  if ([...plain].length < leastLength || isCommonPassword(plain)) return true;
  if (placeholder.test(plain) || wordy.test(plain)) return true;
  const read = plain.replace(/[^a-z]+$/, '').replace(/[013457@$!]/g, (letter) => leet[letter] ?? letter);
  const bare = [plain, read, read.replaceAll('l', 'i')].map((one) => one.replace(/[^a-z0-9]/g, ''));
  return bare.some((one) => madeOfWords.test(one)) || isPattern(plain);
}

/** Short numbers and dates, repetitions, and sequences with a constant step. */
function isPattern(text: string): boolean {
  const codes = [...text].map((letter) => letter.codePointAt(0) ?? 0);
  const steps = codes.slice(1).map((code, at) => code - (codes[at] ?? 0));
  return (
    new Set(steps).size < 3 || /^\d{1,11}$/.test(text) || /^(.{1,3})\1+$/.test(text) || /^1q2w3e/.test(text)
  );
}
