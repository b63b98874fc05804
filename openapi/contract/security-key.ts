import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** What the options of a ceremony say, as far as the key reads them. */
export type CeremonyOptions = {
  readonly challenge: string;
  readonly rp?: { readonly id?: string };
  readonly rpId?: string;
  readonly user?: { readonly id: string };
};

/** User present, user verified, and credential data attached (WebAuthn 6.1). */
const flags = { present: 1, verified: 4, attached: 64 };
/** The AAGUID of a key that does not say its model. */
const noModel = Buffer.alloc(16);

/** A passkey and the browser before it, as far as a deployment can see them: ES256, without attestation. */
export function createSecurityKey(origin: string) {
  const id = randomBytes(32);
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  let userHandle = '';

  const clientDataOf = (type: string, { challenge }: CeremonyOptions) =>
    Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  const authDataOf = (rpId: string, more: number, attached = Buffer.alloc(0)) => {
    const flag = Buffer.from([flags.present | flags.verified | more]);
    return Buffer.concat([sha256(rpId), flag, Buffer.alloc(4), attached]);
  };
  const credential = (response: Readonly<Record<string, unknown>>) => {
    const name = id.toString('base64url');
    return { id: name, rawId: name, type: 'public-key', clientExtensionResults: {}, response };
  };

  /** What navigator.credentials.create() gives for these options. */
  function register(options: CeremonyOptions) {
    userHandle = options.user?.id ?? '';
    const key = cbor(coseOf(publicKey.export({ format: 'jwk' })));
    const attached = Buffer.concat([noModel, Buffer.from([0, id.length]), id, key]);
    const authData = authDataOf(options.rp?.id ?? '', flags.attached, attached);
    const object = new Map<string, Cbor>([
      ['fmt', 'none'],
      ['attStmt', new Map()],
      ['authData', authData],
    ]);
    return credential({
      clientDataJSON: clientDataOf('webauthn.create', options).toString('base64url'),
      attestationObject: cbor(object).toString('base64url'),
      transports: ['internal'],
    });
  }

  /** What navigator.credentials.get() gives for these options. */
  function assert(options: CeremonyOptions) {
    const clientData = clientDataOf('webauthn.get', options);
    const authData = authDataOf(options.rpId ?? '', 0);
    const signature = sign('sha256', Buffer.concat([authData, sha256(clientData)]), privateKey);
    return credential({
      clientDataJSON: clientData.toString('base64url'),
      authenticatorData: authData.toString('base64url'),
      signature: signature.toString('base64url'),
      userHandle,
    });
  }

  return { register, assert };
}

/** The public key as COSE writes it (RFC 9053): kty EC2, alg ES256, crv P-256. */
function coseOf({ x = '', y = '' }: { readonly x?: string; readonly y?: string }): Cbor {
  return new Map<number, Cbor>([
    [1, 2],
    [3, -7],
    [-1, 1],
    [-2, Buffer.from(x, 'base64url')],
    [-3, Buffer.from(y, 'base64url')],
  ]);
}

function sha256(data: string | Uint8Array): Buffer {
  return createHash('sha256').update(data).digest();
}

type Cbor = number | string | Uint8Array | ReadonlyMap<number | string, Cbor>;

/** As much of CBOR (RFC 8949) as a key writes: whole numbers, texts, bytes and maps. */
function cbor(value: Cbor): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string')
    return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value]);
  const pairs = [...value].flatMap(([key, one]) => [cbor(key), cbor(one)]);
  return Buffer.concat([head(5, value.size), ...pairs]);
}

function head(kind: number, size: number): Buffer {
  const first = kind << 5;
  if (size < 24) return Buffer.from([first | size]);
  if (size < 256) return Buffer.from([first | 24, size]);
  return Buffer.from([first | 25, size >> 8, size & 255]);
}
