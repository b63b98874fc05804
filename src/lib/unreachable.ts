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
