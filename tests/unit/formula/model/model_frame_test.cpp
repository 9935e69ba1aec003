#include "formula/model/model_frame.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "data/source.hpp"

namespace insitu {
namespace {

const double kNaN = std::nan("");
constexpr std::int32_t kMissingInt = std::numeric_limits<std::int32_t>::min();

/// y, x (float32), n (int32 0..4), f (a, b, c), g (u, v), s (character), l (logical), w.
Chunk example() {
  const auto f_levels = make_levels({"a", "b", "c"});
  const auto g_levels = make_levels({"u", "v"});
  std::vector<Field> fields(8);
  const char* names[] = {"y", "x", "n", "f", "g", "s", "l", "w"};
  const Type types[] = {Type::kFloat64, Type::kFloat32, Type::kInt32,   Type::kFactor,
                        Type::kOrdered, Type::kString,  Type::kLogical, Type::kFloat64};
  for (int i = 0; i < 8; ++i) fields[i].name = names[i], fields[i].type = types[i];
  fields[2].low = 0, fields[2].high = 4;
  fields[3].levels = f_levels;
  fields[4].levels = g_levels;
  StringBuilder strings;
  for (const auto* text : {"p", "p", "q", "", "p", "r"})
    *text ? strings.append(text) : strings.append_missing();
  Chunk chunk;
  chunk.schema = std::make_shared<const Schema>(fields);
  chunk.rows = 6;
  chunk.columns = {
      Column::own(Type::kFloat64, std::vector<double>{1, 2, 3, 4, 5, 6}),
      Column::own(Type::kFloat32, std::vector<float>{0.5f, 1.5f, NAN, 3.5f, 4.5f, 5.5f}),
      Column::own(Type::kInt32, std::vector<std::int32_t>{0, 1, 2, 3, 4, kMissingInt}),
      Column::own(Type::kFactor, std::vector<std::int32_t>{0, 1, 2, 0, -1, 1}, f_levels),
      Column::own(Type::kOrdered, std::vector<std::int32_t>{0, 0, 1, 1, 0, 1}, g_levels),
      strings.finish(),
      Column::own(Type::kLogical, std::vector<std::uint8_t>{0, 1, 1, 0, 1, 0xff}),
      Column::own(Type::kFloat64, std::vector<double>{1, 2, 0, 1, kNaN, 3})};
  return chunk;
}

ModelFrame bound(const char* formula, const char* pweights = "", const char* fweights = "") {
  return bind(parse_formula(formula), *example().schema, pweights, fweights);
}

template <class F>
std::string error_of(F&& f) {
  try {
    f();
  } catch (const Error& error) {
    return in_words_of_r(error.what());
  }
  return "";
}

using Ints = std::vector<std::int32_t>;
using Doubles = std::vector<double>;
using Strings = std::vector<std::string>;

TEST(ModelFrame, CompleteRowsNeedNoList) {
  const auto frame = bound("y ~ g");
  const auto rows = frame.rows(example());
  EXPECT_EQ(rows.rows, 6u);
  EXPECT_TRUE(rows.row_in_chunk.empty());
  EXPECT_EQ(rows.terms[0].cells, 2u);
  EXPECT_EQ(rows.terms[0].cell, (Ints{0, 0, 1, 1, 0, 1}));
  EXPECT_TRUE(rows.terms[0].value.empty());
  EXPECT_EQ(rows.responses[0], (Doubles{1, 2, 3, 4, 5, 6}));
}

TEST(ModelFrame, RowsWithAMissingValueAreLeftOut) {
  const auto rows = bound("y ~ x + f").rows(example());
  EXPECT_EQ(rows.rows, 4u);
  EXPECT_EQ(rows.missing_rows, 2);
  EXPECT_EQ(rows.row_in_chunk, (std::vector<std::uint32_t>{0, 1, 3, 5}));
  EXPECT_EQ(rows.terms[0].value, (Doubles{0.5, 1.5, 3.5, 5.5}));
  EXPECT_EQ(rows.terms[1].cell, (Ints{0, 1, 0, 1}));
  EXPECT_EQ(rows.responses[0], (Doubles{1, 2, 4, 6}));
}

TEST(ModelFrame, TheFirstFactorOfAnInteractionVariesFastest) {
  const auto frame = bound("y ~ f:g");
  EXPECT_EQ(frame.cells(0), 6u);
  EXPECT_EQ(frame.rows(example()).terms[0].cell, (Ints{0, 1, 5, 3, 4}));
  EXPECT_EQ(frame.labels(0),
            (Strings{"f=a, g=u", "f=b, g=u", "f=c, g=u", "f=a, g=v", "f=b, g=v", "f=c, g=v"}));
  // colnames(model.matrix(~ f:g - 1)) in R 4.2.2
  EXPECT_EQ(frame.labels(0, true), (Strings{"fa:gu", "fb:gu", "fc:gu", "fa:gv", "fb:gv", "fc:gv"}));
}

/// The columns of a term written out: a row has at most one entry.
std::vector<Doubles> expanded(const ModelRows& rows, std::size_t term) {
  std::vector<Doubles> matrix(rows.rows, Doubles(rows.terms[term].cells, 0.0));
  for (std::size_t i = 0; i < rows.rows; ++i) {
    const auto& t = rows.terms[term];
    matrix[i][t.cell.empty() ? 0 : static_cast<std::size_t>(t.cell[i])] =
        t.value.empty() ? 1 : t.value[i];
  }
  return matrix;
}

TEST(ModelFrame, CodingEqualsModelMatrixOfR) {
  // R 4.2.2: d <- data.frame(x = c(0.5, 1.5, 2.5, 3.5, 4.5, 5.5), f = factor(c("a", "b", "c", "a",
  // "c", "b")),
  //                          g = factor(c("u", "u", "v", "v", "u", "v")))
  const auto f = make_levels({"a", "b", "c"}), g = make_levels({"u", "v"});
  std::vector<Field> fields(3);
  fields[0].name = "x";
  fields[1].name = "f", fields[1].type = Type::kFactor, fields[1].levels = f;
  fields[2].name = "g", fields[2].type = Type::kFactor, fields[2].levels = g;
  Chunk d;
  d.schema = std::make_shared<const Schema>(fields);
  d.rows = 6;
  d.columns = {Column::own(Type::kFloat64, Doubles{0.5, 1.5, 2.5, 3.5, 4.5, 5.5}),
               Column::own(Type::kFactor, Ints{0, 1, 2, 0, 2, 1}, f),
               Column::own(Type::kFactor, Ints{0, 0, 1, 1, 0, 1}, g)};
  const auto frame = insitu::bind(parse_formula("~ f:g + x:f + x:f:g"), *d.schema);
  const auto rows = frame.rows(d);
  using Matrix = std::vector<Doubles>;
  // model.matrix(~ 0 + f:g, d)
  EXPECT_EQ(expanded(rows, 0), (Matrix{{1, 0, 0, 0, 0, 0},
                                       {0, 1, 0, 0, 0, 0},
                                       {0, 0, 0, 0, 0, 1},
                                       {0, 0, 0, 1, 0, 0},
                                       {0, 0, 1, 0, 0, 0},
                                       {0, 0, 0, 0, 1, 0}}));
  // model.matrix(~ 0 + x:f, d)
  EXPECT_EQ(expanded(rows, 1),
            (Matrix{{0.5, 0, 0}, {0, 1.5, 0}, {0, 0, 2.5}, {3.5, 0, 0}, {0, 0, 4.5}, {0, 5.5, 0}}));
  EXPECT_EQ(frame.labels(1, true), (Strings{"x:fa", "x:fb", "x:fc"}));
  // model.matrix(~ 0 + x:f:g, d)
  EXPECT_EQ(expanded(rows, 2), (Matrix{{0.5, 0, 0, 0, 0, 0},
                                       {0, 1.5, 0, 0, 0, 0},
                                       {0, 0, 0, 0, 0, 2.5},
                                       {0, 0, 0, 3.5, 0, 0},
                                       {0, 0, 4.5, 0, 0, 0},
                                       {0, 0, 0, 0, 5.5, 0}}));
  EXPECT_EQ(frame.labels(2, true),
            (Strings{"x:fa:gu", "x:fb:gu", "x:fc:gu", "x:fa:gv", "x:fb:gv", "x:fc:gv"}));
}

TEST(ModelFrame, NumbersTimesFactorsAreSlopes) {
  const auto frame = bound("y ~ y:f:x");
  EXPECT_EQ(frame.labels(0), (Strings{"y:x for f=a", "y:x for f=b", "y:x for f=c"}));
  EXPECT_EQ(frame.labels(0, true), (Strings{"y:fa:x", "y:fb:x", "y:fc:x"}));
  const auto rows = frame.rows(example());
  EXPECT_EQ(rows.terms[0].value, (Doubles{0.5, 3, 14, 33}));
  EXPECT_EQ(rows.terms[0].cell, (Ints{0, 1, 0, 1}));
}

TEST(ModelFrame, LogicalsAreNumbers) {
  const auto rows = bound("y ~ l").rows(example());
  EXPECT_EQ(rows.terms[0].value, (Doubles{0, 1, 1, 0, 1}));
  EXPECT_EQ(rows.missing_rows, 1);
}

TEST(ModelFrame, RangesBecomeFactors) {
  const auto stored = bound("y ~ F(n)");
  EXPECT_EQ(stored.variables[1].name, "F_n");
  EXPECT_EQ(stored.variables[1].label, "F(n)");
  EXPECT_EQ(stored.variables[1].levels, (Strings{"0", "1", "2", "3", "4"}));
  EXPECT_EQ(stored.labels(0)[2], "F_n=2");
  EXPECT_EQ(stored.rows(example()).terms[0].cell, (Ints{0, 1, 2, 3, 4}));

  const auto given = bound("y ~ F(x, low = 1, high = 4)");
  EXPECT_EQ(given.variables[1].name, "F_x_1_4_T");
  EXPECT_EQ(given.rows(example()).terms[0].cell, (Ints{0, 2, 3}));
  EXPECT_EQ(given.rows(example()).missing_rows, 3);

  const auto other = bound("y ~ F(x, 1, 4, FALSE)");
  EXPECT_EQ(other.variables[1].name, "F_x_1_4_F");
  EXPECT_EQ(other.variables[1].levels, (Strings{"1", "2", "3", "4", "other"}));
  EXPECT_EQ(other.rows(example()).terms[0].cell, (Ints{4, 0, 2, 3, 4}));

  EXPECT_EQ(bound("y ~ F(l)").variables[1].levels, (Strings{"0", "1"}));
  EXPECT_NE(error_of([] { bound("y ~ F(x)"); }).find("range of F(x) is not known"),
            std::string::npos);
  EXPECT_NE(error_of([] { bound("y ~ F(x, 0, 1e9)"); }).find("more than 5000000"),
            std::string::npos);
  EXPECT_NE(error_of([] { bound("y ~ F(x, lo = 0)"); }).find("no argument 'lo'"),
            std::string::npos);
}

TEST(ModelFrame, RangesOfFactorsArePositions) {
  const auto frame = bound("y ~ F(f, 2, 3)");
  EXPECT_EQ(frame.variables[1].levels, (Strings{"b", "c"}));
  EXPECT_EQ(frame.variables[1].name, "F_f_2_3_T");
  EXPECT_EQ(frame.rows(example()).terms[0].cell, (Ints{0, 1, 0}));
  const auto other = bound("y ~ F(f, 2, 3, exclude = FALSE)");
  EXPECT_EQ(other.rows(example()).terms[0].cell, (Ints{2, 0, 1, 2, 0}));
  EXPECT_NE(error_of([] { bound("y ~ F(f, 2, 4)"); }).find("3 levels"), std::string::npos);
}

TEST(ModelFrame, NGivesZeroBasedCodes) {
  const auto frame = bound("y ~ N(f)");
  EXPECT_FALSE(frame.variables[1].categorical);
  EXPECT_EQ(frame.labels(0), (Strings{"N(f)"}));
  EXPECT_EQ(frame.rows(example()).terms[0].value, (Doubles{0, 1, 2, 0, 1}));
  EXPECT_EQ(bound("y ~ N(x)").rows(example()).terms[0].value, (Doubles{0.5, 1.5, 3.5, 4.5, 5.5}));
}

TEST(ModelFrame, ExpressionsAreEvaluatedPerChunk) {
  const auto frame = bound("log(y) ~ log(x)");
  const auto rows = frame.rows(example());
  EXPECT_EQ(rows.rows, 5u);
  EXPECT_DOUBLE_EQ(rows.responses[0][1], std::log(2.0));
  EXPECT_DOUBLE_EQ(rows.terms[0].value[0], std::log(0.5));
  EXPECT_EQ(frame.source_columns(), (Strings{"y", "x"}));
  EXPECT_EQ(frame.source_columns(false), (Strings{"x"}));
}

TEST(ModelFrame, LogarithmsOfZeroAreMissing) {
  const auto rows = bound("y ~ log(n)").rows(example());
  EXPECT_EQ(rows.row_in_chunk, (std::vector<std::uint32_t>{1, 2, 3, 4}));
}

TEST(ModelFrame, LogicalExpressionsAreNumbers) {
  const auto rows = bound("(y > 2) ~ g").rows(example());
  EXPECT_EQ(rows.responses[0], (Doubles{0, 0, 1, 1, 1, 1}));
}

TEST(ModelFrame, FactorCallsNeedTheirLevels) {
  const auto formula = parse_formula("y ~ factor(n)");
  const auto chunk = example();
  EXPECT_EQ(unknown_domains(formula, *chunk.schema).levels, (Strings{"factor(n)"}));
  FoundDomains found;
  found.levels["factor(n)"] = {"4", "0", "1", "2", "3"};
  EXPECT_EQ(bind(formula, *chunk.schema, "", "", found).rows(chunk).terms[0].cell,
            (Ints{1, 2, 3, 4, 0}));
}

TEST(ModelFrame, CharactersAreFactorsOnceTheirLevelsAreKnown) {
  const auto formula = parse_formula("y ~ s");
  const auto chunk = example();
  EXPECT_EQ(unknown_domains(formula, *chunk.schema).levels, (Strings{"s"}));
  EXPECT_NE(
      error_of([&] { bind(formula, *chunk.schema); }).find("levels of variable 's' are not known"),
      std::string::npos);
  FoundDomains found;
  found.levels["s"] = {"p", "q", "r"};
  const auto frame = bind(formula, *chunk.schema, "", "", found);
  EXPECT_EQ(frame.rows(chunk).terms[0].cell, (Ints{0, 0, 1, 0, 2}));
}

TEST(ModelFrame, UnknownRangesAreFound) {
  const auto chunk = example();
  EXPECT_EQ(unknown_domains(parse_formula("y ~ F(x) + F(n) + f"), *chunk.schema).ranges,
            (Strings{"x"}));
  FoundDomains found;
  found.ranges["x"] = {0.5, 5.5};
  const auto frame = bind(parse_formula("y ~ F(x)"), *chunk.schema, "", "", found);
  EXPECT_EQ(frame.variables[1].levels, (Strings{"0", "1", "2", "3", "4", "5"}));
}

TEST(ModelFrame, LevelsAreResolvedByName) {
  const auto frame = bound("y ~ f");
  auto chunk = example();
  const auto local = make_levels({"c", "a", "b"});
  chunk.columns[3] =
      Column::own(Type::kFactor, std::vector<std::int32_t>{1, 2, 0, 1, -1, 2}, local);
  EXPECT_EQ(frame.rows(chunk).terms[0].cell, (Ints{0, 1, 2, 0, 1}));
  // A subset in the same order needs no map; the same levels elsewhere in memory neither.
  chunk.columns[3] = Column::own(Type::kFactor, std::vector<std::int32_t>{0, 1, 1, 0, -1, 1},
                                 make_levels({"a", "b"}));
  EXPECT_EQ(frame.rows(chunk).terms[0].cell, (Ints{0, 1, 1, 0, 1}));
}

TEST(ModelFrame, UnknownLevelsAreAnErrorOrMissing) {
  const auto frame = bound("y ~ f");
  auto chunk = example();
  chunk.columns[3] = Column::own(Type::kFactor, std::vector<std::int32_t>{1, 2, 0, 1, -1, 2},
                                 make_levels({"d", "a", "b"}));
  const auto error = error_of([&] { frame.rows(chunk); });
  EXPECT_NE(error.find("'f' has the level 'd'"), std::string::npos) << error;
  const auto rows = frame.rows(chunk, true, UnknownLevels::kMissing);
  EXPECT_EQ(rows.row_in_chunk, (std::vector<std::uint32_t>{0, 1, 3, 5}));
  // A level that no row uses does no harm.
  chunk.columns[3] = Column::own(Type::kFactor, std::vector<std::int32_t>{1, 2, 2, 1, -1, 2},
                                 make_levels({"d", "a", "b"}));
  EXPECT_EQ(frame.rows(chunk).rows, 5u);
}

TEST(ModelFrame, CodesBeyondTheLevelsAreRefused) {
  auto chunk = example();
  chunk.columns[3] = Column::own(Type::kFactor, std::vector<std::int32_t>{0, 1, 7, 0, -1, 1},
                                 make_levels({"a", "b", "c"}));
  EXPECT_NE(error_of([&] { bound("y ~ f").rows(chunk); }).find("code 7"), std::string::npos);
}

TEST(ModelFrame, TypesMustFitTheModel) {
  auto chunk = example();
  std::swap(chunk.columns[1], chunk.columns[3]);
  EXPECT_NE(error_of([&] { bound("y ~ f").rows(chunk); }).find("but a factor in the model"),
            std::string::npos);
  EXPECT_NE(error_of([&] { bound("y ~ x").rows(chunk); }).find("but a number in the model"),
            std::string::npos);
  EXPECT_NE(error_of([] { bound("f ~ x"); }).find("response must be a number"), std::string::npos);
  EXPECT_NE(error_of([] { bound("y ~ xx"); }).find("did you mean"), std::string::npos);
  EXPECT_NE(error_of([] { bound("y ~ ."); }).find("'.'"), std::string::npos);
}

TEST(ModelFrame, MissingWeightsLeaveRowsOut) {
  const auto rows = bound("y ~ g", "w").rows(example());
  EXPECT_EQ(rows.rows, 5u);
  EXPECT_EQ(rows.weights, (Doubles{1, 2, 0, 1, 3}));
  EXPECT_EQ(bound("y ~ g", "", "w").rows(example()).rows, 5u);
}

TEST(ModelFrame, BadWeightsAreNamedWithRowAndValue) {
  auto chunk = example();
  chunk.from.first_row = 1000;
  chunk.columns[7] = Column::own(Type::kFloat64, std::vector<double>{1, 2, 0, -1.5, kNaN, 3});
  const auto error = error_of([&] { bound("y ~ g", "w").rows(chunk); });
  EXPECT_NE(error.find("'w' is negative in row 1004: -1.5"), std::string::npos) << error;
  chunk.columns[7] = Column::own(Type::kFloat64, std::vector<double>{1, 2, 0, 1.5, kNaN, 3});
  EXPECT_EQ(error_of([&] { bound("y ~ g", "w").rows(chunk); }), "");
  EXPECT_NE(error_of([&] { bound("y ~ g", "", "w").rows(chunk); }).find("whole number"),
            std::string::npos);
  EXPECT_NE(error_of([] { bound("y ~ g", "w", "w"); }).find("exclude each other"),
            std::string::npos);
  EXPECT_NE(error_of([] { bound("y ~ g", "f"); }).find("weights must be numbers"),
            std::string::npos);
}

TEST(ModelFrame, PredictionReadsNoResponse) {
  const auto frame = bound("y ~ f", "w");
  const auto chunk = example();
  Chunk only{select_columns(*chunk.schema, {"f"}), {chunk.columns[3]}, chunk.rows, {}};
  const auto rows = frame.rows(only, false);
  EXPECT_EQ(rows.rows, 5u);
  EXPECT_TRUE(rows.responses.empty());
  EXPECT_TRUE(rows.weights.empty());
}

TEST(ModelFrame, TravelsAsBytes) {
  const auto frame = bound("y ~ F(x, 1, 4, FALSE):f + N(g) + log(x)", "w");
  const auto copy = load<ModelFrame>(save(frame));
  EXPECT_EQ(save(copy), save(frame));
  const auto a = frame.rows(example()), b = copy.rows(example());
  EXPECT_EQ(a.terms[0].cell, b.terms[0].cell);
  EXPECT_EQ(a.terms[2].value, b.terms[2].value);
}

TEST(ModelFrame, BytesThatContradictThemselvesAreRefused) {
  auto frame = bound("y ~ f + F(n)");
  EXPECT_NO_THROW(frame.validate());
  frame.terms[0].variables[0] = 17;
  EXPECT_THROW(frame.validate(), DataError);
  frame = bound("y ~ f + F(n)");
  frame.variables[2].levels.pop_back();
  EXPECT_THROW(frame.source_columns(), DataError);
}

TEST(ModelFrame, AChunkWithoutRowsIsFine) {
  const auto rows = bound("y ~ f:g + x + log(x)").rows(slice(example(), 0, 0));
  EXPECT_EQ(rows.rows, 0u);
  EXPECT_EQ(rows.missing_rows, 0);
}

TEST(ModelFrame, SlicesGiveTheRowsOfTheWhole) {
  const auto frame = bound("y ~ f:g + x:f", "w");
  const auto whole = frame.rows(example());
  Ints cells;
  Doubles values;
  for (std::size_t begin = 0; begin < 6; begin += 2) {
    const auto part = frame.rows(slice(example(), begin, 2));
    cells.insert(cells.end(), part.terms[0].cell.begin(), part.terms[0].cell.end());
    values.insert(values.end(), part.terms[1].value.begin(), part.terms[1].value.end());
  }
  EXPECT_EQ(cells, whole.terms[0].cell);
  EXPECT_EQ(values, whole.terms[1].value);
}

}  // namespace
}  // namespace insitu
