import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { connectPostgres } from '../../db/connect.ts';
import { openSigningKeys, thumbprint } from '../../src/features/tokens/signing-keys.ts';
import { createVault } from '../../src/lib/crypto/vault.ts';
import { freshDatabase } from '../support/database.ts';

const vault = createVault([{ id: 'test', key: randomBytes(32) }]);
let database: Awaited<ReturnType<typeof freshDatabase>>;
beforeAll(async () => {
  database = await freshDatabase();
});
afterEach(() => database.db.deleteFrom('signingKeys').execute());
afterAll(() => database.close());

const open = () => openSigningKeys({ db: database.db, vault });
const rows = () => database.db.selectFrom('signingKeys').selectAll().execute();

test('JW-2 ten instances that start at once make one key, and all of them use it', async () => {
  const { url } = database;
  const instances = Array.from({ length: 10 }, () => (url === null ? database : connectPostgres(url, 2)));
  const keys = await Promise.all(instances.map(({ db }) => openSigningKeys({ db, vault })));
  const kids = keys.flat().map(({ kid }) => kid);
  expect(kids).toHaveLength(10);
  expect(new Set(kids).size).toBe(1);
  expect(await rows()).toHaveLength(1);
  if (url !== null) await Promise.all(instances.map(({ close }) => close()));
});

test('JW-2 the next start finds the same key; its private half is sealed', async () => {
  const [made] = await open();
  const [again] = await open();
  expect(again).toEqual(made);
  const [row] = await rows();
  expect(row?.privateSealed).toMatch(/^test\./);
  expect(JSON.stringify(row)).not.toContain('PRIVATE');
  expect(Object.keys(row?.publicJwk ?? {})).not.toContain('d');
  expect(made?.kid).toBe(thumbprint(made?.publicJwk ?? {}));
});

test('JW-2 JW-4 a public key that somebody exchanged in the database stops the start', async () => {
  const [made] = await open();
  const jwk = { ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }) };
  const named = { ...jwk, kid: made?.kid, use: 'sig', alg: 'ES256' };
  await setKey({ publicJwk: JSON.stringify(named) });
  await expect(open()).rejects.toThrow('is not the one that was made');

  await setKey({ publicJwk: JSON.stringify({ ...named, kid: thumbprint(jwk) }), kid: thumbprint(jwk) });
  await expect(open()).rejects.toThrow();
});

test('JW-2 a private key from another row, or sealed by somebody else, stops the start', async () => {
  await open();
  const [first] = await rows();
  await database.db.deleteFrom('signingKeys').execute();
  await open();
  await setKey({ privateSealed: first?.privateSealed ?? '' });
  await expect(open()).rejects.toThrow();
  const foreign = createVault([{ id: 'test', key: randomBytes(32) }]);
  const [second] = await rows();
  const place = { table: 'signing_keys', row: second?.kid ?? '', column: 'private_sealed' };
  await setKey({ privateSealed: foreign.encrypt('-----BEGIN PRIVATE KEY-----', place) });
  await expect(open()).rejects.toThrow();
});

async function setKey(change: { kid?: string; publicJwk?: string; privateSealed?: string }): Promise<void> {
  await database.db.updateTable('signingKeys').set(change).execute();
}
