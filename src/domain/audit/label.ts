import { type Severity, severities, severityOf } from './severity.ts';

/** The name of the user and the severity, which the detail of every new event contains. */
export type Label = { readonly username: string | null; readonly severity: Severity };

/**
 * Splits a stored event into its label and the rest of its detail. An older event has no label. Then the user name is
 * null, and the severity comes from the type.
 */
export function labelOf({ type, detail }: { readonly type: string; readonly detail: unknown }): {
  readonly label: Label;
  readonly rest: unknown;
} {
  if (typeof detail !== 'object' || detail === null || Array.isArray(detail))
    return { label: { username: null, severity: severityOf(type) }, rest: detail };
  const { username, severity, ...own } = detail as Readonly<Record<string, unknown>>;
  const written = severities.find((one) => one === severity);
  const label = {
    username: typeof username === 'string' ? username : null,
    severity: written ?? severityOf(type),
  };
  return { label, rest: Object.keys(own).length > 0 ? own : null };
}
