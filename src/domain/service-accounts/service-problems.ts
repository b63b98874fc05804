import { notFound } from '../../lib/problem.ts';

export function serviceAccountNotFound() {
  return notFound({ detail: 'There is no such service account.' });
}
