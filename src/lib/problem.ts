/** What is limited: requests of an address, wrong passwords, wrong codes, codes that are sent, failures of a program, opinions. */
export const limits = ['address', 'password', 'second_factor', 'sends', 'client', 'feedback'] as const;
export type Limit = (typeof limits)[number];

/** What a 429 says of it. A program's secret is its password. */
export const limitReasons = ['password', 'second_factor', 'send', 'rate'] as const;
const reasons: Readonly<Record<Limit, (typeof limitReasons)[number]>> = {
  address: 'rate',
  password: 'password',
  second_factor: 'second_factor',
  sends: 'send',
  client: 'password',
  feedback: 'rate',
};

/**
 * A refusal that the client is meant to see, rendered as RFC 9457 `application/problem+json`.
 * Thrown anywhere, rendered once: see platform/http/problem-handler.ts. The `cause` is for the log and never sent.
 */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly type: string;
  readonly title: string;
  readonly extensions: Readonly<Record<string, unknown>>;
  /** What was done too often: for the metrics, never sent. */
  readonly limit: Limit | null;

  constructor(
    status: number,
    type: string,
    title: string,
    extensions: Record<string, unknown> = {},
    cause?: unknown,
    limit: Limit | null = null,
  ) {
    super(title, { cause });
    this.status = status;
    this.type = type;
    this.title = title;
    this.extensions = extensions;
    this.limit = limit;
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
export const conflict = defineProblem(409, 'conflict', 'This does not fit what is there now');
export function tooManyAttempts(limit: Limit, extensions: Record<string, unknown>): Problem {
  const more = { reason: reasons[limit], ...extensions };
  return new Problem(429, '/problems/too-many-attempts', 'Too many attempts', more, undefined, limit);
}
export const dependencyUnavailable = defineProblem(
  503,
  'dependency-unavailable',
  'A service that this one needs does not answer',
);

/** The last part of a problem's type: `mfa-token-invalid`. */
export function slugOf({ type }: Pick<Problem, 'type'>): string {
  return type.replace('/problems/', '');
}

/** One fault in the input, named by its place. */
export function invalidField(pointer: string, detail: string, cause?: unknown): Problem {
  return invalidRequest({ errors: [{ pointer, detail }] }, cause);
}

/**
 * The cause of a `dependency-unavailable` where nobody answered, as against one that answers and makes no sense. `code` is
 * for the log; without it the cause tells.
 */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
  readonly code: string | null;

  constructor(
    message: string,
    { code, ...options }: ErrorOptions & { readonly code?: string | number } = {},
  ) {
    super(message, options);
    this.code = code === undefined ? null : String(code);
  }
}
