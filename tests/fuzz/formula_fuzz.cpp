// Any text as a formula: it is parsed or refused; what is parsed reads back as itself, binds or is
// refused, and codes rows.
#include <cstdio>
#include <cstdlib>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "formula/model/formula.hpp"
#include "formula/model/model_frame.hpp"
#include "fuzz_main.hpp"

namespace insitu {
namespace {

Chunk example() {
  const auto f = make_levels({"a", "b", "c"}), g = make_levels({"u", "v"});
  std::vector<Field> fields(6);
  const char* names[] = {"y", "x", "n", "f", "g", "s"};
  const Type types[] = {Type::kFloat64, Type::kFloat32, Type::kInt32,
                        Type::kFactor,  Type::kOrdered, Type::kString};
  for (int i = 0; i < 6; ++i) fields[i].name = names[i], fields[i].type = types[i];
  fields[2].low = 0, fields[2].high = 4;
  fields[3].levels = f, fields[4].levels = g;
  StringBuilder strings;
  for (const auto* text : {"p", "q", "p", "r"}) strings.append(text);
  Chunk chunk;
  chunk.schema = std::make_shared<const Schema>(fields);
  chunk.rows = 4;
  chunk.columns = {
      Column::own(Type::kFloat64, std::vector<double>{1, 2, missing_value<double>(), 4}),
      Column::own(Type::kFloat32, std::vector<float>{0.5f, -1.5f, 2e9f, 3.5f}),
      Column::own(Type::kInt32, std::vector<std::int32_t>{0, 4, missing_value<std::int32_t>(), 9}),
      Column::own(Type::kFactor, std::vector<std::int32_t>{0, 1, 2, -1}, f),
      Column::own(Type::kOrdered, std::vector<std::int32_t>{0, 1, 1, 0}, g),
      strings.finish()};
  return chunk;
}

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "FINDING: %s\n", what);
  std::abort();
}

}  // namespace

FuzzCorpus fuzz_corpus() {
  return {{"y ~ x + f", "y ~ f*g - f", "cbind(y, log(x)) ~ (f + g + x)^2 - 1",
           "~ F(n):f + F(x, 0, 9, FALSE)", "y ~ N(f) + I(x^2):g", "~ .", "~ . - x", "y ~ f/g + 0",
           "(y > 1) ~ `x` + ifelse(x > 0, 1, 2)", "~ s + F(f, 2, 3)", "y ~ x %in% f", "~ -1 + x:x"},
          {"+",         "-",
           "*",         ":",
           "^",         "/",
           "(",         ")",
           "~",         ".",
           "0",         "1",
           "2",         " y",
           " x",        " n",
           " f",        " g",
           " s",        "F(",
           "N(",        "log(",
           "cbind(",    ", low = ",
           ", high = ", ", exclude = FALSE",
           "`",         "\"",
           "^2",        "^100",
           "NULL",      "NA",
           "-1",        "1e300",
           "factor(",   "|",
           "%in%"}};
}

}  // namespace insitu

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace insitu;
  if (size > 4096) return 0;
  const std::string text(reinterpret_cast<const char*>(data), size);
  try {
    auto formula = parse_formula(text);
    const auto normal = deparse(formula);
    require(deparse(parse_formula(normal)) == normal,
            "the normal form does not read back as itself");
    static const auto chunk = example();
    if (formula.all_variables) formula = expand_dot(formula, {"x", "f", "g"});
    const auto unknown = unknown_domains(formula, *chunk.schema);
    FoundDomains found;
    for (const auto& each : unknown.levels) found.levels[each] = {"p", "q", "r"};
    for (const auto& each : unknown.ranges) found.ranges[each] = {0, 4};
    const auto frame = bind(formula, *chunk.schema, "", "", found);
    require(save(load<ModelFrame>(save(frame))) == save(frame), "the model does not travel");
    std::size_t cells = 0;
    for (std::size_t t = 0; t < frame.terms.size(); ++t) cells += frame.cells(t);
    if (cells < 100000)
      for (std::size_t t = 0; t < frame.terms.size(); ++t)
        require(frame.labels(t).size() == frame.cells(t), "a label per cell");
    const auto rows = frame.rows(chunk, true, UnknownLevels::kMissing);
    require(rows.rows + static_cast<std::size_t>(rows.missing_rows) == chunk.rows,
            "rows are used or left out");
    for (const auto& term : rows.terms)
      for (const auto cell : term.cell)
        require(cell >= 0 && static_cast<std::uint32_t>(cell) < term.cells,
                "cells are within the term");
  } catch (const Error&) {
  }
  return 0;
}
