#include "statistics.h"

#include <bpf/bpf.h>

namespace bpf_ringbuf {

Result<std::vector<ProgramStatistics>> statistics(const Object& object) {
  TRY(object.ready());
  std::vector<ProgramStatistics> all;
  bpf_program* program;
  bpf_object__for_each_program(program, object.raw()) {
    const int fd = bpf_program__fd(program);
    if (fd < 0) continue;
    bpf_prog_info info = {};
    __u32 length = sizeof info;
    const std::string name = bpf_program__name(program);
    const int error = bpf_obj_get_info_by_fd(fd, &info, &length);
    if (error != 0) return failed("cannot ask about program " + name, error);
    all.push_back({name, info.run_cnt, info.run_time_ns});
  }
  return all;
}

Result<UniqueFd> enableStatistics() {
  UniqueFd fd(bpf_enable_stats(BPF_STATS_RUN_TIME));
  if (!fd.valid()) return failed("cannot turn program statistics on", errno);
  return fd;
}

}  // namespace bpf_ringbuf
