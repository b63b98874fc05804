import { z } from 'zod';
import type { Justification } from '../../domain/users/actor.ts';
import { type EvidenceKind, evidenceKinds, type HelpEvidence } from '../../domain/users/help-evidence.ts';
import { bypassSetup } from '../../features/mfa/providers/bypass-codes.ts';
import { id, shown, time, withExamples, words } from '../../platform/http/fields.ts';

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

export const evidence = {
  caller_check: id.optional().describe('The id of a check that the caller passed. It is used up'),
  evidence: z
    .array(z.enum(evidenceKinds))
    .max(evidenceKinds.length)
    .optional()
    .describe('How you know the person without a check. HELP_REQUIRES says what is needed'),
};

/** For the actions that open an account: see HELP_REQUIRES. */
export const openingBody = withExamples(z.strictObject({ ...justification, ...evidence }), {
  because: justificationExample,
  'a passed check': { ...justificationExample, caller_check: shown.factorId },
  'two evidences': { ...justificationExample, evidence: ['callback_to_known_number', 'manager_confirmed'] },
});

export const bypassBody = withExamples(
  z.strictObject({
    ...justification,
    ...evidence,
    ...bypassSetup.shape,
  }),
  { once: justificationExample, 'for a day': { ...justificationExample, uses: 3, expires_in: 86_400 } },
);

export const bypassCodeBody = withExamples(
  z.strictObject({ code: z.string().describe('Shown once'), uses: z.int(), expires_at: time }),
  { code: { code: shown.recoveryCode, uses: 1, expires_at: shown.ends } },
);

type Offered = {
  readonly caller_check?: string | undefined;
  readonly evidence?: readonly EvidenceKind[] | undefined;
};
type Reasons = Offered & { readonly reason: string; readonly ticket?: string | undefined };

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

export function justificationOf({ reason, ticket, ...offered }: Reasons): Justification {
  return { reason, ticket: ticket ?? null, evidence: evidenceOf(offered) };
}

export function evidenceOf({ caller_check, evidence: kinds = [] }: Offered): HelpEvidence {
  return { callerCheck: caller_check ?? null, kinds };
}
