#include <cmath>

#include "napi.h"

namespace bpf_ringbuf {
namespace {

Failure wrongType(const char* name, const char* type) {
  return refused("EINVAL", std::string(name) + " must be " + type);
}

napi_valuetype typeOf(napi_env env, napi_value value) {
  napi_valuetype type = napi_undefined;
  if (value != nullptr) napi_typeof(env, value, &type);
  return type;
}

Result<std::string> toText(napi_env env, napi_value value, const char* name) {
  if (typeOf(env, value) != napi_string) return wrongType(name, "a string");
  size_t length = 0;
  napi_get_value_string_utf8(env, value, nullptr, 0, &length);
  std::string text(length, '\0');
  napi_get_value_string_utf8(env, value, text.data(), length + 1, &length);
  // What follows a zero byte would be lost on the way through C.
  if (text.find('\0') != std::string::npos) return wrongType(name, "a string without zero bytes");
  return text;
}

Result<int64_t> toInteger(napi_env env, napi_value value, const char* name, int64_t least, int64_t most) {
  double number = std::nan("");
  if (typeOf(env, value) == napi_number) napi_get_value_double(env, value, &number);
  if (std::floor(number) == number && number >= static_cast<double>(least) && number <= static_cast<double>(most)) {
    return static_cast<int64_t>(number);
  }
  return wrongType(name, ("an integer from " + std::to_string(least) + " to " + std::to_string(most)).c_str());
}

Result<bool> toBoolean(napi_env env, napi_value value, const char* name) {
  bool truth = false;
  if (typeOf(env, value) != napi_boolean) return wrongType(name, "a boolean");
  napi_get_value_bool(env, value, &truth);
  return truth;
}

}  // namespace

Call::Call(napi_env env, napi_callback_info info) : env_(env) {
  size_t count = kMaxArguments;  // N-API fills the rest with undefined
  napi_get_cb_info(env, info, &count, arguments_, &receiver_, nullptr);
}

bool Call::has(size_t index) const { return typeOf(env_, arguments_[index]) != napi_undefined; }

Result<std::string> Call::text(size_t index, const char* name) const { return toText(env_, arguments_[index], name); }

Result<std::vector<std::string>> Call::texts(size_t index, const char* name) const {
  bool is = false;
  uint32_t length = 0;
  napi_is_array(env_, arguments_[index], &is);
  if (!is) return wrongType(name, "an array of strings");
  napi_get_array_length(env_, arguments_[index], &length);
  std::vector<std::string> found;
  for (uint32_t i = 0; i < length; i++) {
    napi_value element = nullptr;
    napi_get_element(env_, arguments_[index], i, &element);
    found.push_back(TRY(toText(env_, element, name)));
  }
  return found;
}

Result<int64_t> Call::integer(size_t index, const char* name, int64_t least, int64_t most) const {
  return toInteger(env_, arguments_[index], name, least, most);
}

Result<bool> Call::boolean(size_t index, const char* name) const { return toBoolean(env_, arguments_[index], name); }

Result<Bytes> Call::bytes(size_t index, const char* name) const {
  bool is = false;
  napi_is_typedarray(env_, arguments_[index], &is);
  napi_typedarray_type type = napi_int8_array;
  size_t size = 0;
  void* data = nullptr;
  if (is) napi_get_typedarray_info(env_, arguments_[index], &type, &size, &data, nullptr, nullptr);
  if (type != napi_uint8_array) return wrongType(name, "a Uint8Array");
  return Bytes{static_cast<uint8_t*>(data), size};
}

Result<napi_value> Call::property(size_t index, const char* name) const {
  if (!has(index)) return static_cast<napi_value>(nullptr);
  if (typeOf(env_, arguments_[index]) != napi_object) return wrongType("options", "an object");
  napi_value value = nullptr;
  if (napi_get_named_property(env_, arguments_[index], name, &value) != napi_ok) return wrongType(name, "readable");
  return typeOf(env_, value) == napi_undefined ? nullptr : value;
}

Result<std::string> Call::option(size_t index, const char* name, std::string otherwise) const {
  const napi_value value = TRY(property(index, name));
  return value == nullptr ? otherwise : toText(env_, value, name);
}

Result<int64_t> Call::option(size_t index, const char* name, int64_t otherwise, int64_t least, int64_t most) const {
  const napi_value value = TRY(property(index, name));
  return value == nullptr ? otherwise : toInteger(env_, value, name, least, most);
}

Result<bool> Call::option(size_t index, const char* name, bool otherwise) const {
  const napi_value value = TRY(property(index, name));
  return value == nullptr ? otherwise : toBoolean(env_, value, name);
}

}  // namespace bpf_ringbuf
