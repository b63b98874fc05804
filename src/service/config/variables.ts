import { z } from 'zod';
import { languages } from '../../domain/notices/texts/catalogue.ts';
import { type Preset, presets } from '../../domain/policy/policy.ts';
import { defaultSmsRules } from '../../domain/sms/sms-limits.ts';
import { helpRequirements } from '../../domain/users/help-evidence.ts';
import {
  BaseUrl,
  BrandColor,
  Countries,
  HostName,
  IdleDays,
  isDomain,
  Months,
  Origins,
  Sender,
  url,
  wholeNumber,
} from './shapes.ts';
import { VaultKeys } from './vault-keys.ts';

const presetFault = `must be one of ${Object.keys(presets).join(', ')}`;
const isPreset = (value: unknown) => typeof value === 'string' && Object.hasOwn(presets, value);

function sid(start: string, what: string) {
  return z.string().startsWith(start, `must be the SID of ${what}: ${start}…`);
}

function exactly(length: number, what: string) {
  return z.string().length(length, `must be ${what} of the application at Duo: ${length} characters`);
}

/**
 * The type of each variable of the environment. .env.example documents their purpose. None may abort in zod's sense,
 * because then zod skips the rules between variables.
 */
export const fields = {
  NODE_ENV: z.enum(['production', 'development', 'test']).optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),

  HOST: HostName.default('127.0.0.1'),
  PORT: wholeNumber(0, 65_535).default(3000),
  METRICS_PORT: wholeNumber(0, 65_535).optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: url('http', 'https').optional(),
  DRAIN_SECONDS: wholeNumber(0, 300).optional(),
  ISSUER: BaseUrl.optional(),
  PORTAL_URL: BaseUrl.optional(),
  CORS_ORIGINS: Origins.default([]),
  TRUST_PROXY: wholeNumber(0, 32, ': the number of proxies in front of this service').default(0),
  RATE_LIMIT_PER_MINUTE: wholeNumber(1, 100_000_000).default(6000),
  LOGIN_LIMIT_PER_MINUTE: wholeNumber(1, 100_000_000).default(300),

  DATABASE_URL: url('postgres', 'postgresql').optional(),
  MIGRATION_DATABASE_URL: url('postgres', 'postgresql').optional(),
  DATABASE_POOL_MAX: wholeNumber(1, 1000).default(10),
  DATA_DIR: z.string().default('./data'),
  ALLOW_EMBEDDED_IN_PRODUCTION: z.stringbool().default(false),
  REDIS_URL: url('redis', 'rediss').optional(),
  VAULT_KEYS: VaultKeys.optional(),
  SIGNING_KEY_DAYS: wholeNumber(0, 3650, ', 0 for never').default(90),
  AUDIT_KEEP_MONTHS: Months.optional(),
  DISABLE_INACTIVE_DAYS: IdleDays.optional(),
  AUDIT_CHECKPOINTS: z.string().optional(),
  AUDIT_SYSLOG_URL: url('tcp', 'tls').optional(),
  AUDIT_HTTP_URL: url('http', 'https')
    .refine((text) => !URL.parse(text)?.username, 'must not hold a login: use AUDIT_HTTP_TOKEN')
    .optional(),
  AUDIT_HTTP_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'must be ASCII without spaces, because it is sent in a header')
    .optional(),

  EVENT_INTERNAL_ORIGINS: Origins.default([]),

  SMTP_URL: url('smtp', 'smtps')
    .refine(
      (text) => ['', '?tls=never'].includes(URL.parse(text)?.search ?? ''),
      'takes no parameter except ?tls=never',
    )
    .optional(),
  MAIL_FROM: Sender.optional(),
  WITHOUT_MAIL: z.stringbool().default(false),

  TWILIO_ACCOUNT_SID: sid('AC', 'an account').optional(),
  TWILIO_AUTH_TOKEN: z.string().optional(),
  TWILIO_API_KEY_SID: sid('SK', 'an API key').optional(),
  TWILIO_API_KEY_SECRET: z.string().optional(),
  TWILIO_FROM: z
    .string()
    .regex(/^(\+\d{7,15}|[\w &+-]{1,11})$/, 'must be a number such as +15095550100, or a sender name or code')
    .optional(),
  TWILIO_MESSAGING_SERVICE_SID: sid('MG', 'a messaging service').optional(),
  TWILIO_VERIFY_SERVICE_SID: sid('VA', 'a Verify service').optional(),
  TWILIO_API_URL: BaseUrl.optional(),

  SMS_COUNTRIES: Countries.optional(),
  SMS_PER_DAY: wholeNumber(1, 100_000_000).default(defaultSmsRules.perDay),
  SMS_PER_COUNTRY_PER_DAY: wholeNumber(1, 100_000_000).default(defaultSmsRules.perCountryPerDay),
  SMS_PER_PREFIX_PER_DAY: wholeNumber(1, 100_000_000).default(defaultSmsRules.perPrefixPerDay),
  SMS_LEAST_CONVERSION_PERCENT: wholeNumber(0, 100, ', 0 to switch the breaker off').default(
    defaultSmsRules.leastConversionPercent,
  ),

  DUO_API_HOST: z
    .string()
    .regex(/^[a-z0-9.-]+(:\d{1,5})?$/i, 'must be the API hostname: api-XXXXXXXX.duosecurity.com')
    .optional(),
  DUO_CLIENT_ID: exactly(20, 'the client id').optional(),
  DUO_CLIENT_SECRET: exactly(40, 'the client secret').optional(),
  DUO_REDIRECT_URI: BaseUrl.optional(),
  DUO_AUTH_IKEY: exactly(20, 'the integration key').optional(),
  DUO_AUTH_SKEY: exactly(40, 'the secret key').optional(),
  DUO_CA_FILE: z.string().optional(),

  WEBAUTHN_RP_ID: z
    .string()
    .refine(isDomain, 'must be a domain such as example.gov, or localhost: no address, no port')
    .optional(),
  WEBAUTHN_ORIGINS: Origins.optional(),
  WEBAUTHN_RELATED_ORIGINS: Origins.optional(),
  WEBAUTHN_AUTHENTICATORS_FILE: z.string().optional(),

  PAGES: z.enum(['on', 'off']).default('on'),
  BRAND_NAME: z.string().max(60, 'must have at most 60 characters').default('Sallyport'),
  BRAND_LOGO: z
    .string()
    .regex(/\.(svg|png|webp)$/, 'must be the path of a picture: .svg, .png or .webp')
    .optional(),
  BRAND_COLOR: BrandColor.optional(),
  DEFAULT_LANGUAGE: z.enum(languages, `must be one of ${languages.join(', ')}`).default('en'),
  HELP_CONTACT: z.string().max(200, 'must have at most 200 characters').optional(),

  HELP_REQUIRES: z.enum(helpRequirements, `must be one of ${helpRequirements.join(', ')}`).default('none'),

  POLICY_PRESET: z.custom<Preset>(isPreset, { error: presetFault, abort: false }).default('standard'),
};

export type Values = z.output<z.ZodObject<typeof fields>>;
export type VariableName = keyof Values;

export type ConfigRule = {
  readonly at: VariableName;
  readonly says: string;
  /** A wrong value arrives here as typed, so a rule should check little more than whether a variable is set. */
  readonly broken: (values: Values) => boolean;
};
