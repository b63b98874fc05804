import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A key pair of a program, and what it signs about itself (RFC 7523 3), another one each time. */
export function createSigner() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');

  function assertion(clientId: string, audience: string): string {
    const exp = Math.floor(Date.now() / 1000) + 60;
    const claims = { iss: clientId, sub: clientId, aud: audience, exp, jti: randomUUID() };
    const text = `${part({ alg: 'EdDSA' })}.${part(claims)}`;
    return `${text}.${sign(null, Buffer.from(text), privateKey).toString('base64url')}`;
  }
  return { publicJwk: publicKey.export({ format: 'jwk' }), assertion };
}
