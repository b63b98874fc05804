import { createReadStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { Checkpoint } from '../../domain/audit/seal.ts';
import { checkpointLine } from './checkpoint-message.ts';

const line = z
  .strictObject({
    number: z.int().positive(),
    sealed_at: z.string(),
    previous: z.string(),
    hash: z.string(),
    key: z.string(),
    signature: z.string(),
  })
  .transform(({ sealed_at: sealedAt, ...rest }): Checkpoint => ({ sealedAt, ...rest }));

/** An append-only file of checkpoints, one a line. */
export function openCheckpointFile(path: string) {
  let last: Checkpoint | null | undefined; // undefined: not read yet

  return {
    path,

    /** The last checkpoint of the file, or null. */
    last: async (): Promise<Checkpoint | null> => {
      if (last === undefined) last = await lastOf(readCheckpoints(path));
      return last;
    },

    /**
     * Throws where it cannot write. Then no checkpoint counts as written, and some may be in the file twice after the
     * next attempt.
     */
    async append(checkpoints: readonly Checkpoint[]): Promise<void> {
      const latest = checkpoints.at(-1);
      if (!latest) return;
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await using handle = await open(path, 'a+', 0o600);
      const { size } = await handle.stat();
      const end = size > 0 ? (await handle.read(Buffer.alloc(1), 0, 1, size - 1)).buffer.toString() : '\n';
      const lines = checkpoints.map((checkpoint) => `${checkpointLine(checkpoint)}\n`).join('');
      await handle.writeFile(end === '\n' ? lines : `\n${lines}`); // a crash may have cut the last line short
      await handle.sync();
      last = latest;
    },

    read: () => readCheckpoints(path),
  };
}

/** Reads the checkpoints of a file and skips lines that a crash cut short. A missing file gives none. */
export async function* readCheckpoints(path: string): AsyncGenerator<Checkpoint> {
  const input = createReadStream(path);
  try {
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      const { data } = line.safeParse(parsed(text));
      if (data) yield data;
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  } finally {
    input.destroy();
  }
}

async function lastOf(checkpoints: AsyncIterable<Checkpoint>): Promise<Checkpoint | null> {
  let last: Checkpoint | null = null;
  for await (const checkpoint of checkpoints) last = checkpoint;
  return last;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
