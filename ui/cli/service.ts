import { type EdgeReader, findNodes, type NodeKey, nearest } from '../../graph/index.ts';
import { FaultlineError } from '../../probe/index.ts';
import { list } from '../report/format.ts';
import { nodeName } from '../report/names.ts';

/** Candidates listed of an ambiguous name, and near ones of an unknown name. */
const MAX_CANDIDATES = 8;
const NEAREST = 3;

/**
 * The one workload a text names: any unambiguous part of a name.
 * @throws FaultlineError FL-610 unknown, FL-611 ambiguous
 */
export async function resolveService(reader: EdgeReader, text: string): Promise<NodeKey> {
  const found = await findNodes(reader, text);
  const exact = found.filter((node) => nodeName(node) === text);
  const candidates = exact.length === 1 ? exact : found;
  const [only, ...others] = candidates;
  if (only === undefined) throw await unknown(reader, text);
  if (others.length === 0) return only;
  throw new FaultlineError(
    'FL-611',
    `"${text}" fits several services: ${list(candidates.map(nodeName), MAX_CANDIDATES)}`,
    'Give one of them in full.',
  );
}

async function unknown(reader: EdgeReader, text: string): Promise<FaultlineError> {
  const close = await nearest(reader, text, NEAREST);
  const hint =
    close.length === 0
      ? 'faultline search TEXT lists what is known.'
      : `The nearest: ${close.map(nodeName).join(', ')}.`;
  return new FaultlineError('FL-610', `No service is called "${text}"`, hint);
}
