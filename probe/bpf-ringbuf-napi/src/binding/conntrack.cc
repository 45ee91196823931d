#include "../core/conntrack.h"

#include <arpa/inet.h>

#include "bindings.h"

namespace bpf_ringbuf {
namespace {

constexpr int64_t kDefaultReceiveBuffer = 4 << 20;
constexpr int64_t kDefaultLimit = 4096;
constexpr int64_t kMaxLimit = 1 << 20;

Reply open(Call& call) {
  const std::string netns = TRY(call.option(0, "netns", std::string()));
  const int64_t buffer = TRY(call.option(0, "receiveBuffer", kDefaultReceiveBuffer, 1, 1 << 30));
  return call.wrap(Class::kConntrack, TRY(Conntrack::open(netns, static_cast<int>(buffer))));
}

Result<std::shared_ptr<Conntrack>> self(const Call& call) { return call.self<Conntrack>(Class::kConntrack); }

Reply requestDump(Call& call) {
  TRY(TRY(self(call))->requestDump());
  return call.undefined();
}

napi_value address(const Call& call, uint8_t family, const uint8_t* bytes) {
  char text[INET6_ADDRSTRLEN] = "";
  inet_ntop(family, bytes, text, sizeof text);
  return call.value(std::string(text));
}

napi_value tuple(const Call& call, const ConntrackTuple& of) {
  const napi_value made = call.object();
  call.set(made, "source", address(call, of.family, of.source));
  call.set(made, "sourcePort", call.value(static_cast<double>(of.sourcePort)));
  call.set(made, "destination", address(call, of.family, of.destination));
  call.set(made, "destinationPort", call.value(static_cast<double>(of.destinationPort)));
  return made;
}

const char* nameOf(ConntrackKind kind) {
  switch (kind) {
    case ConntrackKind::kNew:
      return "new";
    case ConntrackKind::kDestroy:
      return "destroy";
    case ConntrackKind::kDump:
      return "dump";
  }
  return "";
}

napi_value entryOf(const Call& call, const ConntrackEntry& of) {
  const napi_value made = call.object();
  call.set(made, "kind", call.value(std::string(nameOf(of.kind))));
  call.set(made, "protocol", call.value(static_cast<double>(of.pair.original.protocol)));
  call.set(made, "original", tuple(call, of.pair.original));
  call.set(made, "reply", tuple(call, of.pair.reply));
  return made;
}

Reply read(Call& call) {
  const auto socket = TRY(self(call));
  const int64_t limit = call.has(0) ? TRY(call.integer(0, "limit", 1, kMaxLimit)) : kDefaultLimit;
  const ConntrackBatch batch = TRY(socket->read(static_cast<size_t>(limit)));
  const napi_value entries = call.array(batch.entries.size());
  for (size_t i = 0; i < batch.entries.size(); i++) {
    // Each entry makes a dozen handles: without a scope of its own they would all live until the call returns.
    napi_handle_scope scope;
    napi_open_handle_scope(call.env(), &scope);
    call.set(entries, i, entryOf(call, batch.entries[i]));
    napi_close_handle_scope(call.env(), scope);
  }
  const napi_value answer = call.object();
  call.set(answer, "entries", entries);
  call.set(answer, "overflowed", call.value(batch.overflowed));
  call.set(answer, "dumpDone", call.value(batch.dumpDone));
  call.set(answer, "more", call.value(batch.more));
  return answer;
}

Reply close(Call& call) {
  TRY(self(call))->close();
  return call.undefined();
}

}  // namespace

void defineConntrack(napi_env env, napi_value exports) {
  defineClass(env, exports, "Conntrack", Class::kConntrack,
              {staticMethod<open>("open"), method<requestDump>("requestDump"), method<read>("read"),
               method<close>("close")});
}

}  // namespace bpf_ringbuf
