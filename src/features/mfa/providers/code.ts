import { z } from 'zod';
import { plainCode, sixDigits } from '../../../domain/mfa/codes.ts';

/** Six digits, however they were typed. */
export const code = z.string().transform(plainCode).pipe(z.string().regex(sixDigits, 'Six digits'));
