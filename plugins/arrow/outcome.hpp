#pragma once
// From Arrow's status and from exceptions to what the C interface returns.
#include <arrow/status.h>

#include <exception>
#include <new>
#include <string>

#include "insitu_arrow.h"

namespace insitu::arrow_plugin {

/// Leaves the sentence in `error` and gives the code. Never throws.
inline int outcome(const arrow::Status& status, std::string& error) noexcept {
  if (status.ok()) return INSITU_ARROW_OK;
  try {
    error = status.message();
    if (status.detail()) error += " (" + status.detail()->ToString() + ")";
  } catch (...) {
    error.clear();
  }
  switch (status.code()) {
    case arrow::StatusCode::OutOfMemory:
      return INSITU_ARROW_NO_MEMORY;
    case arrow::StatusCode::IOError:
      // Arrow gives damaged files as I/O errors too; those of the system carry errno.
      return status.detail() ? INSITU_ARROW_IO : INSITU_ARROW_BAD_DATA;
    case arrow::StatusCode::Invalid:
    case arrow::StatusCode::SerializationError:
    case arrow::StatusCode::TypeError:
    case arrow::StatusCode::IndexError:
      return INSITU_ARROW_BAD_DATA;
    case arrow::StatusCode::NotImplemented:
      return INSITU_ARROW_UNSUPPORTED;
    default:
      return INSITU_ARROW_FAILED;
  }
}

/// Runs `work`, which gives a status, and turns what it throws into one: the decoders of damaged
/// bytes throw.
template <class Work>
arrow::Status guarded(Work&& work) noexcept {
  try {
    try {
      return work();
    } catch (const std::bad_alloc&) {
      return arrow::Status::OutOfMemory("out of memory");
    } catch (const std::exception& failure) {
      return arrow::Status::Invalid(failure.what());
    } catch (...) {
      return arrow::Status::UnknownError("unknown error");
    }
  } catch (...) {  // no memory for a message either
    return arrow::Status(arrow::StatusCode::OutOfMemory, std::string());
  }
}

}  // namespace insitu::arrow_plugin
