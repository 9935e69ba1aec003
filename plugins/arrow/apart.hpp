#pragma once
// Files read and written by this library in a process of its own: what crashes on damaged bytes, or
// ends the process when memory is short, ends that one, and here it is an error.
#include "file_writer.hpp"
#include "group_file.hpp"

namespace insitu::arrow_plugin {

/// `worker`: the program that hosts us (insitu-worker).
arrow::Result<std::shared_ptr<const GroupFile>> open_apart(int kind, const Place&,
                                                           const std::string& worker);
arrow::Result<std::unique_ptr<FileWriter>> create_apart(int kind, const std::string& path,
                                                        const std::shared_ptr<arrow::Schema>&,
                                                        const std::string& worker);

}  // namespace insitu::arrow_plugin
