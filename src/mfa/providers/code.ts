import { z } from 'zod';

/** Six digits as typed; leading zeros count. */
export const code = z.string().regex(/^\d{6}$/, 'Six digits');
