/** A service where an incident may have started. */
export interface SeriesOrigin {
  readonly service: string;
  /** Its own excess over the period: events, or time in the unit of the series. */
  readonly own: number;
  /** Whether something happened in the period, and this service is part of it by more than its own past explains. */
  readonly stands: boolean;
}

/** What is known of a service before all are compared. */
export interface Suspect {
  readonly service: string;
  readonly own: number;
  /** Beyond what chance does in any of the services looked at: this alone says that something happened. */
  readonly alarming: boolean;
  /** Beyond what chance does in this service: one of those that may have caused it, if something happened. */
  readonly unusual: boolean;
}

/**
 * The unusual ones first, then by own excess. Whether anything happened is one question over all services and is corrected for
 * their number; which of them it was is a matter of who has most. Where something happened and nobody is unusual (the
 * target suffers from many small parts), whoever has most stands for it.
 */
export function ranked(suspects: readonly Suspect[], suffers = false): readonly SeriesOrigin[] {
  const happened = suffers || suspects.some(({ alarming }) => alarming);
  const order = [...suspects].sort((a, b) => Number(b.unusual) - Number(a.unusual) || b.own - a.own);
  return order.map(({ service, own, unusual }, at) => ({
    service,
    own,
    stands: happened && (unusual || at === 0),
  }));
}

/**
 * Of a service's excess this much at least must show at the service that is asked about, at the same points: what is done
 * side by side or after the answer reaches it only in part, what is done for others not at all.
 */
export const REACHES_SHARE = 0.25;
