import type { DayCounts, HourCounts } from '../src/domain/adoption/days.ts';

/** The tables behind the figures of the rollout. */
export type AdoptionTables = {
  adoptionDays: { day: string } & DayCounts;
  adoptionHours: HourCounts;
  /** `bucket`: see boundsMs in src/domain/adoption/scorecard.ts. */
  verificationTimes: { day: string; bucket: number; answers: number };
  mfaFeedback: { userId: string; month: string; at: Date; rating: number; comment: string | null };
};
