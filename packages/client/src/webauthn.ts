/** Asks the browser for a key and gives what the service takes as `response`. Call it from a click. */
export async function ceremony(
  create: boolean,
  options: Readonly<Record<string, unknown>>,
  signal?: AbortSignal,
  mediation?: 'conditional',
): Promise<unknown> {
  const { credentials } = navigator;
  const abort = signal ? { signal } : {};
  const given = options as never;
  const credential = create
    ? await credentials.create({
        publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(given),
        ...abort,
      })
    : await credentials.get({
        publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(given),
        ...abort,
        ...(mediation && { mediation }),
      });
  if (!credential) throw new DOMException('No key answered', 'NotAllowedError');
  return (credential as PublicKeyCredential).toJSON();
}
