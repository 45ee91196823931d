#pragma once

#include <cerrno>
#include <string>
#include <utility>
#include <variant>

namespace bpf_ringbuf {

/** What the caller is told: an errno name, one sentence, and the last lines of libbpf's or the verifier's log. */
struct Failure {
  std::string code;
  std::string message;
  std::string log;
};

/** `EPERM` for 1 or -1, `EINVAL` for libbpf's own numbers about malformed objects. */
std::string errnoName(int error);

/** A failed system or libbpf call; the sentence ends with what the number means. Takes the captured log with it. */
Failure failed(const std::string& what, int error);

/** A failure found here, before any call. */
Failure refused(const char* code, std::string message);

struct Done {};

/** A value or the reason why there is none. Nothing here throws. */
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : content_(std::move(value)) {}
  Result(Failure failure) : content_(std::move(failure)) {}

  bool ok() const { return std::holds_alternative<T>(content_); }
  T& value() { return *std::get_if<T>(&content_); }
  Failure& failure() { return *std::get_if<Failure>(&content_); }

 private:
  std::variant<T, Failure> content_;
};

using Status = Result<Done>;

}  // namespace bpf_ringbuf

/** The value of a Result, or an early return of its failure. */
#define TRY(expression)                                      \
  __extension__({                                            \
    auto result_ = (expression);                             \
    if (!result_.ok()) return std::move(result_.failure());  \
    std::move(result_.value());                              \
  })
