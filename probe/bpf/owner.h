/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
#pragma once

#include "record.h"

static __always_inline void own(struct record *rec, struct task_struct *task, __u32 uid, __u64 cgroup_id)
{
	rec->pid = task->tgid;
	rec->uid = uid;
	rec->cgroup_id = cgroup_id;
	/* The thread that happens to call is of no interest, and runtimes name their threads. */
	__builtin_memcpy(rec->comm, task->group_leader->comm, sizeof(rec->comm));
	rec->owned = 1;
}

/*
 * Only where `current` is the process: in connect, send, receive and close. In the handshake and wherever packets are
 * handled it is whoever was interrupted.
 */
static __always_inline void own_by_current(struct record *rec)
{
	if (rec->owned)
		return;
	struct task_struct *task = bpf_get_current_task_btf();
	own(rec, task, bpf_get_current_uid_gid(), bpf_get_current_cgroup_id());
}

static __always_inline void own_by_task(struct record *rec, struct task_struct *task)
{
	if (rec->owned)
		return;
	own(rec, task, BPF_CORE_READ(task, cred, uid.val), BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id));
}
