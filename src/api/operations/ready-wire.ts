import { z } from 'zod';
import { notReady, readyParts } from './readiness.ts';

/** How GET /health/ready refuses: as an example, and what it carries beside the usual. */
export const notReadyShown = [
  notReady({ detail: 'The database does not answer.', not_ready: ['database'], retry_after: 5 }),
  { not_ready: z.array(z.enum(readyParts)), retry_after: z.int().min(0).describe('Seconds') },
] as const;
