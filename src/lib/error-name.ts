/**
 * An error with a reason that the log may contain. `code` has only words and numbers that are known beforehand, such as
 * `EAUTH 535`. The log never contains the message of an error.
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
 * The part of an error that the log may contain: its name and its code. The message may quote a value, so it is left
 * out. An error without a code comes with its cause: `TypeError: Error ECONNREFUSED`.
 */
export function errorName(error: unknown, depth = 1): string {
  if (!(error instanceof Error)) return 'unknown';
  if ('code' in error && error.code) return `${error.name} ${String(error.code)}`;
  const { cause } = error;
  return cause instanceof Error && depth < deepest
    ? `${error.name}: ${errorName(cause, depth + 1)}`
    : error.name;
}

/** `errorName` and up to five places in the source where the error came from. Null if this is no error. */
export function causeOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const stack =
    error.stack
      ?.split('\n')
      .map((line) => line.trim())
      .filter((line) => line.startsWith('at ')) // the message may have several lines
      .slice(0, 5)
      .join(' < ') ?? '';
  return `${errorName(error)} ${stack}`;
}
