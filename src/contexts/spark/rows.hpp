#pragma once
// Rows that a Spark application holds or decodes, under a handle of its gateway: a table, a query,
// a Parquet folder, cached blocks. The rows travel from Spark to workers; this process sees them
// only when it reads some itself.
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "contexts/spark/session.hpp"
#include "data/source.hpp"

namespace insitu {

class SparkRows final : public DataSource {
 public:
  /// `opened`: the answer to OPEN. Its handle is closed with this object. `kept`: the source whose
  /// rows these are, with the same splits, where workers made them; null: Spark decodes them.
  SparkRows(std::shared_ptr<SparkSession> session, const nlohmann::json& opened,
            std::string description, const DataSource* kept = nullptr);
  ~SparkRows() override;

  SchemaPtr schema() const override { return schema_; }
  std::vector<Split> splits() const override { return splits_; }
  /// Fetches the rows of one split through the gateway.
  std::unique_ptr<ChunkReader> open(const Split&, const ReadOptions&) const override;
  Recipe recipe() const override;
  std::optional<std::int64_t> row_count() const override;
  /// Row groups and stripes, where they are known; of kept rows, what their source says.
  std::vector<std::int64_t> read_chunks() const override;
  std::string file_of(const Split&) const override;
  const DataSource* row_holder() const override { return this; }
  bool ordered() const override { return ordered_; }
  std::string description() const override { return description_; }

  const std::string& handle() const { return handle_; }
  const SparkSession& session() const { return *session_; }
  /// Columns of types that have no place here, "name (type)".
  const std::vector<std::string>& left_out() const { return left_out_; }

  /// What a reading of `top`, which decorates this source, asks of it: its columns, and for each
  /// split of `top` the first and the last of the splits here whose rows it needs. The rows are not
  /// touched.
  struct Demand {
    std::vector<std::string> columns;
    std::vector<std::pair<std::size_t, std::size_t>> splits;
  };
  Demand demand_of(const DataSource& top, const ReadOptions&) const;

 private:
  class Reader;

  /// Splits that were fetched together: whoever reads one after the other asks seldom.
  struct Ahead {
    std::mutex mutex;
    std::vector<std::string> columns;
    std::map<std::uint64_t, std::deque<Chunk>> splits;
    std::uint64_t next = UINT64_MAX;  ///< split behind those that were fetched last
    std::size_t fetched = 0;          ///< how many these were
  };
  std::deque<Chunk> chunks_of(std::size_t split, const SchemaPtr& schema) const;
  std::map<std::uint64_t, std::deque<Chunk>> fetch(std::size_t first, std::size_t end,
                                                   const SchemaPtr& schema) const;

  std::shared_ptr<SparkSession> session_;
  std::string handle_, description_;
  SchemaPtr schema_;
  std::vector<Split> splits_;
  bool ordered_ = false;
  std::vector<std::string> left_out_;
  std::map<std::uint64_t, std::string> files_;  // by the first of their splits
  std::optional<std::vector<std::int64_t>> read_chunks_;
  mutable Ahead ahead_;
};

}  // namespace insitu
