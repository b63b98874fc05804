import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  addService,
  addServiceCredential,
  changeService,
  revokeServiceCredential,
  showServices,
} from '../../src/service/cli/service-commands.ts';
import { type Config, readConfig } from '../../src/service/config/config.ts';
import { databaseOfCommands, type TestSettings } from '../support/database.ts';

const patience = 300_000; // each command opens the embedded database

describe('service accounts from the terminal', () => {
  let folder: string;
  let database: TestSettings;
  let config: Config;
  let printed: string[] = [];
  const terminal = { print: (line: string) => void printed.push(line) };
  beforeAll(async () => {
    database = await databaseOfCommands();
    folder = database.folder;
    config = readConfig(database.env);
  });
  afterAll(async () => {
    await database.close();
  });

  const sync = ['--name', 'sync', '--owner', 'GIS team', '--scope', 'sync:read', '--scope', 'sync:write'];

  test(
    'VN-6: are made, given credentials, listed, revoked and disabled',
    async () => {
      await addService(
        config,
        [...sync, '--network', '192.0.2.0/24', '--until', '2099-01-01T00:00:00Z'],
        terminal,
      );
      expect(printed.at(-1)).toMatch(/^Made sync \(sync:read sync:write\), client_id [\da-f-]{36}\./);
      await addServiceCredential(config, ['--name', 'sync', '--days', '30'], terminal);
      expect(printed.at(-2)).toMatch(/^client_secret {2}[\w-]{43}$/);
      const file = join(folder, 'public.pem');
      const { publicKey, privateKey } = generateKeyPairSync('ed25519');
      await writeFile(file, publicKey.export({ type: 'spki', format: 'pem' }));
      await addServiceCredential(config, ['--name', 'sync', '--public-key', file], terminal);
      await expect(addServiceCredential(config, ['--name', 'sync'], terminal)).rejects.toThrow();

      printed = [];
      await showServices(config, terminal);
      expect(printed).toEqual([
        expect.stringMatching(/^sync {2}active .* sync:read sync:write {2}\(GIS team\)$/),
        expect.stringMatching(/ secret {2}until /),
        expect.stringMatching(/ public_key {2}until /),
      ]);
      const credential = printed[1]?.trim().split(' ')[0] ?? '';
      await revokeServiceCredential(config, ['--name', 'sync', '--credential', credential], terminal);
      await changeService(config, ['--name', 'sync'], 'disabled', terminal);
      expect(printed.at(-1)).toBe('sync is disabled.');
      await changeService(config, ['--name', 'sync'], 'active', terminal);

      const secret = join(folder, 'private.pem');
      await writeFile(secret, privateKey.export({ type: 'pkcs8', format: 'pem' }));
      const wrong = addServiceCredential(config, ['--name', 'sync', '--public-key', secret], terminal);
      await expect(wrong).rejects.toThrow('private key');
    },
    patience,
  );

  test(
    'are refused as by the API',
    async () => {
      const wrong = ['--name', 'Sync', '--owner', ' ', '--scope', 'a b'];
      await expect(addService(config, wrong, terminal)).rejects.toMatchObject({
        extensions: { errors: [{ pointer: '#/name' }, { pointer: '#/owner' }, { pointer: '#/scopes/0' }] },
      });
      const nothing = addService(config, ['--name', 'sync'], terminal);
      await expect(nothing).rejects.toThrow('Missing: --owner <TEXT>, --scope <SCOPE>');
      await expect(addServiceCredential(config, ['--name', 'nobody'], terminal)).rejects.toThrow(
        'There is no',
      );
      const year = addServiceCredential(config, ['--name', 'sync', '--days', '366'], terminal);
      await expect(year).rejects.toMatchObject({ extensions: { errors: [{ pointer: '#/expires_in' }] } });
      const none = revokeServiceCredential(config, ['--name', 'sync', '--credential', 'x'], terminal);
      await expect(none).rejects.toThrow('Give the id of a credential');
    },
    patience,
  );
});
