#include "odbc/line_pool.hpp"

namespace insitu {

std::unique_ptr<OdbcLine> LinePool::take() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      auto line = std::move(idle_.back());
      idle_.pop_back();
      return line;
    }
  }
  return std::make_unique<OdbcLine>(options_, nullptr);
}

void LinePool::give(std::unique_ptr<OdbcLine> line) {
  if (line->lost()) return;
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(line));
}

}  // namespace insitu
