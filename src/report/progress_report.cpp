#include "report/progress_report.hpp"

#include "report/format_number.hpp"

namespace insitu {

std::string duration_text(double seconds) {
  return seconds < 0.001 ? "Less than .001 seconds" : format_fixed(seconds, 3) + " seconds";
}

std::string progress_line(int level, std::int64_t rows_read, std::int64_t rows_processed,
                          double chunk_seconds, double seconds, std::int64_t resident_bytes) {
  if (level <= 0) return {};
  if (level == 1) return "Rows Processed: " + std::to_string(rows_processed);
  auto line = "Rows Read: " + std::to_string(rows_read) +
              ", Total Rows Processed: " + std::to_string(rows_processed) +
              ", Total Chunk Time: " + duration_text(chunk_seconds);
  if (level >= 3) {
    if (seconds > 0)
      line +=
          ", Rows per Second: " + format_fixed(static_cast<double>(rows_processed) / seconds, 0);
    line += ", Elapsed Time: " + duration_text(seconds);
    if (resident_bytes > 0)
      line += ", Memory: " + format_fixed(static_cast<double>(resident_bytes) / 1048576, 0) + " MB";
  }
  return line;
}

std::string computation_time_line(int level, double seconds) {
  return level < 2 ? std::string() : "Computation time: " + duration_text(seconds) + ".";
}

}  // namespace insitu
