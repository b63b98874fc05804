/**
 * A refusal that the client is meant to see, rendered as RFC 9457 `application/problem+json`.
 * Thrown anywhere, rendered once: see http/problem-handler.ts. The `cause` is for the log and never sent.
 */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly type: string;
  readonly title: string;
  readonly extensions: Readonly<Record<string, unknown>>;

  constructor(
    status: number,
    type: string,
    title: string,
    extensions: Record<string, unknown> = {},
    cause?: unknown,
  ) {
    super(title, { cause });
    this.status = status;
    this.type = type;
    this.title = title;
    this.extensions = extensions;
  }
}

/** Declares one kind of problem; the result is the function that makes it. */
export function defineProblem(status: number, type: string, title: string) {
  return (extensions?: Record<string, unknown>, cause?: unknown) =>
    new Problem(status, `/problems/${type}`, title, extensions, cause);
}

/** `errors: [{ pointer, detail }]`: a JSON pointer into the body, or the name of a header. */
export const invalidRequest = defineProblem(400, 'invalid-request', 'The request is not as described');
export const notFound = defineProblem(404, 'not-found', 'Not found');
export const conflict = defineProblem(
  409,
  'conflict',
  'Somebody else changed this at the same moment; try again',
);
export const tooManyAttempts = defineProblem(429, 'too-many-attempts', 'Too many attempts');
export const dependencyUnavailable = defineProblem(
  503,
  'dependency-unavailable',
  'A service that this one needs does not answer',
);

/** One fault in the input, named by its place. */
export function invalidField(pointer: string, detail: string, cause?: unknown): Problem {
  return invalidRequest({ errors: [{ pointer, detail }] }, cause);
}
