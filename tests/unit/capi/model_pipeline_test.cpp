// D2: what a model file says never becomes an argument of the call that uses it.
#include "capi/model_pipeline.hpp"

#include <set>

#include "algorithms/linear_model.hpp"
#include "base/base64.hpp"
#include "methods/operations.hpp"
#include "unit/capi/request_fixture.hpp"

namespace insitu {
namespace {

class ModelPipelineTest : public RequestTest {
 protected:
  void SetUp() override {
    RequestTest::SetUp();
    write("a.csv", "y,x\n1,1\n3,2\n4,3\n9,5\n");
    run({{"op", "import"}, {"inData", text_source(path("a.csv"))}, {"outFile", path("a.xdf")}});
    sealed_ = run({{"op", "lin_mod"},
                   {"data", path("a.xdf")},
                   {"formula", "y ~ z"},
                   {"transforms", pairs({{"z", "x * k"}})},
                   {"transformObjects", {{"k", 2}}}})["model"];
  }
  /// The model with another pipeline, as whoever wrote the file wanted it; the seal is right.
  std::string with_pipeline(const std::string& pipeline) const {
    auto model = LinearModel::load(from_base64(sealed_));
    model.pipeline = pipeline;
    return to_base64(model.save());
  }
  json predict(const std::string& model) const {
    return {{"op", "predict"}, {"model", model}, {"data", path("a.xdf")}};
  }

  std::string sealed_;
};

TEST_F(ModelPipelineTest, D2TransformsAndObjectsTravel) {
  auto request = predict(sealed_);
  request["outData"] = path("p.xdf");
  run(request);
  EXPECT_EQ(rows(path("p.xdf")).rows(), 4u);
}

TEST_F(ModelPipelineTest, D2NoKeyOfAnyRequestIsTakenFromAModel) {
  const auto before = bytes("a.xdf");
  write("victim", "alias ls=ls\n");
  const std::vector<std::string> data = {"transforms", "transformObjects", "transformFunc",
                                         "transformVars", "transformPackages"};
  const std::vector<json> values = {
      path("victim"),
      json{{"type", "RxTextData"}, {"file", path("victim")}, {"quoteMark", ""}},
      true,
      json::array({"; touch x"}),
      1,
      nullptr};
  std::set<std::string> keys;  // all that some request may have
  for (const auto& key : common_keys()) keys.insert(key.key);
  for (const auto& operation : operations())
    for (const auto& key : operation.keys) keys.insert(key.key);
  for (const auto& key : keys) {
    if (std::ranges::find(data, key) != data.end()) continue;
    for (const auto& value : values) {
      const json pipeline = {{"transforms", pairs({{"z", "x"}})},
                             {"outData", {{"type", "RxTextData"}, {"file", path("victim")}}},
                             {"overwrite", true},
                             {key, value}};
      const auto said = error<DataError>(predict(with_pipeline(pipeline.dump())));
      EXPECT_TRUE(has(said, "is no part of a model")) << key << ": " << said;
      const json alone = {{key, value}};
      const auto alone_said = error<DataError>(predict(with_pipeline(alone.dump())));
      EXPECT_TRUE(has(alone_said, "'" + key + "', which is no part of a model")) << alone_said;
    }
  }
  EXPECT_EQ(bytes("victim"), "alias ls=ls\n");
  EXPECT_EQ(bytes("a.xdf"), before);
}

TEST_F(ModelPipelineTest, NamesThatAreNotUtf8AreReadableInMessages) {
  auto bytes = from_base64(sealed_);
  const auto kind = bytes.find(LinearModel::kKind);
  ASSERT_NE(kind, std::string::npos);
  bytes[kind + 1] = '\xff';
  const auto said = error<DataError>(predict(to_base64(bytes)));
  EXPECT_TRUE(has(said, "bytes hold 'l")) << said;
  EXPECT_NO_THROW((void)json(said).dump()) << said;
}

TEST_F(ModelPipelineTest, D2TheKeysThatTravelHaveTheirTypes) {
  const json hostile[] = {
      {{"transforms", "z"}},
      {{"transforms", {{"z", "x"}}}},
      {{"transforms", json::array({json::array({"z", 1})})}},
      {{"transforms", json::array({json::array({"z", "x", "x"})})}},
      {{"transformObjects", {{"k", {{"type", "frame"}}}}}},
      {{"transformObjects", json::array({1})}},
      {{"transformFunc", "f"}},
      {{"transformFunc", {{"language", "sh"}, {"code", "cm0="}}}},
      {{"transformFunc", {{"function", "f"}, {"language", "R"}, {"command", "rm"}}}},
      {{"transformFunc", {{"function", json::array()}, {"language", "R"}}}},
      {{"transformPackages", {{"a", 1}}}},
      {{"transformVars", json::array({json::array()})}}};
  for (const auto& pipeline : hostile) {
    const auto said = error<DataError>(predict(with_pipeline(pipeline.dump())));
    EXPECT_TRUE(has(said, "of another kind")) << pipeline << ": " << said;
  }
  EXPECT_TRUE(has(error<DataError>(predict(with_pipeline("[]"))), "not a document"));
  EXPECT_TRUE(has(error<DataError>(predict(with_pipeline("{"))), "not a document"));
  EXPECT_TRUE(
      has(error<DataError>(predict(with_pipeline(std::string(100000, '[')))), "not a document"));
}

TEST_F(ModelPipelineTest, D2CodeAndCommandsAreNeitherKeptNorRead) {
  const json function = {{"function", "f"},
                         {"language", "python"},
                         {"variables", json::array({"x"})},
                         {"code", "cm0="},
                         {"worker", json::array({"/bin/sh", "-c", "true"})}};
  const auto kept = json::parse(model_pipeline({{"transformFunc", function}, {"outFile", "x"}}));
  EXPECT_EQ(kept.size(), 1u);
  for (const auto* part : {"worker", "code"})
    EXPECT_FALSE(kept["transformFunc"].contains(part)) << part;
  const auto old = model_pipeline_from(json{{"transformFunc", function}}.dump());
  for (const auto* part : {"worker", "code"})
    EXPECT_FALSE(old["transformFunc"].contains(part)) << part;
  EXPECT_EQ(old["transformFunc"]["language"], "python");
}

}  // namespace
}  // namespace insitu
