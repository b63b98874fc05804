import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { Cbor } from './cbor.ts';

export type Statement = ReadonlyMap<string, Cbor>;

/** What an attestation is about. */
export type Attested = {
  readonly authData: Buffer;
  readonly clientDataHash: Buffer;
  readonly id: Buffer;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
};

/** `packed`, by the credential's own key: says nothing of the maker, so browsers pass it on. */
export function selfAttestation({ authData, clientDataHash, privateKey }: Attested): Statement {
  const sig = sign('sha256', Buffer.concat([authData, clientDataHash]), privateKey);
  return new Map<string, Cbor>([
    ['alg', -7],
    ['sig', sig],
  ]);
}

/** `fido-u2f`, by the key and the certificate of a maker: sound in itself. */
export function makersAttestation({ authData, clientDataHash, id, publicKey }: Attested): Statement {
  const maker = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const point = [Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')];
  const signed = [Buffer.from([0]), authData.subarray(0, 32), clientDataHash, id, ...point];
  return new Map<string, Cbor>([
    ['x5c', [certificateOf(maker)]],
    ['sig', sign('sha256', Buffer.concat(signed), maker.privateKey)],
  ]);
}

/** The least that is a certificate (RFC 5280), signed by itself. */
function certificateOf({ publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject }): Buffer {
  const algorithm = sequence(Buffer.from('06082a8648ce3d040302', 'hex')); // ecdsa-with-SHA256
  const [version, serial] = [Buffer.from('a003020102', 'hex'), Buffer.from('020101', 'hex')];
  const times = ['260101000000Z', '490101000000Z'].map((time) => der(0x17, Buffer.from(time)));
  const key = publicKey.export({ type: 'spki', format: 'der' });
  const toBeSigned = sequence(version, serial, algorithm, sequence(), sequence(...times), sequence(), key);
  return sequence(toBeSigned, algorithm, der(0x03, Buffer.from([0]), sign('sha256', toBeSigned, privateKey)));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, ...parts);
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const length = body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}
