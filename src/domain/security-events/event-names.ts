import type { EventType } from '../audit/events.ts';

const caep = 'https://schemas.openid.net/secevent/caep/event-type';
const risc = 'https://schemas.openid.net/secevent/risc/event-type';
const own = 'urn:sallyport:event';

/** The events that a receiver can ask for, with the URI that names each in a security event token (RFC 8417). */
export const eventUris = {
  'session-revoked': `${caep}/session-revoked`,
  'credential-change': `${caep}/credential-change`,
  'assurance-level-change': `${caep}/assurance-level-change`,
  'account-disabled': `${risc}/account-disabled`,
  'account-enabled': `${risc}/account-enabled`,
  'roles-changed': `${own}:roles-changed`,
  'attack-detected': `${own}:attack-detected`,
  'service-account-changed': `${own}:service-account-changed`,
  'signing-key-revoked': `${own}:signing-key-revoked`,
} as const;

export type EventName = keyof typeof eventUris;
export const eventNames = Object.keys(eventUris) as [EventName, ...EventName[]];

export const verificationUri = 'https://schemas.openid.net/secevent/ssf/event-type/verification';

/** What the event says beside its subject and its time. `kind` becomes a claim whose name depends on the event. */
type Telling = { readonly name: EventName; readonly kind?: string };

const credential = (kind: 'create' | 'update' | 'delete' | 'revoke'): Telling => ({
  name: 'credential-change',
  kind,
});

/**
 * Which event each source causes. A source is a type of the audit, or a change of a session that the database itself
 * sees. The triggers of migration 0036 write these sources and no others: a test compares the two.
 */
export const tellings = {
  'session:ended': { name: 'session-revoked' },
  'session:level': { name: 'assurance-level-change' },
  mfa_factor_added: credential('create'),
  mfa_factor_changed: credential('update'),
  mfa_factor_removed: credential('delete'),
  mfa_factor_disabled: credential('revoke'),
  mfa_disabled: credential('delete'),
  mfa_reset: credential('delete'),
  mfa_recovery_codes_regenerated: credential('update'),
  mfa_bypass_codes_issued: credential('create'),
  authn_password_change: credential('update'),
  password_reset: credential('update'),
  password_removed: credential('delete'),
  break_glass_used: credential('delete'),
  user_disabled: { name: 'account-disabled' },
  user_enabled: { name: 'account-enabled' },
  user_roles_changed: { name: 'roles-changed' },
  mfa_attack_reported: { name: 'attack-detected', kind: 'reported-by-owner' },
  authn_token_reuse: { name: 'attack-detected', kind: 'refresh-token-reused' },
  trusted_device_reuse: { name: 'attack-detected', kind: 'device-token-reused' },
  service_account_disabled: { name: 'service-account-changed', kind: 'disabled' },
  service_account_changed: { name: 'service-account-changed', kind: 'changed' },
  service_credential_revoked: { name: 'service-account-changed', kind: 'credential-revoked' },
  token_revoked: { name: 'service-account-changed', kind: 'token-revoked' },
  signing_key_revoked: { name: 'signing-key-revoked' },
} as const satisfies Readonly<Partial<Record<EventType | `session:${string}`, Telling>>>;

export type Source = keyof typeof tellings;

/** False for a source of a later release. */
export function isKnown(source: string): source is Source {
  return Object.hasOwn(tellings, source);
}

export function tellingOf(source: Source): Telling {
  return tellings[source];
}

/** The sources of these events. */
export function sourcesOf(names: readonly EventName[]): readonly Source[] {
  const sources = Object.keys(tellings) as Source[];
  return sources.filter((source) => names.includes(tellings[source].name));
}
