// Adds what Chrome before 129, Firefox before 119 and Safari before 18.4 lack for security keys.

type Json = Readonly<Record<string, unknown>>;
type Descriptor = Json & { readonly id: string };

if (typeof PublicKeyCredential === 'function') {
  const keys = PublicKeyCredential as unknown as Record<string, unknown>;
  keys.parseCreationOptionsFromJSON ??= (options: Json) => {
    const user = options.user as Descriptor;
    return { ...binary(options, 'excludeCredentials'), user: { ...user, id: bytes(user.id) } };
  };
  keys.parseRequestOptionsFromJSON ??= (options: Json) => binary(options, 'allowCredentials');
  PublicKeyCredential.prototype.toJSON ??= toJson as never;
}

function binary(options: Json, list: string): Json {
  const credentials = (options[list] ?? []) as readonly Descriptor[];
  return {
    ...options,
    challenge: bytes(String(options.challenge)),
    [list]: credentials.map((one) => ({ ...one, id: bytes(one.id) })),
  };
}

function toJson(this: PublicKeyCredential): unknown {
  const { id, rawId, type } = this;
  const answer = this.response as AuthenticatorAttestationResponse & AuthenticatorAssertionResponse;
  const names = [
    'clientDataJSON',
    'attestationObject',
    'authenticatorData',
    'signature',
    'userHandle',
  ] as const;
  const parts = names.flatMap((name) => (answer[name] ? [[name, text(answer[name])]] : []));
  const transports = answer.getTransports ? { transports: answer.getTransports() } : {};
  return {
    id,
    rawId: text(rawId),
    type,
    clientExtensionResults: this.getClientExtensionResults(),
    response: { ...Object.fromEntries(parts), ...transports },
  };
}

function bytes(base64url: string): Uint8Array {
  const binaryText = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binaryText, (one) => one.charCodeAt(0));
}

function text(buffer: ArrayBuffer): string {
  const base64 = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
