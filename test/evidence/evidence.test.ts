import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exemptUser } from '../../src/areas/exempt-user.ts';
import { sealEvents } from '../../src/audit/seal-events.ts';
import { evidenceCommand } from '../../src/cli/evidence-command.ts';
import { readConfig } from '../../src/config.ts';
import { gatherEvidence } from '../../src/evidence/gather-evidence.ts';
import { readContractRun, readTestRun } from '../../src/evidence/read-results.ts';
import { makeFirstAdmin } from '../../src/first-admin.ts';
import { openService } from '../../src/open-service.ts';
import { told } from '../support/sealed-log.ts';
import { makeService } from '../support/services.ts';
import { console_, createWorld, type World } from '../support/world.ts';

const report = (status: string) => ({
  startTime: Date.UTC(2026, 0, 2),
  testResults: [
    {
      name: '/home/somebody/sallyport/test/mfa/races.test.ts',
      assertionResults: [
        { fullName: 'races RL-6 lets three of fifty guess', status },
        { fullName: 'races OT-3 one of twenty', status: 'passed' },
      ],
    },
  ],
});
const contract = {
  url: 'https://login.example.gov',
  at: '2026-01-02T03:04:05.000Z',
  seed: 7,
  holds: true,
  operations: [{ operation: 'GET /health/live', requests: 3, failed: 0, throttled: 0 }],
  leftOut: [],
  failures: [],
};

let folder: string;
let tests: string;
let contracts: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-evidence-'));
  tests = join(folder, 'tests.json');
  contracts = join(folder, 'contract.json');
  await writeFile(tests, JSON.stringify(report('failed')));
  await writeFile(contracts, JSON.stringify(contract));
});
afterAll(() => rm(folder, { recursive: true }));

describe('the evidence of a database', () => {
  let world: World;
  let files: ReadonlyMap<string, string>;
  const secrets: string[] = [];
  const json = (name: string) => JSON.parse(files.get(name) ?? 'null');

  beforeAll(async () => {
    world = await createWorld();
    const [ann, bob, eve] = [await world.user(), await world.user(), await world.user({ roles: ['vendor'] })];
    const { secret, codes } = await ann.enrolTotp();
    const boss = await world.user({ roles: ['admin'] });
    const endsAt = new Date(Date.now() + 86_400_000);
    await exemptUser(world.deps, boss.id, { userId: bob.id, reason: 'On leave', endsAt }, console_);
    const service = await makeService(world, { name: 'county-sync' });
    secrets.push(secret, ...codes, service.secret, ann.email ?? '', eve.password);
    await sealEvents(world.deps);
    const checkpoints = await told(world);
    files = await gatherEvidence(world.deps, {
      run: await readTestRun(tests),
      contract: await readContractRun(contracts),
      checkpoints: async function* () {
        yield* checkpoints;
      },
    });
  });
  afterAll(() => world.close());

  test('says of each area who may log in, and who has a second factor by which method', () => {
    const { areas, adoption } = json('coverage.json');
    const of = (area: string) => areas.find((one: { area: string }) => one.area === area);
    expect(of('public')).toMatchObject({
      ...{ users: 4, enrolled: 1, mfa: 'if_enrolled' },
      byMethod: [{ method: 'totp', users: 1 }],
    });
    expect(of('admin')).toMatchObject({ users: 1, enrolled: 0, mfa: 'required' });
    expect(of('vendor')).toMatchObject({ users: 1, enrolled: 0 });
    expect(of('service')).toMatchObject({ users: 0 });
    expect(adoption).toMatchObject({ users: 4, enrolled: 1 });
    expect(files.get('coverage.md')).toMatch(
      /\| public \| if_enrolled \| \S+ \| 4 \| 1 \| 25\.0 % \| totp 1 \|/,
    );
  });

  test('RO-5 lists who is exempt, by whom, why and until when', () => {
    expect(json('exemptions.json').exemptions).toEqual([
      expect.objectContaining({
        reason: 'On leave',
        endsAt: expect.any(String),
        ownerId: expect.any(String),
      }),
    ]);
  });

  test('says how old the keys and credentials are', () => {
    const { signingKeys, vaultKeys, serviceCredentials } = json('keys.json');
    expect(signingKeys).toEqual([expect.objectContaining({ phase: 'signing', days: 0 })]);
    expect(vaultKeys).toEqual([expect.objectContaining({ id: 'test', seals: true, known: true })]);
    expect(serviceCredentials).toEqual([expect.objectContaining({ account: 'county-sync', days: 0 })]);
  });

  test('says how the tests of each requirement went, and what the contract tests found', () => {
    const { requirements, testsRanAt } = json('requirements.json');
    const of = (id: string) => requirements.find((one: { id: string }) => one.id === id);
    expect(testsRanAt).toBe('2026-01-02T00:00:00.000Z');
    expect(of('RL-6')).toMatchObject({ result: 'failed', tests: [{ file: 'test/mfa/races.test.ts' }] });
    expect(of('OT-3')).toMatchObject({ result: 'passed' });
    expect(of('RL-1')).toMatchObject({ result: 'not covered', tests: [] });
    expect(files.get('requirements.md')).toContain(
      '| RL-6 | M | limit exact under concurrency | failed: 0 of 1 |',
    );
    expect(files.get('requirements.md')).toContain('## PCI DSS 4.0.1');
    expect(json('contract.json').contract).toMatchObject({ holds: true, url: contract.url });
    expect(json('audit.json')).toMatchObject({ holds: true, says: null, fault: null, compared: 1 });
  });

  test('holds no secret, no code and no address', () => {
    const all = [...files.values()].join('\n');
    for (const secret of secrets) expect(all).not.toContain(secret);
    expect(all).not.toContain('/home/somebody');
  });
});

describe('sallyport evidence', () => {
  test('writes the folder, and says what it was not given', async () => {
    const config = readConfig({ DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'silent' });
    const service = await openService(config, () => {});
    await makeFirstAdmin(service.deps);
    await service.close();
    const printed: string[] = [];
    const output = join(folder, 'evidence');
    await evidenceCommand(config, ['--output', output, '--tests', tests], {
      print: (line) => void printed.push(line),
    });
    expect((await readdir(output)).sort()).toEqual(
      [
        'audit.json',
        'coverage.json',
        'coverage.md',
        'exemptions.json',
        'keys.json',
        'requirements.json',
        'requirements.md',
      ].sort(),
    );
    const { adoption } = JSON.parse(await readFile(join(output, 'coverage.json'), 'utf8'));
    expect(adoption).toMatchObject({ users: 1, enrolled: 0 });
    expect(printed.join('\n')).toContain('--contract FILE');
    expect(printed.join('\n')).not.toContain('--tests FILE');
  });

  test('refuses a report of another kind before it asks the database', async () => {
    const config = readConfig({ DATA_DIR: 'memory:' });
    const run = (...args: string[]) => evidenceCommand(config, args, { print: () => {} });
    await expect(run('--tests', contracts)).rejects.toThrow(
      `${contracts} is not what vitest run --reporter=json writes.`,
    );
    await expect(run('--contract', join(folder, 'none.json'))).rejects.toThrow('cannot be read');
  });
});
