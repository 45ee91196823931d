import { z } from '@hono/zod-openapi';
import type { Period } from '../../graph/index.ts';

/** Microseconds since the epoch as ISO 8601 in UTC. */
export function iso(micros: number): string {
  return new Date(micros / 1000).toISOString();
}

export function isoPeriod({ from, to }: Period): { from: string; to: string } {
  return { from: iso(from), to: iso(to) };
}

export const PeriodSchema = z.object({ from: z.iso.datetime(), to: z.iso.datetime() }).openapi('Period');

/** A time in a query: ISO 8601 with its zone, turned into microseconds since the epoch. */
export const timeParameter = z.iso
  .datetime({ offset: true })
  .transform((text) => Date.parse(text) * 1000)
  .openapi({ type: 'string', format: 'date-time', example: '2025-11-20T03:12:00Z' });
