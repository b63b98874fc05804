import { z } from 'zod';
import { defineProblem } from '../../lib/problem.ts';

export const locksOut = defineProblem(
  409,
  'locks-out',
  'This would lock people out',
  z.object({
    shut_out: z.int().optional().describe('How many users the change would shut out at once'),
  }),
);
