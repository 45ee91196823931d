import type { BlindSpots } from '../../analysis/index.ts';
import { nodeName } from '../report/names.ts';
import { moveText, spotText } from './text.ts';

export function placementJson({ workloads, clear, pods, spots, narrowZones }: BlindSpots) {
  return {
    workloads,
    clear,
    pods,
    spots: spots.map((spot) => ({
      workload: nodeName(spot.workload),
      kind: spot.kind,
      tags: spot.tags.map(({ tag, value }) => ({ tag, value })),
      pods: [...spot.pods],
      perSecond: spot.perSecond,
      move: spot.move && { ...spot.move },
      text: `${spotText(spot)}; ${moveText(spot)}`,
    })),
    narrowZones: narrowZones.map((zone) => ({ ...zone })),
  };
}
