// Any text as an expression: it is refused, or it is written and read back as the same tree, and
// evaluated over a few rows with the type that the schema promised.
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "formula/expression/evaluate.hpp"
#include "formula/expression/expression.hpp"
#include "fuzz_main.hpp"

namespace insitu {
namespace {

Column strings(const std::vector<const char*>& texts) {
  StringBuilder builder;
  for (const auto* text : texts) text ? builder.append(text) : builder.append_missing();
  return builder.finish();
}

const Chunk& rows() {
  static const Chunk chunk = [] {
    const auto levels = make_levels({"lo", "mid", "hi"});
    Chunk made;
    std::vector<Field> fields;
    const auto add = [&](const char* name, Column column, bool declared = true) {
      Field field;
      field.name = name;
      field.type = column.type();
      if (declared) field.levels = column.levels();
      fields.push_back(field);
      made.columns.push_back(std::move(column));
    };
    const double none = missing_value<double>();
    add("x", Column::own(Type::kFloat64, std::vector<double>{1.5, none, -1e300, 7}));
    add("i", Column::own(Type::kInt32, std::vector<std::int32_t>{1, missing_value<std::int32_t>(),
                                                                 2147483647, -3}));
    add("h", Column::own(Type::kInt16,
                         std::vector<std::int16_t>{1, 2, missing_value<std::int16_t>(), -3}));
    add("b", Column::own(Type::kLogical, std::vector<std::uint8_t>{1, 0, 0xff, 1}));
    add("s", strings({"apple", nullptr, "h\u00e9llo\xff", ""}));
    add("f", Column::own(Type::kFactor, std::vector<std::int32_t>{0, 2, -1, 1}, levels));
    add("o", Column::own(Type::kOrdered, std::vector<std::int32_t>{0, 2, -1, 1}, levels));
    add("g",
        Column::own(Type::kFactor, std::vector<std::int32_t>{0, 1, 0, -1}, make_levels({"u", "v"})),
        false);
    add("d", Column::own(Type::kDate, std::vector<double>{18326, none, -1e9, 0.5}));
    add("t", Column::own(Type::kDateTime, std::vector<double>{1.6e9, none, -1e18, 0}));
    made.rows = 4;
    made.schema = std::make_shared<const Schema>(std::move(fields));
    return made;
  }();
  return chunk;
}

const ObjectMap& objects() {
  static const ObjectMap map = {
      {"lookup", Column::own(Type::kFloat64, std::vector<double>{10, 20, 30})},
      {"names3", strings({"a", "b", nullptr})}};
  return map;
}

void require(bool holds) {
  if (!holds) std::abort();
}

void evaluate_all(const Expression& expression) {
  const auto field = result_field(expression, *rows().schema, &objects(), "fuzz");
  EvaluationScope scope;
  scope.objects = &objects();
  for (const std::size_t count : {4, 1, 0}) {
    const auto part = slice(rows(), 0, count);
    try {
      const auto column = evaluate(expression, part, scope, "fuzz");
      require(column.size() == count && column.type() == field.type);
      for (std::size_t i = 0; i < column.size(); ++i) {
        if (column.type() == Type::kString)
          (void)column.string_at(i);
        else if (!is_factor(column.type()))
          (void)column.number_at(i);
        else
          require(column.values<std::int32_t>()[i] <
                  static_cast<std::int64_t>(column.levels()->size()));
      }
    } catch (const Error&) {  // a value does not fit, as 1.5 for %d
    }
  }
}

}  // namespace

FuzzCorpus fuzz_corpus() {
  FuzzCorpus corpus;
  corpus.seeds = {"x + i * 2L - -h ^ 2",
                  "ifelse(is.na(x), 0, round(x / 3, 2))",
                  "cut(x, c(-Inf, 0, 1e5, Inf), labels = c('a', \"b\", 'c'), right = FALSE)",
                  "factor(s, levels = c(\"apple\", \"b\"), labels = 'L')",
                  "gsub(\"(a)(p+)\", \"\\\\2\\\\1\", toupper(s), perl = TRUE)",
                  "sprintf('%5.2f|%-5s|%05d|%%', x, s, h)",
                  "paste(s, f, as.character(d), sep = \"-\")",
                  "substr(s, i, 3L) %in% c('app', NA)",
                  "format(d + 1, '%d/%m/%y %j %U %a %B %V')",
                  "as.Date(paste0(\"2020-01-\", h), '%Y-%m-%d')",
                  "difftime(t, as.POSIXct(\"2000-01-01\", tz = 'UTC'), units = \"hours\")",
                  "lookup[f] + lookup[-1][[2]] + c(lo = 1, hi = 2)[as.character(f)]",
                  ".rxStartRow:(.rxStartRow + .rxNumRows - 1)",
                  "rep(seq(0, 1, 0.25)[2:3], times = c(2, 2))[h]",
                  "!(b & x > 1 | f == 'lo') && TRUE",
                  "not b and x // 2 == 0 or o >= \"mid\"",
                  "relevel(g, 'v') == factor(g)",
                  "as.POSIXlt(t)$hour + ISOdate(2020, 3, h)",
                  "pmin(x, h, na.rm = TRUE) %/% 0.1 %% 3",
                  "{ `x` + 0x1F + 1e-400 + pi }",
                  "choose(h, 2) + beta(x, 2) + signif(x, 3)",
                  "match(x, c(1.5, 7), nomatch = 0L)",
                  "formatC(h, width = 3, flag = '0')"};
  corpus.tokens = portable_functions();
  for (const auto* token :
       {"x",         "i",      "h",      "b", "s",           "f",   "o",       "g",        "d",
        "t",         "lookup", "names3", "(", ")",           "[",   "]]",      ",",        "NA",
        "NULL",      "1e9",    "-1",     "0", "\"\\u00e9\"", "'a'", "c(1, 2)", "r\"(x)\"", "`",
        "levels = ", "%in%",   "~",      "$"})
    corpus.tokens.emplace_back(token);
  return corpus;
}

}  // namespace insitu

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace insitu;
  try {
    const auto expression = parse_expression({reinterpret_cast<const char*>(data), size}, "fuzz");
    const auto text = deparse(*expression);
    const auto again = parse_expression(text, "deparsed");
    require(deparse(*again) == text);
    require(variables_of(*again) == variables_of(*expression));
    evaluate_all(*expression);
  } catch (const Error&) {
  }
  return 0;
}
