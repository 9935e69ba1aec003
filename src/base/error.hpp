#pragma once
// The kinds of failure. Text first, values last: "variable not found: DayOfWek (did you mean
// DayOfWeek?)". Errors fly as exceptions inside the engine and become codes at a border (C ABI,
// worker, host language).
#include <stdexcept>
#include <string>
#include <string_view>

namespace insitu {

/// What went wrong, as a number that crosses borders. The values are part of the wire format.
enum class ErrorCode : int {
  kInternal = 1,         ///< a defect of the engine
  kInvalidArgument = 2,  ///< the caller asked for something that cannot be
  kData = 3,             ///< the data cannot be read, or contradict the request
  kWorker = 4,           ///< a worker failed or was lost
  kCancelled = 5,        ///< the user interrupted
  kUnsupported = 6,      ///< this compute context or source cannot do it
  kUserCode = 7,         ///< a function of the user failed
};

class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message, ErrorCode code = ErrorCode::kInternal)
      : std::runtime_error(message), code_(code) {}
  ErrorCode code() const { return code_; }

 private:
  ErrorCode code_;
};

/// The caller's mistake: names the argument, the value and the way out.
struct InvalidArgument : Error {
  explicit InvalidArgument(const std::string& message)
      : Error(message, ErrorCode::kInvalidArgument) {}
};

/// The data's mistake: names the source, the variable, the row where known.
struct DataError : Error {
  explicit DataError(const std::string& message) : Error(message, ErrorCode::kData) {}
};

/// A worker failed or died; carries the worker's own text.
struct WorkerError : Error {
  explicit WorkerError(const std::string& message) : Error(message, ErrorCode::kWorker) {}
};

struct Cancelled : Error {
  Cancelled() : Error("interrupted", ErrorCode::kCancelled) {}
};

/// The compute context or the source lacks a capability: names both and the way out.
struct Unsupported : Error {
  explicit Unsupported(const std::string& message) : Error(message, ErrorCode::kUnsupported) {}
};

/// A function written by the user failed: names the function, the line and the variable where
/// known.
struct UserCodeError : Error {
  explicit UserCodeError(const std::string& message) : Error(message, ErrorCode::kUserCode) {}
};

/// Throws the class that belongs to `code`; how errors come back over a border.
[[noreturn]] void throw_error(ErrorCode code, const std::string& message);

}  // namespace insitu
