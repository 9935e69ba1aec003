#include <algorithm>
#include <cmath>

#include "unit/capi/request_fixture.hpp"

namespace insitu {
namespace {

/// y = 1 + 2 x + the group's effect exactly, in 60 rows; the last x is missing.
std::string small_csv() {
  std::string text = "y,x,g,w\n";
  const char* groups[] = {"a", "b", "c"};
  for (int i = 0; i < 60; ++i) {
    const double x = (i * 7) % 11, y = 1 + 2 * x + 10 * (i % 3) + ((i * 13) % 5 - 2) * 0.25;
    text += std::to_string(y) + "," + (i == 59 ? "NA" : std::to_string(x)) + "," + groups[i % 3] +
            "," + std::to_string(i % 4) + "\n";
  }
  return text;
}

class RunLinModTest : public RequestTest {
 protected:
  json data() {
    return {{"type", "RxTextData"},
            {"file", write("small.csv", small_csv())},
            {"stringsAsFactors", true}};
  }
  json request(const std::string& formula, json more = json::object()) {
    json result = {
        {"op", "lin_mod"}, {"data", data()}, {"formula", formula}, {"reportProgress", 0}};
    result.update(more);
    return result;
  }
};

TEST_F(RunLinModTest, RepliesWithTheFieldsOfTheRObject) {
  const auto reply = run(request("y ~ x + g", {{"covCoef", true}, {"covData", true}}));
  EXPECT_EQ(reply.at("class"), "rxLinMod");
  EXPECT_EQ(reply.at("y.names"), json::array({"y"}));
  EXPECT_EQ(reply.at("coefficientNames"), json::array({"(Intercept)", "x", "g=a", "g=b", "g=c"}));
  EXPECT_EQ(reply.at("aliased"), json::array({false, false, false, false, true}));
  EXPECT_EQ(reply.at("rank"), 4);
  EXPECT_EQ(reply.at("df"), json::array({4, 55.0, 5}));
  EXPECT_EQ(reply.at("nValidObs"), 59);
  EXPECT_EQ(reply.at("nMissingObs"), 1);
  EXPECT_EQ(reply.at("factorLevels").at("g"), json::array({"a", "b", "c"}));
  EXPECT_EQ(reply.at("fstatistics").at("numdf"), 3.0);
  EXPECT_EQ(reply.at("precision"), "double");
  EXPECT_FALSE(reply.contains("sumOfWeights"));
  EXPECT_FALSE(reply.contains("countDF"));
  for (const auto* key : {"coefficients",
                          "coef.std.error",
                          "coef.t.value",
                          "coef.p.value",
                          "covCoef",
                          "covData",
                          "sigma",
                          "residual.squares",
                          "total.squares",
                          "y.var",
                          "residual.variance",
                          "r.squared",
                          "adj.r.squared",
                          "f.pvalue",
                          "deviance",
                          "condition.number",
                          "params",
                          "terms",
                          "intercept",
                          "model"})
    EXPECT_TRUE(reply.contains(key)) << key;
}

TEST_F(RunLinModTest, CubesCountTheirCells) {
  const auto reply =
      run(request("y ~ g + x", {{"cube", true}, {"cubePredictions", true}, {"fweights", "w"}}));
  EXPECT_EQ(reply.at("partitions"), json::array({3, 1}));
  const auto& columns = reply.at("countDF");
  EXPECT_EQ(columns.at("g"), json::array({"a", "b", "c"}));
  ASSERT_EQ(columns.at("y").size(), 3u);
  double counted = 0;
  for (const auto& count : columns.at("Counts")) counted += count.get<double>();
  EXPECT_EQ(counted, reply.at("sumOfWeights").get<double>());
  EXPECT_FALSE(reply.at("intercept").get<bool>());
}

TEST_F(RunLinModTest, ErrorsNameTheWayOut) {
  const auto refused = [&](const json& question, const std::string& part) {
    const auto text = error(question);
    EXPECT_TRUE(has(text, part)) << text;
  };
  refused(request("~ x"), "no dependent variable");
  refused(request("y ~ 1"), "no independent variable");
  refused(request("y ~ ."), "name the variables");
  refused(request("g ~ x"), "must be a number");
  refused(request("y ~ xx"), "did you mean x");
  refused(request("y ~ x", {{"cube", true}}), "needs a categorical first term");
  refused(request("y ~ g", {{"cube", true}, {"covCoef", true}}), "cannot be combined with cube");
  refused(request("y ~ g", {{"cubePredictions", true}}), "needs cube = TRUE");
  refused(request("y ~ x - 1", {{"covData", true}}), "needs a formula with an intercept");
  refused(request("cbind(y, w) ~ x", {{"covCoef", true}}), "needs one dependent variable");
  refused(request("y ~ x", {{"coefLabelStyle", "S"}}), "coefLabelStyle");
  refused(request("y ~ x", {{"pweights", "w"}, {"fweights", "w"}}), "weights");
  EXPECT_THROW(run(request("y ~ x", {{"rowSelection", "x > 1000"}})), DataError);
}

TEST_F(RunLinModTest, PredictionsApplyTheTransformsOfTheModel) {
  auto fit = request("y ~ double + g", {{"covCoef", true}});
  fit["transforms"] = json::array({json::array({"double", "2 * x"})});
  const auto model = run(fit).at("model");
  const json question = {
      {"op", "predict"},           {"model", model},           {"data", data()},
      {"computeStdErrors", true},  {"interval", "prediction"}, {"computeResiduals", true},
      {"extraVarsToWrite", {"w"}}, {"reportProgress", 0}};
  const auto reply = run(question);
  EXPECT_EQ(reply.at("variables"),
            json::array({"y_Pred", "y_Resid", "y_StdErr", "y_Lower", "y_Upper"}));
  auto missing = question;
  missing["extraVarsToWrite"] = {"ww"};
  EXPECT_THROW(run(missing), InvalidArgument);
  missing = question;
  missing["interval"] = "both";
  EXPECT_THROW(run(missing), InvalidArgument);
  missing = question;
  missing["model"] = "AAAA";
  EXPECT_THROW(run(missing), DataError);
}

}  // namespace
}  // namespace insitu
