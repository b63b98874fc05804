import type { Challenge, Enrolment, EnrolmentMethod, MustEnrol } from '@sallyport/client';

/** The dialogs of a page, in any framework. */
export type Ui = {
  /** Shows one of `methods` to choose from. A text message needs `phone` if the account has none. */
  chooseNewFactor(question: MustEnrol): Promise<{ method: EnrolmentMethod; phone?: string; label?: string }>;
  /**
   * Shows `problem`, where the code went, the QR code of an enrolment or the code of a push. Gives the code that was
   * typed, or the factor that the user wants in its place (the same one: send again).
   */
  ask(question: Challenge | Enrolment): Promise<{ code?: string; factorId?: string }>;
};
