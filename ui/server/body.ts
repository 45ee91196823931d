import type { z } from '@hono/zod-openapi';
import type { ReportDocument } from '../report/index.ts';
import type { StateSchema } from './events.ts';
import type { ProblemSchema } from './problem.ts';
import type { AboutSchema } from './routes/about.ts';
import type { AnomaliesSchema } from './routes/anomalies.ts';
import type { CoverageSchema } from './routes/coverage.ts';
import type { EdgeDetailSchema } from './routes/edge.ts';
import type { MapEdgeSchema, MapNodeSchema, MapSchema } from './routes/map.ts';
import type { SearchSchema } from './routes/search.ts';
import type { ServicesSchema } from './routes/services.ts';

/** What the answers hold, for those who read them in TypeScript. */
export type AboutBody = z.infer<typeof AboutSchema>;
export type AnomaliesBody = z.infer<typeof AnomaliesSchema>;
export type CoverageBody = z.infer<typeof CoverageSchema>;
export type EdgeDetailBody = z.infer<typeof EdgeDetailSchema>;
export type MapBody = z.infer<typeof MapSchema>;
export type MapEdgeBody = z.infer<typeof MapEdgeSchema>;
export type MapNodeBody = z.infer<typeof MapNodeSchema>;
export type ProblemBody = z.infer<typeof ProblemSchema>;
export type ReportBody = ReportDocument;
export type SearchBody = z.infer<typeof SearchSchema>;
export type ServicesBody = z.infer<typeof ServicesSchema>;
export type StateBody = z.infer<typeof StateSchema>;
