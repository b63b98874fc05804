import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { sealEvents } from '../../src/features/audit/seal-events.ts';
import { gatherEvidence } from '../../src/features/compliance/gather-evidence.ts';
import { readContractRun, readTestRun } from '../../src/features/compliance/read-results.ts';
import { readShipped, writeShipped } from '../../src/features/compliance/shipped-results.ts';
import { changeRollout } from '../../src/features/policy/change-rollout.ts';
import { exemptUser } from '../../src/features/policy/exempt-user.ts';
import { bootstrapAdmin } from '../../src/service/bootstrap-admin.ts';
import { evidenceCommand } from '../../src/service/cli/evidence-command.ts';
import { readConfig } from '../../src/service/config/config.ts';
import { openDatabase } from '../../src/service/open-database.ts';
import { openService } from '../../src/service/open-service.ts';
import { databaseOfCommands } from '../support/database.ts';
import { publishedCheckpoints } from '../support/sealed-log.ts';
import { makeService } from '../support/services.ts';
import { consoleContext, createWorld, type World } from '../support/world.ts';

const report = (status: string) => ({
  startTime: Date.UTC(2026, 0, 2),
  testResults: [
    {
      name: '/home/somebody/sallyport/test/mfa/races.test.ts',
      status: status === 'passed' ? 'passed' : 'failed',
      assertionResults: [
        { fullName: 'races RL-6 lets three of fifty guess', status },
        { fullName: 'races OT-3 attack 18 one of twenty', status: 'passed' },
      ],
    },
    {
      // As vitest reports a file whose beforeAll failed.
      name: '/home/somebody/sallyport/test/mfa/sends.test.ts',
      status: 'failed',
      assertionResults: [{ fullName: 'sends OB-5 are limited', status: 'skipped' }],
    },
    { name: '/home/somebody/sallyport/test/mfa/levels.test.ts', status: 'failed', assertionResults: [] },
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
    await exemptUser(world.deps, consoleContext(), boss.id, {
      userId: bob.id,
      reason: 'On leave',
      endsAt,
    });
    const service = await makeService(world, { name: 'county-sync' });
    secrets.push(secret, ...codes, service.secret, ann.email ?? '', eve.password);
    await sealEvents(world.deps);
    const checkpoints = await publishedCheckpoints(world);
    ({ files } = await gatherEvidence(world.deps, {
      run: await readTestRun(tests),
      contract: await readContractRun(contracts),
      checkpoints: async function* () {
        yield* checkpoints;
      },
    }));
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

  test('RO-1 says the phase of the rollout, and since when it is that one', async () => {
    const { deps } = world;
    const given = { run: null, contract: null, checkpoints: null };
    const rolloutNow = async () => {
      const now = (await gatherEvidence(deps, given)).files;
      return { ...JSON.parse(now.get('coverage.json') ?? 'null').rollout, text: now.get('coverage.md') };
    };
    expect(await rolloutNow()).toMatchObject({ phase: 'soft', since: null, enforced: [] });
    const turn = { phase: 'gradual', roles: ['vendor'], graceSeconds: 604_800 } as const;
    await changeRollout(deps, consoleContext(), null, turn);
    const { since } = await rolloutNow();
    await changeRollout(deps, consoleContext(), null, {
      ...turn,
      graceSeconds: 86_400,
    }); // the phase stays
    const after = await rolloutNow();
    expect(after).toMatchObject({ phase: 'gradual', since, graceDays: 1 });
    expect(after.enforced.map(({ who }: { who: string }) => who)).toEqual(['vendor', '#sensitive']);
    expect(after.text).toContain(
      `The rollout is in the phase gradual, since ${since}. Must have one: vendor since `,
    );
  });

  test('maps where PCI DSS asks for MFA, and names what each number is about', () => {
    const table = files.get('requirements.md') ?? '';
    for (const [id, title] of [
      ['8.4.1', 'MFA for all non-console access of administrators into the cardholder data environment'],
      ['8.4.2', 'MFA for all non-console access into the cardholder data environment'],
      ['8.4.3', 'MFA for all remote access from outside that could reach the cardholder data environment'],
    ])
      expect(table).toMatch(
        new RegExp(`\\n\\| ${id?.replaceAll('.', '\\.')} \\|[^|]*LG-7[^|]*\\|[^|]*\\| ${title} \\|`),
      );
    expect(table).toMatch(/\n\| CC6\.1 \|[^|]+\|[^|]+\| Logical access security \|/);
    expect(files.get('attacks.md')).toMatch(
      /\n\| attack 18 \|[^|]+\|[^|]+\| TOTP double spend \(TOCTOU\) \|/,
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
    const { requirements, run } = json('requirements.json');
    const of = (id: string) => requirements.find((one: { id: string }) => one.id === id);
    expect(run).toEqual({
      ...{ at: '2026-01-02T00:00:00.000Z', passed: 1, failed: 1, notRun: 1 },
      brokenFiles: ['test/mfa/sends.test.ts', 'test/mfa/levels.test.ts'],
    });
    const [guesses] = of('RL-6').tests;
    expect(guesses).toMatchObject({ file: 'test/mfa/races.test.ts', passed: false });
    expect(of('OT-9')).toMatchObject({ result: 'not covered', tests: [] });
    const table = files.get('requirements.md') ?? '';
    expect(table).toMatch(/\| RL-6 \| M \| limit exact under concurrency \| failed: 0 of \d \|/);
    expect(table).toContain('Failed as files: test/mfa/sends.test.ts, test/mfa/levels.test.ts.');
    expect(table).toMatch(/\n## PCI DSS 4\.0\.1[\s\S]*\n\| 8\.3\.4 \| RL-2 \| not run: RL-2 \|/);
    expect(json('contract.json').contract).toMatchObject({ holds: true, url: contract.url });
    expect(json('audit.json')).toMatchObject({ holds: true, says: null, fault: null, compared: 1 });
  });

  test('calls nothing passed if one of its tests did not run, was skipped, or is missing from the run', () => {
    const of = (id: string) =>
      json('requirements.json').requirements.find((one: { id: string }) => one.id === id);
    const elsewhere = { title: 'not in this run', file: 'test/cluster/killed.system.test.ts', passed: null };
    expect(of('OT-3')).toMatchObject({
      result: 'passed in part',
      tests: expect.arrayContaining([elsewhere]),
    });
    expect(of('OB-5')).toMatchObject({ result: 'not run' });
    expect(of('RL-1')).toMatchObject({ result: 'not run' });
    expect(files.get('requirements.md')).toMatch(/\| OT-3 \| M \| [^|]+ \| passed in part: 1 of \d+ \|/);
    expect(files.get('requirements.md')).toMatch(/\| CC6\.6 \|[^|]+\| failed: RL-6; not run: LG-1, RL-1, /);
  });

  test('says of each attack how the tests went that try it', () => {
    const { attacks } = json('attacks.json');
    const of = (id: string) => attacks.find((one: { id: string }) => one.id === id);
    expect(attacks.length).toBeGreaterThanOrEqual(48);
    expect(of('attack 18').tests).toContainEqual({
      title: 'races OT-3 attack 18 one of twenty',
      file: 'test/mfa/races.test.ts',
      passed: true,
    });
    expect(of('attack 48')).toMatchObject({ result: 'not run' });
    expect(files.get('attacks.md')).toMatch(
      /\n\| attack 48 \| not run: 0 of \d+ \| [^|]*test\/audit\/secrets\.test\.ts/,
    );
  });

  test('says that the audit does not hold, and by which record', async () => {
    const { owner } = world.database;
    const event = await owner.selectFrom('auditEvents').selectAll().orderBy('seq').executeTakeFirstOrThrow();
    await owner.updateTable('auditEvents').set({ type: 'changed' }).where('seq', '=', event.seq).execute();
    const after = await gatherEvidence(world.deps, { run: null, contract: null, checkpoints: null });
    const audit = JSON.parse(after.files.get('audit.json') ?? 'null');
    expect(audit).toMatchObject({ holds: false, says: expect.any(String), fault: { seq: event.seq } });
  });

  test('holds no secret, no code and no address', () => {
    const all = [...files.values()].join('\n');
    for (const secret of secrets) expect(all).not.toContain(secret);
    expect(all).not.toContain('/home/somebody');
  });
});

describe('sallyport evidence', () => {
  test('writes the folder, and says what it was not given', async () => {
    const { env, close } = await databaseOfCommands();
    onTestFinished(close);
    const config = readConfig({ ...env, LOG_LEVEL: 'silent' });
    const service = await openService(config, () => {});
    await bootstrapAdmin(service.deps);
    await service.close();
    const printed: string[] = [];
    const output = join(folder, 'evidence');
    await mkdir(output);
    await writeFile(join(output, 'exemptions.json'), 'of an earlier run', { mode: 0o644 });
    const write = () =>
      evidenceCommand(config, ['--output', output, '--tests', tests], {
        print: (line) => void printed.push(line),
      });
    expect(await write()).toBe(0);
    expect((await readdir(output)).sort()).toEqual(
      [
        'attacks.json',
        'attacks.md',
        'audit.json',
        'contract.json',
        'controls.json',
        'controls.md',
        'coverage.json',
        'coverage.md',
        'exemptions.json',
        'keys.json',
        'requirements.json',
        'requirements.md',
      ].sort(),
    );
    expect((await stat(join(output, 'exemptions.json'))).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(join(output, 'contract.json'), 'utf8'))).toMatchObject({
      contract: null,
    });
    const { adoption } = JSON.parse(await readFile(join(output, 'coverage.json'), 'utf8'));
    expect(adoption).toMatchObject({ users: 1, enrolled: 0 });
    expect(printed.join('\n')).toContain('--contract FILE');
    expect(printed.join('\n')).not.toContain('--tests FILE');

    const { database, vault } = await openDatabase(config);
    await sealEvents({ db: database.db, vault });
    await sql`reset role`.execute(database.db);
    await sql`update audit_events set ip = 'elsewhere' where seq = 1`.execute(database.db);
    await database.close();
    expect(await write()).toBe(1);
    expect(printed.at(-1)).toBe('THE AUDIT IS NOT INTACT. Event 1, of seal 1, was changed.');
  });

  test('takes the results that came with the release, and not those of another source', async () => {
    const results = { run: await readTestRun(tests), contract: await readContractRun(contracts) };
    const file = join(folder, 'release-results.json');
    const url = pathToFileURL(file);
    expect(readShipped(url)).toBe('none');
    await writeFile(file, writeShipped(results));
    expect(readShipped(url)).toEqual(results);
    const { source, ...rest } = JSON.parse(writeShipped(results));
    await writeFile(file, JSON.stringify({ ...rest, source: `${source}x` }));
    expect(readShipped(url)).toBe('other');
  });

  test('refuses a report of another kind before it asks the database', async () => {
    const config = readConfig({ DATA_DIR: 'memory:' });
    const run = (...args: string[]) => evidenceCommand(config, args, { print: () => {} });
    await expect(run('--tests', contracts)).rejects.toThrow(
      `${contracts} was not written by vitest run --reporter=json.`,
    );
    await expect(run('--contract', join(folder, 'none.json'))).rejects.toThrow('cannot be read');
  });
});
