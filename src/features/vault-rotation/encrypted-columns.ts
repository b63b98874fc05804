import type { AssociatedData } from '../../lib/crypto/vault.ts';
import { challengeData, factorData } from '../mfa/factor-store.ts';
import { mailData } from '../notices/outbox-store.ts';
import { signingKeyData } from '../tokens/signing-keys.ts';

/** A column that holds sealed values, and where each of them lives: the vault opens a value only there. */
export type EncryptedColumn = {
  readonly table: string;
  readonly column: string;
  readonly key: { readonly name: string; readonly type: 'uuid' | 'text' };
  /** Of the row's key, and of the column that the place needs beside it. */
  readonly beside: string | null;
  readonly placeOf: (key: string, beside: string) => AssociatedData;
};

const id = { name: 'id', type: 'uuid' } as const;

/** All there are: a test holds them against the database, so that none is forgotten when the vault's key changes. */
export const encryptedColumns: readonly EncryptedColumn[] = [
  {
    table: 'signing_keys',
    column: 'private_sealed',
    key: { name: 'kid', type: 'text' },
    beside: null,
    placeOf: (kid) => signingKeyData({ kid }),
  },
  {
    table: 'outbox',
    column: 'message_sealed',
    key: id,
    beside: null,
    placeOf: (key) => mailData({ id: key }),
  },
  {
    table: 'challenges',
    column: 'state_sealed',
    key: id,
    beside: 'factor_id',
    placeOf: (key, factorId) => challengeData({ id: key, factorId }),
  },
  {
    table: 'factors',
    column: 'data_sealed',
    key: id,
    beside: 'user_id',
    placeOf: (key, userId) => factorData({ id: key, userId }),
  },
];
