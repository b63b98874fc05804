import type { Db } from '../../db/connect.ts';
import { type Background, inRounds } from '../in-rounds.ts';
import type { Vault } from '../vault.ts';
import { removeMail, takeDue } from './outbox-store.ts';

type PostmanDeps = {
  readonly db: Db;
  readonly vault: Vault;
  readonly sendMail: (mail: { to: string; subject: string; text: string; html: string }) => Promise<void>;
  readonly onFailure: (error: unknown) => void;
};

const everyMs = 2_000;
const atOnce = 20;
const mostAttempts = 12;

/** Empties the outbox in the background. */
export function startPostman(deps: PostmanDeps): Background {
  return inRounds(everyMs, () => deliverDue(deps), deps.onFailure);
}

/** One round. A mail that cannot be sent stays and is tried again, later each time; a refused one ends after a day. */
export async function deliverDue({ db, vault, sendMail, onFailure }: PostmanDeps): Promise<void> {
  for (const { id, attempts, mail } of await takeDue(db, vault, atOnce, new Date())) {
    try {
      await sendMail(mail);
      await removeMail(db, id);
    } catch (error) {
      onFailure(error);
      if (attempts >= mostAttempts) await removeMail(db, id);
    }
  }
}
