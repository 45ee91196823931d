/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What a load balancer at the socket does: connect(2) to the service is made one to a server behind it. */
#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* Network byte order. */
const volatile __u32 service_ip = 0;
const volatile __u32 server_ip = 0;
const volatile __u32 server_port = 0;

SEC("cgroup/connect4")
int rewrite_connect(struct bpf_sock_addr *ctx)
{
	if (ctx->user_ip4 == service_ip) {
		ctx->user_ip4 = server_ip;
		ctx->user_port = server_port;
	}
	return 1;
}
