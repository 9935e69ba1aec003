// D5: a file that is replaced while a call reads it is an error that names it.
#include "unit/capi/request_fixture.hpp"

namespace insitu {
namespace {

class SameVersionTest : public RequestTest {
 protected:
  void SetUp() override {
    RequestTest::SetUp();
    for (const auto* name : {"a", "b"}) {
      std::string text = "x\n";
      for (int i = 0; i < 200000; ++i) text += std::to_string(*name == 'a' ? i : -i) + "\n";
      run({{"op", "import"},
           {"inData", text_source(write(std::string(name) + ".csv", text))},
           {"outFile", path(std::string(name) + ".xdf")},
           {"rowsPerRead", 20000}});
      for (const auto* target : {"set"})
        run({{"op", "data_step"},
             {"inData", path(std::string(name) + ".xdf")},
             {"outFile", path(target + std::string("-") + name)},
             {"createCompositeSet", *target == 's'}});
    }
  }
  /// Runs the request and puts `by` in the place of `file` at the first poll.
  std::string replaced_meanwhile(json request, const std::string& file, const std::string& by) {
    std::filesystem::remove_all(path("aside"));
    bool done = false;
    Callbacks callbacks;
    callbacks.progress = [&](const Progress&) {
      if (std::exchange(done, true)) return;
      std::filesystem::rename(path(file), path("aside"));
      std::filesystem::copy(path(by), path(file), std::filesystem::copy_options::recursive);
    };
    request["reportProgress"] = 1;
    std::string said = "no error";
    try {
      insitu::run({request.dump(), {}, {}}, callbacks);
    } catch (const DataError& error) {
      said = error.what();
    }
    EXPECT_TRUE(done);
    std::filesystem::remove_all(path(file));
    std::filesystem::rename(path("aside"), path(file));
    return said;
  }
};

TEST_F(SameVersionTest, D5AnalysesAndStepsRefuseAMixture) {
  const std::pair<const char*, const char*> files[] = {
      {"a.xdf", "b.xdf"}, {"a.csv", "b.csv"}, {"set-a", "set-b"}};
  for (const auto& [file, by] : files)
    for (const auto* type : {"RxLocalSeq", "RxProcesses"}) {
      const json context = {{"type", type}};
      for (const json& request :
           {json{{"op", "summary"}, {"data", path(file)}, {"formula", "~x"}},
            json{{"op", "data_step"}, {"inData", path(file)}, {"outFile", path("out.xdf")}},
            json{{"op", "data_step"}, {"inData", path(file)}}}) {
        auto whole = request;
        whole["context"] = context;
        if (std::string(file) == "set-a")
          for (const auto* key : {"data", "inData"})
            if (whole.contains(key)) whole[key] = {{"type", "RxXdfData"}, {"file", path(file)}};
        const auto said = replaced_meanwhile(whole, file, by);
        EXPECT_TRUE(has(said, "replaced or changed") || has(said, "was removed")) << whole << said;
        EXPECT_TRUE(has(said, path(file))) << said;  // or of a part in it
        EXPECT_FALSE(std::filesystem::exists(path("out.xdf")));
      }
    }
}

TEST_F(SameVersionTest, D4AStepIntoAReplacedInputReplacesNothing) {
  const json step = {{"op", "data_step"},
                     {"inData", path("a.xdf")},
                     {"outFile", path("a.xdf")},
                     {"transforms", pairs({{"z", "x * 2"}})},
                     {"overwrite", true}};
  EXPECT_NE(replaced_meanwhile(step, "a.xdf", "b.xdf"), "no error");
}

}  // namespace
}  // namespace insitu
