#include "capi/database_contexts.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "capi/hosted_analysis.hpp"
#include "contexts/build_identity.hpp"
#include "contexts/registry.hpp"
#include "in_database/context.hpp"

namespace insitu {

namespace {

SchemaPtr shared(const Schema& schema) { return std::make_shared<const Schema>(schema); }

const HostedEngine& hosted_engine() {
  static const HostedEngine kEngine = {
      .build = build_id(),
      .asked =
          [](const Recipe& pass, const Recipe& source, const Schema& schema) {
            return columns_asked(*hosted_pass(pass, source, shared(schema)));
          },
      .seal = [](const Recipe& pass, const Recipe& source,
                 const Schema& schema) { return save_hosted_pass(pass, source, schema); },
      .join =
          [](const Recipe& pass, const Recipe& source, const Schema& schema,
             const std::vector<Bytes>& states) {
            const std::vector<std::string_view> views(states.begin(), states.end());
            auto all = joined_states(hosted_pass(pass, source, shared(schema)), views);
            const auto splits = std::max<std::uint64_t>(all.splits(), 1);
            all.fill(splits);  // ranges without rows have no state
            return all.finish(splits);
          }};
  return kEngine;
}

}  // namespace

void add_database_contexts() {
  static const bool once = [] {
    for (const auto& [type, nickname] :
         {std::pair("RxInSqlServer", "insqlserver"), std::pair("RxInPostgres", "inpostgres")})
      add_context_class({.type = type,
                         .nickname = nickname,
                         .make =
                             [type = std::string(type)](const nlohmann::json& description) {
                               return std::make_unique<InDatabaseContext>(
                                   in_database_options(type, description), hosted_engine());
                             },
                         .size_key = "numTasks",
                         .keys = in_database_keys()});
    return true;
  }();
  (void)once;
}

}  // namespace insitu
