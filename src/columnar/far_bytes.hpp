#pragma once
// Files of other file systems as Arrow reads them: bytes by ranges, through functions of C.
#include <memory>

#include "data/file_system.hpp"
#include "insitu_arrow.h"

namespace insitu {

/// Shares the file until the library releases it.
InsituArrowBytes far_bytes(std::shared_ptr<RandomAccessFile>);

/// Throws what has last ended a reading of far bytes in this thread, if anything has and it was not
/// thrown yet: DataError, Cancelled. No exception passes through C, so whoever sees a function of
/// the library fail calls this first.
void rethrow_failure_of_far_bytes();

}  // namespace insitu
