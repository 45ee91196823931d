#include "../core/log.h"
#include "bindings.h"

namespace bpf_ringbuf {
namespace {

void define(napi_env env, napi_value exports, const std::vector<napi_property_descriptor>& properties) {
  napi_define_properties(env, exports, properties.size(), properties.data());
}

}  // namespace
}  // namespace bpf_ringbuf

NAPI_MODULE_INIT() {
  using namespace bpf_ringbuf;
  captureLog();
  createInstanceData(env);
  defineObject(env, exports);
  defineMap(env);
  defineRing(env);
  defineConntrack(env, exports);
  define(env, exports, kernelFunctions());
  define(env, exports, processFunctions());
  define(env, exports, {method<useErrorClass>("useErrorClass")});
  return exports;
}
