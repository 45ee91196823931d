#pragma once

#include <string>
#include <utility>
#include <vector>

#include "result.h"

namespace bpf_ringbuf {

/** Questions about the running kernel's types. The parsed BTF is kept between questions (about 11 MB). */
bool kernelHasBtf();
bool kernelHasType(const std::string& name);

/** Arguments of BTF tracepoint `name`, -1 when the kernel has none of that name. */
int tracepointArguments(const std::string& name);

/** Names and numbers of an enum, empty when unknown. */
std::vector<std::pair<std::string, double>> kernelEnum(const std::string& name);

/** Frees what is kept; the next question loads it again. */
void releaseKernelBtf();

}  // namespace bpf_ringbuf
