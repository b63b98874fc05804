import type { AssociatedData } from '../../lib/crypto/vault.ts';
import { challengeData, factorData } from '../mfa/factor-store.ts';
import { mailData } from '../notices/outbox-store.ts';
import { receiverData } from '../security-events/receiver-store.ts';
import { signingKeyData } from '../tokens/signing-keys.ts';

/** A column of encrypted values. `associatedDataOf` binds a value to its row: the vault decrypts the value only there. */
export type EncryptedColumn = {
  readonly table: string;
  readonly column: string;
  readonly key: { readonly name: string; readonly type: 'uuid' | 'text' };
  /** Another column of the row that `associatedDataOf` needs beside the key; null if it needs none. */
  readonly beside: string | null;
  readonly associatedDataOf: (key: string, beside: string) => AssociatedData;
};

const id = { name: 'id', type: 'uuid' } as const;

/**
 * All encrypted columns. A test compares the list with the database, so that a rotation of the vault's key misses
 * none.
 */
export const encryptedColumns: readonly EncryptedColumn[] = [
  {
    table: 'signing_keys',
    column: 'private_sealed',
    key: { name: 'kid', type: 'text' },
    beside: null,
    associatedDataOf: (kid) => signingKeyData({ kid }),
  },
  {
    table: 'outbox',
    column: 'message_sealed',
    key: id,
    beside: null,
    associatedDataOf: (key) => mailData({ id: key }),
  },
  {
    table: 'challenges',
    column: 'state_sealed',
    key: id,
    beside: 'factor_id',
    associatedDataOf: (key, factorId) => challengeData({ id: key, factorId }),
  },
  {
    table: 'factors',
    column: 'data_sealed',
    key: id,
    beside: 'user_id',
    associatedDataOf: (key, userId) => factorData({ id: key, userId }),
  },
  ...(['secret_sealed', 'earlier_secret_sealed'] as const).map((column) => ({
    table: 'event_receivers',
    column,
    key: id,
    beside: null,
    associatedDataOf: (key: string) => receiverData({ id: key }),
  })),
];
