import { invalidField } from './problem.ts';

/** `cursor` is the `next_cursor` of the previous page; undefined for the first page. */
export type PageRequest = { readonly limit: number; readonly cursor: string | undefined };

/**
 * The rows of one page, and the cursor of the next page; null after the last page. `found` has one row more than the
 * page if there is a next page. `keyOf` names a row, so that added or deleted rows shift no page.
 */
export function pageOf<Row>(found: readonly Row[], limit: number, keyOf: (row: Row) => string) {
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  const nextCursor = found.length > limit && last ? Buffer.from(keyOf(last)).toString('base64url') : null;
  return { rows, nextCursor };
}

/** The groups of the key in a cursor. Throws 400 if the key does not have this shape. */
export function keyIn(cursor: string, shape: RegExp, pointer = '?cursor'): readonly string[] {
  const [, ...groups] = shape.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (groups.length === 0) throw invalidField(pointer, 'Must be the next_cursor of the previous page');
  return groups;
}
