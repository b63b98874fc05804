import { attacksOf, coverageOf, titleOf } from '../../domain/compliance/requirement.ts';
import type { Deps } from '../../platform/kernel/deps.ts';
import type { ChainFault } from '../audit/verify-chain.ts';
import { describeFault, type Verified, type VerifyInput, verifyLog } from '../audit/verify-log.ts';
import { findExemptions } from '../policy/exemption-store.ts';
import { drawAttacks, drawControls, drawCoverage, drawResults, sumUp } from './draw-evidence.ts';
import { measureControls } from './measure-controls.ts';
import { measureCoverage } from './measure-coverage.ts';
import { measureKeys } from './measure-keys.ts';
import { readCatalogue, readTestFiles } from './read-catalogue.ts';
import type { ContractReport, TestRun } from './read-results.ts';

export type Given = {
  readonly run: TestRun | null;
  readonly contract: ContractReport | null;
  /** The checkpoints that have left the database; null if there are none to read. */
  readonly checkpoints: VerifyInput['checkpoints'] | null;
  /** The verification of the audit stops when this is true. The evidence then says how far it came. */
  readonly isOver?: VerifyInput['isOver'];
};

/**
 * The files of one folder for an auditor: numbers, and the names of exempt users, but no secret. `fault` is the fault
 * in the audit, or null.
 */
export async function gatherEvidence(
  { db, vault, preset, periods }: Pick<Deps, 'db' | 'vault' | 'preset' | 'periods'>,
  { run, contract, checkpoints, isOver }: Given,
): Promise<{ readonly files: ReadonlyMap<string, string>; readonly fault: ChainFault | null }> {
  const now = new Date();
  const catalogue = readCatalogue();
  const coverage = await measureCoverage({ db }, now);
  const expected = readTestFiles();
  const covered = coverageOf(catalogue, run?.tests ?? [], run ? expected : {});
  const attacks = attacksOf(run?.tests ?? [], expected);
  const ran = run && { at: run.at, ...sumUp(run.tests), brokenFiles: run.brokenFiles };
  const files = new Map<string, string>();
  const keep = (name: string, what: object) =>
    files.set(name, `${JSON.stringify({ at: now, ...what }, null, 2)}\n`);

  keep('coverage.json', coverage);
  files.set('coverage.md', drawCoverage(coverage, now));
  keep('exemptions.json', { exemptions: await findExemptions(db, now) });
  const regulations = await measureControls({ db, preset, periods }, now);
  keep('controls.json', { regulations });
  files.set('controls.md', drawControls(regulations, covered, run));
  keep('keys.json', await measureKeys({ db, vault }, now));
  const audit = await verifyLog(
    { db, vault },
    { sealing: false, isOver, ...(checkpoints && { checkpoints }) },
  );
  // Null: no fault so far, and the rest was not read.
  const holds = audit.fault ? false : audit.more ? null : true;
  keep('audit.json', { holds, ...audit, says: audit.fault ? describeFault(audit.fault) : restOf(audit) });
  keep('contract.json', { contract });
  const { titles } = catalogue;
  keep('requirements.json', { run: ran, requirements: covered, titles });
  files.set('requirements.md', drawResults(catalogue, covered, run));
  const titled = attacks.map((one) => ({ ...one, title: titleOf(titles.attacks, one.id) }));
  keep('attacks.json', { run: ran, attacks: titled });
  files.set('attacks.md', drawAttacks(catalogue, attacks, run));
  return { files, fault: audit.fault };
}

/** What is left to verify, if the time was over. */
function restOf({ more, lastSeal }: Verified): string | null {
  if (!more) return null;
  return `Verified up to seal ${lastSeal} only, because the audit is long. Go on with GET /admin/audit/verify?after=${lastSeal}, or run sallyport evidence.`;
}
