#include "contexts/registry.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/named.hpp"
#include "contexts/capability.hpp"

namespace insitu {
namespace {

using nlohmann::json;

std::string refusal(const json& description) {
  try {
    context_from_json(description);
  } catch (const InvalidArgument& failure) {
    return in_words_of_r(failure.what());
  }
  return "";
}

TEST(Contexts, AreMadeByClassNameAndNickname) {
  for (const auto& [given, name] : {std::pair{"RxLocalSeq", "RxLocalSeq"},
                                    {"local", "RxLocalSeq"},
                                    {"localpar", "RxLocalParallel"},
                                    {"dopar", "RxForeachDoPar"},
                                    {"processes", "RxProcesses"},
                                    {"RxProcesses", "RxProcesses"}}) {
    EXPECT_EQ(context_from_json({{"type", given}})->name(), name);
    EXPECT_EQ(context_from_json(given)->name(), name);
  }
  EXPECT_EQ(context_from_json(nullptr)->name(), "RxLocalSeq");
  EXPECT_EQ(context_from_json({{"type", "RxProcesses"},
                               {"numWorkers", 3},
                               {"worker", "/bin/true"},
                               {"dataPath", {"."}}})
                ->name(),
            "RxProcesses");
}

TEST(Contexts, UnknownNamesKeysAndValuesAreNamed) {
  EXPECT_NE(refusal({{"type", "RxLocalSek"}}).find("'RxLocalSek' (did you mean RxLocalSeq?)"),
            std::string::npos);
  EXPECT_NE(refusal({{"type", "RxProcesses"}, {"numWorker", 1}})
                .find("numWorker (did you mean numWorkers?)"),
            std::string::npos);
  EXPECT_NE(refusal({{"type", "RxLocalSeq"}, {"numCoresToUse", "all"}})
                .find("numCoresToUse must be a whole number"),
            std::string::npos);
  EXPECT_NE(refusal({{"type", "RxLocalSeq"}, {"numCoresToUse", 1.5}}).find("1.5"),
            std::string::npos);
  EXPECT_NE(refusal({{"type", "RxProcesses"}, {"numWorkers", 0}}).find("at least 1"),
            std::string::npos);
  EXPECT_NE(refusal({{"type", "RxProcesses"}, {"worker", 7}}).find("worker must be text"),
            std::string::npos);
  EXPECT_NE(refusal({{"type", 1}}).find("must be a name"), std::string::npos);
  EXPECT_NE(refusal(json::array()).find("must be a name"), std::string::npos);
}

TEST(Contexts, AMissingCapabilityIsNamedWithTheWayOut) {
  const auto processes = context_from_json("RxProcesses");
  try {
    require(*processes, Feature::kRFunctions, "transformFunc");
    FAIL();
  } catch (const Unsupported& failure) {
    const std::string text = in_words_of_r(failure.what());
    for (const auto* part :
         {"RxProcesses", "functions written in R", "transformFunc", "RxLocalSeq"})
      EXPECT_NE(text.find(part), std::string::npos) << text;
  }
  EXPECT_NO_THROW(require(*processes, Feature::kCallerRows, "data"));
  const auto r =
      context_from_json({{"type", "RxProcesses"}, {"worker", {"Rscript"}}, {"languages", "R"}});
  EXPECT_NO_THROW(require(*r, Feature::kRFunctions, "transformFunc"));
  EXPECT_THROW(require(*r, Feature::kPythonFunctions, "transformFunc"), Unsupported);
  EXPECT_NO_THROW(require(*context_from_json(nullptr), Feature::kPythonFunctions, "transformFunc"));
}

}  // namespace
}  // namespace insitu
