#include "thread_signal.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace bpf_ringbuf {

#if defined(__GLIBC__) && (defined(__x86_64__) || defined(__aarch64__))

namespace {

constexpr int kSignal = 33;
constexpr unsigned long kRestorer = 0x04000000;

#if defined(__x86_64__)
// The kernel returns from the handler to this; it only asks for rt_sigreturn.
extern "C" void bpf_ringbuf_signal_return();
asm(R"(
  .pushsection .text
  .hidden bpf_ringbuf_signal_return
  .globl bpf_ringbuf_signal_return
  .type bpf_ringbuf_signal_return, @function
bpf_ringbuf_signal_return:
  mov $15, %eax
  syscall
  .size bpf_ringbuf_signal_return, . - bpf_ringbuf_signal_return
  .popsection
)");
#endif

}  // namespace

int ThreadSignal::exchange(const Action* set, Action* before) {
  return static_cast<int>(syscall(SYS_rt_sigaction, kSignal, set, before, sizeof(unsigned long)));
}

Result<ThreadSignal> ThreadSignal::borrow(Handler handler) {
  Action ours = {handler, SA_RESTART | SA_ONSTACK, nullptr, ~0UL};
#if defined(__x86_64__)
  ours.flags |= kRestorer;
  ours.restorer = bpf_ringbuf_signal_return;
#endif
  Action before = {};
  if (exchange(&ours, &before) != 0) return failed("cannot borrow the C library's signal for all threads", errno);
  return ThreadSignal(before);
}

bool ThreadSignal::send(int thread) const { return syscall(SYS_tgkill, getpid(), thread, kSignal) == 0; }

#else

int ThreadSignal::exchange(const Action*, Action*) { return -1; }

Result<ThreadSignal> ThreadSignal::borrow(Handler) {
  return refused("ENOSYS", "threads can be reached with glibc on x86-64 and arm64 only");
}

bool ThreadSignal::send(int) const { return false; }

#endif

ThreadSignal::ThreadSignal(ThreadSignal&& other) noexcept : before_(other.before_), borrowed_(other.borrowed_) {
  other.borrowed_ = false;
}

ThreadSignal::~ThreadSignal() {
  if (borrowed_) exchange(&before_, nullptr);
}

}  // namespace bpf_ringbuf
