/**
 * An error whose reason the log may tell: `code` holds words and numbers that are known beforehand, such as `EAUTH 535`.
 * The message stays out of the log, as that of every error does.
 */
export class CodedError extends Error {
  override readonly name: string;
  readonly code: string;

  constructor(name: string, code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = name;
    this.code = code;
  }
}

const deepest = 5;

/**
 * What may be said of an error in a log: its kind and its code, never its message, which may quote a value. An error
 * without a code is told with its cause: `TypeError: Error ECONNREFUSED`.
 */
export function errorName(error: unknown, depth = 1): string {
  if (!(error instanceof Error)) return 'unknown';
  if ('code' in error && error.code) return `${error.name} ${String(error.code)}`;
  const { cause } = error;
  return cause instanceof Error && depth < deepest
    ? `${error.name}: ${errorName(cause, depth + 1)}`
    : error.name;
}

/** The same, and where in the source it came from. Null where there is no error. */
export function causeOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const stack =
    error.stack
      ?.split('\n')
      .map((line) => line.trim())
      .filter((line) => line.startsWith('at ')) // a message may have lines, too
      .slice(0, 5)
      .join(' < ') ?? '';
  return `${errorName(error)} ${stack}`;
}
