#pragma once
// Passes by the engine within the server: rows stay there, states come. Where that cannot be, rows
// are read and the pass runs in this process.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/compute_context.hpp"
#include "analysis/pass_place.hpp"
#include "in_database/hosted_engine.hpp"
#include "in_database/options.hpp"
#include "odbc/source.hpp"
#include "pushdown/rows_of_passes.hpp"
#include "sql/connection.hpp"

namespace insitu {

class ExtensionContext final : public ComputeContext {
 public:
  /// Kept by whoever made it; `options` and `engine` outlive it.
  ExtensionContext(std::shared_ptr<const SqlDatabase> database, const InDatabaseOptions& options,
                   const HostedEngine& engine, std::unique_ptr<ComputeContext> reading,
                   std::shared_ptr<RowsOfPasses> rows_seen);

  std::string name() const override { return options_.name; }
  Capabilities capabilities() const override { return reading_->capabilities(); }
  std::unique_ptr<Accumulator> run(const Pass&, const DataSource&, RunControl&) override;
  void read(const DataSource&, const ReadOptions&, const std::function<void(const Chunk&)>& consume,
            RunControl&) override;

  PassPlace planned(const Pass&, const DataSource&, RunControl&);
  const PassPlace& last_place() const { return last_; }

 private:
  struct Statements;
  SqlConnection& connection(RunControl&);
  std::string missing(RunControl&);
  Statements statements(const Pass&, const DataSource&, RunControl&);
  std::vector<Bytes> states(const Statements&, PassPlace&, RunControl&);
  bool strict() const { return options_.tier == Tier::kExtension; }

  std::shared_ptr<const SqlDatabase> database_;
  const InDatabaseOptions& options_;
  const HostedEngine& engine_;
  std::unique_ptr<ComputeContext> reading_;
  std::unique_ptr<SqlConnection> connection_;
  std::optional<std::string> missing_;
  std::shared_ptr<RowsOfPasses> rows_seen_;
  PassPlace last_;
};

}  // namespace insitu
