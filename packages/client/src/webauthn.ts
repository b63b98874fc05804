// Browsers before Chrome 129, Firefox 119 and Safari 18.4 lack the three functions that read and write JSON.

type Json = Readonly<Record<string, unknown>>;
type Descriptor = Json & { readonly id: string };

/** Asks the browser for a key and gives what the service takes as `response`. Call it from a click. */
export async function ceremony(create: boolean, options: Json, signal?: AbortSignal): Promise<unknown> {
  const { credentials } = navigator;
  const abort = signal ? { signal } : {};
  const credential = create
    ? await credentials.create({ publicKey: creationOptions(options), ...abort })
    : await credentials.get({ publicKey: requestOptions(options), ...abort });
  if (credential === null) throw new DOMException('No key answered', 'NotAllowedError');
  return toJson(credential as PublicKeyCredential);
}

function creationOptions(options: Json): PublicKeyCredentialCreationOptions {
  const parse = PublicKeyCredential.parseCreationOptionsFromJSON;
  if (parse) return parse.call(PublicKeyCredential, options as never);
  const user = options.user as Descriptor;
  return {
    ...binary(options, 'excludeCredentials'),
    user: { ...user, id: bytes(user.id) },
  } as never;
}

function requestOptions(options: Json): PublicKeyCredentialRequestOptions {
  const parse = PublicKeyCredential.parseRequestOptionsFromJSON;
  return parse
    ? parse.call(PublicKeyCredential, options as never)
    : (binary(options, 'allowCredentials') as never);
}

function binary(options: Json, list: string): Json {
  const credentials = (options[list] ?? []) as readonly Descriptor[];
  return {
    ...options,
    challenge: bytes(String(options.challenge)),
    [list]: credentials.map((one) => ({ ...one, id: bytes(one.id) })),
  };
}

function toJson(credential: PublicKeyCredential): unknown {
  if (credential.toJSON) return credential.toJSON();
  const { id, rawId, type } = credential;
  const answer = credential.response as AuthenticatorAttestationResponse & AuthenticatorAssertionResponse;
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
    clientExtensionResults: credential.getClientExtensionResults(),
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
