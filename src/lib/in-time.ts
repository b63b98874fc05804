import { CodedError } from './error-name.ts';

/** Of somebody who did not answer in time. */
export class Silence extends CodedError {
  constructor() {
    super('Silence', 'ETIMEDOUT', 'No answer came in time');
  }
}

const parts = 10;

/**
 * The answer, where it comes within so many milliseconds; else it fails with Silence. It is waited for in parts, each of
 * which counts once: while this process is busy with something else, it reads nothing, and that is nobody's silence.
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
