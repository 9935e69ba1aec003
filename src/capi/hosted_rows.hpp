#pragma once
// Rows that a host brings: the source over them that an analysis or a model is made over, and
// chunks of them from Arrow's arrays.
#include <optional>
#include <string>
#include <vector>

#include "data/arrow_c.hpp"
#include "data/source.hpp"

namespace insitu {

/// The columns of the host, without rows.
class HostedColumns : public DataSource {
 public:
  explicit HostedColumns(SchemaPtr schema) : schema_(std::move(schema)) {}

  SchemaPtr schema() const override { return schema_; }
  std::vector<Split> splits() const override { return {}; }
  std::unique_ptr<ChunkReader> open(const Split&, const ReadOptions&) const override;
  Recipe recipe() const override { return {"pushed", R"({"type":"pushed"})"}; }
  std::string description() const override { return "rows of the host"; }

 protected:
  SchemaPtr schema_;
};

/// One chunk at a time. Used by one thread at a time.
class HostedRows final : public HostedColumns {
 public:
  using HostedColumns::HostedColumns;
  Chunk chunk;

  std::unique_ptr<ChunkReader> open(const Split&, const ReadOptions&) const override;
  /// What was read when it was last opened.
  const std::optional<std::vector<std::string>>& asked() const { return asked_; }

 private:
  mutable std::optional<std::vector<std::string>> asked_;
};

/// A schema of Arrow's that goes with its owner.
class OwnedArrowSchema {
 public:
  explicit OwnedArrowSchema(const Schema&);
  ~OwnedArrowSchema();
  OwnedArrowSchema(const OwnedArrowSchema&) = delete;
  OwnedArrowSchema& operator=(const OwnedArrowSchema&) = delete;

  const ArrowSchema& get() const { return schema_; }

 private:
  ArrowSchema schema_{};
};

/// Releases what nobody has taken over.
struct TakenArray {
  explicit TakenArray(ArrowArray* rows) : array(rows) {}
  ~TakenArray() {
    if (array->release) array->release(array);
  }
  TakenArray(const TakenArray&) = delete;
  TakenArray& operator=(const TakenArray&) = delete;
  ArrowArray* array;
};

/// The columns of `announced` among those of `rows`, which are taken over: found by name, of the
/// types that were announced, others passed over. `first_row`: of the rows in the data, counted
/// from 0. Throws DataError for one that is missing or of another type, and for wrong values.
Chunk hosted_chunk(const SchemaPtr& announced, const ArrowSchema& schema, ArrowArray* rows,
                   std::int64_t first_row);

/// For servers that evaluate what their clients send: from now on nothing that a host of this
/// process computes may name a file to write. There is no way back.
void forbid_files_of_hosts();
bool hosts_may_name_files();

}  // namespace insitu
