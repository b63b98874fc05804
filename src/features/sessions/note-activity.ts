import type { Deps } from '../../platform/kernel/deps.ts';
import type { Bearer } from '../../domain/sessions/principal.ts';
import { touchSession } from './session-store.ts';

/** The client says that a person is there. Nothing else keeps a session from going idle (NIST SP 800-63B 5.1.2). */
export async function noteActivity(deps: Pick<Deps, 'db' | 'sessions'>, { session }: Bearer): Promise<void> {
  await touchSession(deps.db, session.id, new Date());
  deps.sessions.forgetUser(session.userId);
}
