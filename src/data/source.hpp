#pragma once
// Where rows come from: a maker of readers, cut into numbered splits from the data alone.
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/bytes.hpp"
#include "data/chunk.hpp"
#include "data/condition.hpp"

namespace insitu {

/// The leaf of the merge tree: a numbered piece of the data, [begin, end) in units of the source
/// (bytes, rows, ...).
struct Split {
  std::uint64_t index = 0;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::int64_t rows = -1;  ///< rows in it before selection; -1: not known without reading
  static constexpr auto fields =
      std::tuple{&Split::index, &Split::begin, &Split::end, &Split::rows};
};

/// Rebuilds an object elsewhere: a registered name and its options (sources: a JSON document;
/// passes: saved fields).
struct Recipe {
  std::string name;
  Bytes options;
  static constexpr auto fields = std::tuple{&Recipe::name, &Recipe::options};
};

struct ReadOptions {
  /// Columns to yield, in this order; nothing: all. Others are not decoded.
  std::optional<std::vector<std::string>> columns;
  /// Who reads uses only rows of which all of these are true; their columns need not be among those
  /// that are yielded. Advice: a source may give any rows of a chunk for which they are not, or
  /// none of them, but gives every chunk, with its place and the rows that it stems from
  /// (Chunk::from).
  std::vector<Condition> conditions = {};
};

/// Yields the chunks of one split in order. Every chunk but the last of a split stems from
/// kRowsPerChunk rows of the source; a chunk may hold fewer rows (selection), even none. Used by
/// one thread.
class ChunkReader {
 public:
  virtual ~ChunkReader() = default;
  virtual std::optional<Chunk> next() = 0;  ///< nothing at the end
};

/// Immutable; safe to call from several threads.
class DataSource {
 public:
  virtual ~DataSource() = default;

  /// Columns with their types. A factor without levels: levels differ per chunk (local, in order of
  /// appearance in that chunk) until the source is rebuilt with declared levels.
  virtual SchemaPtr schema() const = 0;
  /// Numbered splits in the order of the data, from the data alone: the same answer every time and
  /// everywhere. Reads a few bytes of each file; where all bytes have to be looked at, they are
  /// surveyed by the context of the call (data/survey.hpp), and workers are told the splits that
  /// they read.
  virtual std::vector<Split> splits() const = 0;
  virtual std::unique_ptr<ChunkReader> open(const Split&, const ReadOptions&) const = 0;
  /// How a worker rebuilds it: a registered type and a JSON document of options. A source that
  /// holds its rows in memory gives {"type": "pushed", "schema": ...}: the host of the worker sends
  /// the rows; see row_holder().
  virtual Recipe recipe() const = 0;

  /// Rows before selection; nothing if only reading tells.
  virtual std::optional<std::int64_t> row_count() const { return std::nullopt; }
  /// Row counts of the pieces in which users see the data being read (XDF: blocksPerRead blocks;
  /// text: rowsPerRead); progress lines and chunk variables follow them, results never do. Empty:
  /// not known in advance.
  virtual std::vector<std::int64_t> read_chunks() const { return {}; }
  /// The source that holds the rows in this process's memory, if that is where they come from:
  /// itself for data frames; decorators pass on their inner source's answer. A host of workers
  /// reads it and sends its rows as blocks.
  virtual const DataSource* row_holder() const { return nullptr; }
  /// Must be read in order, on the thread that made the call (a function of the host language is
  /// part of it).
  virtual bool needs_calling_thread() const { return false; }
  /// Rows have a canonical order, so that answers agree to the bit in every context.
  virtual bool ordered() const { return true; }
  /// The file that the rows of a split come from (.rxReadFileName): one of a folder's files.
  /// Decorators pass on their inner source's answer.
  virtual std::string file_of(const Split&) const { return description(); }
  /// For messages and printed headers, for example "/data/a.xdf".
  virtual std::string description() const = 0;
};

/// A reader of the same source with only the wanted columns exposed by schema; REQUIRES each name
/// to exist.
SchemaPtr select_columns(const Schema&, const std::vector<std::string>& names);

}  // namespace insitu
