#include "bindings.h"
namespace bpf_ringbuf {
void defineConntrack(napi_env, napi_value) {}
}
