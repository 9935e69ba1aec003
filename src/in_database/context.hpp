#pragma once
// RxInSqlServer and RxInPostgres: each pass by the first tier that can (docs/in-the-database.md).
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/compute_context.hpp"
#include "analysis/pass_place.hpp"
#include "analysis/workforce.hpp"
#include "in_database/extension_context.hpp"
#include "in_database/hosted_engine.hpp"
#include "in_database/options.hpp"
#include "pushdown/context.hpp"

namespace insitu {

class InDatabaseContext final : public ComputeContext,
                                public TellsPlaces,
                                public TellsWorkforce,
                                private Tables {
 public:
  /// Of one call. Starts nothing; `engine` outlives it.
  InDatabaseContext(InDatabaseOptions, const HostedEngine& engine);

  std::string name() const override { return options_.name; }
  Capabilities capabilities() const override { return extension_->capabilities(); }
  Workforce workforce() const override;
  Tables* tables() override { return this; }

  std::unique_ptr<Accumulator> run(const Pass&, const DataSource&, RunControl&) override;
  void read(const DataSource&, const ReadOptions&, const std::function<void(const Chunk&)>& consume,
            RunControl&) override;

  PassPlace planned(const Pass&, const DataSource&, RunControl&) override;
  PassPlace planned_rows(const DataSource&, const std::vector<std::string>& columns,
                         const Recipe& target, RunControl&) override;
  std::optional<PassPlace> last_place() const override { return last_; }

 private:
  std::shared_ptr<const DataSource> open_table(const Recipe&, RunControl&) override {
    return nullptr;
  }
  std::shared_ptr<const DataSource> cached(std::shared_ptr<const DataSource> source,
                                           const std::string&, RunControl&) override {
    return source;
  }
  std::optional<std::int64_t> write_table(const DataSource&, const ReadOptions&,
                                          const Recipe& target, const SinkOptions&,
                                          RunControl&) override;

  bool by_statements() const {
    return options_.tier == Tier::kAuto || options_.tier == Tier::kDatabase;
  }
  std::string why_not_step(const DataSource&, const std::vector<std::string>& columns,
                           const nlohmann::json& target, Append);
  void require_ours(const DataSource&, RunControl&);
  std::string identity(const LineOptions&, RunControl&) const;
  PassPlace place_of(const SqlPassRecord&) const;
  template <class Work>
  auto in_time(RunControl&, Work work);

  InDatabaseOptions options_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  const OdbcSource* current_ = nullptr;  // the rows of the call that is going on
  ExtensionContext* extension_;          // owned by pushdown_
  std::unique_ptr<PushdownContext> pushdown_;
  std::optional<PassPlace> last_;
  std::vector<std::string> ours_;  // databases that are this one, as they are written
  std::optional<std::string> identity_;
};

}  // namespace insitu
