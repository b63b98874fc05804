import { sql } from 'kysely';

/** The current name of the user with the id in this column; null if the user does not exist or was deleted. */
export function nameOf(column: string) {
  return sql<string | null>`(select named.username from users named where named.id = ${sql.ref(column)})`;
}
