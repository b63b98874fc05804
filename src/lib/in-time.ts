import { CodedError } from './error-name.ts';

/** The other side did not answer in time. */
export class Silence extends CodedError {
  constructor() {
    super('Silence', 'ETIMEDOUT', 'No answer came in time');
  }
}

const parts = 10;

/**
 * Resolves to the answer, or rejects with `Silence` after `milliseconds`. The wait has ten parts, and a timer counts
 * each part once. If this process is busy, it cannot read an answer. Without the parts, that would look like a silent
 * peer.
 */
export function inTime<Answer>(answer: Promise<Answer>, milliseconds: number): Promise<Answer> {
  let left = parts;
  const { promise: silence, reject } = Promise.withResolvers<never>();
  const timer = setInterval(() => {
    left -= 1;
    if (left === 0) reject(new Silence());
  }, milliseconds / parts);
  return Promise.race([answer, silence]).finally(() => clearInterval(timer));
}
