import type { Deps } from '../../platform/kernel/deps.ts';
import type { OutboxFigures } from '../../platform/kernel/ports.ts';
import { findOutboxFigures } from './outbox-store.ts';

export type Carriers = {
  readonly sendsMail: boolean;
  readonly outbox: OutboxFigures;
  /** The methods that a user can enrol on this service, without backup codes. */
  readonly methods: readonly string[];
};

/** Which carriers this service has, and which mails wait for one. */
export async function readCarriers(
  { db, sendsMail, providers }: Pick<Deps, 'db' | 'sendsMail' | 'providers'>,
  now: Date,
): Promise<Carriers> {
  const methods = [...providers.values()].filter(({ backup }) => !backup).map(({ method }) => method);
  return { sendsMail, outbox: await findOutboxFigures(db, now), methods };
}
