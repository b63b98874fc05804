import type { ZodType } from 'zod';
import { invalidRequest } from './problem.ts';

/** Parses what a client sent by a schema that is known only at run time. Throws 400 naming each fault by its pointer. */
export function parseInput<Output>(schema: ZodType<Output>, input: unknown): Output {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw invalidRequest({ errors: result.error.issues.map(({ path, message }) => fault(path, message)) });
}

/** RFC 6901 pointer as a URI fragment, as RFC 9457 3 shows it. */
export function fault(path: readonly PropertyKey[], detail: string) {
  const steps = path.map((step) => String(step).replaceAll('~', '~0').replaceAll('/', '~1'));
  return { pointer: ['#', ...steps].join('/'), detail };
}
