import type { BpfMap } from '../bpf-ringbuf-napi/index.js';
import { type Level, setLevel, setSendsBegin } from './control.ts';
import type { Conversations } from './conversations.ts';
import type { Governor } from './governor.ts';
import type { Meter } from './governor-meter.ts';
import type { KernelCounters } from './layout.ts';

export interface GovernorSources {
  readonly governor: Governor;
  readonly meter: Meter;
  readonly control: BpfMap;
  readonly conversations: Pick<Conversations, 'interrupt'>;
  /** Attaches or detaches what only payload needs. */
  /** False when what is needed for it could not be attached again. */
  readPayload(on: boolean): boolean;
  kernelCounters(): KernelCounters;
}

/** Puts the level that the governor asks for in force. */
export interface LoadFollower {
  /** Looks at the load since the last call. */
  look(): void;
  /** Looks at nothing but payload, as often as it is read. */
  glance(): void;
  /** Ends of connections wait for payload to be read. */
  press(): void;
}

export function followLoad(sources: GovernorSources): LoadFollower {
  const { governor, meter, control, conversations } = sources;
  let before = { ...sources.kernelCounters(), atNs: nowNs() };
  let glanced = before;
  setLevel(control, governor.level);
  setSendsBegin(control, governor.level === 'payload' && sources.readPayload(true));
  const apply = (was: Level, is: Level) => {
    if (is !== was) {
      /* Attached before it is needed, detached when it is no more. */
      const attached = is === 'payload' && sources.readPayload(true);
      if (!attached) setSendsBegin(control, false);
      setLevel(control, is);
      if (attached) setSendsBegin(control, true);
      else if (is !== 'payload') sources.readPayload(false);
    }
    /* Until here, and from here on: slices that touch either are told from turns. */
    if (is !== 'payload' || was !== 'payload') conversations.interrupt(nowNs());
  };
  return {
    look() {
      const now = { ...sources.kernelCounters(), atNs: nowNs() };
      const was = governor.level;
      const is = governor.observe({
        seconds: (now.atNs - before.atNs) / 1e9,
        chunks: now.chunks - before.chunks,
        chunksLost: now.chunksLost - before.chunksLost,
        cpuSeconds: meter.take(),
      });
      before = now;
      apply(was, is);
    },
    glance() {
      if (governor.level !== 'payload') return;
      const now = { ...sources.kernelCounters(), atNs: nowNs() };
      const chunks = now.chunks - glanced.chunks;
      const seconds = (now.atNs - glanced.atNs) / 1e9;
      glanced = now;
      apply('payload', governor.spend(chunks, seconds));
    },
    press: () => apply(governor.level, governor.press()),
  };
}

const nowNs = () => Number(process.hrtime.bigint());
