/** The kernel programs, and what the probe can do with each. */
export interface Program {
  readonly name: string;
  /** BTF tracepoint it needs; `null` for iterators. */
  readonly tracepoint: string | null;
  readonly feature: string;
  /** What is missing without it. */
  readonly lost: string;
  /** Where another program does the same less well. */
  readonly fallback?: string;
}

/** Without this one there is no probe. */
export const REQUIRED = 'socket_state';
/** Times its program at the beginning of a send; the kernel programs must know whether it runs. */
export const SEND_START = 'send_start';

export const PROGRAMS: readonly Program[] = [
  { name: REQUIRED, tracepoint: 'inet_sock_set_state', feature: 'connections', lost: 'everything' },
  {
    name: SEND_START,
    tracepoint: 'tcp_sendmsg_locked',
    feature: 'request start',
    lost: 'up to 0.1 ms of every latency, and the status of answers sent by io_uring and sendmmsg',
    fallback: 'sends are timed when they return',
  },
  {
    name: 'send_done',
    tracepoint: 'sock_send_length',
    feature: 'sent bytes of live connections',
    lost: 'sent bytes are counted later, at the latest at the end of the connection',
  },
  {
    name: 'receive_done',
    tracepoint: 'sock_recv_length',
    feature: 'requests',
    lost: 'requests, their latency and status, and the owner of server sockets that only receive',
  },
  {
    name: 'data_ready',
    tracepoint: 'sk_data_ready',
    feature: 'waiting time',
    lost: 'how long requests wait before the server reads them',
  },
  {
    name: 'retransmit',
    tracepoint: 'tcp_retransmit_skb',
    feature: 'retransmissions of stalled connections',
    lost: 'retransmissions are counted later, at the latest at the end of the connection',
  },
  {
    name: 'reset_received',
    tracepoint: 'tcp_receive_reset',
    feature: 'resets by the peer',
    lost: 'who reset some connections',
  },
  {
    name: 'reset_sent',
    tracepoint: 'tcp_send_reset',
    feature: 'resets by this side',
    lost: 'who reset some connections',
  },
  {
    name: 'socket_gone',
    tracepoint: 'tcp_destroy_sock',
    feature: 'last words',
    lost: 'the end of connections whose answer was never read',
  },
  {
    name: 'find_listeners',
    tracepoint: null,
    feature: 'listening ports',
    lost: 'which end of older connections is the server',
  },
  {
    name: 'find_sockets',
    tracepoint: null,
    feature: 'older connections',
    lost: 'connections opened before the probe, until they are used',
  },
  {
    name: 'find_orphans',
    tracepoint: null,
    feature: 'older connections without a process',
    lost: 'connections opened before the probe that no process had accepted yet',
  },
];
