import type { World } from './world.ts';

/** What the audit tells of a user, oldest first. */
export async function toldOf({ deps }: Pick<World, 'deps'>, userId: string): Promise<string[]> {
  const events = await deps.db
    .selectFrom('auditEvents')
    .select('type')
    .where('userId', '=', userId)
    .orderBy('seq')
    .execute();
  return events.map(({ type }) => type);
}
