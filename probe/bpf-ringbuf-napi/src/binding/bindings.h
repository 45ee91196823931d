#pragma once

#include "napi.h"

namespace bpf_ringbuf {

void defineObject(napi_env env, napi_value exports);
void defineMap(napi_env env);
void defineRing(napi_env env);
void defineConntrack(napi_env env, napi_value exports);
std::vector<napi_property_descriptor> kernelFunctions();
std::vector<napi_property_descriptor> processFunctions();

}  // namespace bpf_ringbuf
