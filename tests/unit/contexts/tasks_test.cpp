// Tasks on worker processes. This program is also the worker: with "--worker" it serves its
// standard streams, and its language knows a few words: a number is doubled, "fail", "die", "hang",
// "sleep", "print", "end" do what they say.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "analysis/task_runner.hpp"
#include "contexts/processes.hpp"
#include "contexts/registry.hpp"
#include "contexts/worker.hpp"

namespace insitu::testing {
namespace {

using nlohmann::json;

std::string self;  // argv[0]

void language(const ExecBatch& batch, const ExecReport& report) {
  static std::string shared;
  if (batch.shared) {
    shared = *batch.shared;
    if (shared == "no such function") throw UserCodeError("there is no such function");
  }
  report.loaded();
  const auto words = json::parse(batch.arguments).get<std::vector<std::string>>();
  json values = json::array();
  std::vector<std::uint64_t> failed;
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto& word = words[i];
    if (word == "die") std::_Exit(3);
    if (word == "kill") ::kill(::getpid(), SIGKILL);
    if (word == "complain") {
      std::fputs("the disk of this worker is on fire\n", stderr);
      std::_Exit(4);
    }
    if (word == "hang")
      for (;;) ::pause();
    if (word == "sleep") std::this_thread::sleep_for(std::chrono::milliseconds(300));
    if (word == "print") std::printf("a task prints\n"), std::fflush(stdout);
    if (word == "fail") {
      failed.push_back(batch.first + i);
      values.push_back("failed");
    } else if (word == "worker") {
      values.push_back(batch.worker);
    } else if (word == "huge") {
      values.push_back(std::string(30'000'000, 'x'));
    } else {
      values.push_back(shared + word);
    }
    ++count;
    if (batch.each || i + 1 == words.size()) {
      report.values(count, failed, values.dump());
      values = json::array(), failed.clear(), count = 0;
    }
  }
}

struct Outcome {
  std::map<std::size_t, std::string> values;
  std::map<std::size_t, std::string> lost;
  std::string printed;
  std::vector<std::pair<std::size_t, std::size_t>> asked;
  TaskProgress last;
};

Outcome run(ProcessesContext& context, const std::vector<std::string>& words, TaskCall call = {},
            const std::function<bool()>& interrupted = {}) {
  Outcome outcome;
  call.count = words.size();
  call.arguments = [&](std::size_t first, std::size_t count) {
    outcome.asked.emplace_back(first, count);
    return json(
               std::vector<std::string>(words.begin() + static_cast<std::ptrdiff_t>(first),
                                        words.begin() + static_cast<std::ptrdiff_t>(first + count)))
        .dump();
  };
  call.done = [&](std::size_t first, std::size_t count, Bytes&& values) {
    const auto all = json::parse(values);
    EXPECT_EQ(all.size(), count);
    for (std::size_t i = 0; i < count; ++i)
      EXPECT_TRUE(
          outcome.values
              .emplace(first + i, all[i].is_string() ? all[i].get<std::string>() : all[i].dump())
              .second)
          << "task " << first + i << " came twice";
  };
  call.lost = [&](std::size_t index, const std::string& why) { outcome.lost[index] = why; };
  call.progress = [&](const TaskProgress& now) { outcome.last = now; };
  RunControl control;
  control.callbacks.output = [&](const std::string& text) { outcome.printed += text; };
  control.callbacks.interrupted = interrupted;
  context.run_tasks(call, control);
  return outcome;
}

ProcessesContext context(int workers) {
  return ProcessesContext({.workers = workers, .command = {self, "--worker"}});
}

std::vector<std::string> numbers(std::size_t count) {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < count; ++i) words.push_back(std::to_string(i));
  return words;
}

TEST(Tasks, EveryTaskComesOnceForAnyNumberOfWorkersAndAnyChunk) {
  const auto words = numbers(500);
  for (int workers = 1; workers <= 4; ++workers)
    for (const std::size_t chunk : {0u, 1u, 7u, 1000u}) {
      auto processes = context(workers);
      const auto outcome = run(processes, words, {.shared = "f", .chunk = chunk});
      ASSERT_EQ(outcome.values.size(), words.size());
      for (std::size_t i = 0; i < words.size(); ++i)
        ASSERT_EQ(outcome.values.at(i), "f" + words[i]);
      EXPECT_EQ(outcome.last.done, words.size());
      EXPECT_EQ(outcome.last.running, 0u);
      for (const auto& [first, count] : outcome.asked)
        EXPECT_LE(count, chunk == 0 ? words.size() : chunk);
    }
}

TEST(Tasks, WorkersStayForTheNextCall) {
  auto processes = context(2);
  run(processes, numbers(50));
  const auto pids = processes.worker_pids();
  const auto outcome = run(processes, numbers(50), {.shared = "other "});
  EXPECT_EQ(outcome.values.at(7), "other 7");
  EXPECT_EQ(processes.worker_pids(), pids);
}

TEST(Tasks, AFailureIsAValueAndOthersGoOn) {
  auto processes = context(2);
  const auto outcome = run(processes, {"1", "fail", "3"});
  EXPECT_EQ(outcome.values.size(), 3u);
  EXPECT_EQ(outcome.last.failed, 1u);
}

TEST(Tasks, TheFirstFailureStopsWhatIsBehindIt) {
  auto processes = context(2);
  auto words = numbers(60);
  words[5] = "sleep", words[6] = "fail", words[30] = "fail";
  const auto outcome = run(processes, words, {.chunk = 1, .stop_at_failure = true});
  for (std::size_t i = 0; i <= 6; ++i) EXPECT_TRUE(outcome.values.contains(i)) << i;
  EXPECT_LT(outcome.values.size(), 60u);
}

TEST(Tasks, AWorkerThatDiesIsReplacedAndItsTaskGivenUpAtTheThird) {
  for (const std::size_t chunk : {0u, 1u, 10u})
    for (const std::string how : {"die", "kill", "complain"}) {
      auto processes = context(2);
      auto words = numbers(20);
      words[4] = how;
      const auto outcome = run(processes, words, {.chunk = chunk});
      ASSERT_EQ(outcome.lost.size(), 1u);
      const auto& why = outcome.lost.at(4);
      EXPECT_NE(why.find("3 times"), std::string::npos) << why;
      EXPECT_NE(why.find(how == "die"    ? "exit status 3"
                         : how == "kill" ? "signal"
                                         : "the disk of this worker is on fire"),
                std::string::npos)
          << why;
      EXPECT_EQ(outcome.values.size(), 19u);
    }
}

TEST(Tasks, ATaskThatHangsIsEndedAtItsTime) {
  auto processes = context(2);
  auto words = numbers(10);
  words[3] = "hang";
  const auto outcome = run(processes, words, {.timeout = 0.5});
  ASSERT_EQ(outcome.lost.size(), 1u);
  EXPECT_NE(outcome.lost.at(3).find("longer than its limit, 0.5 seconds"), std::string::npos);
  EXPECT_EQ(outcome.values.size(), 9u);
}

TEST(Tasks, AnInterruptEndsWorkersThatDoNotAnswer) {
  auto processes = context(2);
  const auto begin = std::chrono::steady_clock::now();
  const auto seconds = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  EXPECT_THROW(run(processes, {"hang", "hang", "1"}, {}, [&] { return seconds() > 0.5; }),
               Cancelled);
  EXPECT_LT(seconds(), 5);
  EXPECT_TRUE(processes.worker_pids().empty());
  EXPECT_EQ(run(processes, {"1"}).values.at(0), "1");
}

TEST(Tasks, WhatTheyPrintIsShownWhenItIsWanted) {
  auto processes = context(1);
  EXPECT_EQ(run(processes, {"print", "sleep"}).printed, "");
  EXPECT_EQ(run(processes, {"print", "sleep"}, {.show_output = true}).printed,
            "[worker 1] a task prints\n");
}

TEST(Tasks, LargeValuesPass) {
  auto processes = context(2);
  const auto outcome = run(processes, {"huge", "huge", "1"});
  EXPECT_EQ(outcome.values.at(1).size(), 30'000'000u);
}

TEST(Tasks, WorkersHaveNumbersFromOne) {
  auto processes = context(2);
  const auto outcome = run(processes, {"worker", "sleep", "worker", "sleep"}, {.chunk = 1});
  const std::set<std::string> known{"1", "2"};
  EXPECT_TRUE(known.contains(outcome.values.at(0)) && known.contains(outcome.values.at(2)));
}

TEST(Tasks, AFunctionThatCannotBeLoadedIsOneErrorOfTheCall) {
  auto processes = context(2);
  try {
    run(processes, numbers(10), {.shared = "no such function"});
    FAIL();
  } catch (const UserCodeError& failure) {
    EXPECT_STREQ(failure.what(), "there is no such function");
  }
}

TEST(Tasks, OnlySomeContextsRunThem) {
  const auto runner = [](const json& description) {
    const auto made = context_from_json(description);
    return task_runner_of(*made) != nullptr;
  };
  EXPECT_FALSE(runner({{"type", "RxLocalSeq"}}));
  EXPECT_FALSE(runner({{"type", "RxLocalParallel"}}));
  EXPECT_TRUE(runner({{"type", "RxLocalParallel"}, {"worker", {self, "--worker"}}}));
  EXPECT_TRUE(runner({{"type", "RxForeachDoPar"}, {"worker", {self, "--worker"}}}));
  EXPECT_TRUE(runner({{"type", "RxProcesses"}}));
}

}  // namespace
}  // namespace insitu::testing

int main(int argc, char** argv) {
  if (argc > 1 && std::string(argv[1]) == "--worker")
    return insitu::serve_standard_streams({.make_pass = {},
                                           .make_source = {},
                                           .files = nullptr,
                                           .languages = {"test"},
                                           .process = {},
                                           .exec = insitu::testing::language});
  insitu::testing::self = std::filesystem::absolute(argv[0]).string();
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
