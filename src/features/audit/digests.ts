import { createHash } from 'node:crypto';
import type { Seal, SealedEvent, Unsigned } from '../../domain/audit/seal.ts';

export const markBytes = 8;

/** SHA-256 of everything that an event says, but for its number: two that changed places are known by it. */
export function digestOf(event: SealedEvent): Buffer {
  const { at, type, outcome, userId, actorId, area, method, factorId } = event;
  const { sessionId, requestId, ip, userAgent, detail } = event;
  const who = [at, type, outcome, userId, actorId, area, method, factorId];
  const where = [sessionId, requestId, ip, userAgent];
  return sha256(JSON.stringify(['event', ...who, ...where, sorted(detail)]));
}

/** Of all events of a seal: their numbers and digests in their order. */
export function eventsHashOf(events: readonly { readonly seq: number; readonly digest: Buffer }[]): string {
  const hash = createHash('sha256');
  for (const { seq, digest } of events) hash.update(`${seq}:`).update(digest);
  return hash.digest('base64url');
}

export function marksOf(digests: readonly Buffer[]): string {
  return Buffer.concat(digests.map((digest) => digest.subarray(0, markBytes))).toString('base64url');
}

export function hashOf(seal: Unsigned | Seal): string {
  const { number, events, count, reached, open, lastAt, sealedAt, eventsHash, marks, previous, key } = seal;
  const parts = [number, events, count, reached, open, lastAt, sealedAt, eventsHash, marks, previous, key];
  return sha256(JSON.stringify(['seal', ...parts])).toString('base64url');
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** With the members of each object in one order, for JSON has none. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, sorted(member)]));
}
