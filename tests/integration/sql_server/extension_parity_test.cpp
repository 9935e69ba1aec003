// Every method of the engine through the extension, for several tasks and sizes of chunks, against
// the same request over a data frame here.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "base/base64.hpp"
#include "capi/facade.hpp"
#include "capi/hosted_analysis.hpp"
#include "capi/reply_bytes.hpp"
#include "data/arrow.hpp"
#include "host.hpp"
#include "methods/methods.hpp"

namespace insitu::exthost {
namespace {

bool wants_all() {
  const char* all = std::getenv("INSITU_TEST_ALL");  // empty in the normal run
  return all && *all;
}

using nlohmann::json;

struct Data {
  Chunk rows;
  std::vector<Input> columns;
};

Cells cells_of(SQLSMALLINT type, std::uint64_t size) {
  Cells cells;
  cells.type = type, cells.size = size;
  return cells;
}

/// y, x, w float; n, k int; f nvarchar of three levels; b bit. Some are NULL.
Data data_of(std::size_t rows) {
  std::mt19937 random(7);
  const auto uniform = [&] { return static_cast<double>(random()) / 4294967296.0; };
  std::vector<double> y, x, w;
  std::vector<std::int32_t> n, k;
  std::vector<std::uint8_t> b;
  StringBuilder f;
  auto cy = cells_of(SQL_C_DOUBLE, 8), cx = cy, cw = cy, cn = cells_of(SQL_C_SLONG, 4), ck = cn,
       cf = cells_of(SQL_C_WCHAR, 40), cb = cells_of(SQL_C_BIT, 1);
  ck.nullable = cw.nullable = false;
  static constexpr std::string_view kLevels[] = {"ash", "birch", "cedar"};
  for (std::size_t i = 0; i < rows; ++i) {
    x.push_back(uniform() * 4 - 2), w.push_back(0.5 + uniform());
    n.push_back(static_cast<int>(random() % 40)), k.push_back(1 + static_cast<int>(random() % 3));
    const auto level = kLevels[i < 3 ? i : random() % 3];  // met in their order
    y.push_back(1 + 0.5 * x[i] - 0.01 * n[i] + static_cast<double>(level.size()) * 0.2 + uniform() -
                0.5);
    b.push_back(y[i] + uniform() > 2);
    if (i % 97 == 5)
      y[i] = std::nan(""), cy.add_null();
    else
      cy.add(&y[i], 8);
    if (i % 89 == 7)
      x[i] = std::nan(""), cx.add_null();
    else
      cx.add(&x[i], 8);
    if (i % 101 == 3)
      n[i] = missing_value<std::int32_t>(), cn.add_null();
    else
      cn.add(&n[i], 4);
    cw.add(&w[i], 8), ck.add(&k[i], 4);
    const char bit = i % 2 ? static_cast<char>('0' + b[i]) : static_cast<char>(b[i]);
    cb.add(&bit, 1);
    if (i % 83 == 11) {
      f.append_missing(), cf.add_null();
    } else {
      std::string wide;
      for (const char c : level) wide += c, wide += '\0';
      f.append(level), cf.add(wide.data(), wide.size());
    }
  }
  auto schema =
      std::make_shared<const Schema>(std::vector<Field>{{.name = "y"},
                                                        {.name = "x"},
                                                        {.name = "w"},
                                                        {.name = "n", .type = Type::kInt32},
                                                        {.name = "k", .type = Type::kInt32},
                                                        {.name = "f", .type = Type::kString},
                                                        {.name = "b", .type = Type::kLogical}});
  Data data;
  data.rows = {
      schema,
      {Column::own(Type::kFloat64, std::move(y)), Column::own(Type::kFloat64, std::move(x)),
       Column::own(Type::kFloat64, std::move(w)), Column::own(Type::kInt32, std::move(n)),
       Column::own(Type::kInt32, std::move(k)), f.finish(),
       Column::own(Type::kLogical, std::move(b))},
      rows,
      {}};
  data.columns = {{"y", cy, -1}, {"x", cx, -1}, {"w", cw, -1}, {"n", cn, -1},
                  {"k", ck, -1}, {"f", cf, -1}, {"b", cb, -1}};
  return data;
}

/// One request for each method at least; a method that is new is missing here until it is added.
std::vector<json> requests() {
  const json levels = {{"f", {"ash", "birch", "cedar"}}};
  return {
      {{"op", "summary"}, {"formula", "~ y + x + n + f"}, {"pweights", "w"}, {"levels", levels}},
      {{"op", "lin_mod"}, {"formula", "y ~ x + n + f"}, {"covCoef", true}, {"levels", levels}},
      {{"op", "lin_mod"}, {"formula", "y ~ f"}},  // levels are found by a pass
      {{"op", "lin_mod"},
       {"formula", "y ~ x + pow(x + 100000, 2)"}},  // digits at risk: one more pass
      {{"op", "logit"}, {"formula", "b ~ x + f"}, {"levels", levels}},
      {{"op", "glm"}, {"formula", "abs(y) ~ x"}, {"family", "Gamma(log)"}},
      {{"op", "multinom_logit"}, {"formula", "f ~ x"}, {"levels", levels}},
      {{"op", "cov_cor"}, {"formula", "~ y + x + n"}, {"pweights", "w"}},
      {{"op", "moments"}, {"formula", "y ~ x + n"}},
      {{"op", "pca"}, {"formula", "~ x + n + y"}},
      {{"op", "ridge_reg"}, {"formula", "y ~ x + n"}, {"lambda", {0.1, 2}}},
      {{"op", "elastic_net"}, {"formula", "y ~ x + n"}, {"numLambda", 5}},
      {{"op", "quantile"}, {"varName", "n"}, {"fweights", "k"}},
      {{"op", "lorenz"}, {"orderVarName", "x"}, {"valueVarName", "w"}},
      {{"op", "roc"}, {"actualVarName", "b"}, {"predVarNames", {"x"}}},
      {{"op", "lift"}, {"actualVarName", "b"}, {"predVarNames", {"x"}}},
      {{"op", "calibration"}, {"actualVarName", "b"}, {"predVarNames", {"b"}}, {"numBreaks", 4}},
      {{"op", "histogram"}, {"formula", "~ y"}, {"numBreaks", 7}, {"startVal", -3}, {"endVal", 5}},
  };
}

std::string bytes_of_argument(const std::optional<std::string>& value) {
  return value.value_or("");
}

Outcome call(const Data& data, const json& script, std::vector<Argument> arguments, unsigned tasks,
             std::vector<std::size_t> chunks) {
  if (!chunks.empty())
    arguments.push_back({"@r_rowsPerRead", SQL_C_SLONG, 4, std::string("\1\0\0\0", 4), false});
  auto outcome = run(Call{.library = INSITU_SQL_EXTENSION,
                          .script = script.dump(),
                          .columns = data.columns,
                          .arguments = std::move(arguments),
                          .tasks = tasks,
                          .chunk_rows = std::move(chunks),
                          .empty_calls = true});
  EXPECT_TRUE(outcome.succeeded) << outcome.messages;
  return outcome;
}

Reply local(const Data& all, json request) {
  auto data = all;
  if (request["op"] == "multinom_logit") {  // whose response must be a factor
    auto fields = data.rows.schema->fields();
    fields[5].type = Type::kFactor;
    fields[5].levels = make_levels({"ash", "birch", "cedar"});
    std::vector<std::int32_t> codes;
    for (std::size_t i = 0; i < data.rows.rows; ++i) {
      const auto& text = data.rows.columns[5];
      codes.push_back(text.string_valid(i) ? text.string_at(i)[0] - 'a' : kMissingCode);
    }
    data.rows.columns[5] = Column::own(Type::kFactor, std::move(codes), fields[5].levels);
    data.rows.schema = std::make_shared<const Schema>(std::move(fields));
  }
  request.erase("levels");
  request["data"] = {{"type", "frame"}, {"stream", 0}};
  request["reportProgress"] = 0;
  std::size_t at = 0;
  ArrowArrayStream stream{};
  export_stream(
      data.rows.schema,
      [&]() -> std::optional<Chunk> {
        if (at == data.rows.rows) return std::nullopt;
        const auto count = std::min<std::size_t>(data.rows.rows - at, 30000);
        auto piece = slice(data.rows, at, count);
        at += count;
        return piece;
      },
      &stream);
  return insitu::run({request.dump(), {&stream}, {}}, {});
}

/// The client's part: passes until there is a reply. `keeps`: by @state of one task.
Reply through_extension(const Data& data, const json& request, unsigned tasks,
                        const std::vector<std::size_t>& chunks, bool keeps) {
  auto prior =
      bytes_of_argument(call(data, {{"rx", 1}, {"op", "begin"}, {"analysis", request}}, {}, 1, {})
                            .columns.at(0)
                            .values()
                            .at(0));
  for (int pass = 1; pass < 200; ++pass) {
    std::vector<Argument> arguments = {{"@prior", SQL_C_BINARY, 0, prior, false}};
    if (keeps) arguments.push_back({"@state", SQL_C_BINARY, 0, {}, true});
    const auto mapped =
        call(data, {{"rx", 1}, {"op", "map"}, {"threads", pass % 2 + 1}}, arguments, tasks, chunks);
    std::map<std::pair<int, int>, std::string> states;
    if (mapped.columns.empty()) throw std::runtime_error("no states");
    const auto task = mapped.columns[0].values(), seq = mapped.columns[1].values(),
               seen = mapped.columns[2].values(), state = mapped.columns[3].values();
    const auto number = []<class T>(const std::optional<std::string>& bytes, T value) {
      std::memcpy(&value, bytes->data(), sizeof value);
      return value;
    };
    std::int64_t rows = 0;
    for (std::size_t i = 0; i < task.size(); ++i) {
      rows += number(seen[i], std::int64_t{0});
      if (keeps) continue;
      EXPECT_TRUE(
          states.emplace(std::pair(number(task[i], 0), number(seq[i], 0)), *state[i]).second);
    }
    EXPECT_EQ(rows, static_cast<std::int64_t>(data.rows.rows));
    if (keeps) states[{0, 0}] = *mapped.outputs.at(0);
    std::string all;
    for (const auto& [key, bytes] : states) {
      for (int shift = 56; shift >= 0; shift -= 8) all += static_cast<char>(bytes.size() >> shift);
      all += bytes;
    }
    Data none;
    const auto combined =
        call(none, {{"rx", 1}, {"op", "combine"}},
             {{"@prior", SQL_C_BINARY, 0, prior, false}, {"@states", SQL_C_BINARY, 0, all, false}},
             1, {});
    const auto result = *combined.columns.at(2).values().at(0);
    if (number(combined.columns[0].values().at(0), 0)) return reply_from_bytes(result);
    prior = result;
  }
  throw std::runtime_error("too many passes");
}

json document_of(const Reply& reply) {
  auto document = json::parse(reply.document);
  for (const char* key : {"execution", "model", "contextDescription"}) document.erase(key);
  return document;
}

void expect_close(double a, double b, double scale, const std::string& where) {
  if (std::isnan(a) || std::isinf(a))
    EXPECT_TRUE((std::isnan(a) && std::isnan(b)) || a == b) << where;
  else
    EXPECT_LE(std::abs(a - b), 1e-9 * std::max(std::abs(a), scale))
        << where << ": " << a << ", " << b;
}

void expect_close(const json& a, const json& b, const std::string& where) {
  if (a.is_number_float() || b.is_number_float()) {
    ASSERT_TRUE(a.is_number() && b.is_number()) << where;
    expect_close(a.get<double>(), b.get<double>(), 1, where);
  } else if (a.is_structured()) {
    ASSERT_EQ(a.size(), b.size()) << where;
    for (const auto& item : a.items())
      expect_close(item.value(),
                   a.is_array() ? b[std::stoul(item.key())] : b.value(item.key(), json()),
                   where + "/" + item.key());
  } else {
    EXPECT_EQ(a, b) << where;
  }
}

void expect_close(const Reply& local, const Reply& found) {
  auto here = document_of(local), there = document_of(found);
  EXPECT_EQ(here.erase("moments"),
            there.erase("moments"));  // sums as bytes; their figures are compared
  expect_close(here, there, "");
  ASSERT_EQ(local.arrays.size(), found.arrays.size());
  for (std::size_t i = 0; i < local.arrays.size(); ++i) {
    const auto &a = local.arrays[i].values, &b = found.arrays[i].values;
    ASSERT_EQ(a.size(), b.size());
    double scale = 0;  // what is 0 but for rounding is compared with its neighbours
    for (const auto value : a)
      if (std::isfinite(value)) scale = std::max(scale, std::min(std::abs(value), 1.0));
    for (std::size_t k = 0; k < a.size(); ++k)
      expect_close(a[k], b[k], scale, "array " + std::to_string(i));
  }
}

void expect_equal(const Reply& local, const Reply& found) {
  EXPECT_EQ(document_of(local).dump(), document_of(found).dump());
  ASSERT_EQ(local.arrays.size(), found.arrays.size());
  for (std::size_t i = 0; i < local.arrays.size(); ++i)
    EXPECT_EQ(save(local.arrays[i].values), save(found.arrays[i].values)) << i;
}

TEST(Parity, EveryMethodIsTried) {
  std::set<std::string> tried;
  for (const auto& request : requests()) tried.insert(request["op"]);
  for (const auto& method : methods())
    EXPECT_TRUE(tried.contains(method.about.op)) << method.about.op;
}

TEST(Parity, EveryMethodAgreesForAnyTasksAndChunks) {
  const bool all = wants_all();
  struct Plan {
    std::size_t rows;
    unsigned tasks;
    std::vector<std::size_t> chunks;
  };
  std::vector<Plan> plans = {{700, 2, {7}}, {9001, 4, {311, 1999, 40}}, {9001, 8, {1000}}};
  if (all)
    plans = {
        {2000, 1, {7}}, {20000, 2, {7, 4999}}, {150000, 4, {50000}}, {150000, 8, {977, 12345}}};
  for (std::size_t p = 0; p < plans.size(); ++p) {
    const auto& plan = plans[p];
    const auto data = data_of(plan.rows);
    std::size_t turn = 0;
    for (const auto& request : requests()) {
      if (!all && turn++ % plans.size() != p) continue;
      SCOPED_TRACE(request.dump() + ", tasks " + std::to_string(plan.tasks));
      expect_close(local(data, request),
                   through_extension(data, request, plan.tasks, plan.chunks, false));
    }
  }
}

TEST(Parity, OneTaskGivesTheBitsOfADataFrame) {
  const auto data = data_of(140001);
  for (const auto& request : requests()) {
    const auto op = request["op"].get<std::string>();
    if (op != "summary" && op != "lin_mod" && op != "quantile" && !wants_all()) continue;
    SCOPED_TRACE(request.dump());
    const auto expected = local(data, request);
    expect_equal(expected, through_extension(data, request, 1, {65536}, false));
    expect_equal(expected, through_extension(data, request, 1, {131072, 65536}, false));
    expect_equal(expected,
                 through_extension(data, request, 1, {50000, 7, 33333}, true));  // by @state
  }
}

TEST(Parity, AResidentAnalysisIsThatOfADataFrame) {
  const auto data = data_of(70001);
  for (auto request : requests()) {
    SCOPED_TRACE(request.dump());
    if (request["op"] != "multinom_logit") request.erase("levels");  // they are found here
    const auto outcome = run(Call{
        .library = INSITU_SQL_EXTENSION,
        .script = json{{"rx", 1}, {"op", "map"}, {"resident", true}, {"analysis", request}}.dump(),
        .columns = data.columns});
    ASSERT_TRUE(outcome.succeeded) << outcome.messages;
    expect_equal(local(data, request), reply_from_bytes(*outcome.columns.at(3).values().at(0)));
  }
}

TEST(Parity, AnAnalysisThatNamesAFileIsRefusedWhoeverMadeIt) {
  const auto data = data_of(100);
  const auto file = (std::filesystem::temp_directory_path() / "insitu-sql-none.xdf").string();
  for (const json& document :
       {json{{"op", "summary"}, {"formula", "~ y:F(k, 1, 3)"}, {"byGroupOutFile", file}},
        json{{"op", "moments"}, {"formula", "~ y"}, {"outFile", file}}}) {
    const auto prior = HostedAnalysis(document.dump(), data.rows.schema).save();
    for (const char* op : {"map", "combine"}) {
      const auto outcome = run(Call{.library = INSITU_SQL_EXTENSION,
                                    .script = json{{"rx", 1}, {"op", op}}.dump(),
                                    .columns = data.columns,
                                    .arguments = {{"@prior", SQL_C_BINARY, 0, prior, false}}});
      EXPECT_FALSE(outcome.succeeded);
      EXPECT_NE(outcome.messages.find("a file on the server"), std::string::npos)
          << outcome.messages;
    }
    EXPECT_FALSE(std::filesystem::exists(file));
  }
}

TEST(Parity, APassReadsTheRowsOfTheQueryAlone) {
  const auto data = data_of(100);
  const HostedAnalysis analysis(R"({"op":"summary","formula":"~ x"})", data.rows.schema);
  for (const json& source : {json{{"type", "RxTextData"}, {"file", "/etc/passwd"}},
                             json{{"type", "block_file"}, {"file", "/etc/passwd"}},
                             json{{"type", "declared_levels"},
                                  {"levels", json::object()},
                                  {"source", {{"type", "RxXdfData"}, {"file", "/etc/passwd"}}}}}) {
    const auto pass =
        save_hosted_pass(analysis.pass()->pass->recipe(),
                         {source["type"].get<std::string>(), source.dump()}, *data.rows.schema);
    const auto outcome = run(Call{.library = INSITU_SQL_EXTENSION,
                                  .script = R"({"rx":1,"op":"map"})",
                                  .columns = data.columns,
                                  .arguments = {{"@prior", SQL_C_BINARY, 0, pass, false}}});
    EXPECT_FALSE(outcome.succeeded);
    EXPECT_NE(outcome.messages.find("something else than the rows of the host"), std::string::npos)
        << outcome.messages;
  }
}

TEST(Parity, APassAloneIsEnoughForAState) {
  const auto data = data_of(1000);
  const HostedAnalysis analysis(R"({"op":"summary","formula":"~ x"})", data.rows.schema);
  const auto pass =
      save_hosted_pass(analysis.pass()->pass->recipe(), analysis.pass()->source, *data.rows.schema);
  const auto mapped =
      call(data, {{"rx", 1}, {"op", "map"}}, {{"@prior", SQL_C_BINARY, 0, pass, false}}, 2, {300});
  const auto values = mapped.columns.at(3).values();
  std::vector<std::string_view> states;
  for (const auto& state : values) states.push_back(*state);
  auto all = joined_states(load_hosted_pass(pass), states);
  EXPECT_EQ(all.splits(), 4u);
  EXPECT_TRUE(all.finish(4));
}

TEST(Parity, PredictionsAndGroups) {
  auto data = data_of(5000);
  const auto fit = local(data, {{"op", "lin_mod"}, {"formula", "y ~ x + f"}});
  const auto model = from_base64(json::parse(fit.document)["model"].get<std::string>());
  const auto expected = [&] {
    auto reply = local(
        data, {{"op", "predict"}, {"model", to_base64(model)}, {"extraVarsToWrite", {"n", "f"}}});
    return import_stream(&reply.frames.at(0));
  }();
  const auto found =
      call(data, {{"rx", 1}, {"op", "predict"}, {"options", {{"extraVarsToWrite", {"n", "f"}}}}},
           {{"@model", SQL_C_BINARY, 0, model, false}}, 1, {777});
  ASSERT_EQ(found.columns.size(), 3u);
  const auto values = found.columns[0].values();
  ASSERT_EQ(values.size(), 5000u);
  std::size_t row = 0;
  for (const auto& chunk : expected.second)
    for (std::size_t i = 0; i < chunk.rows; ++i, ++row) {
      const auto want = chunk.columns[0].number_at(i);
      ASSERT_EQ(values[row].has_value(), !std::isnan(want)) << row;
      if (!values[row]) continue;
      EXPECT_EQ(*values[row], std::string(reinterpret_cast<const char*>(&want), 8)) << row;
    }

  for (auto& column : data.columns)
    if (column.name == "k") column.partition = 0;
  // Rows in the order of their group, as the server sends them; the group of k = 2 has one value of
  // x.
  auto rows = data.columns;
  for (auto& column : rows) column.cells.bytes.clear(), column.cells.lengths.clear();
  for (int group = 1; group <= 3; ++group)
    for (std::size_t i = 0; i < 5000; ++i) {
      std::int32_t k = 0;
      std::memcpy(&k, data.columns[4].cells.bytes.data() + 4 * i, 4);
      if (k != group || i > 500) continue;
      for (std::size_t c = 0; c < rows.size(); ++c) {
        const auto value = data.columns[c].cells.width() ? data.columns[c].cells.bytes.substr(
                                                               i * data.columns[c].cells.width(),
                                                               data.columns[c].cells.width())
                                                         : std::string("a\0", 2);
        if (data.columns[c].cells.lengths[i] == SQL_NULL_DATA)
          rows[c].cells.add_null();
        else
          rows[c].cells.add(value.data(), value.size());
      }
    }
  const auto groups =
      run(Call{.library = INSITU_SQL_EXTENSION,
               .script = R"({"rx":1,"op":"execby","analysis":{"op":"lin_mod","formula":"y ~ x"}})",
               .columns = rows,
               .tasks = 2,
               .partitions = true});
  ASSERT_TRUE(groups.succeeded) << groups.messages;
  ASSERT_EQ(groups.columns.at(0).rows(), 3u);
  for (const auto& result : groups.columns[5].values())
    EXPECT_EQ(document_of(reply_from_bytes(*result))["formula"], "y ~ x");
}

}  // namespace
}  // namespace insitu::exthost
