#pragma once
// Lines to one database that readers borrow: one each while they read.
#include <memory>
#include <mutex>
#include <vector>

#include "odbc/line.hpp"

namespace insitu {

/// Safe to use from several threads.
class LinePool {
 public:
  explicit LinePool(LineOptions options) : options_(std::move(options)) {}

  /// One that nobody uses, or a new one.
  std::unique_ptr<OdbcLine> take();
  /// Gives it back when nothing is open on it; one that is lost ends.
  void give(std::unique_ptr<OdbcLine>);

 private:
  LineOptions options_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<OdbcLine>> idle_;
};

/// A borrowed line.
class PooledLine {
 public:
  explicit PooledLine(std::shared_ptr<LinePool> pool)
      : pool_(std::move(pool)), line_(pool_->take()) {}
  ~PooledLine() {
    if (line_) pool_->give(std::move(line_));
  }
  PooledLine(PooledLine&&) = default;
  PooledLine& operator=(PooledLine&&) = delete;
  OdbcLine& operator*() const { return *line_; }
  OdbcLine* operator->() const { return line_.get(); }

 private:
  std::shared_ptr<LinePool> pool_;
  std::unique_ptr<OdbcLine> line_;
};

}  // namespace insitu
