import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { CodedError } from '../error-name.ts';
import { createSigner, type Signer } from './audit-signer.ts';

/** The row and column of an encrypted value (RFC 5116). A value that was moved elsewhere cannot be decrypted. */
export type AssociatedData = { readonly table: string; readonly row: string; readonly column: string };

export type VaultKey = { readonly id: string; readonly key: Buffer };

export type Vault = {
  /** AES-256-GCM (NIST SP 800-38D), 96-bit random nonce: `keyId.nonce.ciphertextAndTag`, base64url. */
  readonly encrypt: (text: string, associatedData: AssociatedData) => string;
  /** Throws `CodedError` if the key or the associated data differ, or if the value was changed. */
  readonly decrypt: (encrypted: string, associatedData: AssociatedData) => string;
  /**
   * HMAC-SHA-256 of a short code, as `keyId.mac` in base64url. A plain hash would not hide a short code. Uses the first
   * key, or the key that made `like`. So a code that was sent before a change of keys stays valid.
   */
  readonly mac: (text: string, like?: string) => string;
  /** The first key encrypts. Every key decrypts. */
  readonly keyIds: readonly [string, ...string[]];
  /** Signs the audit with keys that are derived from the vault keys. */
  readonly signer: Signer;
};

const tagBytes = 16;

/** `keys`: the first key encrypts, and every key decrypts. */
export function createVault(keys: readonly [VaultKey, ...VaultKey[]]): Vault {
  const [current] = keys;
  const byId = new Map(keys.map(({ id, key }) => [id, key]));
  const macKeys = new Map(keys.map(({ id, key }) => [id, macKeyOf(key)]));

  function encrypt(text: string, associatedData: AssociatedData): string {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', current.key, nonce).setAAD(aadOf(associatedData));
    const encrypted = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `${current.id}.${nonce.toString('base64url')}.${encrypted.toString('base64url')}`;
  }

  function decrypt(encrypted: string, associatedData: AssociatedData): string {
    const [id = '', nonce = '', body = ''] = encrypted.split('.');
    const key = byId.get(id);
    if (!key)
      throw new CodedError(
        'Vault',
        'KEY_MISSING',
        `No vault key has the id ${id}: was it removed from VAULT_KEYS?`,
      );
    const bytes = Buffer.from(body, 'base64url');
    const options = { authTagLength: tagBytes };
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64url'), options)
      .setAAD(aadOf(associatedData))
      .setAuthTag(bytes.subarray(-tagBytes));
    try {
      return decipher.update(bytes.subarray(0, -tagBytes), undefined, 'utf8') + decipher.final('utf8');
    } catch (cause) {
      const what = `The vault key ${id} does not open a value of ${associatedData.table}`;
      const why = `${what}: is it another key of that name in VAULT_KEYS, or was the value changed?`;
      throw new CodedError('Vault', 'KEY_WRONG', why, { cause });
    }
  }

  function mac(text: string, like = ''): string {
    const id = macKeys.has(keyIdOf(like)) ? keyIdOf(like) : current.id;
    const key = macKeys.get(id) ?? '';
    return `${id}.${createHmac('sha256', key).update(text).digest('base64url')}`;
  }

  const [, ...others] = keys;
  return {
    encrypt,
    decrypt,
    mac,
    keyIds: [current.id, ...others.map(({ id }) => id)],
    signer: createSigner([current.key, ...others.map(({ key }) => key)]),
  };
}

/** The id of the key that encrypted the value or made the MAC. */
export function keyIdOf(encrypted: string): string {
  return encrypted.split('.')[0] ?? '';
}

function macKeyOf(key: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', key, '', 'sallyport code mac', 32));
}

/** Each part has its length in front, so that different associated data never give the same bytes. */
function aadOf({ table, row, column }: AssociatedData): Buffer {
  return Buffer.from([table, row, column].map((part) => `${part.length}:${part}`).join(''));
}
