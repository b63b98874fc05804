import { Problem } from './problem.ts';

/** The failure of a command, in words for the operator: what failed, where, and what to do. */
export function describeFailure(error: unknown): string {
  if (error instanceof Problem) return describeProblem(error);
  if (error instanceof AggregateError) return [...new Set(error.errors.map(describeFailure))].join('; ');
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : '';
  const raw = 'syscall' in error; // an error with a message of our own may have a code, too
  return (raw ? byCode[code]?.(error) : undefined) ?? (error.message || code);
}

function describeProblem({ title, extensions }: Problem): string {
  const { detail, errors } = extensions;
  const faults = Array.isArray(errors)
    ? errors.map((one) => `${one.pointer.replace('#/', '')}: ${one.detail}`)
    : [];
  const about = faults.length > 0 ? 'The input is not valid' : title;
  return [typeof detail === 'string' ? detail : about, ...faults].join('. ');
}

type DescribedFailure = Error & Partial<Record<'path' | 'address' | 'port', unknown>>;

const byCode: Readonly<Record<string, (error: DescribedFailure) => string>> = {
  ENOENT: ({ path }) => `The file or folder ${path} does not exist. Check the path.`,
  EISDIR: () => 'The path is a folder. Give the path of a file.',
  EACCES: (error) =>
    error.port === undefined
      ? `This user may not access ${error.path}. Give this user permission, or choose another path.`
      : `This user may not open port ${error.port}. Set PORT to 1024 or more (EACCES).`,
  EPERM: ({ path }) => `This user may not access ${path}. Give this user permission, or choose another path.`,
  EROFS: ({ path }) => `${path} is on a read-only disk. Choose another path.`,
  ENOSPC: ({ path }) => `The disk${path ? ` that holds ${path}` : ''} is full. Free some space.`,
  EADDRINUSE: ({ address, port }) =>
    `Port ${port} on ${address} is in use by another program. Stop that program, or set PORT (for metrics METRICS_PORT) to another port (EADDRINUSE).`,
  EADDRNOTAVAIL: ({ address }) =>
    `This machine has no address ${address}. Set HOST to one that it has, such as 127.0.0.1 or 0.0.0.0 (EADDRNOTAVAIL).`,
};
