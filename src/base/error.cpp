#include "base/error.hpp"

namespace insitu {

void throw_error(ErrorCode code, const std::string& message) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      throw InvalidArgument(message);
    case ErrorCode::kData:
      throw DataError(message);
    case ErrorCode::kWorker:
      throw WorkerError(message);
    case ErrorCode::kCancelled:
      throw Cancelled();
    case ErrorCode::kUnsupported:
      throw Unsupported(message);
    case ErrorCode::kUserCode:
      throw UserCodeError(message);
    case ErrorCode::kInternal:
      break;
  }
  throw Error(message, code);
}

}  // namespace insitu
