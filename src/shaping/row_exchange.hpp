#pragma once
// Rows brought together by group: they go through files, so that memory holds a budget of them and
// not all. Within a group rows keep the order of the data.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/control.hpp"
#include "data/sink.hpp"
#include "data/source.hpp"
#include "shaping/key_counts.hpp"

namespace insitu {

/// What the exchange writes to and reads from: files in a folder of its own.
struct ExchangeFiles {
  std::string folder;
  std::function<std::unique_ptr<DataSink>(const std::string& path, const SchemaPtr&,
                                          const SinkOptions&)>
      sink;
  std::function<std::shared_ptr<const DataSource>(const std::string& path)> source;
};

/// Neighbouring groups whose rows fit the budget together, or one group.
struct GroupRange {
  std::uint32_t begin = 0, end = 0;  ///< groups, by their position in GroupCounts
  std::int64_t rows = 0;
  std::string path;  ///< where its rows are, in the order of the data
};

/// Bytes of a row and its group in memory; of a text its place alone.
std::uint64_t row_bytes(const Schema&);

/// Cuts the groups into ranges of at most so many rows, unless one group alone has more.
std::vector<GroupRange> ranges_of(const GroupCounts&, std::int64_t most_rows);

/// Gets a group, by its position, and a source of its rows.
using OneGroup = std::function<void(std::uint32_t, std::shared_ptr<const DataSource>)>;

/// Takes rows once, in the order of the data, and writes each to the file of its range; keeps them
/// where all fit the budget.
class RowExchange {
 public:
  /// Name of the column that holds a row's group in the files of several groups.
  static constexpr const char* kGroup = ".insitu_group";

  /// `schema` is that of the rows; `groups` are those that a pass of KeyCounts has found in them.
  /// `memory`: bytes of rows that a range may have. Throws DataError when even that makes more
  /// files than can be open at once.
  RowExchange(const GroupCounts& groups, SchemaPtr schema, std::vector<std::string> keys,
              std::uint64_t memory, ExchangeFiles files);
  ~RowExchange();
  RowExchange(const RowExchange&) = delete;
  RowExchange& operator=(const RowExchange&) = delete;

  /// Throws DataError for rows of a group that the pass has not seen.
  void add(const Chunk&);
  /// Completes the files. Throws DataError when groups have other numbers of rows than were
  /// counted.
  void finish();

  const std::vector<GroupRange>& ranges() const { return ranges_; }

  /// The rows of a range, group after group; within a group in the order of the data. Different
  /// ranges at once from different threads. REQUIRES: finish() was called.
  void sorted(const GroupRange&, const CancelFlag&,
              const std::function<void(const Chunk&)>& consume) const;
  /// The same, handed out by group: in memory, or in the file where a group has it alone.
  void for_each_group(const GroupRange&, const CancelFlag&, const OneGroup&) const;

 private:
  struct Part;

  void for_each_part(const GroupRange&, const CancelFlag&,
                     const std::function<void(const Part&)>&) const;
  std::vector<Chunk> rows_of(const GroupRange&, const Part&, const CancelFlag&) const;
  void without_group(Chunk&) const;
  void sort(Part&) const;

  const GroupCounts& groups_;
  SchemaPtr schema_, with_group_;
  std::vector<std::string> keys_;
  ExchangeFiles files_;
  std::vector<GroupRange> ranges_;
  std::vector<std::uint32_t> range_of_;  // of each group
  std::uint64_t memory_;
  std::vector<std::unique_ptr<DataSink>> sinks_;
  bool in_memory_ = false;            // all rows fit the budget: no file is written
  std::vector<Chunk> kept_;           // ... and these are they, with their groups
  std::vector<std::int64_t> seen_;    // rows of each group
  std::vector<std::uint64_t> bytes_;  // ... and what they take in memory
};

}  // namespace insitu
