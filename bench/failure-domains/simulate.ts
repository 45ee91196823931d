import { bucketOf } from '../../probe/index.ts';
import { CallLog, FLAG } from './calls.ts';
import { holds } from './domain.ts';
import { type Draw, weighted } from './draw.ts';
import { type Noise, noiseOf } from './noise.ts';
import { PARAMETERS } from './parameters.ts';
import type { Scenario } from './scenario.ts';
import { ENTRY, type Pod, USERS, type Workload } from './topology.ts';
import { type LeafOf, leavesOf, type World } from './world.ts';

const SECONDS_PER_WINDOW = 10;
const RETRANSMIT_MILLIS = 200;
const PAUSE_MILLIS = 40;
/** Milliseconds there and back on a node, in a zone, between zones; with this spread of the logarithm. */
const TRIP = { node: 0.1, zone: 0.25, far: 0.6, spread: 0.2 };
const WAIT = { millis: 0.05, spread: 0.5 };
/** What the truth calls slow: later than the 95th percentile of quiet own times by this factor and these milliseconds. */
const SLOW = { normal95: 1.645, factor: 1.5, millis: 10 };

/** What the causes do to one pair of ends, all together. */
interface Hit {
  fails: number;
  refuses: number;
  loses: number;
  slow: readonly { readonly share: number; readonly millis: number }[];
}

/** Lives a scenario call by call: what a call waits for and what fails is handed up to its caller. */
export function simulate(scenario: Scenario): World {
  const { draw } = scenario;
  const windows = draw.whole(PARAMETERS.pastWindows);
  const onset = windows;
  const all = windows + draw.whole(PARAMETERS.nowWindows);
  const { leaves, edges } = leavesOf(scenario);
  const life = new Life(scenario, leaves);
  const load = draw.uniform(...PARAMETERS.load);
  const phase = draw.uniform(0, 2 * Math.PI);
  for (let second = 0; second < all * SECONDS_PER_WINDOW; second++) {
    const window = Math.floor(second / SECONDS_PER_WINDOW);
    life.step(window, window >= onset);
    const drift = 1 + 0.2 * Math.sin(second / 200 + phase);
    for (let n = draw.poisson(load * drift); n > 0; n--) life.enter();
  }
  return { scenario, leaves, edges, windows: all, onset, calls: life.log.done() };
}

class Life {
  readonly log = new CallLog();
  readonly #draw: Draw;
  readonly #workloads: ReadonlyMap<string, Workload>;
  readonly #noise: Noise;
  readonly #leafAt: Int32Array;
  readonly #pods: number;
  readonly #hits: readonly (Hit | null)[];
  readonly #weights: ReadonlyMap<string, { before: Weights; now: Weights }>;
  readonly #failures: Float64Array;
  #window = 0;
  #on = false;

  constructor(scenario: Scenario, leaves: readonly LeafOf[]) {
    const { draw, topology, mix } = scenario;
    this.#draw = draw;
    this.#workloads = topology.workloads;
    this.#noise = noiseOf(draw, topology.pods.length);
    this.#pods = topology.pods.length;
    this.#leafAt = new Int32Array(this.#pods * this.#pods);
    for (const [i, { client, server }] of leaves.entries())
      this.#leafAt[client.index * this.#pods + server.index] = i;
    this.#hits = leaves.map((leaf) => hitOf(scenario, leaf));
    this.#weights = weightsOf(scenario);
    this.#failures = Float64Array.from(topology.pods, (pod) => {
      const usual = topology.workloads.get(pod.workload)?.failures ?? 0;
      const worse = mix?.pods.has(pod.index) ? mix.worse : 1;
      return Math.min(0.5, usual * worse * Math.exp(PARAMETERS.failuresByPod * draw.normal()));
    });
  }

  step(window: number, on: boolean): void {
    this.#window = window;
    this.#on = on;
    this.#noise.step();
  }

  enter(): void {
    this.#call(this.#workloads.get(USERS)!.pods[0]!, ENTRY);
  }

  /** @returns milliseconds the client waited, below 0 when it got no answer it could use */
  #call(client: Pod, name: string): number {
    const draw = this.#draw;
    const workload = this.#workloads.get(name)!;
    const { values, sum } = this.#weights.get(name)![this.#on ? 'now' : 'before'];
    const server = workload.pods[weighted(draw, values, sum)]!;
    const leaf = this.#leafAt[client.index * this.#pods + server.index]!;
    const hit = this.#on ? this.#hits[leaf]! : null;
    const at = this.log.add(leaf, this.#window);
    const { flags } = this.log.columns;
    const distance =
      client.node === server.node ? TRIP.node : client.zone === server.zone ? TRIP.zone : TRIP.far;
    const way = distance * Math.exp(TRIP.spread * draw.normal()) * this.#noise.times(server.index);
    if (hit !== null && draw.chance(hit.refuses)) {
      flags[at] = FLAG.refused;
      return -way;
    }
    let flag = draw.chance(PARAMETERS.fresh) ? FLAG.fresh : 0;
    const loses = PARAMETERS.loss + (hit?.loses ?? 0);
    const gone = draw.poisson(PARAMETERS.segments * loses);
    const waited = WAIT.millis * Math.exp(WAIT.spread * draw.normal()) * this.#noise.times(server.index);
    const own = this.#own(workload, server, hit);
    const quiet = workload.ownMillis * Math.exp(SLOW.normal95 * PARAMETERS.ownSpread);
    if (own > Math.max(SLOW.factor * quiet, quiet + SLOW.millis)) flag |= FLAG.ownSlow;
    const ownFailed = draw.chance(
      (hit?.fails ?? 0) + Math.min(0.5, this.#failures[server.index]! * this.#noise.failures(server.index)),
    );
    if (ownFailed) flag |= FLAG.ownFailed;
    let [failed, served] = [ownFailed, own];
    for (const { to, chance } of workload.calls) {
      if (!draw.chance(chance)) continue;
      const took = this.#call(server, to);
      served += Math.abs(took);
      if (took < 0) failed = true;
    }
    const took = way + gone * RETRANSMIT_MILLIS + waited + served;
    // Calls within may have let the columns grow.
    const columns = this.log.columns;
    columns.flags[at] = flag | (failed ? FLAG.failed : 0);
    columns.latency[at] = bucketOf(took * 1000);
    columns.wait[at] = bucketOf(waited * 1000);
    columns.service[at] = bucketOf(served * 1000);
    columns.trip[at] = bucketOf(way * 1000);
    columns.lost[at] = gone;
    return failed ? -took : took;
  }

  #own({ ownMillis }: Workload, server: Pod, hit: Hit | null): number {
    const draw = this.#draw;
    let own = ownMillis * Math.exp(PARAMETERS.ownSpread * draw.normal()) * this.#noise.times(server.index);
    if (draw.chance(PARAMETERS.pauses)) own += PAUSE_MILLIS * draw.uniform(0, 1);
    for (const { share, millis } of hit?.slow ?? [])
      if (draw.chance(share)) own += 2 * millis * draw.uniform(0, 1);
    return own;
  }
}

function hitOf({ causes }: Scenario, { client, server }: LeafOf): Hit | null {
  const hit = { fails: 0, refuses: 0, loses: 0, slow: [] as { share: number; millis: number }[] };
  let any = false;
  for (const { domain, effect, hidden } of causes) {
    if (!holds(domain, client, server) || hidden?.(client, server) === false) continue;
    any = true;
    switch (effect.signal) {
      case 'errors':
        hit.fails += effect.share;
        break;
      case 'connect failures':
        hit.refuses = Math.max(hit.refuses, effect.share);
        break;
      case 'retransmits':
        hit.loses += effect.share;
        break;
      case 'latency':
        hit.slow.push(effect);
    }
  }
  return any ? hit : null;
}

interface Weights {
  readonly values: Float64Array;
  readonly sum: number;
}

/** How often each pod of a workload is asked, before the onset and after it; what is rolled out has nothing before. */
function weightsOf({ draw, topology, mix, causes }: Scenario) {
  const fresh = (pod: Pod): boolean =>
    causes.some(
      ({ rollout, domain: { server, tags } }) =>
        rollout && server === pod.workload && tags.some(({ value }) => value === pod.version),
    );
  return new Map(
    [...topology.workloads].map(([name, { pods }]) => {
      const usual = Float64Array.from(pods, () => Math.exp(PARAMETERS.uneven * draw.normal()));
      const rolled = pods.some((pod) => !fresh(pod));
      const before = usual.map((weight, i) => (rolled && fresh(pods[i]!) ? 0 : weight));
      const now = usual.map((weight, i) => weight * (mix?.pods.has(pods[i]!.index) ? mix.more : 1));
      return [name, { before: summed(before), now: summed(now) }] as const;
    }),
  );
}

function summed(values: Float64Array): Weights {
  return { values, sum: values.reduce((a, b) => a + b, 0) };
}
