#pragma once
// Rows that a Spark application holds or decodes, under a handle of its gateway: a table, a query,
// a Parquet folder, cached blocks. The rows travel from Spark to workers; this process sees them
// only when it reads some itself.
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "contexts/spark_session.hpp"
#include "data/source.hpp"

namespace insitu {

class SparkRows final : public DataSource {
 public:
  /// `opened`: the answer to OPEN. Its handle is closed with this object.
  SparkRows(std::shared_ptr<SparkSession> session, const nlohmann::json& opened,
            std::string description);
  ~SparkRows() override;

  SchemaPtr schema() const override { return schema_; }
  std::vector<Split> splits() const override { return splits_; }
  /// Fetches the rows of one split through the gateway.
  std::unique_ptr<ChunkReader> open(const Split&, const ReadOptions&) const override;
  Recipe recipe() const override;
  std::optional<std::int64_t> row_count() const override;
  /// Row groups and stripes, where they are known.
  std::vector<std::int64_t> read_chunks() const override;
  const DataSource* row_holder() const override { return this; }
  bool ordered() const override { return ordered_; }
  std::string description() const override { return description_; }

  const std::string& handle() const { return handle_; }
  const SparkSession& session() const { return *session_; }
  /// Columns of types that have no place here, "name (type)".
  const std::vector<std::string>& left_out() const { return left_out_; }

  /// What a reading of `top`, which decorates this source, asks of it: its columns, and for each
  /// split of `top` the position of the split here. The rows are not touched.
  struct Demand {
    std::vector<std::string> columns;
    std::vector<std::size_t> splits;
  };
  Demand demand_of(const DataSource& top, const ReadOptions&) const;

 private:
  class Reader;

  std::shared_ptr<SparkSession> session_;
  std::string handle_, description_;
  SchemaPtr schema_;
  std::vector<Split> splits_;
  bool ordered_ = false;
  std::vector<std::string> left_out_;
};

}  // namespace insitu
