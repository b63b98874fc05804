import type { Preset } from './policy.ts';

/** How long the installation keeps what it knows, and accounts that nobody uses. */
export type Periods = {
  /** Months that the audit is kept. Null: for ever. */
  readonly auditKeepMonths: number | null;
  /** Days without a login after which an account is disabled. Null: never. */
  readonly disableInactiveDays: number | null;
};

const usual: Periods = { auditKeepMonths: 13, disableInactiveDays: null };

/** The periods of each preset, where the environment names none. */
export const usualPeriods: Readonly<Record<Preset, Periods>> = {
  standard: usual,
  strict: usual,
  pci: usual,
  /** AC-2(3). */
  cjis: { ...usual, disableInactiveDays: 90 },
  /** 23 NYCRR 500.6(b): three years. */
  nydfs: { ...usual, auditKeepMonths: 36 },
};
