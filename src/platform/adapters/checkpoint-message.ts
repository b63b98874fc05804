import type { Checkpoint } from '../../domain/audit/seal.ts';
import type { Severity } from '../../domain/audit/severity.ts';

/** Resolves when all of them have arrived, in their order; throws where that is not known. Any may then come again. */
export type SendCheckpoints = (checkpoints: readonly GradedCheckpoint[]) => Promise<void>;

/** With the severity of the gravest event that the seal covers; without one it is `info`. */
export type GradedCheckpoint = Checkpoint & { readonly severity?: Severity };

/** As it stands in a file, in a message and in a request: one line, in the shape of docs/audit.md. */
export function checkpointLine({ number, sealedAt, previous, hash, key, signature }: Checkpoint): string {
  return JSON.stringify({ number, sealed_at: sealedAt, previous, hash, key, signature });
}
