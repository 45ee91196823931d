#include <sys/socket.h>
#include <time.h>

#include "../core/capability.h"
#include "../core/netns.h"
#include "bindings.h"

namespace bpf_ringbuf {
namespace {

Reply socketCookie(Call& call) {
  const int64_t fd = TRY(call.integer(0, "fd", 0, INT32_MAX));
  uint64_t cookie = 0;
  socklen_t length = sizeof cookie;
  if (getsockopt(static_cast<int>(fd), SOL_SOCKET, SO_COOKIE, &cookie, &length) != 0) {
    return failed("cannot read the socket cookie of descriptor " + std::to_string(fd), errno);
  }
  napi_value answer = nullptr;
  napi_create_bigint_uint64(call.env(), cookie, &answer);
  return answer;
}

Reply inNetnsSync(Call& call) {
  const std::string path = TRY(call.text(0, "path"));
  napi_valuetype type = napi_undefined;
  napi_typeof(call.env(), call.argument(1), &type);
  if (path.empty() || type != napi_function) return refused("EINVAL", "inNetnsSync needs a path and a function");
  const NetnsScope scope = TRY(NetnsScope::enter(path));
  napi_value answer = nullptr;
  if (napi_call_function(call.env(), call.undefined(), call.argument(1), 0, nullptr, &answer) != napi_ok) {
    return refused("EINVAL", "the action failed");  // only reached as the text behind the action's own exception
  }
  return answer;
}

Reply keep(Call& call) {
  const std::vector<std::string> names = TRY(call.texts(0, "names"));
  TRY(keepCapabilities(names));
  return call.undefined();
}

/** The coarse clocks advance with every tick, so their resolution is its length. */
Reply tickNanos(Call& call) {
  timespec tick{};
  if (clock_getres(CLOCK_MONOTONIC_COARSE, &tick) != 0) return failed("cannot read the length of a tick", errno);
  return call.value(static_cast<double>(tick.tv_sec) * 1e9 + static_cast<double>(tick.tv_nsec));
}

}  // namespace

std::vector<napi_property_descriptor> processFunctions() {
  return {method<socketCookie>("socketCookie"), method<inNetnsSync>("inNetnsSync"), method<keep>("keepCapabilities"),
          method<tickNanos>("tickNanos")};
}

}  // namespace bpf_ringbuf
