import { z } from 'zod';
import type { Justification } from '../../domain/users/actor.ts';
import { bypassSetup } from '../../features/mfa/providers/bypass-codes.ts';
import { shown, time, withExamples, words } from '../../platform/http/fields.ts';

const justification = {
  reason: words(500).describe('Why, and how you checked who asked. It is kept in the audit: no secrets'),
  ticket: words(100).optional(),
};
/** For a change that needs a reason only where a rule asks for a second person. */
export const optionalJustification = {
  reason: justification.reason.optional().describe('Required where a second person must approve the change'),
  ticket: justification.ticket,
};

const justificationExample = {
  reason: 'Lost the phone; called back at the number on file',
  ticket: 'INC-1042',
};

export const justificationBody = withExamples(z.strictObject(justification), {
  because: justificationExample,
});

export const bypassBody = withExamples(
  z.strictObject({
    ...justification,
    ...bypassSetup.shape,
  }),
  { once: justificationExample, 'for a day': { ...justificationExample, uses: 3, expires_in: 86_400 } },
);

export const bypassCodeBody = withExamples(
  z.strictObject({ code: z.string().describe('Shown once'), uses: z.int(), expires_at: time }),
  { code: { code: shown.recoveryCode, uses: 1, expires_at: shown.ends } },
);

/** Null: the request gave no reason. */
export function optionalJustificationOf({
  reason,
  ticket,
}: {
  reason?: string | undefined;
  ticket?: string | undefined;
}): Justification | null {
  return reason === undefined ? null : { reason, ticket: ticket ?? null };
}

export function justificationOf({
  reason,
  ticket,
}: {
  reason: string;
  ticket?: string | undefined;
}): Justification {
  return { reason, ticket: ticket ?? null };
}
