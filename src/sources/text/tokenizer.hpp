#pragma once
// Cuts the records of a text region into fields, many records at a time: blocks of 64 bytes where
// quoting is regular, field by field elsewhere. Both give the same fields.
#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "sources/text/scan.hpp"

namespace insitu {

/// A record that is not as it should be; the reader adds file and line.
struct BadRecord {
  const char* at;          ///< where the record begins
  std::size_t fields = 0;  ///< how many it has
  bool unclosed_quote = false;
};

class TextTokenizer {
 public:
  /// `slots[f]` tells where field f of a record goes; fields that nobody wants share one slot.
  /// Every record must have slots.size() fields. The region begins at a record.
  TextTokenizer(const TextDialect& dialect, std::string_view region,
                std::vector<std::size_t> slots);

  /// The fields of up to `rows` records: field in slot s of record r goes to spans[s * stride + r].
  /// Returns the number of records; fewer only at the end. Throws BadRecord.
  std::size_t next(FieldSpan* spans, std::size_t stride, std::size_t rows);

 private:
  std::size_t next_fast(FieldSpan* spans, std::size_t stride, std::size_t rows);
  std::size_t next_slow(FieldSpan* spans, std::size_t stride, std::size_t rows);
  void start_block();
  [[noreturn]] void fail(const char* record) const;

  TextDialect dialect_;
  const char* end_;
  std::vector<std::size_t> slots_;

  // Where we are: the record and field being read, the block with its ends of fields still to be
  // looked at.
  const char *record_, *field_begin_, *block_;
  std::size_t field_ = 0, blocks_ = 0;
  std::uint64_t ends_ = 0, newlines_ = 0;
  QuoteParity parity_{false};
  bool slow_ = false;
  const char* slow_until_ = nullptr;  // null: to the end
  std::vector<FieldSpan> scratch_;
};

}  // namespace insitu
