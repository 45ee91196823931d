import { FaultlineError } from '../error.ts';
import type { Dialect, Exchange } from '../protocols/parser.ts';
import type { Conversation, Socket } from './conversation.ts';
import { type Conversations, createConversations } from './conversations.ts';
import { createNetworkTime, isChosen, type NetworkTime } from './network-time.ts';
import type { Pairs } from './pairs.ts';
import { createServerEnds, type VerdictMap } from './server-ends.ts';
import type { Tracker } from './tracker.ts';

export interface ParsingSources {
  readonly dialects: readonly Dialect[];
  readonly maxSockets: number;
  /** The kernel's map `parsed`. */
  readonly verdicts: VerdictMap;
  readonly pairs: Pick<Pairs, 'peer'>;
  /** Requests are matched with what the other end tells of them. */
  readonly matching: boolean;
  readonly find: Tracker['find'];
  /** Asks the kernel for a socket that was not met yet. */
  meet(cookie: number): void;
  onError(error: unknown): void;
}

/** Everything that is made of payload. */
export interface Parsing {
  readonly conversations: Conversations;
  readonly network: NetworkTime;
  /** Once per sweep. */
  expire(now: number): void;
}

export function createParsing(sources: ParsingSources): Parsing {
  const ends = createServerEnds(sources.verdicts);
  const network: NetworkTime = sources.matching
    ? createNetworkTime()
    : { ...createNetworkTime(), offer: () => {} };
  const broken = new Set<string>();

  const socketOf = (cookie: number, openedNs: number): Socket | null => {
    const tracked = sources.find(cookie, openedNs);
    if (tracked === null) return null;
    const { netns, role, local, remote, isn, preexisting } = tracked.identity;
    const server = role === 'server' ? local : remote;
    return { role, end: ends.of({ netns, ...server }), isn, preexisting, toldNs: tracked.toldNs };
  };

  /* Only where the other end is seen too can anything match. */
  const onExchange = ({ socket, cookie }: Conversation, exchange: Exchange) => {
    const { isn, role } = socket;
    if (isn === null || !exchange.timed || exchange.answeredAt === 0) return;
    const place = { isn, offset: exchange.offset };
    if (!isChosen(place) || sources.pairs.peer(isn, role) === null) return;
    const begin = role === 'client' || exchange.arrivedAt === 0 ? exchange.startedAt : exchange.arrivedAt;
    network.offer(role, place, cookie, exchange.answeredAt - begin);
  };

  const conversations = createConversations({
    dialects: sources.dialects,
    limit: sources.maxSockets,
    socketOf,
    meet: sources.meet,
    onExchange,
    onBroken(protocol) {
      if (broken.has(protocol)) return;
      broken.add(protocol);
      sources.onError(
        new FaultlineError(
          'FL-107',
          `The reader of ${protocol} failed on a connection, whose requests are told from its turns now.`,
          'Please report it; nothing else is affected.',
        ),
      );
    },
  });

  return {
    conversations,
    network,
    expire(now) {
      conversations.expire(now);
      ends.expire(now);
      network.expire(now);
    },
  };
}
