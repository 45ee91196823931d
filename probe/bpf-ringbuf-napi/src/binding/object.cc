#include "../core/object.h"

#include "../core/link.h"
#include "../core/map.h"
#include "../core/ring.h"
#include "../core/statistics.h"
#include "bindings.h"

namespace bpf_ringbuf {
namespace {

using ObjectPtr = std::shared_ptr<Object>;

Result<ObjectPtr> self(const Call& call) { return call.self<Object>(Class::kObject); }

/** What a JavaScript Link holds: the object too, which would otherwise be collected and detach it. */
struct LinkHandle {
  ObjectPtr object;
  std::shared_ptr<Link> link;
};

Reply open(Call& call) {
  const std::string path = TRY(call.text(0, "path"));
  return call.wrap(Class::kObject, TRY(Object::open(path)));
}

Reply programs(Call& call) {
  const auto found = TRY(TRY(self(call))->programs());
  const napi_value list = call.array(found.size());
  for (size_t i = 0; i < found.size(); i++) {
    const napi_value entry = call.object();
    call.set(entry, "name", call.value(found[i].name));
    call.set(entry, "section", call.value(found[i].section));
    call.set(entry, "autoload", call.value(found[i].autoload));
    call.set(entry, "loaded", call.value(found[i].loaded));
    call.set(list, i, entry);
  }
  return list;
}

Reply setAutoload(Call& call) {
  const ObjectPtr object = TRY(self(call));
  const std::string program = TRY(call.text(0, "program"));
  const bool load = TRY(call.boolean(1, "load"));
  TRY(object->setAutoload(program, load));
  return call.undefined();
}

Reply setMaxEntries(Call& call) {
  const ObjectPtr object = TRY(self(call));
  const std::string map = TRY(call.text(0, "map"));
  const int64_t entries = TRY(call.integer(1, "entries", 1, UINT32_MAX));
  TRY(object->setMaxEntries(map, static_cast<uint32_t>(entries)));
  return call.undefined();
}

Reply setGlobal(Call& call) {
  const ObjectPtr object = TRY(self(call));
  const std::string variable = TRY(call.text(0, "variable"));
  const Bytes bytes = TRY(call.bytes(1, "bytes"));
  TRY(object->setGlobal(variable, bytes.data, bytes.size));
  return call.undefined();
}

Reply load(Call& call) {
  TRY(TRY(self(call))->load());
  return call.undefined();
}

Reply attach(Call& call) {
  const ObjectPtr object = TRY(self(call));
  const std::string program = TRY(call.text(0, "program"));
  return call.wrap(Class::kLink, std::make_shared<LinkHandle>(LinkHandle{object, TRY(Link::attach(*object, program))}));
}

Reply attachUprobe(Call& call) {
  const ObjectPtr object = TRY(self(call));
  const std::string program = TRY(call.text(0, "program"));
  Link::Uprobe where;
  where.binary = TRY(call.option(1, "binary", std::string()));
  if (where.binary.empty()) return refused("EINVAL", "binary must be the path of an executable or library");
  where.offset = static_cast<size_t>(TRY(call.option(1, "offset", -1, 0, INT64_MAX >> 10)));
  where.pid = static_cast<pid_t>(TRY(call.option(1, "pid", -1, 1, INT32_MAX)));
  where.returns = TRY(call.option(1, "returns", false));
  if (where.offset == static_cast<size_t>(-1)) return refused("EINVAL", "offset must be given");
  return call.wrap(Class::kLink,
                   std::make_shared<LinkHandle>(LinkHandle{object, TRY(Link::attachUprobe(*object, program, where))}));
}

Reply attachCgroup(Call& call) {
  const ObjectPtr object = TRY(self(call));
  const std::string program = TRY(call.text(0, "program"));
  const std::string path = TRY(call.text(1, "path"));
  return call.wrap(Class::kLink,
                   std::make_shared<LinkHandle>(LinkHandle{object, TRY(Link::attachCgroup(*object, program, path))}));
}

Reply runIteratorSync(Call& call) {
  const ObjectPtr object = TRY(self(call));
  const std::string program = TRY(call.text(0, "program"));
  const std::string netns = TRY(call.option(1, "netns", std::string()));
  return call.copy(TRY(runIterator(*object, program, netns)));
}

Reply map(Call& call) {
  const ObjectPtr object = TRY(self(call));
  const std::string name = TRY(call.text(0, "name"));
  return call.wrap(Class::kMap, TRY(Map::open(object, name)));
}

Reply ring(Call& call) {
  const ObjectPtr object = TRY(self(call));
  const std::string name = TRY(call.text(0, "map"));
  return call.wrap(Class::kRing, TRY(Ring::open(object, name)));
}

Reply allStatistics(Call& call) {
  const auto all = TRY(statistics(*TRY(self(call))));
  const napi_value list = call.array(all.size());
  for (size_t i = 0; i < all.size(); i++) {
    const napi_value entry = call.object();
    call.set(entry, "name", call.value(all[i].name));
    call.set(entry, "runCount", call.value(static_cast<double>(all[i].runCount)));
    call.set(entry, "runNanos", call.value(static_cast<double>(all[i].runNanos)));
    call.set(list, i, entry);
  }
  return list;
}

Reply close(Call& call) {
  TRY(self(call))->close();
  return call.undefined();
}

Reply detach(Call& call) {
  TRY(call.self<LinkHandle>(Class::kLink))->link->close();
  return call.undefined();
}

}  // namespace

void defineObject(napi_env env, napi_value exports) {
  defineClass(env, exports, "BpfObject", Class::kObject,
              {staticMethod<open>("open"), method<programs>("programs"), method<setAutoload>("setAutoload"),
               method<setMaxEntries>("setMaxEntries"), method<setGlobal>("setGlobal"), method<load>("load"),
               method<attach>("attach"), method<attachUprobe>("attachUprobe"),
               method<attachCgroup>("attachCgroup"),
               method<runIteratorSync>("runIteratorSync"), method<map>("map"), method<ring>("ring"),
               method<allStatistics>("statistics"), method<close>("close")});
  defineClass(env, nullptr, "Link", Class::kLink, {method<detach>("detach")});
}

}  // namespace bpf_ringbuf
