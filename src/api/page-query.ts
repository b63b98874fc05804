import { z } from 'zod';
import { text } from '../platform/http/fields.ts';

/** The number of rows on a page, if the client sends no limit. */
export const usualPage = 50;

/** The number of rows that the client wants on a page. */
export const pageLimit = z
  .string()
  .regex(/^([1-9]|[1-9]\d|1\d\d|200)$/, 'From 1 to 200')
  .transform(Number);

/** The query of a list that a client reads page by page. */
export const pagesQuery = z.strictObject({
  limit: pageLimit.optional(),
  cursor: text(128).optional().describe('`next_cursor` of the previous page'),
});

export function pageOfQuery({ limit = usualPage, cursor }: z.infer<typeof pagesQuery>) {
  return { limit, cursor };
}
