#pragma once
// "-" as a source or a target: files of this process alone, which are gone when it ends.
#include <string>

namespace insitu::cli {

/// Whether an argument names standard input or output.
inline bool is_standard_stream(const std::string& path) { return path == "-"; }

/// The path of a file that holds all of standard input. Read once.
const std::string& standard_input_file();

/// Where to write what standard output is to get.
const std::string& standard_output_file();

/// Writes that file to standard output.
void send_standard_output();

/// A message in which the paths above are "standard input" and "standard output".
std::string with_stream_names(std::string message);

}  // namespace insitu::cli
