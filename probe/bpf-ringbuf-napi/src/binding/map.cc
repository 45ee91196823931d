#include "../core/map.h"

#include "../core/memory.h"
#include "bindings.h"

namespace bpf_ringbuf {
namespace {

using MapPtr = std::shared_ptr<Map>;

Result<MapPtr> self(const Call& call) { return call.self<Map>(Class::kMap); }

Reply keySize(Call& call) { return call.value(static_cast<double>(TRY(self(call))->keySize())); }
Reply valueSize(Call& call) { return call.value(static_cast<double>(TRY(self(call))->valueSize())); }
Reply maxEntries(Call& call) { return call.value(static_cast<double>(TRY(self(call))->maxEntries())); }

Reply lookup(Call& call) {
  const MapPtr map = TRY(self(call));
  const Bytes key = TRY(call.bytes(0, "key"));
  std::vector<uint8_t> value;
  return TRY(map->lookup(key.data, key.size, value)) ? call.copy(value) : call.null();
}

Reply lookupAll(Call& call) {
  const MapPtr map = TRY(self(call));
  const Bytes keys = TRY(call.bytes(0, "keys"));
  return call.copy(TRY(map->lookupAll(keys.data, keys.size)));
}

Reply memory(Call& call) {
  const std::shared_ptr<Memory> memory = TRY(Memory::open(*TRY(self(call))));
  return call.share(memory->data(), memory->size(), memory);
}

Reply update(Call& call) {
  const MapPtr map = TRY(self(call));
  const Bytes key = TRY(call.bytes(0, "key"));
  const Bytes value = TRY(call.bytes(1, "value"));
  TRY(map->update(key.data, key.size, value.data, value.size));
  return call.undefined();
}

Reply remove(Call& call) {
  const MapPtr map = TRY(self(call));
  const Bytes key = TRY(call.bytes(0, "key"));
  return call.value(TRY(map->remove(key.data, key.size)));
}

template <Map::Sweep how>
Reply sweep(Call& call) {
  const Entries entries = TRY(TRY(self(call))->sweep(how));
  const napi_value answer = call.object();
  call.set(answer, "count", call.value(static_cast<double>(entries.count)));
  call.set(answer, "keys", call.copy(entries.keys));
  call.set(answer, "values", call.copy(entries.values));
  return answer;
}

}  // namespace

void defineMap(napi_env env) {
  defineClass(env, nullptr, "BpfMap", Class::kMap,
              {getter<keySize>("keySize"), getter<valueSize>("valueSize"), getter<maxEntries>("maxEntries"),
               method<lookup>("lookup"), method<lookupAll>("lookupAll"), method<memory>("memory"), method<update>("update"), method<remove>("delete"),
               method<sweep<Map::Sweep::kCopy>>("sweep"), method<sweep<Map::Sweep::kTake>>("sweepDelete")});
}

}  // namespace bpf_ringbuf
