#include "../core/ring.h"

#include "bindings.h"

namespace bpf_ringbuf {
namespace {

Reply drain(Call& call) {
  const auto ring = TRY(call.self<Ring>(Class::kRing));
  const Bytes into = TRY(call.bytes(0, "into"));
  const Ring::Drained drained = TRY(ring->drain(into.data, into.size));
  const napi_value answer = call.object();
  call.set(answer, "bytes", call.value(static_cast<double>(drained.bytes)));
  call.set(answer, "records", call.value(static_cast<double>(drained.records)));
  return answer;
}

Reply pending(Call& call) {
  return call.value(static_cast<double>(TRY(TRY(call.self<Ring>(Class::kRing))->pending())));
}

}  // namespace

void defineRing(napi_env env) {
  defineClass(env, nullptr, "Ring", Class::kRing, {method<drain>("drain"), method<pending>("pending")});
}

}  // namespace bpf_ringbuf
