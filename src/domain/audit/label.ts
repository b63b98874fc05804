import { type Severity, severities, severityOf } from './severity.ts';

/** What stands in the detail of every event beside its own: whom it names, and how grave it is. */
export type Label = { readonly username: string | null; readonly severity: Severity };

/**
 * An event's label and what is left of its detail. Of an event from before there were labels the name is not known, and
 * its severity is that of its type.
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
