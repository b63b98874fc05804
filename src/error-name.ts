/** What may be said of an error in a log: its kind, never its message, which may quote a value. */
export function errorName(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error ? `${error.name} ${String(error.code)}` : error.name;
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
