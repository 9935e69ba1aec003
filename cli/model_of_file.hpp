#pragma once
// The model that a command finds in a file.
#include <string>

namespace insitu::cli {

/// The model in a file as base64: a model file, or what version 0.1 wrote: base64 in a line, or the
/// reply as JSON. Throws DataError and InvalidArgument for other files.
std::string read_model(const std::string& path);

}  // namespace insitu::cli
