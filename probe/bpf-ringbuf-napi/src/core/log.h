#pragma once

#include <string>

namespace bpf_ringbuf {

/** Sends libbpf's warnings to a buffer of the calling thread instead of stderr. Called once, when the addon is loaded. */
void captureLog();

/** The last lines captured on this thread since the last call, and empties the buffer. */
std::string takeLog();

}  // namespace bpf_ringbuf
