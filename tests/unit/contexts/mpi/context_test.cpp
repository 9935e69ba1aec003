// This program is also the worker of its own tests ("--worker"), and, named as `mpirun`, a rank 0
// that does what its switch says: what a client must bear needs no MPI. What ranks do is tried with
// real ones, where Open MPI is.
#include "contexts/mpi/context.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "contexts/build_identity.hpp"
#include "contexts/frame.hpp"
#include "contexts/kept_contexts.hpp"
#include "contexts/local.hpp"
#include "contexts/mpi/relay.hpp"
#include "contexts/registry.hpp"
#include "data/frame_source.hpp"
#include "unit/contexts/mpi/missing_mpi.hpp"
#include "unit/contexts/test_sources.hpp"

namespace insitu::testing {
namespace {

namespace fs = std::filesystem;

std::string self;  // argv[0]

json generated(std::uint64_t rows, std::uint64_t split_rows, const json& fault = nullptr) {
  return {{"type", "generated"}, {"rows", rows}, {"splitRows", split_rows}, {"fault", fault}};
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

/// What the call throws; "" for nothing.
std::string failure_of(const std::function<void()>& call) {
  try {
    call();
    return "";
  } catch (const Error& failure) {
    return failure.what();
  }
}

bool holds(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

bool alive(int pid) { return pid > 0 && ::kill(pid, 0) == 0; }

bool ends_soon(int pid) {
  for (int i = 0; i < 300 && alive(pid); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  return !alive(pid);
}

std::vector<int> children_of(int parent) {
  std::vector<int> found;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    if (std::atoi(entry.path().filename().c_str()) == 0) continue;
    std::ifstream status(entry.path() / "stat");
    std::string text((std::istreambuf_iterator<char>(status)), {});
    const auto name_end = text.rfind(')');
    if (name_end == std::string::npos) continue;
    if (std::atoi(text.c_str() + name_end + 4) == parent) found.push_back(std::atoi(text.c_str()));
  }
  return found;
}

// ---- a rank 0 that is none -------------------------------------------------------------------

class FalseRank {
 public:
  explicit FalseRank(const std::string& folder) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, (folder + "/client.sock").c_str());
    line_ = ::socket(AF_UNIX, SOCK_STREAM, 0);
    if (::connect(line_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      ::_exit(9);
    std::ifstream stream(folder + "/token");
    hello_ = {{"protocol", kWorkerProtocol},
              {"build", build_id()},
              {"token", std::string((std::istreambuf_iterator<char>(stream)), {})},
              {"ranks", 1}};
  }
  json hello_;
  void greet() { send(encode_frame(FrameType::kHello, 0, hello_.dump())); }
  void send(const Bytes& bytes) {
    if (::send(line_, bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) ::_exit(8);
  }
  void tell(const json& document, std::uint32_t rank = 0) {
    send(encode_frame(FrameType::kRelay, rank, document.dump()));
  }
  void as_worker(FrameType type, std::uint32_t request, const json& document,
                 std::string_view payload = {}) {
    send(encode_frame(FrameType::kRelay, 0, "",
                      encode_frame(type, request, document.dump(), payload)));
  }
  Frame receive() {
    for (;;) {
      if (auto frame = decoder_.take()) return std::move(*frame);
      const auto room = decoder_.room();
      const auto count = ::recv(line_, room.data(), room.size(), 0);
      if (count <= 0) ::_exit(0);
      decoder_.filled(static_cast<std::size_t>(count));
    }
  }
  /// A worker that starts and greets.
  void start_worker() {
    const auto start = json::parse(receive().json);
    tell({{"op", relay::kStarted}, {"life", start["life"]}, {"pid", 4711}});
    as_worker(FrameType::kHello, 0,
              {{"protocol", kWorkerProtocol}, {"build", build_id()}, {"arithmetic", arithmetic()}});
  }
  /// Answers tasks: those of mode map by their END alone, the merging one by `merged`.
  void serve(const std::function<void(std::uint32_t request)>& merged) {
    start_worker();
    for (;;) {
      const auto letter = receive();
      if (!letter.json.empty()) continue;
      const auto frame = decode_frame(letter.payload);
      if (frame.type != FrameType::kTask) continue;
      const auto task = json::parse(frame.json);
      if (task["mode"] == "merge") return merged(frame.request), wait();
      as_worker(FrameType::kEnd, frame.request,
                {{"splits", task["splits"].size()}, {"rows", 0}, {"nodes", 0}});
    }
  }
  void wait() {
    for (;;) receive();
  }

 private:
  int line_ = -1;
  FrameDecoder decoder_;
};

int act_as_mpirun(const std::string& what, const std::string& folder) {
  if (what == "full") {
    std::fputs("There are not enough slots available in the system\n", stderr);
    return 1;
  }
  if (what == "broken") {
    std::fputs("the interconnect is on fire\n", stderr);
    return 3;
  }
  FalseRank rank(folder);
  if (what == "no-token") rank.hello_["token"] = std::string(64, '0');
  if (what == "other-build") rank.hello_["build"] = "of another age";
  if (what == "no-ranks") rank.hello_["ranks"] = 0;
  if (what == "odd-hello") rank.hello_ = {1, 2};
  rank.greet();
  if (what == "no-token" || what == "odd-hello") return 0;
  if (what == "leaves") return std::fputs("rank 1 has left the building\n", stderr), 4;
  if (what == "noise") rank.send(Bytes(4096, 'x'));
  if (what == "huge") {
    const auto header = frame_header(FrameType::kRelay, 0, 4'000'000'000U, 0);
    rank.send(Bytes(header.data(), header.size()));
  }
  if (what == "rank-99") rank.tell({{"op", relay::kSaid}}, 99);
  if (what == "no-relay") rank.send(encode_frame(FrameType::kState, 0, "{}"));
  if (what == "odd-document") rank.send(encode_frame(FrameType::kRelay, 0, "[1]"));
  if (what == "odd-frame" || what == "two-frames") {
    rank.start_worker();
    auto bytes = encode_frame(FrameType::kEnd, 0, "{}");
    rank.send(encode_frame(FrameType::kRelay, 0, "",
                           what == "odd-frame" ? bytes.substr(0, 20) : bytes + bytes));
  }
  const auto merged = [&](const json& node, std::size_t nodes) {
    rank.serve([&, node, nodes](std::uint32_t request) {
      rank.as_worker(FrameType::kState, request, node, "bytes");
      rank.as_worker(FrameType::kEnd, request, {{"splits", 0}, {"rows", 0}, {"nodes", nodes}});
    });
  };
  if (what == "beyond") merged({{"index", 4}, {"level", 0}}, 1);
  if (what == "far-beyond") merged({{"index", 1}, {"level", 63}}, 1);
  if (what == "fewer") merged({{"index", 0}, {"level", 0}}, 2);
  if (what == "odd-state") merged({{"index", 0}, {"level", 2}}, 1);
  if (what == "no-worker") {
    const auto start = json::parse(rank.receive().json);
    rank.tell(
        {{"op", relay::kStarted}, {"life", start["life"]}, {"error", "there is no such file"}});
  }
  rank.wait();
  return 0;
}

/// The program of the ranks is there, whether or not MPI is.
class FalseRanks : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const char* set = std::getenv("INSITU_MPI")) before_ = set;
    ::setenv("INSITU_MPI", self.c_str(), 1);
  }
  void TearDown() override {
    before_.empty() ? ::unsetenv("INSITU_MPI") : ::setenv("INSITU_MPI", before_.c_str(), 1);
  }
  static std::string failure(const char* what) {
    MpiContext context({.ranks = 1, .mpirun = self, .switches = {what}, .worker = {"none"}});
    const GeneratedSource source(generated(4000, 1000));
    return failure_of([&] { bits({}, source, context); });
  }
  static std::size_t folders() {
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator("/tmp")) {
      std::error_code gone;
      count += fs::exists(entry.path() / "client.sock", gone);
    }
    return count;
  }

 private:
  std::string before_;
};

TEST_F(FalseRanks, WhatEndsBeforeItHasComeIsToldWithItsWords) {
  EXPECT_TRUE(holds(failure("broken"),
                    "has ended before its ranks had started; it said:\n"
                    "the interconnect is on fire"));
  EXPECT_TRUE(holds(failure("full"), "--oversubscribe"));
  EXPECT_TRUE(holds(failure("leaves"),
                    "the ranks of MPI have ended; mpirun said:\n"
                    "rank 1 has left the building"));
  EXPECT_TRUE(holds(failure("no-token"), "has ended before its ranks had started"));
  EXPECT_TRUE(holds(failure("odd-hello"), "has ended before its ranks had started"));
}

TEST_F(FalseRanks, RanksOfAnotherBuildAreRefused) {
  const auto said = failure("other-build");
  EXPECT_TRUE(holds(said, "insitu-mpi does not fit this host: its build is 'of another age'"))
      << said;
  EXPECT_TRUE(holds(failure("no-ranks"), "there are 0 ranks"));
}

TEST_F(FalseRanks, HostileFramesEndTheCall) {
  EXPECT_TRUE(holds(failure("noise"), "not a frame"));
  EXPECT_TRUE(holds(failure("huge"), "too large"));
  EXPECT_TRUE(holds(failure("rank-99"), "of rank 99"));
  EXPECT_TRUE(holds(failure("no-relay"), "sent a STATE frame"));
  EXPECT_TRUE(holds(failure("odd-document"), "cannot be read"));
  EXPECT_TRUE(holds(failure("odd-frame"), "ends before its end"));
  EXPECT_TRUE(holds(failure("two-frames"), "behind the end of a frame"));
  EXPECT_TRUE(holds(failure("beyond"), "of splits that there are not"));
  EXPECT_TRUE(holds(failure("far-beyond"), "of splits that there are not"));
  EXPECT_TRUE(holds(failure("fewer"), "announced other states"));
  EXPECT_NE(failure("odd-state"), "");
  EXPECT_TRUE(holds(failure("no-worker"), "there is no such file"));
}

TEST_F(FalseRanks, ImpossibleOptionsAreRefusedBeforeAnythingStarts) {
  const auto refusal = [](const json& settings) {
    json description = {{"type", "RxMpi"}};
    description.update(settings);
    return failure_of([&] {
      const auto context = context_from_json(description);
      const GeneratedSource source(generated(4000, 1000));
      bits({}, source, *context);
    });
  };
  EXPECT_TRUE(holds(refusal({{"numRanks", 0}}), "at least 1"));
  EXPECT_TRUE(holds(refusal({{"switches", "-np 3"}}), "-np"));
  EXPECT_TRUE(holds(refusal({{"switches", "--mca 'a"}}), "not closed"));
  EXPECT_TRUE(holds(refusal({{"hostfile", "/no/such/file"}}), "/no/such/file"));
  EXPECT_TRUE(holds(refusal({{"hostfile", {"a", "b"}}}), "one text"));
  EXPECT_TRUE(holds(refusal({{"mpirun", "/no/such/mpirun"}}), "needs Open MPI"));
  EXPECT_TRUE(holds(refusal({{"ranks", 2}}), "unknown argument: ranks"));
  ::setenv("INSITU_MPI", "/no/such/program", 1);
  EXPECT_TRUE(holds(refusal({{"numRanks", 1}}), "INSITU_MPI"));
}

// ---- real ranks ------------------------------------------------------------------------------

/// Ranks take half a second to start: two serve most tests.
class Mpi : public ::testing::Test {
 protected:
  static MpiContext make(int ranks) {
    return MpiContext({.ranks = ranks, .worker = {self, "--worker"}});
  }
  static void SetUpTestSuite() {
    missing_ = missing_mpi();
    if (missing_.empty())
      two_ = std::make_unique<MpiContext>(
          MpiOptions{.ranks = 2, .worker = {self, "--worker"}, .patience = 20});
  }
  static void TearDownTestSuite() { two_.reset(); }
  void SetUp() override {
    if (!missing_.empty()) GTEST_SKIP() << missing_;
  }
  static MpiContext& two() { return *two_; }

 private:
  static std::unique_ptr<MpiContext> two_;
  static std::string missing_;
};

std::unique_ptr<MpiContext> Mpi::two_;
std::string Mpi::missing_;

TEST_F(Mpi, TheBitsAreThoseOfOneThreadForAnyNumberOfRanks) {
  for (const int ranks : {1, 2, 4}) {
    std::optional<MpiContext> own;
    if (ranks != 2) own.emplace(MpiOptions{.ranks = ranks, .worker = {self, "--worker"}});
    auto& context = own ? *own : two();
    for (const std::uint64_t rows : {0u, 1u, 1000u, 99999u, 130000u}) {
      const GeneratedSource source(generated(rows, 1000));
      const Moments analysis{.passes = 3, .ballast = 1000};
      EXPECT_EQ(bits(analysis, source, context), local_bits(analysis, source))
          << rows << " rows, " << ranks << " ranks";
    }
  }
}

TEST_F(Mpi, RowsOfThisProcessAndRowsOfWorkersPass) {
  const auto schema = std::make_shared<const Schema>(std::vector<Field>{{.name = "x"}});
  std::vector<Chunk> chunks;
  for (int i = 0; i < 3; ++i) {
    std::vector<double> x(200000);
    for (std::size_t row = 0; row < x.size(); ++row) x[row] = number(row + x.size() * i);
    chunks.push_back({schema, {Column::own(Type::kFloat64, std::move(x))}, 200000, {}});
  }
  const FrameSource source(schema, std::move(chunks));
  EXPECT_EQ(bits({}, source, two()), local_bits({}, source));
  std::int64_t row = 0;
  const GeneratedSource rows(generated(500000, 50000));
  RunControl control;
  two().read(
      rows, {.columns = std::vector<std::string>{"x"}},
      [&](const Chunk& chunk) {
        std::vector<double> x(chunk.rows);
        chunk.column("x").numbers(x.data());
        for (const auto value : x) ASSERT_EQ(value, number(static_cast<std::uint64_t>(row++)));
      },
      control);
  EXPECT_EQ(row, 500000);
}

TEST_F(Mpi, LargeStatesAreMergedBesideRankZero) {
  const Moments analysis{.ballast = 500'000};  // 4 MB a state
  const GeneratedSource source(generated(12000, 1000));
  EXPECT_EQ(bits(analysis, source, two()), local_bits(analysis, source));
}

TEST_F(Mpi, AFailureOfTheDataIsThatOfTheLowestSplit) {
  const GeneratedSource source(generated(20000, 1000, {{"split", 7}, {"what", "throw"}}));
  EXPECT_EQ(failure_of([&] { bits({}, source, two()); }), "split 7 is unreadable");
}

TEST_F(Mpi, AWorkerThatIsLostIsReplaced) {
  const auto once = "/tmp/insitu-mpi-once-" + std::to_string(::getpid());
  const GeneratedSource source(
      generated(20000, 1000, {{"split", 3}, {"what", "kill"}, {"once", once}}));
  std::string warned;
  Callbacks callbacks;
  callbacks.warning = [&](const std::string& text) { warned += text; };
  EXPECT_EQ(bits({}, source, two(), callbacks),
            local_bits({}, GeneratedSource(generated(20000, 1000))));
  EXPECT_TRUE(holds(warned, "killed by signal 9")) << warned;
  fs::remove(once);
}

TEST_F(Mpi, AWorkerThatIsAlwaysLostIsAnErrorWithItsWords) {
  const GeneratedSource source(generated(20000, 1000, {{"split", 3}, {"what", "exit"}}));
  const auto said = failure_of([&] { bits({}, source, two()); });
  EXPECT_TRUE(holds(said, "exit status 3; it said:\nthe disk of this worker is on fire")) << said;
  const GeneratedSource sound(generated(20000, 1000));
  EXPECT_EQ(bits({}, sound, two()), local_bits({}, sound));
}

TEST_F(Mpi, ACallIsCancelledWithinASecond) {
  auto slow = generated(2'000'000, 1000);
  slow["microseconds"] = 2000;
  Callbacks callbacks;
  const auto begin = std::chrono::steady_clock::now();
  callbacks.interrupted = [&] {
    return std::chrono::steady_clock::now() - begin > std::chrono::milliseconds(300);
  };
  EXPECT_THROW(bits({}, GeneratedSource(slow), two(), callbacks), Cancelled);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(1300));
  const GeneratedSource sound(generated(20000, 1000));
  EXPECT_EQ(bits({}, sound, two()), local_bits({}, sound));
}

TEST_F(Mpi, ARankOrMpirunThatDiesEndsTheCallAndLeavesNothing) {
  auto slow = generated(400'000, 1000);
  slow["microseconds"] = 10000;
  for (const bool whole : {false, true}) {
    auto context = make(2);
    const GeneratedSource small(generated(2000, 1000));
    bits({}, small, context);
    const int mpirun = context.mpirun_pid();
    const auto ranks = children_of(mpirun);
    ASSERT_EQ(ranks.size(), 2u);
    std::vector<int> all = {mpirun, ranks[0], ranks[1]};
    for (const int rank : ranks)
      for (const int worker : children_of(rank)) all.push_back(worker);
    EXPECT_GE(all.size(), 4u);
    Callbacks callbacks;
    const auto begin = std::chrono::steady_clock::now();
    bool killed = false;
    callbacks.interrupted = [&] {
      if (!killed && std::chrono::steady_clock::now() - begin > std::chrono::milliseconds(200))
        killed = ::kill(whole ? mpirun : ranks[1], SIGKILL) == 0;
      return false;
    };
    const auto said = failure_of([&] { bits({}, GeneratedSource(slow), context, callbacks); });
    EXPECT_TRUE(holds(said, "the ranks of MPI have ended")) << said;
    EXPECT_TRUE(whole || holds(said, "signal 9")) << said;
    EXPECT_EQ(bits({}, small, context), local_bits({}, small));  // with new ranks
    for (const int pid : all) EXPECT_TRUE(ends_soon(pid)) << pid;
  }
}

TEST_F(Mpi, RanksStayForTheNextCallAndEndWithTheContext) {
  int mpirun = -1;
  std::vector<int> ranks;
  {
    KeptContexts contexts;
    const GeneratedSource source(generated(2000, 1000));
    for (int call = 0; call < 2; ++call) {
      auto loan =
          contexts.borrow({{"type", "RxMpi"}, {"numRanks", 2}, {"worker", {self, "--worker"}}});
      EXPECT_EQ(bits({}, source, *loan), local_bits({}, source));
      const int pid = dynamic_cast<MpiContext&>(*loan).mpirun_pid();
      EXPECT_TRUE(call == 0 || pid == mpirun);
      mpirun = pid;
      loan.give_back();
    }
    ranks = children_of(mpirun);
    EXPECT_EQ(ranks.size(), 2u);
  }
  for (const int pid : ranks) EXPECT_TRUE(ends_soon(pid));
  EXPECT_TRUE(ends_soon(mpirun));
}

TEST_F(Mpi, TasksComeOnceAndThoseThatKillTheirWorkerAreLost) {
  std::map<std::size_t, std::string> values, lost;
  TaskCall call{.shared = "f", .count = 40};
  call.arguments = [](std::size_t first, std::size_t count) {
    json words = json::array();
    for (std::size_t i = first; i < first + count; ++i) words.push_back(i == 17 ? -1 : int(i));
    return words.dump();
  };
  call.done = [&](std::size_t first, std::size_t count, Bytes&& bytes) {
    const auto all = json::parse(bytes);
    ASSERT_EQ(all.size(), count);
    for (std::size_t i = 0; i < count; ++i)
      EXPECT_TRUE(values.emplace(first + i, all[i].get<std::string>()).second);
  };
  call.lost = [&](std::size_t index, const std::string& why) { lost[index] = why; };
  RunControl control;
  two().run_tasks(call, control);
  EXPECT_EQ(values.size(), 39u);
  for (const auto& [index, value] : values) EXPECT_EQ(value.substr(1), std::to_string(index));
  ASSERT_EQ(lost.size(), 1u);
  EXPECT_TRUE(holds(lost[17], "exit status 5; it said:\nno more of this")) << lost[17];
}

void language(const ExecBatch& batch, const ExecReport& report) {
  static std::string shared;
  if (batch.shared) shared = *batch.shared;
  report.loaded();
  for (const auto& word : json::parse(batch.arguments)) {
    if (word == -1) {
      std::fputs("no more of this\n", stderr);
      ::_exit(5);
    }
    report.values(1, {}, json{shared + word.dump()}.dump());
  }
}

}  // namespace
}  // namespace insitu::testing

int main(int argc, char** argv) {
  using namespace insitu::testing;
  if (argc > 2 && std::string(argv[argc - 2]) == "--client") {
    // self -n 1 <what> <insitu-mpi> --client FOLDER
    return act_as_mpirun(argc > 4 ? argv[argc - 4] : "", argv[argc - 1]);
  }
  if (argc > 1 && std::string(argv[1]) == "--worker") {
    auto parts = test_parts(true);
    parts.languages = {"test"};
    parts.exec = language;
    return insitu::serve_standard_streams(parts);
  }
  self = std::filesystem::absolute(argv[0]).string();
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
