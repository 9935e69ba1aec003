#include "columnar/far_bytes.hpp"

#include <exception>
#include <utility>

#include "base/error.hpp"

namespace insitu {

namespace {

thread_local std::exception_ptr failure_here;

struct FarFile {
  std::shared_ptr<RandomAccessFile> file;

  static int read(void* owner, std::int64_t offset, std::int64_t length, void* out) noexcept {
    try {
      const auto& file = *static_cast<FarFile*>(owner)->file;
      const std::span<char> wanted(static_cast<char*>(out), static_cast<std::size_t>(length));
      if (file.read_at(static_cast<std::uint64_t>(offset), wanted) != wanted.size())
        throw DataError("the file has become shorter while it was read");
      return 0;
    } catch (...) {
      failure_here = std::current_exception();
      return 1;
    }
  }
  static void release(void* owner) noexcept { delete static_cast<FarFile*>(owner); }
};

}  // namespace

InsituArrowBytes far_bytes(std::shared_ptr<RandomAccessFile> file) {
  const auto size = static_cast<std::int64_t>(file->size());
  return {new FarFile{std::move(file)}, size, &FarFile::read, &FarFile::release};
}

void rethrow_failure_of_far_bytes() {
  if (const auto failure = std::exchange(failure_here, nullptr)) std::rethrow_exception(failure);
}

}  // namespace insitu
