import { z } from 'zod';
import { afterQuery } from './audit-schemas.ts';

export const exportQuery = afterQuery.extend({
  format: z
    .enum(['ndjson', 'csv'])
    .optional()
    .describe('By default `ndjson`, which can be verified; `csv` is for spreadsheets and has no seals'),
});

export const exportBody = z.string().meta({
  'x-shown': {
    lines:
      '{"export":{"format":"sallyport-audit-1","at":"2026-02-03T09:30:00.000Z","after":0}}\n{"end":{"number":0,"given":1,"more":false}}\n',
  },
});

export const csvBody = z.string().meta({
  'x-shown': {
    table:
      'seq,at,type,severity,outcome,username\r\n812,2026-02-03T09:30:00.123000Z,mfa_passed,info,success,ann\r\n',
  },
});
