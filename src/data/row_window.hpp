#pragma once
// Some neighbouring rows of a source as a source of their own: its splits and chunks are those of
// the same rows in memory (frame_source.hpp), so that an analysis of them gives the same bits.
// REQUIRES of the source: a split may be any rows of it, and its chunks are cut from the split's
// first row on (XDF).
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/source.hpp"

namespace insitu {

/// Rows that are read each time they are asked for.
std::shared_ptr<const DataSource> row_window(std::shared_ptr<const DataSource>, std::uint64_t first,
                                             std::uint64_t rows);

/// Rows of which a column is read when somebody asks for it, and kept. Used by one thread.
class KeptRows : public std::enable_shared_from_this<KeptRows> {
 public:
  KeptRows(std::shared_ptr<const DataSource>, std::uint64_t first, std::uint64_t rows);

  /// Some of them, counted from 0; their readers belong to that thread, too.
  std::shared_ptr<const DataSource> part(std::uint64_t first, std::uint64_t rows);

 private:
  class Part;

  /// The columns, by their places in the source.
  const std::vector<std::size_t>& load(const ReadOptions&);
  void read(const std::vector<std::size_t>& missing);

  std::shared_ptr<const DataSource> source_;
  SchemaPtr schema_;
  std::uint64_t first_, rows_;
  std::vector<Column> columns_;  ///< of the source
  std::vector<bool> present_;
  // Of the newest reader: those of the next group ask for the same.
  std::optional<std::vector<std::string>> names_;
  SchemaPtr selected_;
  std::vector<std::size_t> places_;
};

}  // namespace insitu
