import { z } from 'zod';
import { ping } from '../../db/ping.ts';
import { assertClocksAgree } from '../clock-check.ts';
import type { App } from './app-type.ts';
import { withExamples } from './examples.ts';
import { open } from './guard.ts';
import { refusals } from './refusals.ts';

const healthBody = withExamples(z.strictObject({ status: z.literal('ok') }), { ok: { status: 'ok' } });

export async function healthRoutes(app: App): Promise<void> {
  const { db } = app.gate;
  const tags = ['Operation'];

  app.get(
    '/health/live',
    {
      onRequest: open,
      schema: {
        tags,
        operationId: 'live',
        summary: 'The process runs',
        response: { 200: healthBody, ...refusals() },
      },
    },
    async () => ({ status: 'ok' as const }),
  );

  app.get(
    '/health/ready',
    {
      onRequest: open,
      schema: {
        tags,
        operationId: 'ready',
        summary: 'It can do its work: the database answers, takes writes, and has the same time',
        response: { 200: healthBody, ...refusals() },
      },
    },
    async () => {
      assertClocksAgree(await ping(db), new Date());
      return { status: 'ok' as const };
    },
  );
}
