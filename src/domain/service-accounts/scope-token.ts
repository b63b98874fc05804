/** RFC 6749 3.3: printable ASCII, except space, quote and backslash. */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/;

export function isScopeToken(text: string): boolean {
  return scopeToken.test(text);
}

/**
 * The requested scopes if `held` contains all of them. All of `held` if the client requested none. Null if one is not
 * in `held`.
 */
export function grantedScopes(held: readonly string[], asked: string | undefined): readonly string[] | null {
  if (asked === undefined) return held;
  const wanted = [...new Set(asked.split(' '))];
  return wanted.every((scope) => held.includes(scope)) ? wanted : null;
}
