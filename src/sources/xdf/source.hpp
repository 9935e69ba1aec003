#pragma once
// RxXdfData: .xdf files and composite sets as sources and targets (docs/xdf.md). Splits are row
// ranges of fixed size, counted over the blocks, so the same rows in other blocks give the same
// splits and the same answers.
#include <optional>

#include "data/read_cost.hpp"
#include "sources/format.hpp"
#include "sources/xdf/metadata.hpp"

namespace insitu {

/// The options of an RxXdfData descriptor, checked.
struct XdfDescriptor {
  std::string file;
  std::optional<std::vector<std::string>> vars_to_keep, vars_to_drop;
  std::int64_t blocks_per_read = 1;
  std::optional<bool> create_composite_set;  ///< absent: a composite set when the target is one
  std::int64_t blocks_per_composite_file = 3;
};
/// What a descriptor may hold.
extern const std::span<const DescriptorKey> kXdfKeys;

/// Throws InvalidArgument: an unknown option (did you mean), a value of the wrong type, both lists
/// of variables.
XdfDescriptor parse_xdf_descriptor(const nlohmann::json&);

class XdfCache;

/// Immutable; safe to call from several threads.
class XdfSource final : public DataSource, public OffersReadCost {
 public:
  XdfSource(const nlohmann::json& descriptor, const FileSystemPtr&);
  ~XdfSource() override;

  SchemaPtr schema() const override { return schema_; }
  std::vector<Split> splits() const override;
  std::unique_ptr<ChunkReader> open(const Split&, const ReadOptions&) const override;
  /// Of a block that lies in several splits, the first has its bytes.
  ReadCost read_cost(const Split&, const ReadOptions&) const override;
  Recipe recipe() const override;
  std::optional<std::int64_t> row_count() const override;
  std::vector<std::int64_t> read_chunks() const override;
  std::string description() const override;

  /// Everything the file says of itself, warnings about guesses included.
  const XdfMetadata& metadata() const;
  /// Decoded columns of blocks; tests look at it.
  const XdfCache& cache() const;

 private:
  struct State;
  /// In the file, of the columns of a part of schema().
  std::vector<std::size_t> positions_of(const Schema&) const;

  std::shared_ptr<const State> state_;  // shared with readers
  SchemaPtr schema_;
};

std::shared_ptr<const DataSource> make_xdf_source(const nlohmann::json& descriptor,
                                                  const FileSystemPtr&);
std::unique_ptr<DataSink> make_xdf_sink(const nlohmann::json& descriptor, const SchemaPtr&,
                                        const SinkOptions&);

}  // namespace insitu
