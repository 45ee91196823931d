/** Where a kernel program is attached. */
export type Hook =
  | { readonly kind: 'iterator'; readonly over: 'task_file' | 'tcp' }
  /** A BTF tracepoint. `arguments`: how many the program reads, where kernels differ. */
  | { readonly kind: 'tracepoint'; readonly name: string; readonly arguments?: number }
  /** Entry or exit of a kernel function (fentry, fexit). */
  | { readonly kind: 'function'; readonly name: string }
  /** A call of any process below the root of the cgroups (version 2). */
  | { readonly kind: 'cgroup'; readonly name: string };

/** A program that does what the first choice does where that cannot run. */
export interface StandIn {
  readonly name: string;
  readonly hook: Hook;
  /** Further programs of the same choice, each where the kernel has what it hooks. */
  readonly also?: readonly { readonly name: string; readonly hook: Hook }[];
  /** What is missing in comparison with the first choice; `''` when nothing is. */
  readonly lost: string;
}

/** The kernel programs, and what the probe can do with each. */
export interface Program {
  readonly name: string;
  readonly hook: Hook;
  readonly also?: StandIn['also'];
  readonly feature: string;
  /** What is missing without it. */
  readonly lost: string;
  /** In the order in which they are tried. */
  readonly standIns?: readonly StandIn[];
  /** How it is done less well when no program of its own runs. */
  readonly otherwise?: string;
  /** Detached while no payload is read: the socket itself tells nearly as well then. */
  readonly onlyForPayload?: boolean;
}

/** Without this one there is no probe. */
export const REQUIRED = 'socket_state';
/** Times its program at the beginning of a send. */
export const SEND_START = 'send_start';
/** … and at its end; the kernel programs must know whether it runs. */
export const SEND_END = 'send_done';
/** Looks for the sockets of the map among those that processes hold … */
export const SEE_HELD = 'see_held';
/** … and among all of one network namespace. */
export const SEE_OPEN = 'see_open';

export const PROGRAMS: readonly Program[] = [
  {
    name: REQUIRED,
    hook: { kind: 'tracepoint', name: 'inet_sock_set_state' },
    feature: 'connections',
    lost: 'everything',
  },
  {
    name: SEND_START,
    hook: { kind: 'tracepoint', name: 'tcp_sendmsg_locked' },
    feature: 'request start',
    onlyForPayload: true,
    lost: 'up to 0.1 ms of some latencies, and the status of answers sent by io_uring and sendmmsg',
    standIns: [
      {
        name: 'send_start_entry',
        hook: { kind: 'function', name: 'tcp_sendmsg' },
        also: [{ name: 'page_start_entry', hook: { kind: 'function', name: 'tcp_sendpage' } }],
        lost: '',
      },
    ],
    otherwise: 'the return of the send',
  },
  {
    name: SEND_END,
    hook: { kind: 'tracepoint', name: 'sock_send_length' },
    feature: 'sent bytes of live connections',
    lost: 'sent bytes are counted later, at the latest at the end of the connection',
    standIns: [
      {
        name: 'send_done_exit',
        hook: { kind: 'function', name: 'tcp_sendmsg' },
        also: [
          { name: 'page_done_exit', hook: { kind: 'function', name: 'tcp_sendpage' } },
          { name: 'datagram_sent_exit', hook: { kind: 'function', name: 'udp_sendmsg' } },
          { name: 'datagram_sent6_exit', hook: { kind: 'function', name: 'udpv6_sendmsg' } },
        ],
        lost: '',
      },
    ],
  },
  {
    name: 'receive_done',
    hook: { kind: 'tracepoint', name: 'sock_recv_length' },
    feature: 'requests',
    lost: 'requests, their latency and status, and the owner of server sockets that only receive',
    standIns: [
      {
        name: 'receive_done_entry',
        hook: { kind: 'function', name: 'tcp_cleanup_rbuf' },
        also: [
          { name: 'datagram_received_exit', hook: { kind: 'function', name: 'udp_recvmsg' } },
          { name: 'datagram_received6_exit', hook: { kind: 'function', name: 'udpv6_recvmsg' } },
        ],
        lost: '',
      },
    ],
  },
  {
    name: 'data_ready',
    hook: { kind: 'tracepoint', name: 'sk_data_ready' },
    feature: 'waiting time',
    onlyForPayload: true,
    lost: 'how long a request waits before the server reads it, where others arrived meanwhile',
    standIns: [{ name: 'data_ready_entry', hook: { kind: 'function', name: 'sock_def_readable' }, lost: '' }],
  },
  {
    name: 'retransmit',
    hook: { kind: 'tracepoint', name: 'tcp_retransmit_skb' },
    feature: 'retransmissions of stalled connections',
    lost: 'retransmissions are counted later, at the latest at the end of the connection',
  },
  {
    name: 'reset_received',
    hook: { kind: 'tracepoint', name: 'tcp_receive_reset' },
    feature: 'resets by the peer',
    lost: 'who reset some connections',
  },
  {
    name: 'reset_sent',
    hook: { kind: 'tracepoint', name: 'tcp_send_reset' },
    feature: 'resets by this side',
    lost: 'who reset some connections',
  },
  {
    name: 'socket_gone',
    hook: { kind: 'tracepoint', name: 'tcp_destroy_sock' },
    feature: 'last words',
    lost: 'the end of connections whose answer was never read',
  },
  {
    name: 'packet_queued',
    hook: { kind: 'tracepoint', name: 'net_dev_queue' },
    feature: 'translation read off the packet',
    lost: 'the server behind a service address that the own namespace translates, until connection tracking tells it',
  },
  {
    name: 'send_to4',
    hook: { kind: 'cgroup', name: 'sendmsg4' },
    also: [
      { name: 'send_to6', hook: { kind: 'cgroup', name: 'sendmsg6' } },
      { name: 'receive_from4', hook: { kind: 'cgroup', name: 'recvmsg4' } },
      { name: 'receive_from6', hook: { kind: 'cgroup', name: 'recvmsg6' } },
    ],
    feature: 'remote ends of unconnected UDP sockets',
    lost: 'whom a UDP socket talks to that is connected to nobody, as those of servers are',
  },
  {
    name: 'datagram_socket_gone',
    hook: { kind: 'cgroup', name: 'sock_release' },
    feature: 'ends of UDP sockets',
    lost: 'when a conversation over UDP ends, until it has been idle for 30 s',
  },
  {
    name: 'packet_dropped',
    hook: { kind: 'tracepoint', name: 'kfree_skb', arguments: 3 },
    feature: 'dropped packets',
    lost: 'which packets this machine drops, where and why',
  },
  {
    name: 'find_listeners',
    hook: { kind: 'iterator', over: 'task_file' },
    feature: 'listening ports',
    lost: 'which end of older connections is the server',
  },
  {
    name: 'find_sockets',
    hook: { kind: 'iterator', over: 'task_file' },
    feature: 'older connections',
    lost: 'connections opened before the probe, until they are used',
  },
  {
    name: 'find_orphans',
    hook: { kind: 'iterator', over: 'tcp' },
    feature: 'older connections without a process',
    lost: 'connections opened before the probe that no process had accepted yet',
  },
  {
    name: SEE_HELD,
    hook: { kind: 'iterator', over: 'task_file' },
    also: [{ name: SEE_OPEN, hook: { kind: 'iterator', over: 'tcp' } }],
    feature: 'unseen ends',
    lost: 'ends of connections that no program saw, because the kernel skipped them',
  },
  {
    name: 'read_queues',
    hook: { kind: 'iterator', over: 'task_file' },
    feature: 'accept queues',
    lost: 'listening sockets whose connections nobody accepts, before they refuse the next',
  },
  {
    name: 'read_ports',
    hook: { kind: 'iterator', over: 'tcp' },
    feature: 'local ports',
    lost: 'clients that run out of ports towards a server, before their connects fail',
  },
];
