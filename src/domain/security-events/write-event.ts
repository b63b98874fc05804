import { acrValues } from '../policy/assurance-level.ts';
import { type EventName, eventUris, type Source, tellingOf, verificationUri } from './event-names.ts';

/** What the database knows of an event. It holds ids and words of a fixed set: no name, no address, no secret. */
export type EventFacts = {
  readonly eventId: string;
  readonly source: Source;
  /** The user, or the service account. */
  readonly subject: string;
  readonly occurredAt: Date;
  readonly actorId: string | null;
  readonly sessionId: string | null;
  readonly area: string | null;
  readonly method: string | null;
  readonly factorId: string | null;
  /** `acr` of the session, now and before. */
  readonly level: string | null;
  readonly earlierLevel: string | null;
};

const passwordSources: ReadonlySet<Source> = new Set([
  'authn_password_change',
  'password_reset',
  'password_removed',
]);

type Claims = Readonly<Record<string, unknown>>;

export type WrittenEvent = {
  readonly name: EventName | 'verification';
  readonly uri: string;
  /** Whom the event is about (RFC 9493). */
  readonly subId: Claims;
  readonly claims: Claims;
};

/** The words of CAEP, where it has one. Other values are the service's own names of its methods. */
const credentialTypes: Readonly<Record<string, string>> = {
  totp: 'app',
  sms: 'phone-sms',
  webauthn: 'fido2',
};

/** The event as receivers read it. */
export function writeEvent(issuer: string, facts: EventFacts): WrittenEvent {
  const { name } = tellingOf(facts.source);
  return {
    name,
    uri: eventUris[name],
    subId: subIdOf(issuer, name, facts),
    claims: {
      event_timestamp: Math.floor(facts.occurredAt.getTime() / 1000),
      ...(facts.actorId !== null && facts.actorId !== facts.subject && { initiating_entity: 'admin' }),
      ...claimsOf(name, facts),
    },
  };
}

/** The event that shows whether a receiver hears (SSF 8.1.4). The service sends it unasked, so it has no `state`. */
export function writeVerification(receiverId: string): WrittenEvent {
  const subId = { format: 'opaque', id: receiverId };
  return { name: 'verification', uri: verificationUri, subId, claims: {} };
}

function subIdOf(issuer: string, name: EventName, { subject, sessionId }: EventFacts): Claims {
  if (name === 'signing-key-revoked') return { format: 'uri', uri: `${issuer}/.well-known/jwks.json` };
  const user = { format: 'iss_sub', iss: issuer, sub: subject };
  const isOfSession = name === 'session-revoked' || name === 'assurance-level-change';
  if (!isOfSession) return user;
  return { format: 'complex', user, session: { format: 'opaque', id: sessionId } };
}

function claimsOf(name: EventName, facts: EventFacts): Claims {
  const { source, area, factorId, level, earlierLevel } = facts;
  const { kind } = tellingOf(source);
  switch (name) {
    case 'session-revoked':
      return { area };
    case 'assurance-level-change':
      return { area, ...levelChange(level ?? '', earlierLevel ?? '') };
    case 'credential-change':
      return {
        credential_type: credentialType(facts),
        change_type: kind,
        ...(factorId && { credential_id: factorId }),
      };
    case 'attack-detected':
      return { attack: kind };
    case 'service-account-changed':
      return { change: kind };
    default:
      return {};
  }
}

function credentialType({ source, method }: EventFacts): string {
  if (passwordSources.has(source)) return 'password';
  if (source === 'mfa_recovery_codes_regenerated') return 'recovery-codes';
  if (source === 'mfa_bypass_codes_issued') return 'bypass-codes';
  return method === null ? 'all-factors' : (credentialTypes[method] ?? method);
}

function levelChange(level: string, earlierLevel: string): Claims {
  const rises = acrValues.indexOf(level) > acrValues.indexOf(earlierLevel); // weakest first
  return {
    namespace: 'urn:sallyport:acr',
    current_level: level,
    previous_level: earlierLevel,
    change_direction: rises ? 'increase' : 'decrease',
  };
}
