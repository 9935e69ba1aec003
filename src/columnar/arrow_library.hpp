#pragma once
// libinsitu_arrow.so (plugins/arrow), loaded when the first Parquet or ORC file is met: programs
// that never meet one neither need nor load Arrow.
#include <string>

#include "insitu_arrow.h"

namespace insitu {

/// The functions of the loaded library; insitu_arrow.h says what they do.
struct ArrowLibrary {
  std::string path;
  decltype(&insitu_arrow_version) version;
  decltype(&insitu_arrow_open) open;
  decltype(&insitu_arrow_close) close;
  decltype(&insitu_arrow_file_error) file_error;
  decltype(&insitu_arrow_schema) schema;
  decltype(&insitu_arrow_groups) groups;
  decltype(&insitu_arrow_group_rows) group_rows;
  decltype(&insitu_arrow_read) read;
  decltype(&insitu_arrow_statistics) statistics;
  decltype(&insitu_arrow_stored) stored;
  decltype(&insitu_arrow_create) create;
  decltype(&insitu_arrow_write) write;
  decltype(&insitu_arrow_end_group) end_group;
  decltype(&insitu_arrow_finish) finish;
  decltype(&insitu_arrow_destroy) destroy;
  decltype(&insitu_arrow_writer_error) writer_error;
};

/// The library: $INSITU_ARROW, else beside the engine in the places of an installation or of a
/// build tree. Loaded once and kept; a failure is tried again at the next call. Safe to call from
/// several threads. Throws Unsupported that says where it was looked for and how to get it.
const ArrowLibrary& arrow_library();

}  // namespace insitu
