#pragma once

#include "result.h"

namespace bpf_ringbuf {

/**
 * For its lifetime, lets other threads of the process be interrupted to run `handler`, which must be safe in a signal.
 *
 * The kernel changes credentials of the calling thread only. glibc meets the same problem in setuid() and keeps a signal
 * (33, SIGSETXID) for it that no thread can block through its interfaces; an ordinary signal would not do, since Node
 * itself has threads that block all of those. That signal is borrowed here and given back.
 */
class ThreadSignal {
 public:
  using Handler = void (*)(int);
  static Result<ThreadSignal> borrow(Handler handler);
  ThreadSignal(ThreadSignal&& other) noexcept;
  ~ThreadSignal();

  /** False when the thread is gone. */
  bool send(int thread) const;

 private:
  /** The layout of the rt_sigaction system call on x86-64 and arm64: glibc's own function refuses this signal. */
  struct Action {
    Handler handler;
    unsigned long flags;
    void (*restorer)();
    unsigned long mask;
  };
  explicit ThreadSignal(const Action& before) : before_(before) {}
  static int exchange(const Action* set, Action* before);

  Action before_;
  bool borrowed_ = true;
};

}  // namespace bpf_ringbuf
