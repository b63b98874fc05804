import { join } from 'node:path';
import { z } from 'zod';
import type { Language } from '../../domain/notices/texts/catalogue.ts';
import { type Periods, usualPeriods } from '../../domain/policy/periods.ts';
import type { Preset } from '../../domain/policy/policy.ts';
import type { SmsRules } from '../../domain/sms/sms-limits.ts';
import type { HelpRequirement } from '../../domain/users/help-evidence.ts';
import type { VaultKey } from '../../lib/crypto/vault.ts';
import type { CheckpointOptions } from '../../platform/adapters/checkpoint-destinations.ts';
import type { DuoOptions } from '../../platform/adapters/connect-duo.ts';
import type { SmtpOptions } from '../../platform/adapters/smtp.ts';
import type { TwilioOptions } from '../../platform/adapters/twilio.ts';
import { contradictions } from './contradictions.ts';
import { otherDuoNames } from './duo-contradictions.ts';
import { issuerOf, type RelyingParty, relyingPartyOf } from './public-urls.ts';
import { readSecretFiles } from './secret-files.ts';
import { fields, type Values } from './variables.ts';

export type Config = {
  readonly production: boolean;
  readonly logLevel: Values['LOG_LEVEL'];
  readonly http: {
    readonly host: string;
    /** 0 means any free port. */
    readonly port: number;
    /** Null: no metrics. */
    readonly metricsPort: number | null;
    /** Seconds for a load balancer to see that the instance is about to stop. */
    readonly drainSeconds: number;
    readonly issuer: string;
    /** The base URL of the pages to which links in mails lead. */
    readonly portalUrl: string;
    readonly corsOrigins: readonly string[];
    readonly trustProxyHops: number;
    /** For one address, over all routes. */
    readonly requestsPerMinute: number;
    /** For one address, on the routes that take a password or a code. */
    readonly loginsPerMinute: number;
  };
  readonly database: {
    /** Null: the embedded database in `dataDir`. */
    readonly url: string | null;
    /** The URL with the login that owns and migrates the tables. Null: the same as `url`. */
    readonly migrationUrl: string | null;
    readonly poolMax: number;
    /** A folder, or `memory:`, which stores nothing. */
    readonly dataDir: string;
  };
  readonly redisUrl: string | null;
  /** The destinations of the audit's checkpoints. */
  readonly checkpoints: CheckpointOptions;
  /** Origins in the service's own network that may receive security events, also by http. */
  readonly eventInternalOrigins: readonly string[];
  /** The OTLP collector. Null: no traces. */
  readonly tracesTo: string | null;
  /** The first key encrypts, every key decrypts. Null with an embedded database only: see embedded-keys.ts. */
  readonly vaultKeys: readonly [VaultKey, ...VaultKey[]] | null;
  /** Days that a signing key signs. 0: until an administrator rotates it. */
  readonly signingKeyDays: number;
  readonly periods: Periods;
  readonly mail: Pick<SmtpOptions, 'url' | 'from'> | null;
  /** Whether production has no mail server on purpose. */
  readonly withoutMail: boolean;
  readonly twilio: TwilioOptions | null;
  readonly smsRules: SmsRules;
  readonly duo: DuoOptions | null;
  /** Null: no page of this service could use security keys and passkeys. */
  readonly webauthn: RelyingParty | null;
  readonly preset: Preset;
  /** What the helpdesk must know of who is calling. */
  readonly helpRequires: HelpRequirement;
  readonly letters: {
    readonly brandColor: string | null;
    readonly helpContact: string | null;
    /** Of users who have no language of their own. */
    readonly language: Language;
  };
  /** Null: an API alone. */
  readonly pages: {
    readonly brandName: string;
    readonly brandLogo: string | null;
    readonly brandColor: string | null;
    readonly helpContact: string | null;
  } | null;
};

const Variables = z.object(fields).superRefine(
  (values, context) => {
    for (const { at, says, broken } of contradictions) {
      if (broken(values)) context.addIssue({ code: 'custom', path: [at], message: says });
    }
  },
  { when: () => true }, // also if single variables are wrong
);

export const variableNames: readonly string[] = Object.keys(fields);

/**
 * Reads the environment once, and the secrets in files. An empty variable counts as not set. Throws one Error that
 * names every wrong variable. It repeats no values except paths of files, because some are secrets.
 */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const filled = Object.fromEntries(Object.entries(env).filter(([, text]) => text?.trim()));
  const { found, faults } = readSecretFiles(filled);
  const { data, error } = Variables.safeParse({ ...filled, ...found });
  const others = [...faults, ...otherDuoNames({ ...filled, ...found })];
  const beside = others.map(({ at, says }) => ({ code: 'custom' as const, path: [at], message: says }));
  const issues = [...(error?.issues ?? []), ...beside];
  if (!data || issues.length > 0)
    throw new Error(`The configuration is not valid:\n${z.prettifyError({ issues })}`);
  return grouped(data);
}

function grouped(values: Values): Config {
  return {
    production: values.NODE_ENV === 'production',
    logLevel: values.LOG_LEVEL,
    http: {
      host: values.HOST,
      port: values.PORT,
      metricsPort: values.METRICS_PORT ?? null,
      drainSeconds: values.DRAIN_SECONDS ?? (values.NODE_ENV === 'production' ? 5 : 0),
      issuer: issuerOf(values),
      portalUrl: values.PORTAL_URL ?? issuerOf(values),
      corsOrigins: values.CORS_ORIGINS,
      trustProxyHops: values.TRUST_PROXY,
      requestsPerMinute: values.RATE_LIMIT_PER_MINUTE,
      loginsPerMinute: values.LOGIN_LIMIT_PER_MINUTE,
    },
    database: {
      url: values.DATABASE_URL ?? null,
      migrationUrl: values.MIGRATION_DATABASE_URL ?? null,
      poolMax: values.DATABASE_POOL_MAX,
      dataDir: values.DATA_DIR,
    },
    redisUrl: values.REDIS_URL ?? null,
    checkpoints: checkpointsOf(values),
    eventInternalOrigins: values.EVENT_INTERNAL_ORIGINS,
    tracesTo: values.OTEL_EXPORTER_OTLP_ENDPOINT ?? null,
    vaultKeys: values.VAULT_KEYS ?? null,
    signingKeyDays: values.SIGNING_KEY_DAYS,
    periods: periodsOf(values),
    mail: mailOf(values),
    withoutMail: values.WITHOUT_MAIL,
    twilio: twilioOf(values),
    smsRules: smsRulesOf(values),
    duo: duoOf(values),
    webauthn: relyingPartyOf(values),
    preset: values.POLICY_PRESET,
    helpRequires: values.HELP_REQUIRES,
    letters: {
      brandColor: values.BRAND_COLOR ?? null,
      helpContact: values.HELP_CONTACT ?? null,
      language: values.DEFAULT_LANGUAGE,
    },
    pages: pagesOf(values),
  };
}

function pagesOf(values: Values): Config['pages'] {
  if (values.PAGES === 'off') return null;
  return {
    brandName: values.BRAND_NAME,
    brandLogo: values.BRAND_LOGO ?? null,
    brandColor: values.BRAND_COLOR ?? null,
    helpContact: values.HELP_CONTACT ?? null,
  };
}

function periodsOf(values: Values): Periods {
  const usual = usualPeriods[values.POLICY_PRESET];
  const { AUDIT_KEEP_MONTHS: months = usual.auditKeepMonths } = values;
  const { DISABLE_INACTIVE_DAYS: days = usual.disableInactiveDays } = values;
  return { auditKeepMonths: months, disableInactiveDays: days };
}

function mailOf({ SMTP_URL: url, MAIL_FROM: from }: Values): Config['mail'] {
  return url && from ? { url, from } : null;
}

function twilioOf(values: Values): TwilioOptions | null {
  const accountSid = values.TWILIO_ACCOUNT_SID;
  if (!accountSid) return null;
  return {
    accountSid,
    authToken: values.TWILIO_AUTH_TOKEN,
    apiKeySid: values.TWILIO_API_KEY_SID,
    apiKeySecret: values.TWILIO_API_KEY_SECRET,
    from: values.TWILIO_FROM,
    messagingServiceSid: values.TWILIO_MESSAGING_SERVICE_SID,
    verifyServiceSid: values.TWILIO_VERIFY_SERVICE_SID,
    apiUrl: values.TWILIO_API_URL,
  };
}

/** A folder of an embedded database also contains the file of checkpoints. `memory:` stores nothing. */
function checkpointsOf(values: Values): CheckpointOptions {
  const hasFolder = !values.DATABASE_URL && values.DATA_DIR !== 'memory:';
  return {
    file: values.AUDIT_CHECKPOINTS ?? (hasFolder ? join(values.DATA_DIR, 'audit-checkpoints.ndjson') : null),
    syslogUrl: values.AUDIT_SYSLOG_URL ?? null,
    http: values.AUDIT_HTTP_URL
      ? { url: values.AUDIT_HTTP_URL, token: values.AUDIT_HTTP_TOKEN ?? null }
      : null,
  };
}

function smsRulesOf(values: Values): SmsRules {
  return {
    countries: values.SMS_COUNTRIES ?? null,
    perDay: values.SMS_PER_DAY,
    perCountryPerDay: values.SMS_PER_COUNTRY_PER_DAY,
    perPrefixPerDay: values.SMS_PER_PREFIX_PER_DAY,
    leastConversionPercent: values.SMS_LEAST_CONVERSION_PERCENT,
  };
}

function duoOf(values: Values): DuoOptions | null {
  const { DUO_API_HOST: apiHost, DUO_CLIENT_ID: clientId, DUO_CLIENT_SECRET: clientSecret } = values;
  const { DUO_AUTH_IKEY: ikey, DUO_AUTH_SKEY: skey } = values;
  const ownPage = values.PAGES === 'on' ? `${issuerOf(values)}/duo` : undefined;
  const redirectUri = values.DUO_REDIRECT_URI ?? ownPage;
  if (!apiHost) return null;
  return {
    host: { apiHost, caFile: values.DUO_CA_FILE },
    universal:
      clientId && clientSecret && redirectUri ? { clientId, clientSecret, apiHost, redirectUri } : null,
    auth: ikey && skey ? { integrationKey: ikey, secretKey: skey, apiHost } : null,
  };
}
