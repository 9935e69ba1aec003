#pragma once
// The lines that a running call prints (reportProgress 1 to 3).
#include <cstdint>
#include <string>

namespace insitu {

/// "0.022 seconds", or "Less than .001 seconds".
std::string duration_text(double seconds);

/// One read chunk: "Rows Read: 10000, Total Rows Processed: 20000, Total Chunk Time: 0.022
/// seconds". Level 1: the row counter alone; level 3: rows per second and memory as well; level 0:
/// nothing. Without a line end.
std::string progress_line(int level, std::int64_t rows_read, std::int64_t rows_processed,
                          double chunk_seconds, double seconds, std::int64_t resident_bytes);

/// "Computation time: 0.014 seconds."; empty below level 2.
std::string computation_time_line(int level, double seconds);

}  // namespace insitu
