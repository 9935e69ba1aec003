// The law of pieces: an expression and a pipeline give the same wherever the rows are cut into
// chunks and splits. Over the whole table of portable functions, so that a new one is tested too.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <functional>
#include <map>
#include <random>
#include <set>

#include "algorithms/pipeline_levels.hpp"
#include "base/error.hpp"
#include "contexts/local.hpp"
#include "formula/expression/evaluate.hpp"
#include "formula/expression/portable_parameters.hpp"
#include "formula/rows/row_selection.hpp"
#include "laws/sources.hpp"

namespace insitu::laws {
namespace {

using Strings = std::vector<std::string>;
using Random = std::mt19937;

constexpr unsigned kSeed = 20260;
constexpr std::size_t kRows = 41;
#ifdef __SANITIZE_ADDRESS__
constexpr int kCuts = 4;  // memory that is used wrongly shows in the first ones
#else
constexpr int kCuts = 20;
#endif
constexpr int kDraws = 40;        // calls that are tried for a function and a type
constexpr std::size_t kMost = 6;  // and of those that are valid, kept

const Strings kTypes = {"logical", "int32",    "int64",      "float32", "float64",
                        "string",  "declared", "undeclared", "date",    "datetime"};

std::size_t below(Random& random, std::size_t n) { return random() % n; }

// Rows
// ----------------------------------------------------------------------------------------------------

const Strings kTexts = {"we", "2.5", "mo", "NaN", "2020-02-29", "tu", "a b", "10", "9"};

/// A factor's column from the texts, with these levels; missing where a text is not among them.
Column factor_of(const Strings& texts, const Strings& levels) {
  std::vector<std::int32_t> codes;
  for (const auto& text : texts) {
    const auto at = std::ranges::find(levels, text) - levels.begin();
    codes.push_back(at < static_cast<std::ptrdiff_t>(levels.size()) ? static_cast<std::int32_t>(at)
                                                                    : kMissingCode);
  }
  return Column::own(Type::kFactor, std::move(codes), make_levels(levels));
}

Strings in_order_of_appearance(const Strings& texts) {
  Strings levels;
  for (const auto& text : texts)
    if (text != "NA" && std::ranges::find(levels, text) == levels.end()) levels.push_back(text);
  return levels;
}

Strings texts_of(const Column& column) {
  Strings texts;
  for (std::size_t i = 0; i < column.size(); ++i) {
    if (column.is_missing(i)) {
      texts.emplace_back("NA");
    } else if (is_factor(column.type())) {
      texts.push_back(
          (*column.levels())[static_cast<std::size_t>(column.values<std::int32_t>()[i])]);
    } else {
      texts.emplace_back(column.string_at(i));
    }
  }
  return texts;
}

/// Some 40 rows: v of the type, o another of it, x numbers, k whole numbers, s texts, f a factor.
Chunk rows_of(const std::string& type, Random& random) {
  const auto texts = [&] {
    Strings all;
    for (std::size_t i = 0; i < kRows; ++i)
      all.push_back(below(random, 9) == 0 ? "NA" : kTexts[below(random, kTexts.size())]);
    return all;
  };
  const auto numbers = [&]<class T>(Type of, T low, T high, bool whole) {
    std::vector<T> all;
    for (std::size_t i = 0; i < kRows; ++i) {
      const auto u = static_cast<double>(random()) / 4294967296.0;
      auto value =
          static_cast<double>(low) + u * (static_cast<double>(high) - static_cast<double>(low));
      if (whole) value = std::floor(value);
      all.push_back(below(random, 9) == 0 ? missing_value<T>() : static_cast<T>(value));
    }
    return Column::own(of, std::move(all));
  };
  const auto column = [&]() -> Column {
    if (type == "logical") {
      std::vector<std::uint8_t> all;
      for (std::size_t i = 0; i < kRows; ++i)
        all.push_back(below(random, 9) == 0 ? missing_value<std::uint8_t>()
                                            : static_cast<std::uint8_t>(below(random, 2)));
      return Column::own(Type::kLogical, std::move(all));
    }
    if (type == "int32") return numbers(Type::kInt32, std::int32_t{-3}, std::int32_t{9}, true);
    if (type == "int64") {
      std::vector<std::int64_t> all;
      for (std::size_t i = 0; i < kRows; ++i)
        all.push_back(below(random, 9) == 0
                          ? missing_value<std::int64_t>()
                          : (below(random, 2) ? std::int64_t{1} << 53 : std::int64_t{0}) +
                                static_cast<std::int64_t>(below(random, 5)));
      return Column::own(Type::kInt64, std::move(all));
    }
    if (type == "float32") return numbers(Type::kFloat32, -3.0F, 9.0F, below(random, 2) == 0);
    if (type == "float64") return numbers(Type::kFloat64, -3.0, 9.0, below(random, 2) == 0);
    if (type == "date") return numbers(Type::kDate, -40000.0, 40000.0, true);
    if (type == "datetime") return numbers(Type::kDateTime, -3e9, 3e9, below(random, 2) == 0);
    const auto all = texts();
    if (type == "declared") return factor_of(all, kTexts);
    if (type == "undeclared") return factor_of(all, in_order_of_appearance(all));
    StringBuilder builder;
    for (const auto& text : all) text == "NA" ? builder.append_missing() : builder.append(text);
    return builder.finish();
  };
  std::vector<Field> fields;
  std::vector<Column> columns;
  const auto add = [&](const std::string& name, Column values) {
    fields.push_back({.name = name, .type = values.type(), .levels = values.levels()});
    columns.push_back(std::move(values));
  };
  add("v", column());
  add("o", column());
  add("x", numbers(Type::kFloat64, -2.0, 5.0, false));
  add("k", numbers(Type::kInt32, std::int32_t{1}, std::int32_t{9}, true));
  StringBuilder builder;
  for (const auto& text : texts()) text == "NA" ? builder.append_missing() : builder.append(text);
  add("s", builder.finish());
  add("f", factor_of(texts(), kTexts));
  return {std::make_shared<const Schema>(std::move(fields)), std::move(columns), kRows, {}};
}

// Pieces
// --------------------------------------------------------------------------------------------------

/// Where the rows are cut: the first row of each chunk, and whether it begins a split.
using Cuts = std::vector<std::pair<std::size_t, bool>>;

Cuts random_cuts(std::size_t rows, Random& random) {
  Cuts cuts{{0, true}};
  const auto often = 1 + below(random, 12);
  for (std::size_t row = 1; row < rows; ++row)
    if (below(random, often) == 0) cuts.emplace_back(row, below(random, 3) == 0);
  return cuts;
}

/// Rows in chunks and splits that are cut anywhere; factors named `open` tell their levels chunk by
/// chunk.
class CutSource final : public DataSource {
 public:
  CutSource(const Chunk& all, const Cuts& cuts, const std::set<std::string>& open) {
    auto fields = all.schema->fields();
    for (auto& field : fields)
      if (open.contains(field.name)) field.levels = nullptr;
    schema_ = std::make_shared<const Schema>(std::move(fields));
    for (std::size_t i = 0; i < cuts.size(); ++i) {
      const auto end = i + 1 < cuts.size() ? cuts[i + 1].first : all.rows;
      auto chunk = slice(all, cuts[i].first, end - cuts[i].first);
      chunk.schema = schema_;
      if (cuts[i].second || splits_.empty()) splits_.emplace_back();
      chunk.from = {splits_.size() - 1, splits_.back().size(), -1,
                    static_cast<std::int64_t>(chunk.rows)};
      splits_.back().push_back(with_levels_of_rows(std::move(chunk)));
    }
  }
  SchemaPtr schema() const override { return schema_; }
  std::vector<Split> splits() const override {
    std::vector<Split> all;
    for (std::size_t i = 0; i < splits_.size(); ++i) all.push_back({i, i, i + 1, -1});
    return all;
  }
  std::unique_ptr<ChunkReader> open(const Split& split, const ReadOptions& options) const override {
    struct Reader final : ChunkReader {
      std::vector<Chunk> chunks;
      std::size_t at = 0;
      std::optional<Chunk> next() override {
        if (at == chunks.size()) return std::nullopt;
        return chunks[at++];
      }
    };
    auto reader = std::make_unique<Reader>();
    for (const auto& chunk : splits_[split.index]) {
      if (!options.columns) {
        reader->chunks.push_back(chunk);
        continue;
      }
      Chunk some{select_columns(*schema_, *options.columns), {}, chunk.rows, chunk.from};
      for (const auto& name : *options.columns) some.columns.push_back(chunk.column(name));
      reader->chunks.push_back(std::move(some));
    }
    return reader;
  }
  Recipe recipe() const override { return {"cut", R"({"type": "cut"})"}; }
  std::string description() const override { return "rows cut anywhere"; }

 private:
  SchemaPtr schema_;
  std::vector<std::vector<Chunk>> splits_;
};

SourcePtr cut(const Chunk& all, const Cuts& cuts, const std::set<std::string>& open) {
  return std::make_shared<CutSource>(all, cuts, open);
}

std::set<std::string> open_of(const std::string& type) {
  return type == "undeclared" ? std::set<std::string>{"v", "o"} : std::set<std::string>{};
}

// What comes out, as text
// ---------------------------------------------------------------------------------------

std::string shown(const Column& column) {
  std::string out(type_name(column.type()));
  if (is_factor(column.type())) {
    out += "[";
    for (const auto& level : *column.levels()) out += level + ";";
    out += "]";
  }
  if (column.type() == Type::kString || is_factor(column.type())) {
    for (const auto& text : texts_of(column)) out += "|" + text;
    return out;
  }
  for (std::size_t i = 0; i < column.size(); ++i) {
    if (column.is_missing(i)) {
      out += "|NA";
      continue;
    }
    dispatch(column.type(), [&]<class T>(T*) {
      const T value = column.values<T>()[i];
      if constexpr (std::is_floating_point_v<T>) {
        char text[64];
        std::snprintf(text, sizeof text, "|%a", static_cast<double>(value));
        out += text;
      } else {
        out += "|" + std::to_string(value);
      }
    });
  }
  return out;
}

/// All rows of a source, as one chunk.
Chunk joined(const DataSource& source) {
  std::vector<Chunk> chunks;
  for (const auto& split : source.splits()) {
    const auto reader = source.open(split, {});
    while (auto chunk = reader->next()) chunks.push_back(std::move(*chunk));
  }
  return chunks.empty() ? Chunk{source.schema(), {}, 0, {}} : join_chunks(chunks);
}

std::string shown(const Chunk& chunk) {
  std::string out;
  for (std::size_t i = 0; i < chunk.columns.size(); ++i)
    out += (*chunk.schema)[i].name + ": " + shown(chunk.columns[i]) + "\n";
  return out;
}

/// The columns of a pipeline's result in pieces, or its error.
std::string in_pieces(const SourcePtr& source, const Pipeline& pipeline) {
  LocalContext context(1);
  RunControl control;
  return shown(joined(
      *transformed_with_levels(source, pipeline, {}, FunctionFactors::kFixed, context, control)));
}

// Calls
// -----------------------------------------------------------------------------------------------

ExpressionPtr name_of(const std::string& name) {
  auto e = std::make_shared<Expression>();
  e->kind = Expression::Kind::kName;
  e->text = name;
  return e;
}

ExpressionPtr read_as(const std::string& text) { return parse_expression(text, "test"); }

/// What may be given for a parameter, by its name.
ExpressionPtr argument_for(const std::string& parameter, bool first, bool constant,
                           Random& random) {
  const auto one_of = [&](const Strings& texts) {
    return read_as(texts[below(random, texts.size())]);
  };
  static const std::map<std::string, Strings> kByName = {
      {"pattern", {"'a'", "'[0-9]+'"}},
      {"replacement", {"'z'", "''"}},
      {"old", {"'ae'"}},
      {"new", {"'xy'"}},
      {"prefix", {"'2'", "'mo'"}},
      {"suffix", {"'o'", "'5'"}},
      {"fmt", {"'%s'", "'%5.2f'", "'%d'"}},
      {"format", {"'%Y-%m-%d'", "'%H'"}},
      {"tryFormats", {"'%Y-%m-%d'"}},
      {"origin", {"'1970-01-01'"}},
      {"tz", {"'UTC'"}},
      {"sep", {"'-'"}},
      {"units", {"'days'", "'secs'"}},
      {"type", {"'chars'", "'bytes'"}},
      {"which", {"'both'", "'left'"}},
      {"levels", {"c('mo', 'tu')", "c(2, 1, 5)", "c(TRUE, FALSE)"}},
      {"labels", {"c('A', 'B')", "FALSE", "'L'"}},
      {"exclude", {"'mo'"}},
      {"ref", {"levels(v)[2]", "2"}},
      {"breaks", {"c(-3, 0, 4, 1e9)"}},
      {"vec", {"c(-1, 0, 4)"}},
      {"table", {"c('mo', '10', '9')", "c(1, 2, 5)", "c(TRUE)"}},
      {"nomatch", {"0L"}},
      {"digits", {"2", "0"}},
      {"base", {"2", "10L"}},
      {"p", {"2", "x"}},
      {"start", {"1", "2L"}},
      {"stop", {"3", "k"}},
      {"first", {"2"}},
      {"last", {"4"}},
      {"width", {"8"}},
      {"mode", {"'double'"}},
      {"flag", {"'0'"}},
      {"month", {"3", "k"}},
      {"day", {"k", "5"}},
      {"hour", {"k"}},
      {"min", {"7"}},
      {"sec", {"x"}},
      {"by", {"2"}},
      {"times", {"2"}},
      {"each", {"2"}},
      {"length.out", {"nlevels(f)", "3"}},
      {"collapse", {"'+'"}},
      {"dig.lab", {"3"}}};
  static const std::set<std::string> kFlags = {
      "ignore.case", "perl",     "fixed", "useBytes",       "na.rm",         "ordered",
      "abbreviate",  "optional", "right", "include.lowest", "ordered_result"};
  if (kFlags.contains(parameter)) return one_of({"TRUE", "FALSE"});
  const auto found = kByName.find(parameter);
  if (found != kByName.end() && !first) return one_of(found->second);
  static const Strings kColumns = {"v", "o", "x", "k", "s", "f"};
  static const Strings kConstants = {"1", "2L", "'mo'", "c(3, 1, 2)", "TRUE", "NA", "c(a = 1)"};
  if (found != kByName.end() && below(random, 4) != 0) return one_of(found->second);
  if (constant) return one_of(kConstants);
  switch (below(random, first ? 8 : 10)) {
    case 0:
      return one_of(kConstants);
    case 1:
      return one_of({"factor(v)", "as.factor(k)", "paste(v, s)", "as.integer(k)", "x > 1",
                     "factor(s)", "is.na(v)", "levels(v)", "nlevels(v)"});
    case 8:
    case 9:
      return one_of(kConstants);
    default:
      return below(random, first ? 8 : 2) != 0 || first ? name_of("v")
                                                        : name_of(kColumns[below(random, 6)]);
  }
}

/// In parentheses, as it would be written between operators.
ExpressionPtr enclosed(const ExpressionPtr& e) {
  if (e->kind != Expression::Kind::kCall) return e;
  auto call = std::make_shared<Expression>();
  call->kind = Expression::Kind::kCall;
  call->text = "(";
  call->arguments.push_back({"", e});
  return call;
}

/// A call of a function with arguments for all parameters up to some, and perhaps a later one.
ExpressionPtr random_call(const std::string& function, const Strings& parameters, bool constant,
                          Random& random) {
  auto call = std::make_shared<Expression>();
  call->kind = Expression::Kind::kCall;
  call->text = function;
  const auto most = parameters.empty() ? 0 : 1 + below(random, parameters.size());
  for (std::size_t i = 0; i < most; ++i) {
    if (parameters[i] == "...") {
      for (auto n = 1 + below(random, 3); n > 0; --n)
        call->arguments.push_back({"", enclosed(argument_for("...", n == 1, constant, random))});
      continue;
    }
    const bool after_dots =
        std::find(parameters.begin(), parameters.begin() + static_cast<std::ptrdiff_t>(i), "...") !=
        parameters.begin() + static_cast<std::ptrdiff_t>(i);
    if (i > 0 && i + 1 < most && below(random, 2) == 0) continue;
    const bool operand = parameters.size() <= 3 && i < 2;
    const bool named = after_dots || (i > 1 && !operand);
    call->arguments.push_back({named ? parameters[i] : "",
                               enclosed(argument_for(parameters[i], i == 0, constant, random))});
    if (!named && call->arguments.size() != i + 1) call->arguments.back().name = parameters[i];
  }
  return call;
}

/// Whether an expression is one value per row that depends on the type's columns.
bool is_valid(const Expression& e, const Schema& schema) {
  try {
    (void)result_field(e, schema, nullptr, "test");
    const auto names = variables_of(e);
    return std::ranges::any_of(names, [](const auto& name) { return !name.starts_with(".rx"); });
  } catch (const Error&) {
    return false;
  }
}

/// A call whose value is a vector of constants, as part of an expression of rows.
ExpressionPtr embedded(const ExpressionPtr& call) {
  return read_as("paste(k, paste(" + deparse(*call) + ", collapse = '+'))");
}

/// Functions of the table that need all rows whatever they are given, so that every call is refused
/// (B6), or that have a value inside another call only. The test fails if one of them can be
/// called.
const std::set<std::string> kNeverCalled = {
    "as.POSIXlt", "ave",      "cummax", "cummin", "cumprod", "cumsum",   "diff",
    "duplicated", "grep",     "lag",    "median", "order",   "quantile", "range",
    "rank",       "rle",      "rowsum", "scale",  "sd",      "sort",     "strsplit",
    "table",      "tabulate", "unique", "var",    "which"};

/// The smallest rows and cuts that still differ, as text.
std::string smallest(Chunk rows, Cuts cuts,
                     const std::function<bool(const Chunk&, const Cuts&)>& fails) {
  for (bool smaller = true; smaller;) {
    smaller = false;
    for (std::size_t row = 0; row < rows.rows && rows.rows > 1; ++row) {
      std::vector<std::uint32_t> kept;
      for (std::uint32_t i = 0; i < rows.rows; ++i)
        if (i != row) kept.push_back(i);
      auto fewer = take(rows, kept);
      Cuts moved;
      for (auto [at, split] : cuts) {
        if (at > row) --at;
        if (at < fewer.rows && (moved.empty() || moved.back().first != at))
          moved.emplace_back(at, split);
      }
      if (!fails(fewer, moved)) continue;
      rows = std::move(fewer), cuts = std::move(moved), smaller = true;
    }
    for (std::size_t i = 1; i < cuts.size(); ++i) {
      auto fewer = cuts;
      fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
      if (fails(rows, fewer)) cuts = std::move(fewer), smaller = true;
    }
  }
  auto out = shown(rows) + "chunks begin at rows";
  for (const auto& [at, split] : cuts) out += " " + std::to_string(at) + (split ? "*" : "");
  return out + " (* a split)";
}

TEST(Pieces, EveryFunctionGivesTheSameOnRowsCutAnywhere) {
  std::printf("seed %u\n", kSeed);
  std::set<std::string> called;
  std::map<std::string, std::size_t> calls_of;
  auto functions = portable_functions();
  std::map<std::string, Strings> parameters;
  // Of the syntax, not of the table.
  const std::map<std::string, Strings> syntax = {
      {"(", {"x"}}, {"[", {"x", "i"}}, {"[[", {"x", "i"}}};
  for (const auto& name : functions)
    parameters[name] = syntax.contains(name) ? syntax.at(name) : portable_parameters(name);
  std::size_t tested = 0;
  for (const auto& type : kTypes) {
    for (const auto& function : functions) {
      Random random(kSeed +
                    static_cast<unsigned>(std::hash<std::string>()(type + function) % 65536));
      std::map<std::string, ExpressionPtr> valid;
      const auto data = rows_of(type, random);
      for (int draw = 0; draw < kDraws && valid.size() < kMost; ++draw) {
        const auto call = random_call(function, parameters[function], draw % 4 == 3, random);
        if (call->arguments.size() < 2 && function.starts_with("[")) continue;
        if (is_valid(*call, *data.schema))
          valid.emplace(deparse(*call), call);
        else if (const auto part = embedded(call); is_valid(*part, *data.schema))
          valid.emplace(deparse(*part), part);
      }
      for (const auto& [text, call] : valid) {
        called.insert(function);
        const auto expected = [&](const Chunk& rows) -> std::string {
          // All rows at once, the levels of factors known: what the expression means.
          Chunk all = rows;
          auto fields = rows.schema->fields();
          for (std::size_t i = 0; i < fields.size(); ++i)
            if (open_of(type).contains(fields[i].name)) {
              const auto texts = texts_of(rows.columns[i]);
              all.columns[i] = factor_of(texts, in_order_of_appearance(texts));
              fields[i].levels = all.columns[i].levels();
            }
          all.schema = std::make_shared<const Schema>(std::move(fields));
          EvaluationScope scope;
          const auto r = evaluate(*call, all, scope, "transforms$r");
          auto out = "r: " + shown(r) + "\n";
          if (is_factor(r.type())) {
            std::vector<std::int32_t> codes;
            for (const auto code : r.values<std::int32_t>())
              codes.push_back(code < 0 ? missing_value<std::int32_t>() : code + 1);
            out += "codes: " + shown(Column::own(Type::kInt32, std::move(codes))) + "\n";
          }
          return out;
        };
        std::string wanted, got;
        const auto differ = [&](const Chunk& rows, const Cuts& cuts) {
          try {
            wanted = expected(rows);
          } catch (const Error& error) {
            wanted = std::string("error: ") + error.what();
          }
          try {
            Pipeline pipeline{.transforms = {{"r", deparse(*call)}}};
            for (const auto& name : rows.schema->names())
              pipeline.transforms.emplace_back(name, "NULL");
            if (wanted.find("\ncodes: ") != std::string::npos)
              pipeline.transforms.emplace_back("codes", "as.integer(r)");
            got = in_pieces(cut(rows, cuts, open_of(type)), pipeline);
          } catch (const Error& error) {
            got = std::string("error: ") + error.what();
          }
          // The values of all rows may make an error that those of a piece do not: not a value.
          if (wanted.starts_with("error: ")) return !got.starts_with("error: ");
          return got != wanted;
        };
        for (int i = 0; i < kCuts; ++i) {
          const auto cuts = random_cuts(data.rows, random);
          ++tested;
          if (!differ(data, cuts)) continue;
          const auto input = smallest(data, cuts, differ);
          (void)differ(data, cuts);
          ADD_FAILURE() << "seed " << kSeed << ", " << type << ", " << text << "\nin pieces " << got
                        << "of all rows " << wanted << "smallest input:\n"
                        << input;
          break;
        }
      }
    }
  }
  std::printf("%zu cuts of calls of %zu functions\n", tested, called.size());
  for (const auto& function : functions)
    EXPECT_EQ(called.contains(function), !kNeverCalled.contains(function))
        << function
        << (kNeverCalled.contains(function) ? " can be called: take it from the list"
                                            : " is never called: give its parameters arguments");
}

// Pipelines
// ----------------------------------------------------------------------------------------------

/// A function of the host language: what it is given and tells of it.
Chunk count_codes(const Chunk& chunk, const ChunkInfo&) {
  Chunk out = chunk;
  auto fields = chunk.schema->fields();
  std::vector<std::int32_t> code;
  for (const auto each : chunk.column("v").values<std::int32_t>())
    code.push_back(each < 0 ? missing_value<std::int32_t>() : each + 1);
  fields.push_back({.name = "code", .type = Type::kInt32});
  out.columns.push_back(Column::own(Type::kInt32, std::move(code)));
  out.schema = std::make_shared<const Schema>(std::move(fields));
  return out;
}

TEST(Pieces, EveryPipelineGivesTheSameOnRowsCutAnywhere) {
  const std::vector<std::pair<std::string, Pipeline>> pipelines = {
      {"codes", {.transforms = {{"r", "as.integer(v)"}}}},
      {"a copy's codes", {.transforms = {{"g", "v"}, {"v", "NULL"}, {"r", "as.integer(g)"}}}},
      {"a factor of a factor",
       {.transforms = {{"g", "factor(v)"}, {"h", "as.factor(g)"}, {"r", "unclass(h)"}}}},
      {"ordered", {.transforms = {{"g", "as.ordered(v)"}, {"r", "g > 'mo'"}, {"m", "nlevels(g)"}}}},
      {"N", {.transforms = {{"r", "N(v)"}, {"q", "as.numeric(v) * 2"}}}},
      {"a chain of factors",
       {.transforms = {{"g", "factor(k)"},
                       {"h", "factor(paste(g, v))"},
                       {"r", "as.integer(h) * 100L + as.integer(g)"}}}},
      {"names that change",
       {.transforms = {{"x", "round(x)"}, {"x", "factor(x)"}, {"x", "as.integer(x)"}}}},
      {"labels of a factor's levels",
       {.transforms = {{"g", "factor(k > 4, labels = c('few', 'many'))"}, {"r", "as.integer(g)"}}}},
      {"an index", {.transforms = {{"r", "c(10, 20, 30, 40, 50, 60, 70, 80, 90)[v]"}}}},
      {"another reference", {.transforms = {{"g", "relevel(v, 'tu')"}, {"r", "as.integer(g)"}}}},
      {"rows by code", {.transforms = {}, .row_selection = "as.integer(v) <= 2"}},
      {"rows by label", {.transforms = {}, .row_selection = "v == 'mo' | v %in% c('tu', '9')"}},
      {"no rows", {.transforms = {{"g", "factor(s)"}}, .row_selection = "v == 'nobody'"}},
      {"rows by a factor that is made",
       {.transforms = {{"g", "factor(s)"}}, .row_selection = "as.integer(g) > 3"}},
      {"a variable that selects",
       {.transforms = {{".rxRowSelection", "as.integer(v) == 1"}, {"g", "factor(k)"}}}},
      {"levels in a selection", {.transforms = {}, .row_selection = "v %in% levels(v)[1:3]"}},
      {"complete rows", {.transforms = {{"r", "as.integer(v)"}}, .remove_missings = true}},
      {"complete rows on reading",
       {.remove_missings_on_read = true,
        .transforms = {{"g", "factor(s)"}, {"r", "as.integer(v)"}}}},
      {"a window",
       {.transforms = {{"r", "as.integer(v)"}, {"g", "factor(s)"}, {"o", "NULL"}},
        .start_row = 7,
        .row_limit = 19}},
      {"row numbers", {.transforms = {{"r", ".rxStartRow:(.rxStartRow + .rxNumRows - 1)"}}}},
      {"alternating rows",
       {.transforms = {{"r", "(.rxStartRow + seq_len(.rxNumRows)) %% 3"},
                       {"g", "factor(r)"},
                       {"c", "as.integer(g)"}}}},
      {"a function", {.function = count_codes}},
      {"a function of one variable, and then its codes",
       {.transforms = {{"r", "as.integer(v)"}, {"q", "code"}},
        .function_variables = {"v"},
        .function = count_codes}},
  };
  Random random(kSeed);
  for (const std::string type : {"declared", "undeclared"})
    for (const auto& [what, pipeline] : pipelines) {
      SCOPED_TRACE(what + " of a factor whose levels are " + type + ", seed " +
                   std::to_string(kSeed));
      const auto data = rows_of(type, random);
      const auto uncut = in_pieces(cut(data, {{0, true}}, {}), pipeline);
      for (int i = 0; i < kCuts; ++i) {
        const auto cuts = random_cuts(data.rows, random);
        const auto differ = [&](const Chunk& rows, const Cuts& at) {
          Chunk all = rows;
          auto fields = all.schema->fields();
          for (std::size_t c = 0; c < fields.size(); ++c)
            if (open_of(type).contains(fields[c].name)) {
              const auto texts = texts_of(rows.columns[c]);
              all.columns[c] = factor_of(texts, in_order_of_appearance(texts));
              fields[c].levels = all.columns[c].levels();
            }
          all.schema = std::make_shared<const Schema>(std::move(fields));
          try {
            return in_pieces(cut(rows, at, open_of(type)), pipeline) !=
                   in_pieces(cut(all, {{0, true}}, {}), pipeline);
          } catch (const Error&) {
            return false;
          }
        };
        const auto got = in_pieces(cut(data, cuts, open_of(type)), pipeline);
        if (got == uncut) continue;
        ADD_FAILURE() << "in pieces\n"
                      << got << "of all rows\n"
                      << uncut << "smallest input:\n"
                      << smallest(data, cuts, differ);
        break;
      }
    }
}

/// Reads nothing: fails where a pass would have been made.
class NoPass final : public ComputeContext {
 public:
  std::string name() const override { return "no pass"; }
  Capabilities capabilities() const override { return {}; }
  std::unique_ptr<Accumulator> run(const Pass&, const DataSource&, RunControl&) override {
    throw Unsupported("a pass");
  }
  void read(const DataSource&, const ReadOptions&, const std::function<void(const Chunk&)>&,
            RunControl&) override {
    throw Unsupported("a pass");
  }
};

TEST(Pieces, LabelsNeedNoPass) {
  Random random(kSeed);
  const auto data = rows_of("undeclared", random);
  const auto source = cut(data, random_cuts(data.rows, random), open_of("undeclared"));
  NoPass context;
  RunControl control;
  const auto passes = [&](const Pipeline& pipeline) {
    try {
      (void)transformed_with_levels(source, pipeline, {}, FunctionFactors::kFixed, context,
                                    control);
      return false;
    } catch (const Unsupported&) {
      return true;
    }
  };
  for (const auto* text : {"v == 'mo'", "'mo' != v", "v %in% c('mo', 'tu')", "as.character(v)",
                           "paste(v, k)", "is.na(v)", "match(v, c('mo'))", "grepl('m', v)",
                           "toupper(v)", "v == o", "(v)", "factor(v, levels = c('mo', 'tu'))",
                           "factor(v, c('mo', 'tu'), c('a', 'b'))", "ifelse(v == 'mo', 1, 2)",
                           "as.numeric(as.character(v))", "x + 1", "factor(k, levels = 1:9)"})
    EXPECT_FALSE(passes({.transforms = {{"r", text}}})) << text;
  for (const auto* text :
       {"as.integer(v)", "as.numeric(v)", "unclass(v)", "N(v)", "nlevels(v)", "factor(v)",
        "relevel(v, 'mo')", "letters[v]", "factor(k)", "as.factor(s)", "ordered(x)",
        "as.integer(as.factor(v)) + 1", "factor(k, labels = c('a'))"})
    EXPECT_TRUE(passes({.transforms = {{"r", text}}})) << text;
  EXPECT_FALSE(passes({.row_selection = "(v == 'mo')"}));
  EXPECT_TRUE(passes({.row_selection = "as.integer(v) == 1"}));
}

}  // namespace
}  // namespace insitu::laws
