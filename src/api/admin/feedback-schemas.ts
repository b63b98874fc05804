import { z } from 'zod';
import { shown, text, time, timeOf, withExamples } from '../../platform/http/fields.ts';
import { pageLimit } from '../page-query.ts';
import { days } from './adoption-schemas.ts';

const rating = z.int().min(1).max(5).describe('1, bad, to 5, good');

export const feedbackBody = withExamples(z.strictObject({ rating, comment: text(500).optional() }), {
  rating: { rating: 4 },
  'with a comment': { rating: 2, comment: 'The text message took five minutes.' },
});

export const feedbackQuery = z.strictObject({
  days: days.default(30),
  limit: pageLimit.default(100),
});

export const feedbacksBody = withExamples(
  z.strictObject({
    feedback: z.array(z.strictObject({ at: time, rating, comment: z.string().nullable() })),
  }),
  { 'one of them': { feedback: [{ at: shown.time, rating: 5, comment: 'Easier than I thought.' }] } },
);

type Given = { readonly at: Date; readonly rating: number; readonly comment: string | null };

export function feedbackShown({ at, rating: given, comment }: Given) {
  return { at: timeOf(at), rating: given, comment };
}
