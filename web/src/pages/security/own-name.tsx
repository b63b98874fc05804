/** Tells password managers to which account the password of a form belongs. Nobody sees it. */
export function OwnName({ username }: { readonly username: string | undefined }) {
  return <input type="text" name="username" autoComplete="username" value={username ?? ''} readOnly hidden />;
}
