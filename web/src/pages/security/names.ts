import type { Texts } from '../../texts/catalogues.ts';

/** The names that the service gives to factors without a name of their own, as `Text message` and `Text message 2`. */
const given = /^(?:Authenticator app|Text message|E-mail|Duo|Duo Mobile|Security key or passkey)( \d+)?$/;

/** The method, as a person knows it. */
export function methodName(method: string, t: Texts<'factors'>): string {
  return (t.names as Readonly<Record<string, string>>)[method] ?? method;
}

/** The name that its owner gave to a factor, else its method in the person's language. */
export function factorName(
  { label, method }: { readonly label: string | null; readonly method: string },
  t: Texts<'factors'>,
): string {
  const match = label === null ? null : given.exec(label);
  if (label === null || match) return methodName(method, t) + (match?.[1] ?? '');
  return label;
}
