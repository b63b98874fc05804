import type { Checkpoint } from '../../domain/audit/seal.ts';
import type { Severity } from '../../domain/audit/severity.ts';
import { openCheckpointFile } from './checkpoint-file.ts';
import { postCheckpoints } from './checkpoint-http.ts';
import { syslogCheckpoints } from './checkpoint-syslog.ts';

export type CheckpointOptions = {
  /** A file that this process appends to. */
  readonly file: string | null;
  /** `tls://host:port` or `tcp://host:port`. */
  readonly syslogUrl: string | null;
  readonly http: { readonly url: string; readonly token: string | null } | null;
};

/** Resolves when all of them have arrived, in their order; throws where that is not known. Any may then come again. */
export type SendCheckpoints = (checkpoints: readonly GradedCheckpoint[]) => Promise<void>;

/** With the severity of the gravest event that the seal covers; without one it is `info`. */
export type GradedCheckpoint = Checkpoint & { readonly severity?: Severity };

/** Where checkpoints go, outside of the database. */
export type CheckpointPlaces = {
  /** Of this instance alone, and read again when the audit is verified. */
  readonly file: ReturnType<typeof openCheckpointFile> | null;
  /** Shared by all instances, each told once, by its name. */
  readonly remote: ReadonlyMap<string, SendCheckpoints>;
};

export function connectCheckpointPlaces({ file, syslogUrl, http }: CheckpointOptions): CheckpointPlaces {
  const remote = new Map<string, SendCheckpoints>();
  if (syslogUrl) remote.set('syslog', syslogCheckpoints(syslogUrl));
  if (http) remote.set('http', postCheckpoints(http));
  return { file: file ? openCheckpointFile(file) : null, remote };
}

/** As it stands in a file, in a message and in a request: one line, in the shape of docs/audit.md. */
export function checkpointLine({ number, sealedAt, previous, hash, key, signature }: Checkpoint): string {
  return JSON.stringify({ number, sealed_at: sealedAt, previous, hash, key, signature });
}
