#include "capi/scored_in_database.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/named.hpp"
#include "capi/database_request.hpp"
#include "capi/explain.hpp"
#include "capi/export_request.hpp"
#include "capi/formats.hpp"
#include "capi/opened_sources.hpp"
#include "in_database/table_of_source.hpp"
#include "methods/exports/scored_columns.hpp"
#include "odbc/database.hpp"
#include "pushdown/table_step.hpp"
#include "sql/table_name.hpp"

namespace insitu {

using nlohmann::json;

namespace {

std::int64_t write_scores(Call& call, const DatabaseScoring& scoring, const OdbcSource& input,
                          const PredictRequestOptions& options, const OdbcOptions& into,
                          const Target& target, std::vector<std::string>& statements) {
  const auto model = exportable_model(call.options);
  if (model.has_function) throw Unsupported("the model was fitted with a function of a language");
  const auto connection = OdbcDatabase(into.line).connect(call.control);
  const auto rows_of = [&] {
    return sql_rows_of(*scoring.rows, connection->dialect(), [&](const json& recipe) {
      return recipe.value("type", std::string()) == "pushed" ? std::optional(sql_table_of(input))
                                                             : std::nullopt;
    });
  };
  auto rows = rows_of();
  add_predictions(rows, model, options, scoring.outputs);
  if (into.factors_as_indexes)
    for (const auto& name : scoring.columns)
      if (is_factor(rows.schema().field(name).type))
        throw Unsupported("positions of levels instead of their texts are written here");
  if (options.remove_missings) rows.keep_complete(scoring.columns);
  const TableTarget table{.path = table_path(into.table),
                          .overwrite = target.options.overwrite,
                          .append = target.options.append == Append::kRows};
  // What cannot be said is found out before anything is sent.
  statements = table_step_statements(rows, scoring.columns, table, "insitu_new");
  if (OpenedSources::explained()) return 0;
  if (options.check_levels) {
    auto labels = rows_of();
    check_labels(*connection, labels, model, call.control);
  }
  return write_table_step(*connection, rows, scoring.columns, table, call.control, &statements);
}

PassRecord pass_of(PassPlace place) {
  return {.pass = "predict",
          .what = "scores the rows where they are",
          .until = {},
          .place = std::move(place)};
}

}  // namespace

PassPlace ScoredInDatabase::where() const {
  if (rows) return {.tier = "database", .reason = {}, .statements = statements};
  return {.tier = "stream", .reason = reason, .statements = {}};
}

json ScoredInDatabase::place() const {
  if (rows) return {{"tier", "database"}, {"statements", statements}};
  if (!reason.empty()) return {{"tier", "stream"}, {"reason", reason}};
  return nullptr;
}

void note_scoring(const nlohmann::ordered_json& reply, ExecutionRecord& record) {
  const auto found = reply.find("scoring");
  if (found == reply.end()) return;
  const PassPlace place{.tier = found->value("tier", std::string()),
                        .reason = found->value("reason", std::string()),
                        .statements = found->value("statements", std::vector<std::string>())};
  if (place.tier == "database")
    record.passes.push_back(pass_of(place));
  else if (!record.passes.empty() && !record.passes.back().place)
    record.passes.back().place = place;
}

ScoredInDatabase score_in_database(Call& call, const DatabaseScoring& scoring,
                                   const PredictRequestOptions& options, const Target& target) {
  ScoredInDatabase done;
  const auto* input = dynamic_cast<const OdbcSource*>(scoring.input->row_holder());
  if (!input || !is_database(target.descriptor)) return done;
  const auto context = call.options.value("context");
  const auto tier = context.is_object() ? context.value("tier", json()) : json();
  try {
    if (tier == "stream" || tier == "extension")
      throw Unsupported("tier = \"" + tier.get<std::string>() + "\"");
    const auto from = database_of(scoring.data), into = database_of(target.descriptor);
    if (from.line.where.text() != into.line.where.text())
      throw Unsupported("the table that is written is of another connection");
    done.rows = write_scores(call, scoring, *input, options, into, target, done.statements);
  } catch (const Unsupported& error) {
    done.reason = error.what();
  } catch (const DataError& error) {
    // A number out of range, a right that lacks: rows may be read all the same.
    if (tier == "database") throw;
    done.reason = error.what();
  }
  if (!done.rows && tier == "database")
    throw Unsupported("the predictions are not computed in the database: " + done.reason +
                      "; tier = \"auto\" reads the rows");
  if (auto* notes = dynamic_cast<NotesPlaces*>(&call.context)) {
    if (done.rows) notes->ends_with(pass_of(done.where()));
    notes->comes(done.where());
    return done;
  }
  if (done.rows && call.control.callbacks.progress)
    call.control.callbacks.progress({.rows_read = *done.rows,
                                     .rows_processed = *done.rows,
                                     .rows_total = *done.rows,
                                     .finished = true});
  return done;
}

}  // namespace insitu
