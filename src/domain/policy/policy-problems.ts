import { defineProblem } from '../../lib/problem.ts';

export const locksOut = defineProblem(409, 'locks-out', 'This would lock people out');
