#pragma once
// How much memory one call may ask for. Files say how large they are when read, and a few bytes can
// say a great deal: whoever is about to allocate what a file announces asks here first, so that the
// caller gets a sentence and not a machine that swaps or a process that is killed.
#include <cstdint>
#include <string>
#include <string_view>

namespace insitu {

/// Bytes: what `memoryLimit` of the call, else the variable INSITU_MEMORY_LIMIT says, else a
/// quarter of the machine (of its control group, where that has less).
std::uint64_t memory_limit();

/// Throws DataError when `bytes` are more than memory_limit(): "<what> needs about 14.4 GB of
/// memory, more than the limit of 6.0 GB: <way_out>, or raise memoryLimit". `what` names the file
/// and what of it; `way_out` says how less is needed ("read fewer variables").
void require_memory(double bytes, std::string_view what, std::string_view way_out);

/// Another limit for the calls of this process, as long as it lives; 0: the default.
class MemoryLimit {
 public:
  explicit MemoryLimit(std::uint64_t bytes);
  ~MemoryLimit();
  MemoryLimit(const MemoryLimit&) = delete;
  MemoryLimit& operator=(const MemoryLimit&) = delete;

 private:
  std::uint64_t before_;
};

/// "2000000000", "500MB", "8 GB", "0.5GiB". Throws InvalidArgument, naming `argument`.
std::uint64_t memory_from_text(std::string_view text, std::string_view argument);

/// "14.4 GB", "120 MB", "15 KB".
std::string memory_text(double bytes);

}  // namespace insitu
