import type { EdgeReader } from '../../../graph/index.ts';
import { answersFrom } from '../../server/answers.ts';
import { mapAnswer } from '../../server/routes/map.ts';

/** The neighbourhood as `/api/v1/map` answers it. */
export type MapDocument = Awaited<ReturnType<typeof mapAnswer>>;
export type MapEdge = MapDocument['edges'][number];

export interface MapQuestion {
  /** Full name of a workload. */
  readonly service: string;
  readonly hops: number;
  readonly direction: 'up' | 'down' | 'both';
  /** Microseconds since the epoch; the newest data without it. */
  readonly at: number | undefined;
}

/** More nodes than these are a hairball in a terminal; the rest is counted. */
const NODES = 40;

/** The command and the page show the same neighbourhood because the same function works it out. */
export function mapDocument(reader: EdgeReader, question: MapQuestion): Promise<MapDocument> {
  return mapAnswer(answersFrom({ reader, live: false, version: '' }), { ...question, limit: NODES });
}
