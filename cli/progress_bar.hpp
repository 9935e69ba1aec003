#pragma once
// How a running command shows that it runs: a bar that redraws itself on a terminal, lines
// elsewhere. Goes to standard error, so that results can be piped.
#include <cstdint>
#include <string>

#include "base/control.hpp"

namespace insitu::cli {

/// "[=====>    ] 52 %  312,000 of 600,000 rows  1,900,000 rows/s  ETA 0:02  84 MB"; without a total
/// the bar is left out.
std::string bar_line(const Progress&, int columns);

class ProgressBar {
 public:
  enum class Style { kNone, kBar, kLines };

  /// `level`: as reportProgress. Bars are drawn on terminals only.
  ProgressBar(Style style, int level) : style_(style), level_(level) {}
  ~ProgressBar() { clear(); }

  void show(const Progress&);
  /// Wipes the bar, before anything else is written.
  void clear();

 private:
  Style style_;
  int level_;
  bool drawn_ = false;
  double last_drawn_ = -1;
};

bool is_terminal(int file_descriptor);

/// Characters of a line of the terminal; 80 where it is none.
int terminal_columns(int file_descriptor);

}  // namespace insitu::cli
