import { openCheckpointFile } from './checkpoint-file.ts';
import { postCheckpoints } from './checkpoint-http.ts';
import type { SendCheckpoints } from './checkpoint-message.ts';
import { syslogCheckpoints } from './checkpoint-syslog.ts';

export type CheckpointOptions = {
  /** A file that this process appends to. */
  readonly file: string | null;
  /** `tls://host:port` or `tcp://host:port`. */
  readonly syslogUrl: string | null;
  readonly http: { readonly url: string; readonly token: string | null } | null;
};
/** The destinations of checkpoints outside the database. */
export type CheckpointDestinations = {
  /** The file of this instance alone. Verifying the audit reads it again. */
  readonly file: ReturnType<typeof openCheckpointFile> | null;
  /** The shared destinations, by name. One instance sends each checkpoint to them. */
  readonly remote: ReadonlyMap<string, SendCheckpoints>;
};

export function connectCheckpointDestinations({
  file,
  syslogUrl,
  http,
}: CheckpointOptions): CheckpointDestinations {
  const remote = new Map<string, SendCheckpoints>();
  if (syslogUrl) remote.set('syslog', syslogCheckpoints(syslogUrl));
  if (http) remote.set('http', postCheckpoints(http));
  return { file: file ? openCheckpointFile(file) : null, remote };
}
