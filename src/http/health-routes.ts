import { z } from 'zod';
import { ping } from '../../db/ping.ts';
import type { App } from './app-type.ts';
import { open } from './guard.ts';
import { refusals } from './refusals.ts';

const healthBody = z.strictObject({ status: z.literal('ok') });

export async function healthRoutes(app: App): Promise<void> {
  const { db } = app.gate;
  const tags = ['Operation'];

  app.get(
    '/health/live',
    {
      onRequest: open,
      schema: { tags, summary: 'The process runs', response: { 200: healthBody, ...refusals() } },
    },
    async () => ({ status: 'ok' as const }),
  );

  app.get(
    '/health/ready',
    {
      onRequest: open,
      schema: {
        tags,
        summary: 'It can do its work: the database answers',
        response: { 200: healthBody, ...refusals() },
      },
    },
    async () => {
      await ping(db);
      return { status: 'ok' as const };
    },
  );
}
