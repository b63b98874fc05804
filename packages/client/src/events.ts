import { createKeySet } from './key-set.ts';
import { verifySigned } from './signed-token.ts';

export { KeysUnavailable } from './key-set.ts';

type Json = Readonly<Record<string, unknown>>;

/** A security event, from a token or a webhook. */
export type SecurityEvent = {
  /** Names the event for this receiver: `jti`, or `webhook-id`. If it comes again, the event was handled already. */
  readonly id: string;
  /** `session-revoked`, `credential-change` and so on; the whole URI for a type that is not known here. */
  readonly name: string;
  readonly issuer: string;
  readonly userId?: string;
  readonly sessionId?: string;
  readonly at?: Date;
  /** What the event says beside that. */
  readonly data: Json;
};

export type EventOptions = {
  /** `ISSUER` of the service, letter for letter. */
  readonly issuer: string;
  /** The audience that this receiver was registered with. */
  readonly audience: string;
  /** Where this receiver reaches the service; without it, at the issuer. */
  readonly url?: string;
  /** Milliseconds for a request to the service (5,000). */
  readonly timeout?: number;
  readonly fetch?: typeof fetch;
};

/** Receives security event tokens (RFC 8417), by push or by poll. */
export function events(options: EventOptions) {
  const { issuer, audience, url = issuer, timeout = 5000 } = options;
  const keysUrl = new URL(`${url.replace(/\/$/, '')}/.well-known/jwks.json`);
  const keys = createKeySet({ url: keysUrl, fetch: options.fetch ?? globalThis.fetch, timeout });

  return {
    /**
     * The event of a token, or undefined if anything is wrong with it. Throws KeysUnavailable if nobody can tell: answer
     * 503 then, and the event comes again.
     */
    async verifyEvent(token: string): Promise<SecurityEvent | undefined> {
      const claims = await verifySigned(token.trim(), 'secevent+jwt', keys);
      if (!claims) return undefined;
      const { iss, aud, jti, sub, exp, sub_id, events } = claims;
      const [uri, ...others] = Object.keys(objectIn(events));
      const right =
        iss === issuer && aud === audience && typeof jti === 'string' && uri && others.length === 0;
      // an access token that says it is an event has these
      if (!right || sub !== undefined || exp !== undefined) return undefined;
      const data = objectIn(objectIn(events)[uri]);
      return eventOf({ id: jti, name: nameOf(uri), issuer, subject: objectIn(sub_id), data });
    },
  };
}

export type Webhook = {
  /** As the request has them, with names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The body as it came: parsed and written anew it has another signature. */
  readonly body: string;
  /** The secret that the service showed, `whsec_…`. */
  readonly secret: string;
  /** Seconds by which the clocks may differ (300). */
  readonly tolerance?: number;
};

/** The event of a webhook (Standard Webhooks), or undefined if anything is wrong with it. */
export async function verifyWebhook(webhook: Webhook): Promise<SecurityEvent | undefined> {
  const { headers, body, secret, tolerance = 300 } = webhook;
  const [id, timestamp, signatures] = ['id', 'timestamp', 'signature'].map((name) =>
    String(headers[`webhook-${name}`] ?? ''),
  );
  if (!id || !timestamp || !signatures) return undefined;
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) <= tolerance)) return undefined;
  const bytes = base64(secret.replace(/^whsec_/, ''));
  if (!bytes || bytes.length === 0) throw new Error('The secret of a webhook is whsec_ and Base64');
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', bytes, algorithm, false, ['verify']);
  const signed = new TextEncoder().encode(`${id}.${timestamp}.${body}`);
  for (const one of signatures.split(' ').slice(0, 10)) {
    const signature = one.startsWith('v1,') ? base64(one.slice(3)) : undefined;
    if (signature && (await crypto.subtle.verify('HMAC', key, signature, signed))) return eventIn(id, body);
  }
  return undefined;
}

function eventIn(id: string, body: string): SecurityEvent | undefined {
  try {
    const { type, data } = objectIn(JSON.parse(body));
    const { iss, txn: _, sub_id, ...rest } = objectIn(data);
    return eventOf({ id, name: String(type), issuer: String(iss), subject: objectIn(sub_id), data: rest });
  } catch {
    return undefined;
  }
}

type Parts = Pick<SecurityEvent, 'id' | 'name' | 'issuer' | 'data'> & { readonly subject: Json };

function eventOf({ subject, ...event }: Parts): SecurityEvent {
  const user = subject.format === 'complex' ? objectIn(subject.user) : subject;
  const session = objectIn(subject.session);
  const at = event.data.event_timestamp;
  return {
    ...event,
    ...(typeof user.sub === 'string' && { userId: user.sub }),
    ...(typeof session.id === 'string' && { sessionId: session.id }),
    ...(typeof at === 'number' && { at: new Date(at * 1000) }),
  };
}

function nameOf(uri: string): string {
  const [, name] =
    /^(?:https:\/\/schemas\.openid\.net\/secevent\/\w+\/event-type\/|urn:sallyport:event:)([\w-]+)$/.exec(
      uri,
    ) ?? [];
  return name ?? uri;
}

function objectIn(value: unknown): Json {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function base64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
  } catch {
    return undefined;
  }
}
