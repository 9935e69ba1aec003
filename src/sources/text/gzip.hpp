#pragma once
// The text within a gzip file, read at any position. The first pass inflates the file from front to
// back and keeps the state of the inflater (32 KiB) about every 4 MiB of text, compressed itself;
// later reads start from there.
#include <memory>
#include <string>

#include "data/file_system.hpp"

namespace insitu {

/// By the first two bytes.
bool is_gzip(const RandomAccessFile&);

/// Members that follow one another are one text. Errors name `path`. Safe to use from several
/// threads.
std::shared_ptr<RandomAccessFile> open_gzip(std::shared_ptr<RandomAccessFile> file,
                                            std::string path);

}  // namespace insitu
