import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { hash, parseOptions, verify } from '@node-rs/argon2';
import { normalizePassword } from '../../domain/passwords/password-policy.ts';
import type { Hasher } from '../../platform/kernel/ports.ts';
import { createHashQueue } from './hash-queue.ts';
import { fitsForeign } from './legacy-hash.ts';

const argon2id = 2; // the binding's number; its enum has no value at run time
const version13 = 1; // the binding's number for Argon2 version 1.3 (RFC 9106)
const tagBytes = 32;
const saltBytes = 16;

export type HashOptions = {
  readonly memoryKiB?: number;
  readonly passes?: number;
  readonly lanes?: number;
  /**
   * How many hashes run at once. The default is one more than the cores, so that no core waits for the event loop to
   * send the next hash. Hashes beyond UV_THREADPOOL_SIZE (4 unless set) would only wait in the thread pool.
   */
  readonly threads?: number;
  /** How many callers may wait for a thread. With more, the queue refuses a caller. */
  readonly queueLimit?: number;
};

/**
 * Argon2id in PHC form. The defaults are the first choice of the OWASP Password Storage Cheat Sheet. `hash` and
 * `verify` normalize the password themselves. Both throw 503 dependency-unavailable if too many callers wait. `line`
 * names the queue that the caller waits in, such as the client's network (see hash-queue.ts). Callers without a
 * `line` share one.
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

  /**
   * False for a hash with a higher cost, too. While such a hash is stored, the time of a login reveals that the user
   * exists.
   */
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
     * Returns false for null and for text that is not a hash, after the time of a wrong password. The time must not
     * reveal whether a user exists. A hash from another application takes its own time. If the password does not
     * match it, the dummy's time is added. The total is never less than for an unknown username. The longer time
     * reveals that the user exists, until the owner's first login.
     */
    async verify(phc: string | null, password: string, line = ''): Promise<boolean> {
      const text = normalizePassword(password);
      return queue.run(line, async () => {
        try {
          if (phc !== null && isOurs(phc)) return await verify(phc, text);
          if (phc !== null && (await fitsForeign(phc, password))) return true;
        } catch {
          // the binding rejects text that it cannot parse before it does any work
        }
        await verify(dummy, text);
        return false;
      });
    },

    state: queue.state,

    /** True unless the hash has the cost and the sizes of a new one. Call it only after the password has matched. */
    needsRehash: (phc: string): boolean => !isOurs(phc),
  };
}

/** Salt and tag are random, so nobody knows a password that matches. Making the text up costs no hashing. */
function makeDummy(memoryKiB: number, passes: number, lanes: number): string {
  const salt = base64(randomBytes(saltBytes));
  const tag = base64(randomBytes(tagBytes));
  return `$argon2id$v=19$m=${memoryKiB},t=${passes},p=${lanes}$${salt}$${tag}`;
}

/** PHC strings contain base64 without padding. */
function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
