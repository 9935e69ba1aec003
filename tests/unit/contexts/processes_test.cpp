// This program is also the worker of its own tests: with "--worker" it serves its standard streams.
#include "contexts/processes.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <thread>

#include "contexts/build_identity.hpp"
#include "contexts/frame.hpp"
#include "contexts/frame_socket.hpp"
#include "contexts/kept_contexts.hpp"
#include "contexts/local.hpp"
#include "data/frame_source.hpp"
#include "test_sources.hpp"

namespace insitu::testing {
namespace {

std::string self;  // argv[0]

ProcessesOptions options(int workers, std::vector<std::string> arguments = {"--worker"}) {
  ProcessesOptions made{.workers = workers, .command = {self}};
  for (auto& argument : arguments) made.command.push_back(std::move(argument));
  return made;
}

json generated(std::uint64_t rows, std::uint64_t split_rows) {
  return {{"type", "generated"}, {"rows", rows}, {"splitRows", split_rows}};
}

Bytes bits(const Moments& analysis, const DataSource& source, ComputeContext& context,
           const Callbacks& callbacks = {}) {
  RunControl control{.callbacks = callbacks};
  return save(compute(analysis, source, context, control));
}

Bytes local_bits(const Moments& analysis, const DataSource& source) {
  LocalContext local(1);
  return bits(analysis, source, local);
}

struct TemporaryFolder {
  std::string path = [] {
    char name[] = "/tmp/insitu-test-XXXXXX";
    return std::string(::mkdtemp(name));
  }();
  ~TemporaryFolder() { std::filesystem::remove_all(path); }
};

std::shared_ptr<FrameSource> frame(std::size_t rows) {
  const auto schema = std::make_shared<const Schema>(
      std::vector<Field>{{.name = "x"}, {.name = "unused", .type = Type::kInt32}});
  std::vector<Chunk> chunks;
  for (std::size_t begin = 0; begin < rows; begin += 50000) {
    const auto count = std::min<std::size_t>(50000, rows - begin);
    std::vector<double> x(count);
    for (std::size_t i = 0; i < count; ++i) x[i] = number(begin + i);
    chunks.push_back({schema,
                      {Column::own(Type::kFloat64, std::move(x)),
                       Column::own(Type::kInt32, std::vector<std::int32_t>(count))},
                      count,
                      {}});
  }
  return std::make_shared<FrameSource>(schema, std::move(chunks));
}

struct Other : Moments {
  static constexpr std::string_view name = "from_the_future";
};

bool alive(int pid) { return ::kill(pid, 0) == 0; }

TEST(Processes, TheBitsAreThoseOfOneThreadForAnyNumberOfWorkers) {
  const Moments analysis{.passes = 3};
  for (const std::uint64_t rows : {0u, 1u, 1000u, 99999u, 130000u}) {
    const GeneratedSource source(generated(rows, 1000));
    const auto expected = local_bits(analysis, source);
    for (int workers = 1; workers <= 5; ++workers) {
      ProcessesContext context(options(workers));
      EXPECT_EQ(bits(analysis, source, context), expected)
          << rows << " rows, " << workers << " workers";
    }
  }
}

TEST(Processes, RowsOfThisProcessAreSentInBlocks) {
  const auto source = frame(300001);
  const Moments analysis{.passes = 2};
  const auto expected = local_bits(analysis, *source);
  for (int workers = 1; workers <= 3; ++workers) {
    ProcessesContext context(options(workers));
    EXPECT_EQ(bits(analysis, *source, context), expected);
  }
  const DoubledSource doubled(source);
  ProcessesContext context(options(2));
  EXPECT_EQ(bits(analysis, doubled, context), local_bits(analysis, doubled));
}

TEST(Processes, FilesAreReadByTheWorkerOrByTheHost) {
  const TemporaryFolder folder;
  const auto path = folder.path + "/numbers";
  {
    std::ofstream out(path, std::ios::binary);
    for (std::uint64_t row = 0; row < 345678; ++row) {
      const auto value = number(row);
      out.write(reinterpret_cast<const char*>(&value), 8);
    }
  }
  const auto files = std::make_shared<const PlainFiles>();
  const NumbersSource source({{"type", "numbers"}, {"file", path}}, files);
  const auto expected = local_bits({}, source);
  ProcessesContext own(options(2));
  EXPECT_EQ(bits({}, source, own), expected);
  auto through_host = options(2);
  through_host.files = files;
  ProcessesContext host(through_host);
  EXPECT_EQ(bits({}, source, host), expected);
  std::filesystem::remove(path);
  try {
    bits({}, source, host);
    FAIL();
  } catch (const DataError& failure) {
    EXPECT_NE(std::string(failure.what()).find("file not found: " + path), std::string::npos)
        << failure.what();
  }
}

TEST(Processes, RowsComeBackInTheOrderOfTheData) {
  const GeneratedSource source(generated(700000, 100000));
  ProcessesContext context(options(3));
  std::int64_t row = 0;
  RunControl control;
  context.read(
      source, {},
      [&](const Chunk& chunk) {
        EXPECT_EQ(chunk.from.first_row, row);
        for (std::size_t i = 0; i < chunk.rows; ++i, ++row) {
          ASSERT_EQ(chunk.column("row").values<std::int64_t>()[i], row);
          ASSERT_EQ(chunk.column("x").values<double>()[i], number(static_cast<std::uint64_t>(row)));
        }
      },
      control);
  EXPECT_EQ(row, 700000);
  std::size_t rows = 0;
  const DoubledSource doubled(frame(200000));
  context.read(
      doubled, {.columns = std::vector<std::string>{"x"}},
      [&](const Chunk& chunk) {
        EXPECT_EQ(chunk.schema->names(), std::vector<std::string>{"x"});
        rows += chunk.rows;
      },
      control);
  EXPECT_EQ(rows, 200000u - 100);
}

TEST(Processes, AFailureOfWhoeverConsumesRowsStopsTheReading) {
  const GeneratedSource source(generated(700000, 10000));
  ProcessesContext context(options(2));
  RunControl control;
  EXPECT_THROW(context.read(
                   source, {}, [](const Chunk&) { throw DataError("disk full"); }, control),
               DataError);
  EXPECT_EQ(bits({}, source, context), local_bits({}, source));
}

TEST(Processes, WorkersStayForTheNextCallAndEndWithTheContext) {
  const GeneratedSource source(generated(50000, 1000));
  std::vector<int> pids;
  {
    ProcessesContext context(options(2));
    EXPECT_TRUE(context.worker_pids().empty());
    bits({}, source, context);
    pids = context.worker_pids();
    ASSERT_EQ(pids.size(), 2u);
    bits({.passes = 3}, source, context);
    EXPECT_EQ(context.worker_pids(), pids);
  }
  for (const auto pid : pids) EXPECT_FALSE(alive(pid));
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);  // no child is left, not even a dead one
  EXPECT_EQ(errno, ECHILD);
}

TEST(Processes, AKilledWorkerChangesNoBit) {
  const TemporaryFolder folder;
  for (const auto& what : {"kill", "exit"}) {
    for (const int workers : {1, 3}) {
      auto document = generated(200000, 2000);
      const auto marker = folder.path + "/" + what + std::to_string(workers);
      document["fault"] = {{"split", 37}, {"what", what}, {"once", marker}};
      std::vector<std::string> warnings;
      ProcessesContext context(options(workers));
      const auto found =
          bits({}, GeneratedSource(document), context,
               {.warning = [&](const std::string& text) { warnings.push_back(text); }});
      EXPECT_EQ(found, local_bits({}, GeneratedSource(generated(200000, 2000))));
      ASSERT_EQ(warnings.size(), 1u);
      EXPECT_NE(warnings[0].find(std::string(what) == "kill" ? "killed by signal 9" : "on fire"),
                std::string::npos)
          << warnings[0];
    }
  }
}

TEST(Processes, AKilledWorkerDoublesNoRow) {
  const TemporaryFolder folder;
  auto document = generated(400000, 100000);  // the fault comes after the first of four chunks
  document["fault"] = {{"split", 0}, {"what", "kill"}, {"once", folder.path + "/killed"}};
  const GeneratedSource source(document);
  ProcessesContext context(options(2));
  std::int64_t row = 0;
  RunControl control;
  context.read(
      source, {},
      [&](const Chunk& chunk) {
        EXPECT_EQ(chunk.from.first_row, row);
        row += static_cast<std::int64_t>(chunk.rows);
      },
      control);
  EXPECT_EQ(row, 400000);
  EXPECT_TRUE(std::filesystem::exists(folder.path + "/killed"));
}

TEST(Processes, AWorkerKilledFromOutsideInMidPassChangesNoBit) {
  auto document = generated(60000, 1000);
  document["microseconds"] = 5000;
  const GeneratedSource source(document);
  const auto expected = local_bits({}, source);
  ProcessesContext context(options(2));
  int killed = 0;
  const auto begin = std::chrono::steady_clock::now();
  const auto found =
      bits({}, source, context, {.interrupted = [&] {
             if (const auto pids = context.worker_pids();
                 killed == 0 && pids.size() == 2 &&
                 std::chrono::steady_clock::now() - begin > std::chrono::milliseconds(80))
               ::kill(killed = pids[1], SIGKILL);
             return false;
           }});
  EXPECT_NE(killed, 0);
  EXPECT_EQ(found, expected);
}

TEST(Processes, D11AStoppedWorkerIsLostAfterALimitAndChangesNoBit) {
  auto document = generated(60000, 1000);
  document["microseconds"] = 5000;
  const GeneratedSource source(document);
  const auto expected = local_bits({}, source);
  auto chosen = options(2);
  chosen.patience = 1;
  ProcessesContext context(chosen);
  int stopped = 0;
  std::string warned;
  const auto begin = std::chrono::steady_clock::now();
  const auto found =
      bits({}, source, context,
           {.interrupted =
                [&] {
                  if (const auto pids = context.worker_pids();
                      stopped == 0 && pids.size() == 2 &&
                      std::chrono::steady_clock::now() - begin > std::chrono::milliseconds(80))
                    ::kill(stopped = pids[1], SIGSTOP);
                  return false;
                },
            .warning = [&](const std::string& text) { warned += text; }});
  EXPECT_NE(stopped, 0);
  EXPECT_EQ(found, expected);
  EXPECT_NE(warned.find("said nothing for 1 seconds"), std::string::npos) << warned;
}

TEST(Processes, D11AWorkerThatIsStoppedBeforeItGreetsIsReplaced) {
  const TemporaryFolder folder;
  const GeneratedSource source(generated(60000, 1000));
  auto chosen = options(2, {"--mute-once", folder.path + "/one was mute"});
  chosen.patience = 0.5;
  ProcessesContext context(chosen);
  EXPECT_EQ(bits({}, source, context), local_bits({}, source));
  EXPECT_TRUE(std::filesystem::exists(folder.path + "/one was mute"));
}

TEST(Processes, AProgramThatNeverGreetsIsNamed) {
  const GeneratedSource source(generated(1000, 1000));
  auto chosen = options(1, {"--mute"});
  chosen.patience = 0.1;
  ProcessesContext context(chosen);
  try {
    bits({}, source, context);
    FAIL();
  } catch (const WorkerError& error) {
    EXPECT_NE(std::string(error.what()).find("has sent no HELLO"), std::string::npos)
        << error.what();
  }
}

TEST(Processes, D18ADocumentThatAWorkerAnnouncesIsBounded) {
  // A worker that greets as it should and then announces 50 MB of JSON, which parsed are gigabytes.
  const auto header = frame_header(FrameType::kProgress, 1, std::size_t{50} << 20, 0);
  FrameDecoder decoder(kLimitsOfWorkers);
  std::memcpy(decoder.room().data(), header.data(), header.size());
  EXPECT_THROW(decoder.filled(header.size()), DataError);
}

TEST(Processes, D11AWorkerThatComputesLongIsNotLost) {
  auto document = generated(2000, 1000);
  document["microseconds"] = 2'000'000;  // for each chunk: longer than the patience
  const GeneratedSource source(document);
  auto chosen = options(1);
  chosen.patience = 1;
  ProcessesContext context(chosen);
  std::string warned;
  EXPECT_EQ(
      bits({}, source, context, {.warning = [&](const std::string& text) { warned += text; }}),
      local_bits({}, source));
  EXPECT_EQ(warned, "");
}

TEST(Processes, AWorkerThatDiesEveryTimeIsReportedWithItsLastWords) {
  auto document = generated(100000, 1000);
  document["fault"] = {{"split", 42}, {"what", "exit"}};
  ProcessesContext context(options(2));
  try {
    bits({}, GeneratedSource(document), context);
    FAIL();
  } catch (const WorkerError& failure) {
    const std::string text = failure.what();
    for (const auto* part :
         {"failed 3 times", "exit status 3", "the disk of this worker is on fire", "splits"})
      EXPECT_NE(text.find(part), std::string::npos) << text;
  }
  // The context is as good as new.
  const GeneratedSource source(generated(100000, 1000));
  EXPECT_EQ(bits({}, source, context), local_bits({}, source));
}

TEST(Processes, AnErrorOfTheDataIsReportedOnceAndTheLowestSplitCounts) {
  auto document = generated(100000, 1000);
  document["fault"] = {{"split", 42}, {"what", "throw"}};
  const GeneratedSource source(document);
  for (int workers = 1; workers <= 3; ++workers) {
    ProcessesContext context(options(workers));
    try {
      bits({}, source, context);
      FAIL();
    } catch (const DataError& failure) {
      EXPECT_STREQ(failure.what(), "split 42 is unreadable");
    }
    RunControl control;
    EXPECT_THROW(
        context.read(
            source, {}, [](const Chunk& chunk) { EXPECT_LE(chunk.from.split, 42u); }, control),
        DataError);
  }
}

TEST(Processes, ADefectOfTheWorkerIsItsOwnKindOfError) {
  auto document = generated(3000, 1000);
  document["fault"] = {{"split", 1}, {"what", "bug"}};
  ProcessesContext context(options(1));
  try {
    bits({}, GeneratedSource(document), context);
    FAIL();
  } catch (const Error& failure) {
    EXPECT_EQ(failure.code(), ErrorCode::kInternal);
    EXPECT_STREQ(failure.what(), "index out of bounds");
  }
}

TEST(Processes, AnUnknownAnalysisIsRefusedByName) {
  const GeneratedSource source(generated(3000, 1000));
  ProcessesContext context(options(1));
  RunControl control;
  EXPECT_THROW(context.run(PassOf<Other>({}), source, control), InvalidArgument);
}

TEST(Processes, CancellationStopsWithinASecondAndKillsWhoDoesNotListen) {
  for (const auto* what : {"hang", "slow"}) {
    auto document = generated(100000, 1000);
    if (std::string(what) == "hang") document["fault"] = {{"split", 0}, {"what", "hang"}};
    document["microseconds"] = 100000;
    ProcessesContext context(options(2));
    const auto begin = std::chrono::steady_clock::now();
    const auto since = [&] { return std::chrono::steady_clock::now() - begin; };
    EXPECT_THROW(bits({}, GeneratedSource(document), context,
                      {.interrupted = [&] { return since() > std::chrono::milliseconds(300); }}),
                 Cancelled);
    EXPECT_LT(since(), std::chrono::milliseconds(1300)) << what;
    const GeneratedSource source(generated(5000, 1000));
    EXPECT_EQ(bits({}, source, context), local_bits({}, source));
  }
}

TEST(Processes, WhatAWorkerPrintsReachesTheUser) {
  auto document = generated(3000, 1000);
  document["fault"] = {{"split", 1}, {"what", "print"}};
  const GeneratedSource source(document);
  ProcessesContext context(options(1));
  std::string printed;
  bits({}, source, context, {.output = [&](const std::string& text) { printed += text; }});
  if (printed.empty())
    bits({}, source, context, {.output = [&](const std::string& text) { printed += text; }});
  EXPECT_NE(printed.find("[worker 1] text that must not break the protocol\n"), std::string::npos);
}

TEST(Processes, ProgressCountsEveryRowOnce) {
  const TemporaryFolder folder;
  auto document = generated(200000, 2000);
  document["fault"] = {{"split", 37}, {"what", "kill"}, {"once", folder.path + "/killed"}};
  ProcessesContext context(options(2));
  std::int64_t rows = 0, steps = 0;
  bits({}, GeneratedSource(document), context, {.progress = [&](const Progress& step) {
         EXPECT_GE(step.rows_processed, rows);
         rows = step.rows_processed;
         ++steps;
       }});
  EXPECT_EQ(rows, 200000);
  EXPECT_GE(steps, 1);
}

TEST(Processes, AProgramThatIsNoWorkerIsNamed) {
  const GeneratedSource source(generated(3000, 1000));
  const auto message = [&](std::vector<std::string> command) -> std::string {
    ProcessesContext context({.workers = 1, .command = std::move(command)});
    try {
      bits({}, source, context);
    } catch (const WorkerError& failure) {
      return failure.what();
    } catch (const DataError& failure) {
      return failure.what();
    }
    return "nothing was thrown";
  };
  EXPECT_NE(message({"/no/such/program"}).find("cannot start the worker '/no/such/program'"),
            std::string::npos);
  const auto ended = message({"/bin/sh", "-c", "echo this library is missing >&2; exit 127"});
  EXPECT_NE(ended.find("before it said HELLO"), std::string::npos) << ended;
  EXPECT_NE(ended.find("exit status 127; it said:\nthis library is missing"), std::string::npos)
      << ended;
  const auto noise = message({"/bin/echo", "hello, I am no worker at all, sorry for that"});
  EXPECT_NE(noise.find("not a frame"), std::string::npos) << noise;
}

TEST(Processes, AWorkerOfAnotherBuildIsRefusedWithBothValues) {
  const GeneratedSource source(generated(3000, 1000));
  ProcessesContext context(options(1, {"--impostor"}));
  try {
    bits({}, source, context);
    FAIL();
  } catch (const WorkerError& failure) {
    EXPECT_NE(std::string(failure.what()).find("'of another age'"), std::string::npos)
        << failure.what();
    EXPECT_NE(std::string(failure.what()).find(build_id()), std::string::npos) << failure.what();
  }
}

TEST(Processes, LargeStatesTravel) {
  const Moments analysis{.ballast = 4 << 20};  // 32 MB each
  const GeneratedSource source(generated(8000, 1000));
  ProcessesContext context(options(2));
  EXPECT_EQ(bits(analysis, source, context), local_bits(analysis, source));
}

TEST(Processes, ImpossibleOptionsAreRefused) {
  EXPECT_THROW(ProcessesContext({.workers = 0}), InvalidArgument);
  EXPECT_THROW(ProcessesContext({.attempts = 0}), InvalidArgument);
}

TEST(Processes, AForkedCopyOfTheHostLeavesItsWorkersAlone) {
  const GeneratedSource source(generated(5000, 1000));
  ProcessesContext context(options(2));
  const auto expected = bits({}, source, context);
  const auto pids = context.worker_pids();
  const auto child = ::fork();
  if (child == 0)
    ::_exit(bits({}, source, context) == expected && context.worker_pids() != pids ? 0 : 1);
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(bits({}, source, context), expected);
  EXPECT_EQ(context.worker_pids(), pids);
}

/// The pass by this many workers that are kept for two calls, at most so long, with what happens in
/// between.
struct TwoCalls {
  std::vector<int> first, second;
  std::string warned;
};
TwoCalls two_calls(ProcessesContext& context, double idle, const std::function<void()>& between) {
  const GeneratedSource source(generated(50000, 1000));
  const auto expected = local_bits({}, source);
  TwoCalls seen;
  const Callbacks callbacks{.warning = [&](const std::string& text) { seen.warned += text; }};
  EXPECT_EQ(bits({}, source, context, callbacks), expected);
  seen.first = context.worker_pids();
  EXPECT_TRUE(context.rest(idle));
  between();
  EXPECT_EQ(bits({}, source, context, callbacks), expected);
  seen.second = context.worker_pids();
  return seen;
}

void sleep_for(double seconds) {
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

TEST(KeptWorkers, TheSecondCallIsServedByTheSameProcesses) {
  for (const auto* how : {"--worker", "--worker-copies"}) {
    ProcessesContext context(options(2, {how}));
    const auto seen = two_calls(context, 100, [] {});
    EXPECT_EQ(seen.first, seen.second) << how;
    EXPECT_EQ(seen.warned, "") << how;
  }
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
}

TEST(KeptWorkers, ACopyServesOneCallOnly) {
  const auto copies_of = [](int pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/task/" + std::to_string(pid) +
                       "/children");
    std::string text;
    std::getline(file, text);
    return text;
  };
  ProcessesContext context(options(1, {"--worker-copies"}));
  std::string before;
  const auto seen = two_calls(context, 100, [&] {
    sleep_for(0.2);
    before = copies_of(context.worker_pids()[0]);
  });
  const auto after = copies_of(seen.first[0]);
  EXPECT_NE(before, "");
  EXPECT_EQ(before, after);  // the copy that waited serves the second call
  EXPECT_TRUE(context.rest(100));
  sleep_for(0.2);
  EXPECT_NE(copies_of(seen.first[0]), after);
}

TEST(KeptWorkers, WorkersEndWhenNothingIsAskedOfThem) {
  for (const auto* how : {"--worker", "--worker-copies"}) {
    ProcessesContext context(options(2, {how}));
    const auto seen = two_calls(context, 0.2, [] { sleep_for(1); });
    EXPECT_NE(seen.first, seen.second) << how;
    EXPECT_EQ(seen.warned, "") << how;
  }
}

TEST(KeptWorkers, OneThatIsKilledBetweenTwoCallsIsReplacedWithoutAWord) {
  for (const auto* how : {"--worker", "--worker-copies"}) {
    ProcessesContext context(options(2, {how}));
    const auto seen = two_calls(context, 100, [&] {
      ::kill(context.worker_pids()[1], SIGKILL);
      sleep_for(0.1);
    });
    EXPECT_EQ(seen.warned, "") << how;
    EXPECT_EQ(seen.first[0], seen.second[0]) << how;
    EXPECT_NE(seen.first[1], seen.second[1]) << how;
  }
}

TEST(KeptWorkers, ACopyThatIsKilledTakesItsWorkerAlong) {
  const TemporaryFolder folder;
  for (const auto* what : {"kill", "exit"}) {
    auto document = generated(60000, 1000);
    document["fault"] = {{"split", 7}, {"what", what}, {"once", folder.path + "/" + what}};
    std::string warned;
    ProcessesContext context(options(2, {"--worker-copies"}));
    EXPECT_EQ(bits({}, GeneratedSource(document), context,
                   {.warning = [&](const std::string& text) { warned += text; }}),
              local_bits({}, GeneratedSource(generated(60000, 1000))));
    EXPECT_NE(
        warned.find(std::string(what) == "kill" ? "killed by signal 9" : "exit status 3; it said"),
        std::string::npos)
        << warned;
  }
}

TEST(KeptWorkers, WhatAnEarlierCallHasPrintedIsNotShownAgain) {
  for (const auto* how : {"--worker", "--worker-copies"}) {
    auto document = generated(3000, 1000);
    document["fault"] = {{"split", 2}, {"what", "print"}};
    ProcessesContext context(options(1, {how}));
    bits({}, GeneratedSource(document), context);
    EXPECT_TRUE(context.rest(100));
    sleep_for(0.2);
    std::string printed;
    bits({}, GeneratedSource(generated(3000, 1000)), context,
         {.output = [&](const std::string& text) { printed += text; }});
    EXPECT_EQ(printed, "") << how;
  }
}

TEST(KeptWorkers, AForkedCopyOfTheHostHoldsNoWorkerBack) {
  auto context = std::make_unique<ProcessesContext>(options(2));
  two_calls(*context, 100, [] {});
  const auto pids = context->worker_pids();
  const auto child = ::fork();
  if (child == 0) {  // holds copies of the lines
    ::sleep(5);
    ::_exit(0);
  }
  const auto begin = std::chrono::steady_clock::now();
  context.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(400));
  for (const auto pid : pids) EXPECT_FALSE(alive(pid));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
}

/// A call with a context on loan; the processes that have served it.
std::vector<int> borrowed_call(KeptContexts& contexts, int workers = 2, bool ends_well = true) {
  auto loan = contexts.borrow(
      {{"type", "RxProcesses"}, {"numWorkers", workers}, {"worker", {self, "--worker"}}});
  const GeneratedSource source(generated(50000, 1000));
  bits({}, source, *loan);
  const auto pids = dynamic_cast<ProcessesContext&>(*loan).worker_pids();
  if (ends_well) loan.give_back();
  return pids;
}

TEST(KeptContexts, TheSameDescriptionUnderTheSameConditionsGetsTheSameWorkers) {
  KeptContexts contexts;
  const auto pids = borrowed_call(contexts);
  EXPECT_EQ(borrowed_call(contexts), pids);
  EXPECT_NE(borrowed_call(contexts, 1), pids);
  EXPECT_EQ(borrowed_call(contexts), pids);
}

TEST(KeptContexts, AnotherEnvironmentFolderOrLimitGetsWorkersOfItsOwn) {
  KeptContexts contexts;
  const auto pids = borrowed_call(contexts);
  ::setenv("INSITU_TEST_SOMETHING", "1", 1);
  EXPECT_NE(borrowed_call(contexts), pids);
  ::unsetenv("INSITU_TEST_SOMETHING");
  EXPECT_EQ(borrowed_call(contexts), pids);
  const TemporaryFolder folder;
  const auto here = std::filesystem::current_path();
  std::filesystem::current_path(folder.path);
  EXPECT_NE(borrowed_call(contexts), pids);
  std::filesystem::current_path(here);
  EXPECT_EQ(borrowed_call(contexts), pids);
  struct rlimit before {};
  ::getrlimit(RLIMIT_NOFILE, &before);
  auto lower = before;
  lower.rlim_cur -= 1;
  ::setrlimit(RLIMIT_NOFILE, &lower);
  EXPECT_NE(borrowed_call(contexts), pids);
  ::setrlimit(RLIMIT_NOFILE, &before);
}

TEST(KeptContexts, ACallThatDidNotEndWellTakesItsWorkersAlong) {
  KeptContexts contexts;
  const auto pids = borrowed_call(contexts, 2, false);
  for (const auto pid : pids) EXPECT_FALSE(alive(pid));
  EXPECT_NE(borrowed_call(contexts), pids);
}

TEST(KeptContexts, IdleTimeIsASetting) {
  KeptContexts contexts;
  ::setenv("INSITU_WORKER_IDLE", "0", 1);
  for (const auto pid : borrowed_call(contexts)) EXPECT_FALSE(alive(pid));
  ::setenv("INSITU_WORKER_IDLE", "0.3", 1);
  const auto pids = borrowed_call(contexts);
  for (const auto pid : pids) EXPECT_TRUE(alive(pid));
  sleep_for(0.4);
  EXPECT_NE(borrowed_call(contexts), pids);
  for (const auto pid : pids) EXPECT_FALSE(alive(pid));
  ::setenv("INSITU_WORKER_IDLE", "soon", 1);
  EXPECT_THROW(borrowed_call(contexts), InvalidArgument);
  ::unsetenv("INSITU_WORKER_IDLE");
}

TEST(KeptContexts, TwoCallsAtOnceDoNotShareWorkers) {
  KeptContexts contexts;
  const json description = {{"type", "RxProcesses"}, {"worker", {self, "--worker"}}};
  auto first = contexts.borrow(description);
  auto second = contexts.borrow(description);
  EXPECT_NE(&*first, &*second);
}

TEST(KeptContexts, AForkedCopyStartsItsOwn) {
  KeptContexts contexts;
  const auto pids = borrowed_call(contexts);
  const auto child = ::fork();
  if (child == 0) {
    const auto own = borrowed_call(contexts);
    ::_exit(own != pids && borrowed_call(contexts) == own ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(borrowed_call(contexts), pids);
}

}  // namespace
}  // namespace insitu::testing

int main(int argc, char** argv) {
  using namespace insitu;
  if (argc > 1 && std::string(argv[1]) == "--worker")
    return serve_standard_streams(insitu::testing::test_parts(true));
  if (argc > 1 && std::string(argv[1]) == "--worker-copies") {
    auto parts = insitu::testing::test_parts(true);
    parts.process.fork = [] { return static_cast<int>(::fork()); };
    return serve_standard_streams(parts);
  }
  if (argc > 1 && std::string(argv[1]) == "--mute") return ::sleep(60) != 0;
  if (argc > 2 && std::string(argv[1]) == "--mute-once") {
    const int made = ::open(argv[2], O_CREAT | O_EXCL | O_WRONLY, 0600);
    return made >= 0 ? ::sleep(60) != 0 : serve_standard_streams(insitu::testing::test_parts(true));
  }
  if (argc > 1 && std::string(argv[1]) == "--impostor") {
    const auto hello = encode_frame(
        FrameType::kHello, 0,
        insitu::testing::json{{"protocol", kWorkerProtocol}, {"build", "of another age"}}.dump());
    return ::write(1, hello.data(), hello.size()) < 0 || ::sleep(5);
  }
  insitu::testing::self = std::filesystem::absolute(argv[0]).string();
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
