#include "../core/btf.h"
#include "../core/statistics.h"
#include "bindings.h"

namespace bpf_ringbuf {
namespace {

Reply hasBtf(Call& call) { return call.value(kernelHasBtf()); }

Reply hasType(Call& call) {
  const std::string name = TRY(call.text(0, "name"));
  return call.value(kernelHasType(name));
}

Reply arguments(Call& call) {
  const std::string name = TRY(call.text(0, "name"));
  return call.value(static_cast<double>(tracepointArguments(name)));
}

Reply enumeration(Call& call) {
  const std::string name = TRY(call.text(0, "name"));
  const napi_value answer = call.object();
  for (const auto& [key, number] : kernelEnum(name)) call.set(answer, key.c_str(), call.value(number));
  return answer;
}

Reply release(Call& call) {
  releaseKernelBtf();
  return call.undefined();
}

/** The function's data is the descriptor; it is closed by the call or with the function. */
napi_value disableStats(napi_env env, napi_callback_info info) {
  void* data = nullptr;
  napi_get_cb_info(env, info, nullptr, nullptr, nullptr, &data);
  static_cast<UniqueFd*>(data)->reset();
  return nullptr;
}

Reply enableStats(Call& call) {
  auto fd = std::make_unique<UniqueFd>(TRY(enableStatistics()));
  const auto drop = [](napi_env, void* data, void*) { delete static_cast<UniqueFd*>(data); };
  napi_value disable = nullptr;
  if (napi_create_function(call.env(), "disableStats", NAPI_AUTO_LENGTH, disableStats, fd.get(), &disable) != napi_ok ||
      napi_add_finalizer(call.env(), disable, fd.get(), drop, nullptr, nullptr) != napi_ok) {
    return refused("ENOMEM", "cannot create the function");
  }
  fd.release();
  return disable;
}

}  // namespace

std::vector<napi_property_descriptor> kernelFunctions() {
  return {method<hasBtf>("kernelHasBtf"),        method<hasType>("kernelHasType"),
          method<arguments>("tracepointArguments"), method<enumeration>("kernelEnum"),
          method<release>("releaseKernelBtf"),   method<enableStats>("enableStats")};
}

}  // namespace bpf_ringbuf
