import type { Capacity, Observations } from '../../analysis/index.ts';
import { iso } from './format.ts';
import { nodeName } from './names.ts';

/* The documents of `events --json`, `capacity --json` and the API. */

type Subject = Observations['events'][number]['subject'];

export function observationsJson(seen: Observations) {
  const { period, history, binMicros, events, counts, usualNewEdges, missing } = seen;
  return {
    from: iso(period.from),
    to: iso(period.to),
    history: { from: iso(history.from), to: iso(history.to) },
    intervalSeconds: binMicros / 1_000_000,
    events: events.map(({ kind, subject, what, at, counts, p, text }) => ({
      kind,
      subject: subjectJson(subject),
      what,
      at: iso(at),
      counts: { ...counts },
      p,
      text,
    })),
    counts: { ...counts },
    usualNewEdges,
    missing,
  };
}

function subjectJson(subject: Subject) {
  return 'client' in subject
    ? {
        client: nodeName(subject.client),
        server: nodeName(subject.server),
        port: subject.port,
        workload: null,
      }
    : { client: null, server: null, port: null, workload: nodeName(subject) };
}

export function capacityJson({ period, items, looked, more }: Capacity) {
  return {
    from: iso(period.from),
    to: iso(period.to),
    items: items.map(({ subject, timeLeft, at, ...item }) => ({
      ...item,
      subject: nodeName(subject),
      at: iso(at),
      timeLeftSeconds:
        timeLeft === null
          ? null
          : {
              estimate: timeLeft.estimate / 1e6,
              low: timeLeft.low / 1e6,
              high: timeLeft.high === null ? null : timeLeft.high / 1e6,
            },
    })),
    looked,
    more,
  };
}
