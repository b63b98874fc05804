import { invalidField } from '../../lib/problem.ts';

type Window = { readonly enabledFrom: Date | null; readonly enabledUntil: Date | null };

/** Throws 400 where nothing would ever be let in. */
export function assertWindow({ enabledFrom, enabledUntil }: Window, now: Date): void {
  if (!enabledUntil) return;
  if (enabledUntil <= now) throw invalidField('#/enabled_until', 'Lies in the past');
  if (enabledFrom && enabledFrom >= enabledUntil)
    throw invalidField('#/enabled_until', 'Lies before enabled_from');
}
