import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import type { Attested, Statement } from './attestations.ts';
import { type Cbor, cbor } from './cbor.ts';

export const flags = { UP: 1, UV: 4, BE: 8, BS: 16, AT: 64, ED: 128 } as const;
const algorithms = { ES256: -7, RS256: -257, ES384: -35 } as const;
type Algorithm = keyof typeof algorithms;

/** What a browser and an authenticator would never write; what is not named here is as it should be. */
export type Misdeeds = {
  readonly type?: string;
  readonly challenge?: string;
  readonly origin?: string;
  /** More members of the client data, such as crossOrigin. */
  readonly clientData?: Readonly<Record<string, unknown>>;
  readonly clientDataJSON?: string;
  readonly rpId?: string;
  readonly flags?: number;
  readonly counter?: number;
  readonly signedBy?: KeyObject;
  readonly signature?: (signature: Buffer) => Buffer;
  readonly authData?: (authData: Buffer) => Buffer;
  readonly id?: string;
  readonly rawId?: string;
  /** Null for a key that keeps no handle: it can do no more than U2F. */
  readonly userHandle?: string | null;
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly aaguid?: string;
  readonly format?: string;
  readonly statement?: Statement | ((made: Attested) => Statement);
  readonly attestation?: (attestationObject: Buffer) => Buffer;
};

type Options = {
  readonly challenge: string;
  readonly rp?: { readonly id: string };
  readonly rpId?: string;
  readonly user?: { readonly id: string };
};

type Made = {
  readonly algorithm?: Algorithm;
  readonly origin?: string;
  /** The id of its credential: another authenticator's, for one that pretends. */
  readonly id?: Buffer;
  /** UV and UP by default. */
  readonly flags?: number;
  /** Whether it counts what it signs: passkeys do not. */
  readonly counts?: boolean;
};

const noModel = '00000000-0000-0000-0000-000000000000';

/** A security key and the browser before it, with one credential: follows the options, misdeeds included. */
export function createAuthenticator(made: Made = {}) {
  const { algorithm = 'ES256', origin = 'http://localhost:3000', counts = true } = made;
  const id = made.id ?? randomBytes(32);
  const usual = made.flags ?? flags.UP | flags.UV;
  const keys = newKeys(algorithm);
  const device = { id: id.toString('base64url'), counter: 0, userHandle: '' };

  const clientDataOf = (type: string, { challenge }: Options, wrong: Misdeeds) => {
    const clientData = { type, challenge, origin, crossOrigin: false };
    const { type: kind = clientData.type, challenge: asked = challenge, origin: page = origin } = wrong;
    return Buffer.from(
      wrong.clientDataJSON ??
        JSON.stringify({ ...clientData, type: kind, challenge: asked, origin: page, ...wrong.clientData }),
    );
  };
  const authDataOf = (rpId: string, more: number, wrong: Misdeeds, attested = Buffer.alloc(0)) => {
    if (counts) device.counter += 1;
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(wrong.counter ?? device.counter);
    const flag = Buffer.from([wrong.flags ?? usual | more]);
    const data = Buffer.concat([sha256(wrong.rpId ?? rpId), flag, counter, attested]);
    return wrong.authData?.(data) ?? data;
  };
  const credentialOf = (wrong: Misdeeds, response: Record<string, unknown>) => ({
    id: wrong.id ?? device.id,
    rawId: wrong.rawId ?? wrong.id ?? device.id,
    type: 'public-key',
    authenticatorAttachment: 'cross-platform',
    clientExtensionResults: wrong.extensions ?? {},
    response,
  });

  /** What navigator.credentials.create() gives for these options. */
  function register(options: Options, wrong: Misdeeds = {}) {
    device.userHandle = options.user?.id ?? '';
    const length = Buffer.from([id.length >> 8, id.length & 255]);
    const model = Buffer.from((wrong.aaguid ?? noModel).replaceAll('-', ''), 'hex');
    const attested = Buffer.concat([model, length, id, cbor(coseOf(keys.publicKey, algorithm))]);
    const authData = authDataOf(options.rp?.id ?? '', flags.AT, wrong, attested);
    const clientData = clientDataOf('webauthn.create', options, wrong);
    const made = { authData, clientDataHash: sha256(clientData), id, ...keys };
    const statement = typeof wrong.statement === 'function' ? wrong.statement(made) : wrong.statement;
    const object = cbor(
      new Map<string, Cbor>([
        ['fmt', wrong.format ?? 'none'],
        ['attStmt', statement ?? new Map()],
        ['authData', authData],
      ]),
    );
    return credentialOf(wrong, {
      clientDataJSON: clientData.toString('base64url'),
      attestationObject: (wrong.attestation?.(object) ?? object).toString('base64url'),
      transports: ['usb', 'nfc'],
    });
  }

  /** What navigator.credentials.get() gives for these options. */
  function assert(options: Options, wrong: Misdeeds = {}) {
    const clientData = clientDataOf('webauthn.get', options, wrong);
    const authData = authDataOf(options.rpId ?? '', 0, wrong);
    const hash = algorithm === 'ES384' ? 'sha384' : 'sha256';
    const signature = sign(
      hash,
      Buffer.concat([authData, sha256(clientData)]),
      wrong.signedBy ?? keys.privateKey,
    );
    return credentialOf(wrong, {
      clientDataJSON: clientData.toString('base64url'),
      authenticatorData: authData.toString('base64url'),
      signature: (wrong.signature?.(signature) ?? signature).toString('base64url'),
      ...(wrong.userHandle !== null && { userHandle: wrong.userHandle ?? device.userHandle }),
    });
  }

  return Object.assign(device, { register, assert });
}

export type Authenticator = ReturnType<typeof createAuthenticator>;

function newKeys(algorithm: Algorithm) {
  if (algorithm === 'RS256') return generateKeyPairSync('rsa', { modulusLength: 2048 });
  return generateKeyPairSync('ec', { namedCurve: algorithm === 'ES256' ? 'P-256' : 'P-384' });
}

/** The public key as COSE writes it (RFC 9053). */
function coseOf(key: KeyObject, algorithm: Algorithm) {
  const { x, y, n, e } = key.export({ format: 'jwk' });
  const bytes = (text: string | undefined) => Buffer.from(text ?? '', 'base64url');
  const alg = algorithms[algorithm];
  return algorithm === 'RS256'
    ? new Map<number, number | Uint8Array>([
        [1, 3],
        [3, alg],
        [-1, bytes(n)],
        [-2, bytes(e)],
      ])
    : new Map<number, number | Uint8Array>([
        [1, 2],
        [3, alg],
        [-1, alg === -7 ? 1 : 2],
        [-2, bytes(x)],
        [-3, bytes(y)],
      ]);
}

function sha256(data: string | Uint8Array): Buffer {
  return createHash('sha256').update(data).digest();
}
