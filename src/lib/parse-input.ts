import { type ZodType, z } from 'zod';
import { describeIssue } from './describe-issue.ts';
import { invalidRequest } from './problem.ts';

z.config({ customError: describeIssue });

/** As much of an issue of zod's as is looked at here. */
export type Issue = {
  readonly code?: string | undefined;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: unknown;
  /** Of a union: what is wrong by each of its options. */
  readonly errors?: unknown;
};

/** Parses what a client sent by a schema that is known only at run time. Throws 400 naming each fault by its pointer. */
export function parseInput<Output>(schema: ZodType<Output>, input: unknown): Output {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw invalidRequest({ errors: faultsOf(result.error.issues) });
}

/** Each fault by its place: of an unknown field its own, of a body that may be several the one that was meant. */
export function faultsOf(
  issues: readonly Issue[],
  above: readonly PropertyKey[] = [],
): { readonly pointer: string; readonly detail: string }[] {
  return issues.flatMap((issue) => {
    const path = [...above, ...issue.path];
    if (issue.code === 'unrecognized_keys' && Array.isArray(issue.keys))
      return issue.keys.map((key) => fault([...path, String(key)], issue.message));
    const options = issue.code === 'invalid_union' && Array.isArray(issue.errors) ? issue.errors : [];
    return options.length > 0 ? faultsOfUnion(options, path) : [fault(path, issue.message)];
  });
}

/** The option that was meant is of the right kind, knows the most fields, and lacks the fewest. */
function faultsOfUnion(options: readonly (readonly Issue[])[], path: readonly PropertyKey[]) {
  const isOfKind = (issues: readonly Issue[]) => !issues.some((one) => isOfValue(one));
  const unknown = (issues: readonly Issue[]) =>
    issues.flatMap(({ code, keys }) => (code === 'unrecognized_keys' ? [keys ?? []].flat() : [])).length;
  const [meant] = options
    .filter(isOfKind)
    .toSorted((one, other) => unknown(one) - unknown(other) || one.length - other.length);
  if (meant && path.length === 0) return faultsOf(meant);
  const all = new Set(meant ? faultsOf(meant).map(inPlace) : options.flat().map(({ message }) => message));
  return [fault(path, [...all].slice(0, 3).join(meant ? '; ' : ', or '))];
}

function inPlace({ pointer, detail }: { readonly pointer: string; readonly detail: string }): string {
  return `${pointer.slice('#/'.length)}: ${detail}`;
}

function isOfValue({ code, path }: Issue): boolean {
  return path.length === 0 && code !== 'unrecognized_keys' && code !== 'invalid_union';
}

/** RFC 6901 pointer as a URI fragment, as RFC 9457 3 shows it. */
export function fault(path: readonly PropertyKey[], detail: string) {
  const steps = path.map((step) => String(step).replaceAll('~', '~0').replaceAll('/', '~1'));
  return { pointer: ['#', ...steps].join('/'), detail };
}
