#include "progress_bar.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "base/number_text.hpp"
#include "report/progress_report.hpp"

namespace insitu::cli {

namespace {

constexpr double kSecondsBetweenFrames = 0.1;

std::string grouped(std::int64_t number) {
  auto text = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), ",");
  return text;
}

std::string clock_text(double seconds) {
  const auto whole = static_cast<long>(std::ceil(std::min(seconds, 359999.0)));
  const auto seconds_text = ":" + whole_text(whole % 60, 2, '0');
  if (whole < 3600) return whole_text(whole / 60) + seconds_text;
  return whole_text(whole / 3600) + ":" + whole_text(whole / 60 % 60, 2, '0') + seconds_text;
}

}  // namespace

int terminal_columns(int file_descriptor) {
  winsize size{};
  return ioctl(file_descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

bool is_terminal(int file_descriptor) { return isatty(file_descriptor) == 1; }

std::string bar_line(const Progress& p, int columns) {
  // The least needed fact last: it goes first where the line is short.
  std::vector<std::string> facts;
  const double rate = p.seconds > 0 ? static_cast<double>(p.rows_processed) / p.seconds : 0;
  if (p.rows_total > 0) {
    const double share = std::clamp(
        static_cast<double>(p.rows_processed) / static_cast<double>(p.rows_total), 0.0, 1.0);
    facts.push_back(std::to_string(static_cast<int>(100 * share)) + " %");
    if (rate > 0 && p.rows_total > p.rows_processed)
      facts.push_back("ETA " +
                      clock_text(static_cast<double>(p.rows_total - p.rows_processed) / rate));
    facts.push_back(grouped(p.rows_processed) + " of " + grouped(p.rows_total) + " rows");
  } else {
    facts.push_back(grouped(p.rows_processed) + " rows");
  }
  if (rate > 0) facts.push_back(grouped(static_cast<std::int64_t>(rate)) + " rows/s");
  if (p.pass > 1) facts.push_back("pass " + std::to_string(p.pass));
  if (p.resident_bytes > 0) facts.push_back(grouped(p.resident_bytes / 1048576) + " MB");
  constexpr int kLeastBar = 10, kFrame = 4;
  std::string line = facts[0];
  const int reserved = p.rows_total > 0 ? kLeastBar + kFrame : 1;
  for (std::size_t i = 1; i < facts.size(); ++i)
    if (static_cast<int>(line.size() + 2 + facts[i].size()) + reserved <= columns)
      line += "  " + facts[i];
  const int room = columns - static_cast<int>(line.size()) - kFrame;
  if (p.rows_total > 0 && room >= kLeastBar) {
    const int width = std::min(room, 30);
    const int full = static_cast<int>(width * std::clamp(static_cast<double>(p.rows_processed) /
                                                             static_cast<double>(p.rows_total),
                                                         0.0, 1.0));
    std::string bar(static_cast<std::size_t>(width), ' ');
    std::fill_n(bar.begin(), full, '=');
    if (full < width) bar[static_cast<std::size_t>(full)] = '>';
    line.insert(0, "[" + bar + "] ");
  }
  if (static_cast<int>(line.size()) >= columns)
    line.resize(static_cast<std::size_t>(std::max(0, columns - 1)));
  return line;
}

void ProgressBar::show(const Progress& p) {
  if (style_ == Style::kLines) {
    const auto line = progress_line(level_, p.rows_read, p.rows_processed, p.chunk_seconds,
                                    p.seconds, p.resident_bytes);
    std::fprintf(stderr, "%s\n", line.c_str());
  } else if (style_ == Style::kBar) {
    if (!p.finished && drawn_ && p.seconds >= last_drawn_ &&
        p.seconds - last_drawn_ < kSecondsBetweenFrames)
      return;
    std::fprintf(stderr, "\r\x1b[K%s", bar_line(p, terminal_columns(STDERR_FILENO)).c_str());
    std::fflush(stderr);
    drawn_ = true;
    last_drawn_ = p.seconds;
  }
}

void ProgressBar::clear() {
  if (!drawn_) return;
  std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
  drawn_ = false;
}

}  // namespace insitu::cli
