import { readyPods } from '../model.ts';
import { NODES } from '../plan.ts';
import { rollOut, undoRollOut } from '../rollout.ts';
import type { Behaviour } from '../service/protocol.ts';
import type { Fault } from './fault.ts';
import { selectPods, workloadTruth } from './select.ts';

const PLACES = ['shipping', 'currency'];
const NEW_VERSION = 'v9.0';
/** The new version is slow and sometimes fails. */
const BAD: Partial<Behaviour> = { extraMillis: 60, errorRate: 0.15 };
const ZONE = 'eu-1b';

export const rollout: Fault = {
  summary: 'a healthy new version replaces the old one: changes, but nothing is broken',
  places: PLACES,
  async inject(running, place) {
    const old = readyPods(running.cluster, place);
    const nodes = old.map(({ node }) => node);
    const done = await rollOut(running, place, NEW_VERSION, nodes, old, {});
    return { truth: null, undo: () => undoRollOut(running, place, done) };
  },
};

export const badRollout: Fault = {
  summary: 'a new version replaces the old one everywhere; it is slow and fails now and then',
  places: PLACES,
  async inject(running, place) {
    const old = readyPods(running.cluster, place);
    const nodes = old.map(({ node }) => node);
    const done = await rollOut(running, place, NEW_VERSION, nodes, old, BAD);
    const truth = workloadTruth(running, place, done.added, 'version', ['slow service', 'errors']);
    // All pods are of the new version now, so within the present nothing tells it from the rest; the past does.
    const version = [{ side: 'server', tag: 'version', value: NEW_VERSION } as const];
    const image = [{ side: 'server', tag: 'image', value: done.added[0]!.image } as const];
    return {
      truth: { ...truth, domain: version, aliases: [image], alsoRight: [[]] },
      undo: () => undoRollOut(running, place, done),
    };
  },
};

export const zoneRollout: Fault = {
  summary: `a bad new version runs in ${ZONE} only: version, image and zone cannot be told apart`,
  places: PLACES,
  async inject(running, place) {
    const nodes = NODES.filter(({ zone }) => zone === ZONE).map(({ name }) => name);
    const old = selectPods(running, { workload: place, version: null, node: null });
    const inZone = old.filter(({ zone }) => zone === ZONE);
    const done = await rollOut(running, place, NEW_VERSION, nodes, inZone, BAD);
    return {
      truth: workloadTruth(running, place, done.added, 'version', ['slow service', 'errors']),
      undo: () => undoRollOut(running, place, done),
    };
  },
};
