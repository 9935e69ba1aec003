#include "sources/typed_columns.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/named.hpp"
#include "data/frame_source.hpp"

namespace insitu {
namespace {

using nlohmann::json;
using Values = std::vector<std::string>;

std::shared_ptr<const DataSource> texts(const Values& values) {
  StringBuilder builder;
  for (const auto& value : values) value == "NA" ? builder.append_missing() : builder.append(value);
  const auto schema =
      std::make_shared<const Schema>(std::vector<Field>{{.name = "x", .type = Type::kString}});
  return std::make_shared<FrameSource>(
      schema, std::vector{Chunk{schema, {builder.finish()}, values.size(), {}}});
}

std::shared_ptr<const DataSource> numbers(std::vector<double> values, Type type = Type::kFloat64) {
  const auto schema =
      std::make_shared<const Schema>(std::vector<Field>{{.name = "x", .type = type}});
  const auto rows = values.size();
  return std::make_shared<FrameSource>(
      schema, std::vector{Chunk{schema, {Column::own(type, std::move(values))}, rows, {}}});
}

std::shared_ptr<const DataSource> typed(std::shared_ptr<const DataSource> source,
                                        const json& info) {
  return typed_columns(std::move(source), column_info_from_json({{"x", info}}, "RxTest"));
}

Values values(const DataSource& source) {
  Values all;
  for (const auto& split : source.splits()) {
    const auto reader = source.open(split, {});
    while (const auto chunk = reader->next()) {
      const auto& column = chunk->columns[0];
      EXPECT_EQ(column.type(), source.schema()->field("x").type);
      for (std::size_t i = 0; i < chunk->rows; ++i) {
        char text[32];
        if (column.is_missing(i)) {
          all.emplace_back("NA");
        } else if (column.type() == Type::kString) {
          all.emplace_back(column.string_at(i));
        } else if (is_factor(column.type())) {
          all.push_back((*column.levels())[static_cast<std::size_t>(column.number_at(i))]);
        } else {
          std::snprintf(text, sizeof text, "%.17g", column.number_at(i));
          all.emplace_back(text);
        }
      }
    }
  }
  return all;
}

std::string failure(std::shared_ptr<const DataSource> source, const json& info) {
  try {
    values(*typed(std::move(source), info));
    return "";
  } catch (const Error& error) {
    return in_words_of_r(error.what());
  }
}

TEST(TypedColumns, TextsAreReadAsWhatTheySay) {
  EXPECT_EQ(values(*typed(texts({"1", "NA", "-3"}), {{"type", "integer"}})),
            (Values{"1", "NA", "-3"}));
  EXPECT_EQ(values(*typed(texts({"0.1", "NA", "1e3"}), {{"type", "numeric"}})),
            (Values{"0.10000000000000001", "NA", "1000"}));
  EXPECT_EQ(values(*typed(texts({"0.1", "NA"}), {{"type", "float32"}})),
            (Values{"0.10000000149011612", "NA"}));
  EXPECT_EQ(values(*typed(texts({"TRUE", "F", "NA"}), {{"type", "logical"}})),
            (Values{"1", "0", "NA"}));
  EXPECT_EQ(values(*typed(texts({"2024-02-29", "NA"}), {{"type", "Date"}})),
            (Values{"19782", "NA"}));
  EXPECT_EQ(values(*typed(texts({"2024-02-29 12:30:00", "2024-02-29T12:30:00Z", "2024-02-29"}),
                          {{"type", "POSIXct"}})),
            (Values{"1709209800", "1709209800", "1709164800"}));
}

TEST(TypedColumns, NumbersAreReadAsOtherTypesWithoutLoss) {
  const double nan = missing_value<double>();
  EXPECT_EQ(values(*typed(numbers({1, nan, -3}), {{"type", "integer"}})),
            (Values{"1", "NA", "-3"}));
  EXPECT_EQ(values(*typed(numbers({1, nan, 0}), {{"type", "logical"}})), (Values{"1", "NA", "0"}));
  EXPECT_EQ(values(*typed(numbers({100000, nan, 0.1, -0.5, 1e300}), {{"type", "character"}})),
            (Values{"100000", "NA", "0.1", "-0.5", "1e+300"}));
  EXPECT_EQ(values(*typed(numbers({19782, nan}), {{"type", "Date"}})), (Values{"19782", "NA"}));
  EXPECT_EQ(values(*typed(numbers({1.5, nan}, Type::kDate), {{"type", "POSIXct"}})),
            (Values{"129600", "NA"}));
  EXPECT_EQ(values(*typed(numbers({-1, 86400}, Type::kDateTime), {{"type", "Date"}})),
            (Values{"-1", "1"}));
  EXPECT_EQ(values(*typed(numbers({-1, 86400}, Type::kDateTime), {{"type", "character"}})),
            (Values{"1969-12-31 23:59:59", "1970-01-02 00:00:00"}));
}

TEST(TypedColumns, AValueThatDoesNotFitIsAnErrorThatNamesIt) {
  EXPECT_NE(failure(texts({"1", "one"}), {{"type", "integer"}})
                .find("variable 'x', row 2 holds a value that colInfo cannot read as integer: one"),
            std::string::npos)
      << failure(texts({"1", "one"}), {{"type", "integer"}});
  for (const double value : {0.5, 2147483648.0, -2147483648.0, 1e300})
    EXPECT_NE(failure(numbers({value}), {{"type", "integer"}}), "") << value;
  EXPECT_NE(failure(numbers({-32768}), {{"type", "int16"}}), "");
  EXPECT_NE(failure(numbers({2}), {{"type", "logical"}}), "");
  EXPECT_NE(failure(texts({"2023-02-29"}), {{"type", "Date"}}), "");
  EXPECT_NE(failure(numbers({1}, Type::kDate), {{"type", "integer"}}).find("cannot be read"),
            std::string::npos);
}

TEST(TypedColumns, FactorsHaveTheGivenLevelsOrThoseOfTheirChunk) {
  const auto open = typed(texts({"b", "NA", "a", "b"}), {{"type", "factor"}});
  EXPECT_EQ(open->schema()->field("x").type, Type::kFactor);
  EXPECT_EQ(open->schema()->field("x").levels, nullptr);
  EXPECT_EQ(values(*open), (Values{"b", "NA", "a", "b"}));
  EXPECT_EQ(*open->open(open->splits().at(0), {})->next()->columns[0].levels(), (Values{"b", "a"}));
  EXPECT_EQ(values(*typed(numbers({3, 1, 3}), {{"type", "factor"}})), (Values{"3", "1", "3"}));

  const auto fixed = typed(texts({"b", "z", "a"}), {{"type", "ordered"}, {"levels", {"a", "b"}}});
  EXPECT_EQ(fixed->schema()->field("x").type, Type::kOrdered);
  EXPECT_EQ(*fixed->schema()->field("x").levels, (Values{"a", "b"}));
  EXPECT_EQ(values(*fixed), (Values{"b", "NA", "a"}));
  // Levels alone say that a factor is wanted.
  EXPECT_EQ(typed(texts({"b"}), {{"levels", {"a", "b"}}})->schema()->field("x").type,
            Type::kFactor);
}

TEST(TypedColumns, WrongInfoIsRefusedBeforeARowIsRead) {
  const auto info = [](const json& value) { return column_info_from_json(value, "RxTest"); };
  EXPECT_THROW(info({{"x", {{"typ", "factor"}}}}), InvalidArgument);
  EXPECT_THROW(info({{"x", {{"type", "factr"}}}}), InvalidArgument);
  EXPECT_THROW(info({{"x", {{"type", "integer"}, {"levels", {"a"}}}}}), InvalidArgument);
  EXPECT_THROW(info({{"x", {{"type", "factor"}, {"levels", {"a", "a"}}}}}), InvalidArgument);
  EXPECT_THROW(info({{"x", json::object()}}), InvalidArgument);
  EXPECT_THROW(info(json::array({{{"type", "factor"}}})), InvalidArgument);
  EXPECT_EQ(info(json::array({{{"name", "x"}, {"type", "factor"}}})).at("x").type, Type::kFactor);
  EXPECT_TRUE(info(json()).empty());
  EXPECT_THROW(typed_columns(texts({"a"}), info({{"y", {{"type", "factor"}}}})), InvalidArgument);
}

TEST(TypedColumns, OneRebuiltFromItsRecipeGivesTheSameRows) {
  const auto inner = texts({"b", "z", "a"});
  const auto source = typed(inner, {{"type", "factor"}});
  EXPECT_EQ(source->row_holder(), inner.get());
  const auto recipe = json::parse(source->recipe().options);
  EXPECT_EQ(recipe["source"]["type"], "pushed");
  const auto rebuilt = typed_columns_from_json(recipe, [&](const json&) { return inner; });
  EXPECT_EQ(values(*rebuilt), values(*source));
  EXPECT_EQ(rebuilt->recipe().options, source->recipe().options);
}

}  // namespace
}  // namespace insitu
