import type { Checkpoint } from '../../domain/audit/seal.ts';
import type { Severity } from '../../domain/audit/severity.ts';

/**
 * Resolves once all checkpoints have arrived, in order. Throws where the sender cannot be sure of that. The caller may
 * then send any of them again.
 */
export type SendCheckpoints = (checkpoints: readonly GradedCheckpoint[]) => Promise<void>;

/** A checkpoint with the highest severity among the events of its seal. Without one it is `info`. */
export type GradedCheckpoint = Checkpoint & { readonly severity?: Severity };

/** The one line that files, messages and requests contain, in the format of docs/audit.md. */
export function checkpointLine({ number, sealedAt, previous, hash, key, signature }: Checkpoint): string {
  return JSON.stringify({ number, sealed_at: sealedAt, previous, hash, key, signature });
}
