import { sql } from 'kysely';

/** What the user whose id stands in this column is called now; null where there is no such user, or not any more. */
export function nameOf(column: string) {
  return sql<string | null>`(select named.username from users named where named.id = ${sql.ref(column)})`;
}
