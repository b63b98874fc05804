import { importUsers } from '../../src/features/user-admin/import-users.ts';
import { splitLines } from '../../src/lib/read-lines.ts';
import { actions } from './actor.ts';
import { consoleContext, goodPassword, type World } from './world.ts';

/** Imports users, or lines that may be none; gives the counts and what was said of those that were left out. */
export async function importing(world: World, lines: readonly (string | object)[], shortSecrets = false) {
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
  return importingFrom(
    world,
    (async function* () {
      yield text;
    })(),
    shortSecrets,
  );
}

export async function importingFrom(
  world: World,
  stream: AsyncIterable<Uint8Array | string>,
  shortSecrets = false,
) {
  const counts = { imported: 0, skipped: 0 };
  const said: string[] = [];
  const skip = (line: number, why: string) => void said.push(`${line} ${why}`);
  await importUsers(world.deps, consoleContext(), {
    lines: splitLines(stream),
    rules: { shortSecrets },
    report: { counts, skip },
  });
  return { ...counts, said };
}

/** Somebody who was imported: what they do. */
export async function importedActor(world: World, username: string, password = goodPassword) {
  const { id, email } = await world.deps.db
    .selectFrom('users')
    .select(['id', 'email'])
    .where('username', '=', username)
    .executeTakeFirstOrThrow();
  return actions(world, { id, username, password, email });
}

export async function hashOfUser({ deps }: World, username: string): Promise<string | null> {
  const { passwordHash } = await deps.db
    .selectFrom('users')
    .select('passwordHash')
    .where('username', '=', username)
    .executeTakeFirstOrThrow();
  return passwordHash;
}
