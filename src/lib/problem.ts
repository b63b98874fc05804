import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { reasonOf } from './problem-reasons.ts';

/**
 * What a limit counts: requests from an address, wrong passwords, wrong second-factor codes, codes sent, failures of an
 * OAuth client, feedback entries.
 */
export const limits = ['address', 'password', 'second_factor', 'sends', 'client', 'feedback'] as const;
export type Limit = (typeof limits)[number];

/**
 * The `reason` in a 429 response. For an OAuth client it is `password`, because the secret is the client's password.
 */
const limitReasons = ['password', 'second_factor', 'send', 'rate'] as const;
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
    { status, type, title }: Pick<Problem, 'status' | 'type' | 'title'>,
    extensions: Readonly<Record<string, unknown>> = {},
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

type ReadOnly<Value> = Value extends object ? { readonly [Key in keyof Value]: ReadOnly<Value[Key]> } : Value;

type Detail = { readonly detail: z.ZodOptional<z.ZodString> };

/** The members of a problem beyond `type`, `title` and `status`. `detail` is for a person. */
export type Extensions<Shape extends z.ZodRawShape> = ReadOnly<z.input<z.ZodObject<Shape & Detail>>>;

/**
 * One kind of problem. A call creates the problem. It needs `extensions` if the kind has a member that is not optional.
 * The OpenAPI document shows the other fields.
 */
export type ProblemKind<Slug extends string, Shape extends z.ZodRawShape> = {
  (
    ...given: Record<never, never> extends Extensions<Shape>
      ? [extensions?: Extensions<Shape>, cause?: unknown]
      : [extensions: Extensions<Shape>, cause?: unknown]
  ): Problem;
  readonly slug: Slug;
  readonly status: number;
  readonly type: string;
  readonly title: string;
  readonly shape: Shape;
};

const none = z.object({});

/**
 * Declares one kind of problem. `extensions` are its own members: the compiler checks them where the problem is
 * thrown, and the OpenAPI document describes them.
 */
export function defineProblem<const Slug extends string, Shape extends z.ZodRawShape = typeof none.shape>(
  status: number,
  slug: Slug,
  title: string,
  extensions?: z.ZodObject<Shape>,
): ProblemKind<Slug, Shape> {
  const kind = { status, type: `/problems/${slug}`, title };
  const create = (given?: Extensions<Shape>, cause?: unknown) => new Problem(kind, given, cause);
  return Object.assign(create, { ...kind, slug, shape: extensions?.shape ?? ({} as Shape) });
}

/** A problem that its status alone describes (RFC 9457 4.2.1). */
export function plainProblem(
  status: number,
  extensions: { readonly detail?: string } = {},
  cause?: unknown,
): Problem {
  return new Problem(
    { status, type: 'about:blank', title: STATUS_CODES[status] ?? 'Refused' },
    extensions,
    cause,
  );
}

/** Seconds in a problem. */
export const wholeSeconds = z.int().min(0);

/** A pointer is a JSON pointer into the body, or the name of a header. */
export const invalidRequest = defineProblem(
  400,
  'invalid-request',
  'The request is not as described',
  z.object({
    errors: z.array(z.strictObject({ pointer: z.string(), detail: z.string(), in: z.string().optional() })),
    reason: reasonOf('invalid-request').optional(),
  }),
);
export const notFound = defineProblem(404, 'not-found', 'Not found');
export const conflict = defineProblem(
  409,
  'conflict',
  'This does not fit what is there now',
  z.object({ reason: reasonOf('conflict').optional() }),
);
export const tooManyRequests = defineProblem(
  429,
  'too-many-attempts',
  'Too many attempts',
  z.object({
    reason: z
      .enum(limitReasons)
      .describe('Wrong passwords or passkeys, wrong codes, sends, or requests of an address'),
    retry_after: wholeSeconds.describe('Seconds; also the Retry-After header'),
  }),
);
export function tooManyAttempts(
  limit: Limit,
  extensions: { readonly retry_after: number; readonly detail?: string },
): Problem {
  return new Problem(tooManyRequests, { reason: reasons[limit], ...extensions }, undefined, limit);
}
export const dependencyUnavailable = defineProblem(
  503,
  'dependency-unavailable',
  'A service that this one needs does not answer',
  z.object({
    retry_after: wholeSeconds.optional(),
    reason: reasonOf('dependency-unavailable').optional(),
  }),
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
