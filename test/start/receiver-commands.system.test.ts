import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { receiverCommands } from '../../src/service/cli/receiver-commands.ts';
import { addService, showServices } from '../../src/service/cli/service-commands.ts';
import type { Console } from '../../src/service/cli/shell.ts';
import { type Config, readConfig } from '../../src/service/config/config.ts';
import { databaseOfCommands, type TestSettings } from '../support/database.ts';
import { startReceiver, type TestReceiver } from '../support/event-receiver.ts';

const patience = 300_000; // each command opens the embedded database

describe('receivers from the terminal', () => {
  let database: TestSettings;
  let config: Config;
  let receiver: TestReceiver;
  const printed: string[] = [];
  const terminal = { print: (line: string) => void printed.push(line) };
  beforeAll(async () => {
    receiver = await startReceiver(401);
    database = await databaseOfCommands();
    config = readConfig({ ...database.env, EVENT_INTERNAL_ORIGINS: receiver.origin });
  });
  afterAll(async () => {
    await receiver.close();
    await database.close();
  });

  /** What a command prints. */
  async function typed(name: string, ...words: readonly string[]): Promise<string> {
    const commands = receiverCommands(() => config, terminal as Console);
    const [, run] = commands.find(([define]) => define().name() === name) ?? [];
    if (!run) throw new Error(`No command ${name}`);
    printed.length = 0;
    await run(words);
    return printed.join('\n');
  }
  const siem = ['--name', 'siem'];

  test(
    'are made, verified, listed, disabled, given another secret and removed',
    async () => {
      const events = ['--event', 'session-revoked', '--event', 'roles-changed'];
      const made = await typed('add', ...siem, '--delivery', 'webhook', '--url', receiver.url, ...events);
      expect(made).toMatch(
        /^siem {2}unverified {2}webhook to http:\/\/127\.0\.0\.1:\d+\n {2}session-revoked roles-changed\n/,
      );
      expect(made).toContain('taken 0, waiting 0, parked 0; answered 401');
      expect(made).toMatch(/secret {2}whsec_\S{44}$/);
      await expect(typed('enable', ...siem)).rejects.toMatchObject({ status: 409 });
      receiver.answer(204);
      expect(await typed('verify', ...siem)).toContain('siem  enabled');
      expect(await typed('disable', ...siem)).toContain('siem  disabled');
      expect(await typed('enable', ...siem)).toContain('siem  enabled');
      expect(await typed('list')).toContain('siem  enabled');
      expect(await typed('list')).not.toContain('whsec_');
      expect(await typed('secret', ...siem)).toMatch(
        /^secret {2}whsec_\S{44}\nThe earlier secret signs too until /,
      );
      expect(await typed('parked', ...siem)).toBe('');
      expect(await typed('retry', ...siem)).toBe('0 events wait for siem again.');
      expect(await typed('remove', ...siem)).toBe('Removed siem.');
      expect(await typed('list')).toBe('');
    },
    patience,
  );

  test(
    'may be a program that polls, and say where',
    async () => {
      await addService(config, ['--name', 'batch', '--owner', 'GIS', '--scope', 'events:poll'], terminal);
      await showServices(config, terminal);
      const client = /[\da-f-]{36}/.exec(printed.at(-1) ?? '')?.[0] ?? '';
      const made = await typed('add', '--name', 'batch', '--delivery', 'poll', '--client', client);
      expect(made).toMatch(
        /waiting 1, parked 0\n {2}polls at http:\/\/127\.0\.0\.1:3000\/events\/poll\/[\da-f-]{36}$/,
      );
    },
    patience,
  );

  test(
    'are refused as by the API',
    async () => {
      const push = ['--delivery', 'push', '--url', 'http://a.example'];
      const errors = (pointer: string) => ({ extensions: { errors: [{ pointer }] } });
      await expect(typed('add', ...siem, ...push)).rejects.toMatchObject(errors('#/url'));
      await expect(typed('add', ...siem, '--delivery', 'pigeon')).rejects.toMatchObject(errors('#/delivery'));
      await expect(typed('add', ...siem)).rejects.toThrow('Missing: --delivery <WAY>');
      await expect(typed('verify', ...siem)).rejects.toThrow('There is no receiver named siem.');
    },
    patience,
  );
});
