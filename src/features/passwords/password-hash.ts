import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { hash, parseOptions, verify } from '@node-rs/argon2';
import { normalizePassword } from '../../domain/passwords/password-policy.ts';
import type { Hasher } from '../../platform/kernel/ports.ts';
import { createHashQueue } from './hash-queue.ts';
import { fitsForeign } from './legacy-hash.ts';

const argon2id = 2; // the binding's number for it; its enum has no value at run time
const version13 = 1; // likewise, for Argon2 version 1.3, RFC 9106
const tagBytes = 32;
const saltBytes = 16;

export type HashOptions = {
  readonly memoryKiB?: number;
  readonly passes?: number;
  readonly lanes?: number;
  /**
   * Hashes at once. One more than there are cores, so that a core need not wait for the event loop to send it the
   * next; more than UV_THREADPOOL_SIZE, 4 unless set, would only wait elsewhere.
   */
  readonly threads?: number;
  /** Callers that may wait for a thread; one more is refused. */
  readonly queueLimit?: number;
};

/**
 * Argon2id in PHC form. The defaults are the first choice of the OWASP password storage cheat sheet. Both `hash` and
 * `verify` normalize the password themselves, and throw `dependency-unavailable` (503) when too many wait. `line` says
 * in whose line to wait, such as the client's network (hash-queue.ts); those who do not say wait in one.
 */
export function createHasher({
  memoryKiB = 19_456,
  passes = 2,
  lanes = 1,
  threads = Math.min(availableParallelism() + 1, 4),
  queueLimit = 200,
}: HashOptions = {}): Hasher {
  const cost = { memoryCost: memoryKiB, timeCost: passes, parallelism: lanes, outputLen: tagBytes };
  const queue = createHashQueue({ running: threads, waiting: queueLimit });
  const dummy = makeDummy(memoryKiB, passes, lanes);

  /** A dearer one is none of ours either: as long as it stays, the time of a login tells that its user exists. */
  function isOurs(phc: string): boolean {
    try {
      const made = parseOptions(phc);
      return (
        made.algorithm === argon2id &&
        made.version === version13 &&
        made.memoryCost === memoryKiB &&
        made.timeCost === passes &&
        made.parallelism === lanes &&
        made.outputLen === tagBytes &&
        made.saltLen >= saltBytes
      );
    } catch {
      return false;
    }
  }

  return {
    async hash(password: string, line = ''): Promise<string> {
      return queue.run(line, () => hash(normalizePassword(password), cost));
    },

    /**
     * False for null and for anything that is no hash, at the cost of a wrong password: the time must not tell whether
     * a user exists. A hash that came from another application costs its own and, unless it fits, one of ours: never
     * less than a name that nobody has. That it costs more is told until its owner first logs in.
     */
    async verify(phc: string | null, password: string, line = ''): Promise<boolean> {
      const text = normalizePassword(password);
      return queue.run(line, async () => {
        try {
          if (phc !== null && isOurs(phc)) return await verify(phc, text);
          if (phc !== null && (await fitsForeign(phc, password))) return true;
        } catch {
          // a binding refuses what it cannot parse before it does any work
        }
        await verify(dummy, text);
        return false;
      });
    },

    state: queue.state,

    /** True unless the hash costs and holds what a new one would. To be asked only after it has matched. */
    needsRehash: (phc: string): boolean => !isOurs(phc),
  };
}

/** Salt and tag are random, so no password is known that matches it; making one up costs no hashing. */
function makeDummy(memoryKiB: number, passes: number, lanes: number): string {
  const salt = base64(randomBytes(saltBytes));
  const tag = base64(randomBytes(tagBytes));
  return `$argon2id$v=19$m=${memoryKiB},t=${passes},p=${lanes}$${salt}$${tag}`;
}

/** PHC strings carry base64 without padding. */
function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
