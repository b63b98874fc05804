import { z } from 'zod';
import { causes } from '../../domain/mfa/unbinding.ts';
import type { EverBound } from '../../features/mfa/former-factor-store.ts';
import type { FactorHistory } from '../../features/mfa/read-factor-history.ts';
import { id, shown, time, withExamples } from '../../platform/http/fields.ts';

const removedShape = {
  at: time,
  cause: z
    .enum(causes)
    .describe(
      'removed, switched_off: by the owner · reset: by the helpdesk · replaced: by new ones of its kind · expired: a bypass code',
    ),
};
const factorShape = {
  factor_id: id,
  method: z.string(),
  label: z.string().nullable().describe('Null: deleted after AUDIT_KEEP_MONTHS'),
  hint: z.string().nullable(),
  backup: z.boolean().describe('Recovery or bypass codes, which are no factor by themselves'),
  bound_at: time,
  last_used_at: time.nullable(),
};
const by = z.string().nullable().describe('Who did it, if not the user; also null for the terminal');

function bodyOf<Shape extends z.ZodRawShape>(removed: Shape) {
  return z.strictObject({
    factors: z.array(z.strictObject({ ...factorShape, removed: z.strictObject(removed).nullable() })),
    next_cursor: z.string().nullable(),
  });
}

const removal = { at: shown.ends, cause: 'reset' as const };
const factorExample = {
  factor_id: shown.factorId,
  method: 'totp',
  label: 'Phone',
  hint: null,
  backup: false,
  bound_at: shown.time,
  last_used_at: shown.time,
};

export const ownHistoryBody = withExamples(bodyOf(removedShape), {
  'a factor that was removed': { factors: [{ ...factorExample, removed: removal }], next_cursor: null },
});
export const historyBody = withExamples(bodyOf({ ...removedShape, by }), {
  'a factor that was reset': {
    factors: [{ ...factorExample, removed: { ...removal, by: 'carol' } }],
    next_cursor: null,
  },
});

export function historyOf({ factors, nextCursor }: FactorHistory) {
  return {
    factors: factors.map((one) => ({
      ...factorOf(one),
      removed: removedOf(one, ({ removedBy }) => ({ by: removedBy })),
    })),
    next_cursor: nextCursor,
  };
}

/** The history for the owner, without the name of the helpdesk member who removed a factor. */
export function ownHistoryOf({ factors, nextCursor }: FactorHistory) {
  return {
    factors: factors.map((one) => ({ ...factorOf(one), removed: removedOf(one, () => ({})) })),
    next_cursor: nextCursor,
  };
}

function factorOf(factor: EverBound) {
  return {
    factor_id: factor.id,
    method: factor.method,
    label: factor.label,
    hint: factor.hint,
    backup: factor.isBackup,
    bound_at: factor.boundAt.toISOString(),
    last_used_at: factor.lastUsedAt?.toISOString() ?? null,
  };
}

function removedOf<More>(factor: EverBound, more: (factor: EverBound) => More) {
  const { removedAt, cause } = factor;
  return removedAt && cause ? { at: removedAt.toISOString(), cause, ...more(factor) } : null;
}
