#include "memory.hpp"

#include <arrow/status.h>

#include <atomic>
#include <cstdio>
#include <string>

namespace insitu::arrow_plugin {

namespace {

std::atomic<std::int64_t> most{0};
thread_local bool counted = false;
thread_local std::int64_t used = 0;

std::string mebibytes(std::int64_t bytes) {
  return std::to_string((bytes + (1 << 20) - 1) >> 20) + " MiB";
}

class LimitedPool final : public arrow::MemoryPool {
 public:
  using arrow::MemoryPool::Allocate;
  using arrow::MemoryPool::Free;
  using arrow::MemoryPool::Reallocate;

  arrow::Status Allocate(std::int64_t size, std::int64_t alignment, std::uint8_t** out) override {
    ARROW_RETURN_NOT_OK(take(size));
    auto status = under_->Allocate(size, alignment, out);
    if (!status.ok()) give(size);
    return status;
  }
  arrow::Status Reallocate(std::int64_t old_size, std::int64_t new_size, std::int64_t alignment,
                           std::uint8_t** at) override {
    ARROW_RETURN_NOT_OK(take(new_size - old_size));
    auto status = under_->Reallocate(old_size, new_size, alignment, at);
    if (!status.ok()) give(new_size - old_size);
    return status;
  }
  void Free(std::uint8_t* buffer, std::int64_t size, std::int64_t alignment) override {
    give(size);
    under_->Free(buffer, size, alignment);
  }
  std::int64_t bytes_allocated() const override { return under_->bytes_allocated(); }
  std::int64_t max_memory() const override { return under_->max_memory(); }
  std::int64_t total_bytes_allocated() const override { return under_->total_bytes_allocated(); }
  std::int64_t num_allocations() const override { return under_->num_allocations(); }
  std::string backend_name() const override { return under_->backend_name(); }

 private:
  static arrow::Status take(std::int64_t size) {
    const auto at_most = limit();
    if (!counted) return arrow::Status::OK();
    if (at_most > 0 && size > 0 && size > at_most - used)
      return arrow::Status::OutOfMemory("a piece of it needs ", mebibytes(used + size),
                                        ", and the limit is ", mebibytes(at_most));
    used += size;
    return arrow::Status::OK();
  }
  static void give(std::int64_t size) {
    if (counted) used -= size;
  }

  arrow::MemoryPool* under_ = arrow::default_memory_pool();
};

}  // namespace

arrow::MemoryPool* pool() {
  static auto* const one = new LimitedPool;  // never destroyed: arrays may live to the end
  return one;
}

void set_limit(std::int64_t bytes) { most = bytes; }

std::int64_t limit() { return most; }

Piece::Piece() : outer_used_(used), outer_(counted) {
  used = 0;
  counted = true;
}

Piece::~Piece() {
  used = outer_used_;
  counted = outer_;
}

}  // namespace insitu::arrow_plugin
