import { type Problem, slugOf } from '../../lib/problem.ts';

/** The default detail of each problem type, for problems without their own. */
const byKind: Readonly<Record<string, string>> = {
  'challenge-invalid': 'This login, step-up or enrolment has ended. Start it again.',
  'mfa-token-invalid': 'Invalid MFA token',
  'not-found': 'It does not exist, or it belongs to somebody else.',
  conflict: 'Somebody else changed it at the same moment. Load it again, then try again.',
  'too-many-attempts': 'Wait, then try again.',
  'dependency-unavailable': 'Try again later.',
};

const byStatus: Readonly<Record<number, string>> = {
  400: 'The service cannot read this request.',
  405: 'This path does not support this method. The Allow header lists those that it supports.',
  408: 'The request took too long to arrive.',
  413: 'The body is too large. The limit is 16 KiB.',
  414: 'The path is too long.',
  415: 'Send the body as JSON: Content-Type: application/json.',
  431: 'The headers are too large.',
  500: 'The service failed. Give its operator the value of instance.',
};

/** One sentence for a person, which every problem has (RFC 9457 3.1.4). Null means an internal error. */
export function detailOf(problem: Problem | null, status: number): string {
  const said = problem?.extensions.detail;
  if (typeof said === 'string') return said;
  const faults = problem ? faultsIn(problem.extensions.errors) : '';
  if (faults !== '') return faults;
  return (problem && byKind[slugOf(problem)]) ?? byStatus[status] ?? 'The service refused the request.';
}

/** The first three errors, each with its pointer. */
function faultsIn(errors: unknown): string {
  if (!Array.isArray(errors)) return '';
  const all = errors.slice(0, 3).map(({ pointer, detail }) => `${pointer}: ${detail}`);
  return errors.length > all.length ? `${all.join('; ')}; and more` : all.join('; ');
}
