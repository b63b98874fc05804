/**
 * What a limit counts: requests from an address, wrong passwords, wrong second-factor codes, codes sent, failures of an
 * OAuth client, feedback entries.
 */
export const limits = ['address', 'password', 'second_factor', 'sends', 'client', 'feedback'] as const;
export type Limit = (typeof limits)[number];

/**
 * The `reason` in a 429 response. For an OAuth client it is `password`, because the secret is the client's password.
 */
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
 * A refusal that the client may see, as RFC 9457 `application/problem+json`. Any code may throw it, and
 * platform/http/problem-handler.ts renders it. The service logs `cause` and never sends it.
 */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly type: string;
  readonly title: string;
  readonly extensions: Readonly<Record<string, unknown>>;
  /** The limit that was exceeded. Only the metrics use it. The service never sends it. */
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

/** Declares one kind of problem. Returns the function that creates it. */
export function defineProblem(status: number, type: string, title: string) {
  return (extensions?: Record<string, unknown>, cause?: unknown) =>
    new Problem(status, `/problems/${type}`, title, extensions, cause);
}

/** `errors: [{ pointer, detail }]`. A pointer is a JSON pointer into the body, or the name of a header. */
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

/** The last part of the problem type, such as `mfa-token-invalid`. */
export function slugOf({ type }: Pick<Problem, 'type'>): string {
  return type.replace('/problems/', '');
}

/** The 400 for one faulty field. */
export function invalidField(pointer: string, detail: string, cause?: unknown): Problem {
  return invalidRequest({ errors: [{ pointer, detail }] }, cause);
}

/**
 * The cause of a `dependency-unavailable` if the other service did not answer. An answer that makes no sense has
 * another cause. The log gets `code`, or the cause if there is no code.
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
