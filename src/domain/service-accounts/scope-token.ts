/** RFC 6749 3.3: printable ASCII without the space, the quote and the backslash. */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/;

export function isScopeToken(text: string): boolean {
  return scopeToken.test(text);
}

/** The scopes that were asked for, if they are among those held; all of them where none were named. Null: not so. */
export function grantedScopes(held: readonly string[], asked: string | undefined): readonly string[] | null {
  if (asked === undefined) return held;
  const wanted = [...new Set(asked.split(' '))];
  return wanted.every((scope) => held.includes(scope)) ? wanted : null;
}
