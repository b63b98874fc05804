import type { Place } from '../../lib/crypto/vault.ts';
import { challengePlace, factorPlace } from '../mfa/factor-store.ts';
import { mailPlace } from '../notices/outbox-store.ts';
import { signingKeyPlace } from '../tokens/signing-keys.ts';

/** A column that holds sealed values, and where each of them lives: the vault opens a value only there. */
export type SealedColumn = {
  readonly table: string;
  readonly column: string;
  readonly key: { readonly name: string; readonly type: 'uuid' | 'text' };
  /** Of the row's key, and of the column that the place needs beside it. */
  readonly beside: string | null;
  readonly placeOf: (key: string, beside: string) => Place;
};

const id = { name: 'id', type: 'uuid' } as const;

/** All there are: a test holds them against the database, so that none is forgotten when the vault's key changes. */
export const sealedColumns: readonly SealedColumn[] = [
  {
    table: 'signing_keys',
    column: 'private_sealed',
    key: { name: 'kid', type: 'text' },
    beside: null,
    placeOf: (kid) => signingKeyPlace({ kid }),
  },
  {
    table: 'outbox',
    column: 'message_sealed',
    key: id,
    beside: null,
    placeOf: (key) => mailPlace({ id: key }),
  },
  {
    table: 'challenges',
    column: 'state_sealed',
    key: id,
    beside: 'factor_id',
    placeOf: (key, factorId) => challengePlace({ id: key, factorId }),
  },
  {
    table: 'factors',
    column: 'data_sealed',
    key: id,
    beside: 'user_id',
    placeOf: (key, userId) => factorPlace({ id: key, userId }),
  },
];
