#pragma once

#define NAPI_VERSION 8
#include <node_api.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "../core/log.h"
#include "../core/result.h"

namespace bpf_ringbuf {

/** The classes whose instances carry native state. */
enum class Class : size_t { kObject, kMap, kRing, kLink, kConntrack, kCount };

struct Bytes {
  uint8_t* data;
  size_t size;
};

/** One call from JavaScript: its arguments by type, its receiver, and values to answer with. */
class Call {
 public:
  Call(napi_env env, napi_callback_info info);

  napi_env env() const { return env_; }
  bool has(size_t index) const;
  napi_value argument(size_t index) const { return arguments_[index]; }

  Result<std::string> text(size_t index, const char* name) const;
  Result<std::vector<std::string>> texts(size_t index, const char* name) const;
  Result<int64_t> integer(size_t index, const char* name, int64_t least, int64_t most) const;
  Result<bool> boolean(size_t index, const char* name) const;
  Result<Bytes> bytes(size_t index, const char* name) const;

  /** A property of an options argument; absent and `undefined` give the default. */
  Result<std::string> option(size_t index, const char* property, std::string otherwise) const;
  Result<int64_t> option(size_t index, const char* property, int64_t otherwise, int64_t least, int64_t most) const;
  Result<bool> option(size_t index, const char* property, bool otherwise) const;

  /** The native state of the receiver, after checking that it is one of ours. */
  template <class T>
  Result<std::shared_ptr<T>> self(Class kind) const {
    void* state = TRY(unwrap(kind));
    return *static_cast<std::shared_ptr<T>*>(state);
  }

  napi_value undefined() const;
  napi_value null() const;
  napi_value value(bool of) const;
  napi_value value(double of) const;
  napi_value value(const std::string& of) const;
  napi_value copy(const std::vector<uint8_t>& bytes) const;
  /** A Uint8Array over memory of ours, which `owner` keeps for as long as JavaScript has it. */
  napi_value share(uint8_t* data, size_t size, std::shared_ptr<void> owner) const;
  napi_value array(size_t length) const;
  napi_value object() const;
  void set(napi_value object, const char* property, napi_value value) const;
  void set(napi_value array, size_t index, napi_value value) const;

  /** A new JavaScript object of a class that owns `state`. */
  template <class T>
  Result<napi_value> wrap(Class kind, std::shared_ptr<T> state) const {
    const auto drop = [](napi_env, void* data, void*) { delete static_cast<std::shared_ptr<T>*>(data); };
    auto* owned = new std::shared_ptr<T>(std::move(state));
    const napi_value made = construct(kind, owned, drop);
    if (made != nullptr) return made;
    delete owned;
    return refused("ENOMEM", "cannot create the object");
  }

 private:
  static constexpr size_t kMaxArguments = 4;

  Result<void*> unwrap(Class kind) const;
  napi_value construct(Class kind, void* state, napi_finalize drop) const;
  /** nullptr when absent. */
  Result<napi_value> property(size_t index, const char* name) const;

  napi_env env_;
  napi_value receiver_ = nullptr;
  napi_value arguments_[kMaxArguments] = {};
};

using Reply = Result<napi_value>;

/** Throws a BpfError in JavaScript. */
void throwFailure(napi_env env, const Failure& failure);

/** Makes a function of ours callable: a failure becomes a thrown BpfError. */
template <Reply (*function)(Call&)>
napi_value entry(napi_env env, napi_callback_info info) {
  Call call(env, info);
  takeLog();  // what earlier calls left explains no failure of this one
  Reply reply = function(call);
  if (reply.ok()) return reply.value();
  throwFailure(env, reply.failure());
  return nullptr;
}

template <Reply (*function)(Call&)>
napi_property_descriptor method(const char* name, napi_property_attributes attributes = napi_default_method) {
  return {name, nullptr, entry<function>, nullptr, nullptr, nullptr, attributes, nullptr};
}

template <Reply (*function)(Call&)>
napi_property_descriptor staticMethod(const char* name) {
  return method<function>(name, static_cast<napi_property_attributes>(napi_default_method | napi_static));
}

template <Reply (*function)(Call&)>
napi_property_descriptor getter(const char* name) {
  return {name, nullptr, nullptr, entry<function>, nullptr, nullptr, napi_enumerable, nullptr};
}

/** Defines a class that only this addon can construct; exported under its name when `exports` is given. */
void defineClass(napi_env env, napi_value exports, const char* name, Class kind,
                 const std::vector<napi_property_descriptor>& properties);

/** Creates what an environment (main thread, worker) keeps: constructors and the error class. */
void createInstanceData(napi_env env);

/** `useErrorClass(BpfError)`: the class of thrown errors; the first one given stays and is returned. */
Reply useErrorClass(Call& call);

}  // namespace bpf_ringbuf
