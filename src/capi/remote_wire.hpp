#pragma once
// Data frames over the line to another machine (docs/worker.md, "Whole requests"): BLOCK frames, of
// which the first of a data frame holds its schema and the others its rows.
#include <cstdint>
#include <functional>
#include <vector>

#include "contexts/frame.hpp"
#include "data/arrow_c.hpp"
#include "data/chunk.hpp"

namespace insitu {

using SendFrame = std::function<void(FrameType, std::uint32_t request, std::string_view json,
                                     std::string_view payload)>;

/// Sends the k-th data frame; takes the stream over. Throws DataError for more than `most` bytes of
/// rows in it and `sent`, to which they are added.
void send_rows(const SendFrame&, std::uint32_t k, ArrowArrayStream*, std::uint64_t most,
               std::uint64_t& sent);

/// The data frames that come.
class ReceivedRows {
 public:
  /// A BLOCK. Throws DataError for one that is not well formed.
  void add(Frame);
  /// All that came, as streams that whoever gets them releases.
  std::vector<ArrowArrayStream> take();

 private:
  struct Rows {
    SchemaPtr schema;
    std::vector<Chunk> chunks;
  };
  std::vector<Rows> all_;
};

/// The kind of the arrays of a reply (capi/reply_parts.hpp).
inline constexpr const char* kArraysOnTheWire = "arrays of a reply";

}  // namespace insitu
