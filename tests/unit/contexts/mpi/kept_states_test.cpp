#include "contexts/mpi/kept_states.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/error.hpp"

namespace insitu::testing {
namespace {

using nlohmann::json;

Frame task(std::uint32_t request, const json& document) {
  return {FrameType::kTask, request, document.dump(), {}};
}

Frame state(std::uint32_t request, const char* bytes) {
  return {FrameType::kState, request, R"({"index":0,"level":0})", bytes};
}

Frame end(std::uint32_t request) { return {FrameType::kEnd, request, R"({"nodes":1})", {}}; }

bool kept(KeptStates& states, std::uint32_t rank, Frame frame) {
  return states.from_worker(rank, frame);
}

TEST(KeptStates, FinishedTasksOfThePassAreMerged) {
  KeptStates states;
  EXPECT_TRUE(states.to_worker(0, task(1, {{"mode", "map"}, {"kept", 7}})).empty());
  states.to_worker(1, task(2, {{"mode", "map"}, {"kept", 7}}));
  EXPECT_TRUE(kept(states, 0, state(1, "a")));
  EXPECT_TRUE(kept(states, 1, state(2, "b")));
  EXPECT_TRUE(kept(states, 1, state(2, "c")));
  EXPECT_EQ(states.size(), 0u);           // nothing is finished
  EXPECT_FALSE(kept(states, 1, end(2)));  // the client hears of the end
  EXPECT_EQ(states.size(), 2u);
  EXPECT_FALSE(kept(states, 0, end(1)));
  for (int attempt = 0; attempt < 2; ++attempt) {  // again, where the merging worker was lost
    const auto& all = states.to_worker(0, task(9, {{"mode", "merge"}, {"kept", 7}}));
    ASSERT_EQ(all.size(), 3u);
    EXPECT_EQ(all[0].payload + all[1].payload + all[2].payload, "bca");
  }
  EXPECT_FALSE(kept(states, 0, state(9, "abc")));  // goes on to the client
  EXPECT_FALSE(kept(states, 0, end(9)));
  // The client may lose the worker before it hears of that END: then it asks again.
  EXPECT_EQ(states.to_worker(1, task(10, {{"mode", "merge"}, {"kept", 7}})).size(), 3u);
  states.to_worker(0, {FrameType::kReset, 0, "{}", {}});
  EXPECT_EQ(states.size(), 0u);
  // Nothing of another pass, and never silently nothing.
  EXPECT_THROW(states.to_worker(0, task(11, {{"mode", "merge"}, {"kept", 7}})), DataError);
}

TEST(KeptStates, WhatWasNotFinishedIsVoid) {
  KeptStates states;
  states.to_worker(0, task(1, {{"mode", "map"}, {"kept", 1}}));
  states.to_worker(1, task(2, {{"mode", "map"}, {"kept", 1}}));
  kept(states, 0, state(1, "a"));
  kept(states, 1, state(2, "b"));
  states.lost(1);
  EXPECT_FALSE(kept(states, 1, state(2, "late")));
  kept(states, 0, {FrameType::kError, 1, "{}", {}});
  kept(states, 0, end(1));
  EXPECT_EQ(states.size(), 0u);
  // The task goes out again under another number.
  states.to_worker(1, task(3, {{"mode", "map"}, {"kept", 1}}));
  kept(states, 1, state(3, "b"));
  kept(states, 1, end(3));
  EXPECT_EQ(states.size(), 1u);
  // Another pass has nothing of this one.
  states.to_worker(0, task(4, {{"mode", "map"}, {"kept", 2}}));
  EXPECT_EQ(states.size(), 0u);
}

TEST(KeptStates, ARankSpeaksOfItsOwnTasksOnly) {
  KeptStates states;
  states.to_worker(1, task(2, {{"mode", "map"}, {"kept", 1}}));
  EXPECT_FALSE(kept(states, 0, state(2, "not mine")));
  EXPECT_FALSE(kept(states, 0, end(2)));
  EXPECT_TRUE(kept(states, 1, state(2, "mine")));
  kept(states, 1, end(2));
  EXPECT_EQ(states.size(), 1u);
}

TEST(KeptStates, OtherTasksPassUntouched) {
  KeptStates states;
  for (const auto* mode : {"map", "transform", "exec"})
    EXPECT_TRUE(states.to_worker(0, task(1, {{"mode", mode}})).empty());
  EXPECT_FALSE(kept(states, 0, state(1, "a")));
  EXPECT_FALSE(kept(states, 0, {FrameType::kOut, 1, "{}", "rows"}));
  EXPECT_TRUE(states.to_worker(0, {FrameType::kReset, 0, "no document", {}}).empty());
}

TEST(KeptStates, TasksThatCannotBeReadAreErrors) {
  KeptStates states;
  for (const auto* text :
       {"", "[1]", "{", R"({"kept":0,"mode":"map"})", R"({"kept":-1,"mode":"map"})",
        R"({"kept":"1","mode":"map"})", R"({"kept":1,"mode":"exec"})", R"({"kept":1})"})
    EXPECT_THROW(states.to_worker(0, {FrameType::kTask, 1, text, {}}), DataError) << text;
}

}  // namespace
}  // namespace insitu::testing
