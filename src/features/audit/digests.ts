import { createHash } from 'node:crypto';
import type { Seal, SealedEvent, Unsigned } from '../../domain/audit/seal.ts';

export const markBytes = 8;

/**
 * SHA-256 of all fields of an event except its number. The verification thus recognises two events that changed
 * places.
 */
export function digestOf(event: SealedEvent): Buffer {
  const { at, type, outcome, userId, actorId, area, method, factorId } = event;
  const { sessionId, requestId, ip, userAgent, detail } = event;
  const who = [at, type, outcome, userId, actorId, area, method, factorId];
  const where = [sessionId, requestId, ip, userAgent];
  return sha256(JSON.stringify(['event', ...who, ...where, sorted(detail)]));
}

/** SHA-256 of the numbers and digests of all events of a seal, in their order, in base64url. */
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

/** Sorts the members of each object by name, because JSON does not define their order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, sorted(member)]));
}
