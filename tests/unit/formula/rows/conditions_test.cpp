// Which parts of a row selection sources are told.
#include "formula/rows/conditions.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "data/frame_source.hpp"
#include "formula/rows/transforms.hpp"

namespace insitu {
namespace {

/// Notes what a reader is opened with.
struct Asked final : DataSource {
  SchemaPtr schema() const override {
    static const auto kSchema = std::make_shared<const Schema>(std::vector<Field>{
        {.name = "x"},
        {.name = "i", .type = Type::kInt32},
        {.name = "day", .type = Type::kDate},
        {.name = "s", .type = Type::kString},
        {.name = "f", .type = Type::kFactor, .levels = make_levels({"a", "b"})}});
    return kSchema;
  }
  std::vector<Split> splits() const override { return {{0, 0, 1, 1}}; }
  std::unique_ptr<ChunkReader> open(const Split&, const ReadOptions& options) const override {
    conditions = options.conditions;
    struct None final : ChunkReader {
      std::optional<Chunk> next() override { return std::nullopt; }
    };
    return std::make_unique<None>();
  }
  Recipe recipe() const override { return {}; }
  std::string description() const override { return "asked"; }
  mutable std::vector<Condition> conditions;
};

std::string told(Pipeline pipeline) {
  const auto source = std::make_shared<Asked>();
  const auto rows = transformed(source, std::move(pipeline));
  (void)rows->open(rows->splits().at(0), {});
  constexpr const char* kNames[] = {"<", "<=", "==", "!=", ">=", ">", "in", "missing", "present"};
  std::string text;
  for (const auto& each : source->conditions) {
    if (!text.empty()) text += "; ";
    text += each.column + " " + kNames[static_cast<int>(each.is)];
    for (const auto number : each.numbers) text += " " + nlohmann::json(number).dump();
  }
  return text;
}

std::string told(const std::string& selection) {
  return told(Pipeline{.row_selection = selection});
}

TEST(ConditionsOfSelections, AreTheComparisonsWithConstants) {
  EXPECT_EQ(told("x > 5"), "x > 5.0");
  EXPECT_EQ(told("5 >= x"), "x <= 5.0");
  EXPECT_EQ(told("(x) == (-2.5)"), "x == -2.5");
  EXPECT_EQ(told("i != 3L & x < 1 & (x >= 0 & is.na(s))"),
            "s missing; x >= 0.0; x < 1.0; i != 3.0");
  EXPECT_EQ(told("i %in% c(1, 2L, -3)"), "i in 1.0 2.0 -3.0");
  EXPECT_EQ(told("!is.na(f)"), "f present");
  EXPECT_EQ(told("day >= as.Date(\"1970-01-11\")"), "day >= 10.0");
  EXPECT_EQ(told("x > 1 & (i < 2 | x == 9) & x + i < 3"), "x > 1.0");
  Pipeline pipeline{.row_selection = "x < most & i %in% some"};
  pipeline.objects.emplace("most", Column::own(Type::kFloat64, std::vector<double>{4}));
  pipeline.objects.emplace("some", Column::own(Type::kInt32, std::vector<std::int32_t>{4, 5}));
  EXPECT_EQ(told(pipeline), "i in 4.0 5.0; x < 4.0");
  pipeline.remove_missings = true;
  EXPECT_EQ(told(pipeline), "i in 4.0 5.0; x < 4.0");
}

TEST(ConditionsOfSelections, SayNothingInDoubt) {
  for (const auto* selection :
       {"x > 5 | i < 2", "!(x > 5)", "s == \"a\"", "f == \"a\"", "x > i", "x > NA",
        "day > \"2020-01-01\"", "i %in% c(1, NA)", "day %in% c(1, 2)", "(x > 5) == TRUE",
        "x > 5 & log(x) < 2", "x > 9007199254740993", "x > 5 & .rxStartRow < 9",
        "x > 5 & .rxNumRows > 2"})
    EXPECT_EQ(told(selection), "") << selection;
  Pipeline recycled{.row_selection = "x > 5 & i > two"};
  recycled.objects.emplace("two", Column::own(Type::kFloat64, std::vector<double>{4, 5}));
  EXPECT_ANY_THROW(EXPECT_EQ(told(recycled), "")) << "lengths that do not fit";
}

TEST(ConditionsOfSelections, AreKeptBackWhereRowsAreCountedOrMade) {
  Pipeline window{.row_selection = "x > 5"};
  window.start_row = 0, window.row_limit = 1;
  EXPECT_EQ(told(window), "");
  EXPECT_EQ(told(Pipeline{.transforms = {{"x", "x - 1"}}, .row_selection = "x > 5"}), "");
  EXPECT_EQ(told(Pipeline{.transforms = {{"z", "log(x)"}}, .row_selection = "x > 5"}), "");
  Pipeline function{.row_selection = "x > 5"};
  function.function = [](const Chunk& chunk, const ChunkInfo&) { return chunk; };
  function.function_variables = {"i"};
  EXPECT_EQ(told(function), "");
}

}  // namespace
}  // namespace insitu
