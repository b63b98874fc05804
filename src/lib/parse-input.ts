import { type ZodType, z } from 'zod';
import { describeIssue } from './describe-issue.ts';
import { invalidRequest } from './problem.ts';

z.config({ customError: describeIssue });

/** The part of a zod issue that this file reads. */
export type Issue = {
  readonly code?: string | undefined;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: unknown;
  /** For a union: the issues of each option. */
  readonly errors?: unknown;
};

/**
 * Parses what a client sent, with a schema that is known only at run time. Throws 400 (`invalid-request`) with a
 * pointer and a detail for each fault.
 */
export function parseInput<Output>(schema: ZodType<Output>, input: unknown): Output {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw invalidRequest({ errors: faultsOf(result.error.issues) });
}

/**
 * One fault for each faulty place. An unknown field gets a fault of its own. If the body may have several shapes, the
 * faults are those of the shape that the client meant.
 */
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

/**
 * The client meant the option that has the right kind, the fewest unknown fields and, after that, the fewest faults.
 */
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

/** A JSON pointer (RFC 6901) as a URI fragment, as in RFC 9457 section 3. */
export function fault(path: readonly PropertyKey[], detail: string) {
  const steps = path.map((step) => String(step).replaceAll('~', '~0').replaceAll('/', '~1'));
  return { pointer: ['#', ...steps].join('/'), detail };
}
