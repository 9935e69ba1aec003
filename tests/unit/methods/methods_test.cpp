// The table of methods: workers rebuild their passes, and descriptions say what is read and
// written.
#include "methods/methods.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "algorithms/summary.hpp"
#include "base/error.hpp"
#include "formula/model/formula.hpp"

namespace insitu {
namespace {

using nlohmann::json;

Chunk three_numbers() {
  Chunk chunk;
  Field field;
  field.name = "x";
  chunk.schema = std::make_shared<const Schema>(std::vector{field});
  chunk.rows = 3;
  chunk.columns = {Column::own(Type::kFloat64, std::vector<double>{1, 2, 4})};
  return chunk;
}

TEST(Methods, PassesAreRebuiltFromTheirRecipes) {
  const auto chunk = three_numbers();
  const PassOf<Summary> pass(
      Summary{.frame = insitu::bind(parse_formula("~x"), *chunk.schema), .by_term = true});
  const auto rebuilt = make_pass(pass.recipe());
  const auto state = rebuilt->start();
  state->accumulate(chunk);
  const auto expected = pass.start();
  expected->accumulate(chunk);
  EXPECT_EQ(state->save(), expected->save());
  EXPECT_EQ(rebuilt->variables(), (std::vector<std::string>{"x"}));
  EXPECT_THROW(make_pass({"no such analysis", ""}), Unsupported);
  EXPECT_THROW(make_pass({"summary", "damaged"}), DataError);
}

TEST(Methods, EachIsDescribedWithoutKeysTwice) {
  for (const auto& method : methods()) {
    std::set<std::string> keys, fields;
    for (const auto& key : method.options) {
      EXPECT_TRUE(keys.insert(key.key).second) << method.about.op << ": " << key.key;
      EXPECT_FALSE(key.meaning.empty()) << key.key;
    }
    for (const auto& key : method.result) {
      EXPECT_TRUE(fields.insert(key.key).second) << method.about.op << ": " << key.key;
      // Labels are fields of the same result, which come before what they label.
      for (const auto* labels : {key.labels.rows, key.labels.columns})
        if (*labels) EXPECT_TRUE(fields.contains(labels)) << key.key << " by " << labels;
    }
    EXPECT_EQ(method_of_op(method.about.op), &method);
    EXPECT_EQ(method_of_result(method.about.result), &method);
  }
}

TEST(Methods, EachPassIsPlannedAndHasAMeaning) {
  for (const auto& name : analysis_names()) EXPECT_FALSE(meaning_of_pass(name).empty()) << name;
  for (const auto& method : methods()) {
    const auto request = json(method.defaults());
    const auto planned = method.planned(Options(request));
    EXPECT_FALSE(planned.empty()) << method.about.op;
    for (const auto& pass : planned)
      EXPECT_NE(std::ranges::find(method.passes, pass.pass, &PassMaker::name), method.passes.end())
          << method.about.op << ": " << pass.pass;
  }
}

TEST(Methods, TheFacesAreMadeFromThisTable) {
  std::ifstream file(INSITU_SOURCE_DIR "/options/methods.json");
  ASSERT_TRUE(file) << "options/methods.json is missing";
  EXPECT_EQ(json::parse(file), json(description_of_methods()))
      << "run ./dev build and ./dev docs: options/methods.json is not what the engine says";
}

TEST(Methods, DefaultsAreThoseOfTheOptions) {
  const auto described = json(description_of_methods())["methods"];
  ASSERT_EQ(described.size(), methods().size());
  for (const auto& method : described) {
    if (method["op"] != "lin_mod") continue;
    for (const auto& option : method["options"]) {
      if (option["key"] == "dropMain") EXPECT_EQ(option["default"], true);
      if (option["key"] == "coefLabelStyle")
        EXPECT_EQ(option["choices"], json::array({"Revo", "R"}));
    }
  }
}

}  // namespace
}  // namespace insitu
