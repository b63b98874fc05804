import type { Problems } from './api-types.ts';

/** The last part of `type`: `/problems/not-found` is `not-found`. */
export type ProblemType = keyof Problems;
type Body<Type> = Type extends ProblemType ? Omit<Problems[Type], 'temp_token' | 'enrollment_token'> : never;
export type ReasonOf<Type> = Type extends ProblemType
  ? Problems[Type] extends { reason?: infer Reason }
    ? Exclude<Reason, undefined>
    : never
  : never;

/** What the service answered in place of what was asked for (RFC 9457). It never holds a token. */
export class SallyportProblem<Type extends ProblemType = ProblemType> extends Error {
  override readonly name = 'SallyportProblem';
  /** `about:blank` if the answer was not a problem of Sallyport, for example a gateway's own page. */
  readonly type: Type | 'about:blank';
  readonly status: number;
  readonly reason: ReasonOf<Type> | undefined;
  /** Seconds. */
  readonly retryAfter: number | undefined;
  /** The fields as sent, without tokens. `instance` names the request in the log of the service. */
  readonly body: Body<Type>;

  constructor(status: number, body: Readonly<Record<string, unknown>>, retryAfter?: number) {
    const { temp_token: _temp, enrollment_token: _enrolment, ...safe } = body;
    super(String(safe.detail ?? safe.title ?? `Status ${status}`));
    const type = String(safe.type);
    this.type = (type.startsWith('/problems/') ? type.slice(10) : 'about:blank') as Type;
    this.status = status;
    this.reason = safe.reason as ReasonOf<Type> | undefined;
    this.retryAfter = typeof safe.retry_after === 'number' ? safe.retry_after : retryAfter;
    this.body = safe as Body<Type>;
  }
}

/** Narrows what was caught: `isProblem(error, 'too-many-attempts', 'send')`. */
export function isProblem<Type extends ProblemType = ProblemType>(
  error: unknown,
  type?: Type,
  reason?: ReasonOf<Type>,
): error is SallyportProblem<Type> {
  return (
    error instanceof SallyportProblem &&
    (type === undefined || error.type === type) &&
    (reason === undefined || error.reason === reason)
  );
}
