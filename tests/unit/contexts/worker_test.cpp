#include "contexts/worker.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>
#include <random>
#include <set>

#include "analysis/merge_tree.hpp"
#include "contexts/block.hpp"
#include "contexts/build_identity.hpp"
#include "contexts/host_connection.hpp"
#include "data/schema_json.hpp"
#include "test_sources.hpp"

namespace insitu::testing {
namespace {

/// A worker on a thread, and the host's end of the line in the test's hand.
class Served {
 public:
  explicit Served(bool own_files = true) : parts_(test_parts(own_files)) {
    int line[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM, 0, line) != 0) throw std::runtime_error("socketpair");
    mine_ = line[0];
    status_ = std::async(std::launch::async, [this, theirs = line[1]] {
      const int status = serve(theirs, theirs, parts_);
      ::close(theirs);
      return status;
    });
    host_ = std::make_unique<HostConnection>(mine_, mine_);
  }
  ~Served() {
    if (mine_ >= 0) hang_up();
  }

  /// Closes the line; the worker's exit status.
  int hang_up() {
    ::close(std::exchange(mine_, -1));
    return status_.get();
  }
  Frame receive() { return host_->receive(); }
  void send(FrameType type, const json& document = json::object(), std::string_view payload = {},
            std::uint32_t request = 1) {
    host_->send(type, request, document.dump(), payload);
  }
  void send_raw(std::string_view bytes) { (void)!::write(mine_, bytes.data(), bytes.size()); }

  /// Frames up to and with END; PROGRESS left out.
  std::vector<Frame> rest() {
    std::vector<Frame> frames;
    do {
      auto frame = receive();
      if (frame.type != FrameType::kProgress && frame.type != FrameType::kHello)
        frames.push_back(std::move(frame));
    } while (frames.empty() || frames.back().type != FrameType::kEnd);
    return frames;
  }

 private:
  WorkerParts parts_;
  int mine_ = -1;
  std::unique_ptr<HostConnection> host_;
  std::future<int> status_;
};

const json kSource = {{"type", "generated"}, {"rows", 10000}, {"splitRows", 1000}};

json task(const char* mode, const json& source, std::uint64_t begin, std::uint64_t end) {
  json splits = json::array();
  for (const auto& split : GeneratedSource(kSource).splits())
    if (split.index >= begin && split.index < end)
      splits.push_back({split.index, split.begin, split.end, split.rows});
  return {{"mode", mode},
          {"pass", "test_moments"},
          {"splits", splits},
          {"files", "own"},
          {"source", {{"name", source.at("type")}, {"options", source.dump()}}}};
}

Bytes moments_options() { return seal(Moments::name, PassOf<Moments>({}).recipe().options); }

std::unique_ptr<Accumulator> loaded(const Pass& pass, const Bytes& sealed) {
  auto state = pass.start();
  state->load(sealed);
  return state;
}

std::string message(const Frame& frame) { return json::parse(frame.json).value("message", ""); }

TEST(Worker, GreetsAndEndsWhenTheHostHangsUp) {
  Served worker;
  const auto hello = worker.receive();
  EXPECT_EQ(hello.type, FrameType::kHello);
  const auto document = json::parse(hello.json);
  EXPECT_EQ(document.at("protocol"), kWorkerProtocol);
  EXPECT_EQ(document.at("build"), build_id());
  EXPECT_EQ(document.at("arithmetic"), arithmetic());
  EXPECT_EQ(worker.hang_up(), 0);
}

TEST(Worker, IsAsNewAfterReset) {
  Served worker;
  worker.receive();
  worker.send(FrameType::kTask, task("map", kSource, 0, 1), moments_options());
  worker.send(FrameType::kEnd);
  worker.rest();
  worker.send(FrameType::kReset, {{"idle", 60000}}, {}, 0);
  EXPECT_EQ(worker.receive().type, FrameType::kHello);
  auto same = task("map", kSource, 1, 2);
  same.erase("source");
  same["sameSource"] = true;
  worker.send(FrameType::kTask, same, moments_options());
  worker.send(FrameType::kEnd);
  EXPECT_NE(message(worker.rest().front()).find("there was none"), std::string::npos);
  EXPECT_EQ(worker.hang_up(), 0);
}

TEST(Worker, RefusesAResetThatCannotBeRead) {
  for (const auto* text : {"{", "[]", "{\"idle\": -1}", "{\"idle\": \"long\"}"}) {
    Served worker;
    worker.receive();
    worker.send_raw(encode_frame(FrameType::kReset, 0, text));
    EXPECT_NE(message(worker.receive()).find("RESET"), std::string::npos) << text;
    EXPECT_EQ(worker.hang_up(), 1);
  }
}

TEST(Worker, EndsWhenNoTaskComesAfterReset) {
  Served worker;
  worker.receive();
  worker.send(FrameType::kReset, {{"idle", 50}}, {}, 0);
  EXPECT_EQ(worker.receive().type, FrameType::kHello);
  EXPECT_THROW(worker.receive(), HostGone);
  EXPECT_EQ(worker.hang_up(), 0);
}

TEST(Worker, AnAnalysisWithOtherFieldsIsRefusedWithBothSides) {
  Served worker;
  auto other = task("map", kSource, 0, 1);
  other["fields"] = "0123456789abcdef";
  other["build"] = "0.0.9 of yesterday";
  worker.send(FrameType::kTask, other, moments_options());
  worker.send(FrameType::kEnd);
  const auto said = message(worker.rest().front());
  EXPECT_EQ(said,
            "the analysis 'test_moments' has the fields 0123456789abcdef in the host (0.0.9 of "
            "yesterday) and " +
                fields_of<Moments>() + " in this worker (" + build_id() +
                "); both must come from one build");
}

TEST(Worker, ReturnsTheNodesItCannotMerge) {
  Served worker;
  worker.send(FrameType::kTask, task("map", kSource, 3, 9), moments_options());
  worker.send(FrameType::kEnd);
  const auto frames = worker.rest();
  ASSERT_EQ(frames.size(), 4u);  // splits 3, 4-7, 8
  const auto key = [&](std::size_t i) {
    const auto node = json::parse(frames[i].json);
    return std::pair{node.at("index").get<int>(), node.at("level").get<int>()};
  };
  EXPECT_EQ((std::set{key(0), key(1), key(2)}), (std::set{std::pair{3, 0}, {1, 2}, {8, 0}}));
  EXPECT_EQ(json::parse(frames[3].json), (json{{"splits", 6}, {"rows", 6000}, {"nodes", 3}}));
}

TEST(Worker, SendsNoStateBeforeEnd) {
  Served worker;
  worker.receive();
  worker.send(FrameType::kTask, task("map", kSource, 0, 1), moments_options());
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  // Nothing but progress may have come: the next frame after END tells.
  worker.send(FrameType::kEnd);
  const auto frames = worker.rest();
  EXPECT_EQ(frames.size(), 2u);
}

TEST(Worker, MergesStatesOfOthers) {
  const PassOf<Moments> pass({});
  Served worker;
  std::vector<Frame> states;
  for (const std::uint64_t begin : {0u, 2u}) {
    worker.send(FrameType::kTask, task("map", kSource, begin, begin + 2), moments_options());
    worker.send(FrameType::kEnd);
    states.push_back(worker.rest().front());
  }
  worker.send(FrameType::kTask, {{"mode", "merge"}, {"pass", "test_moments"}}, moments_options());
  for (const auto& state : {states[1], states[0]})
    worker.send(FrameType::kState, json::parse(state.json), state.payload);
  worker.send(FrameType::kEnd);
  const auto frames = worker.rest();
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(json::parse(frames[0].json), (json{{"index", 0}, {"level", 2}}));
  auto expected = loaded(pass, states[0].payload);
  expected->merge(*loaded(pass, states[1].payload));
  EXPECT_EQ(frames[0].payload, expected->save());
}

TEST(Worker, ADoubledOrForeignStateIsRefused) {
  Served worker;
  worker.send(FrameType::kTask, task("map", kSource, 0, 1), moments_options());
  worker.send(FrameType::kEnd);
  const auto state = worker.rest().front();
  worker.send(FrameType::kTask, {{"mode", "merge"}, {"pass", "test_moments"}}, moments_options());
  worker.send(FrameType::kState, {{"index", 0}, {"level", 0}}, state.payload);
  worker.send(FrameType::kState, {{"index", 0}, {"level", 0}}, state.payload);
  worker.send(FrameType::kEnd);
  EXPECT_EQ(message(worker.rest().front()), "split 0 was computed twice");
  auto damaged = state.payload;
  damaged.back() ^= 1;
  worker.send(FrameType::kTask, {{"mode", "merge"}, {"pass", "test_moments"}}, moments_options());
  worker.send(FrameType::kState, {{"index", 0}, {"level", 0}}, damaged);
  worker.send(FrameType::kEnd);
  EXPECT_NE(message(worker.rest().front()).find("checksum"), std::string::npos);
}

TEST(Worker, TakesRowsPushedInBlocksOfAnySize) {
  const auto schema = GeneratedSource(kSource).schema();
  const auto push = [&](std::size_t block_rows) {
    Served worker;
    json document = {{"mode", "map"},
                     {"pass", "test_moments"},
                     {"splits", {{0, 0, 40000, -1}, {1, 40000, 90000, -1}}},
                     {"source", {{"name", "pushed"}, {"options", R"({"type":"pushed"})"}}},
                     {"pushed", {{"schema", json::parse(schema_to_json(*schema))}}}};
    worker.send(FrameType::kTask, document, moments_options());
    const GeneratedSource rows({{"type", "generated"}, {"rows", 90000}, {"splitRows", 90000}});
    std::vector<double> x;
    for (std::uint64_t i = 0; i < 90000; ++i) x.push_back(number(i));
    for (const auto& [split, begin, end] : {std::tuple{0, 0u, 40000u}, {1, 40000u, 90000u}})
      for (std::size_t at = begin; at < end; at += block_rows) {
        const auto count = std::min<std::size_t>(block_rows, end - at);
        const Chunk chunk{
            schema,
            {Column::own(Type::kFloat64,
                         std::vector<double>(x.begin() + static_cast<std::ptrdiff_t>(at),
                                             x.begin() + static_cast<std::ptrdiff_t>(at + count))),
             Column::own(Type::kInt64, std::vector<std::int64_t>(count))},
            count,
            {}};
        worker.send(FrameType::kBlock, {{"split", split}}, encode_block(chunk, *schema));
      }
    worker.send(FrameType::kEnd);
    auto frames = worker.rest();
    EXPECT_EQ(frames.size(), 2u);
    return frames.front().payload;
  };
  const auto whole = push(90000);
  EXPECT_EQ(push(1000), whole);
  EXPECT_EQ(push(32768), whole);
  EXPECT_EQ(push(12345), whole);
}

TEST(Worker, AnswersPushedBlocksOfATransformAndAsksForTheNext) {
  const auto schema = GeneratedSource(kSource).schema();
  Served worker;
  worker.receive();
  worker.send(
      FrameType::kTask,
      {{"mode", "transform"},
       {"splits", {{0, 0, 70000, -1}}},
       {"source",
        {{"name", "doubled"}, {"options", R"({"type":"doubled","source":{"type":"pushed"}})"}}},
       {"pushed", {{"schema", json::parse(schema_to_json(*schema))}}}});
  std::size_t out = 0;
  std::vector<FrameType> order;
  for (int block = 0; block < 3; ++block) {
    const Chunk chunk{schema,
                      {Column::own(Type::kFloat64, std::vector<double>(32768, 1.0)),
                       Column::own(Type::kInt64, std::vector<std::int64_t>(32768))},
                      32768,
                      {}};
    worker.send(FrameType::kBlock, {{"split", 0}, {"firstRow", block * 32768}},
                encode_block(chunk, *schema));
    for (;;) {
      const auto frame = worker.receive();
      if (frame.type == FrameType::kNext) break;
      if (frame.type == FrameType::kOut) out += decode_block(frame.payload, schema).rows;
    }
  }
  worker.send(FrameType::kEnd);
  worker.rest();
  EXPECT_EQ(out, 3 * 32768u - 100);
}

TEST(Worker, AHostThatWaitsToBeAskedHearsOfAnError) {
  auto document = task("transform", kSource, 0, 1);
  document["source"]["options"] = R"({"type": "nothing of the kind"})";
  Served worker;
  worker.receive();
  worker.send(FrameType::kTask, document);  // and nothing more until the worker asks
  EXPECT_EQ(worker.receive().type, FrameType::kError);
  worker.send(FrameType::kEnd);
  EXPECT_EQ(worker.receive().type, FrameType::kEnd);
}

TEST(Worker, AnErrorIsAValue) {
  auto source = kSource;
  source["fault"] = {{"split", 4}, {"what", "throw"}};
  Served worker;
  worker.send(FrameType::kTask, task("map", source, 0, 10), moments_options());
  worker.send(FrameType::kEnd);
  const auto frames = worker.rest();
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(
      json::parse(frames[0].json),
      (json{
          {"code", 3}, {"message", "split 4 is unreadable"}, {"retryable", false}, {"split", 4}}));
  // The next task is served as if nothing had been.
  worker.send(FrameType::kTask, task("map", kSource, 0, 1), moments_options());
  worker.send(FrameType::kEnd);
  EXPECT_EQ(worker.rest().front().type, FrameType::kState);
}

TEST(Worker, RefusesWhatItCannotDo) {
  const auto refusal = [](json document) {
    Served worker;
    worker.send(FrameType::kTask, document, moments_options());
    worker.send(FrameType::kEnd);
    const auto frames = worker.rest();
    EXPECT_EQ(frames[0].type, FrameType::kError);
    return message(frames[0]);
  };
  EXPECT_NE(refusal(task("exec", kSource, 0, 1)).find("'exec'"), std::string::npos);
  EXPECT_NE(refusal(task("dance", kSource, 0, 1)).find("unknown mode of a task: 'dance'"),
            std::string::npos);
  auto other = task("map", kSource, 0, 1);
  other["arithmetic"] = "abacus";
  EXPECT_NE(refusal(other).find("'abacus', this worker computes with '" + arithmetic()),
            std::string::npos);
  other = task("map", kSource, 0, 1);
  other["protocol"] = 99;
  EXPECT_NE(refusal(other).find("protocol 99"), std::string::npos);
  other = task("map", kSource, 0, 2);
  other["splits"] = {{1, 0, 1, -1}, {0, 0, 1, -1}};
  EXPECT_NE(refusal(other).find("not in order"), std::string::npos);
  EXPECT_NE(refusal({{"mode", "map"}}).find("cannot be read"), std::string::npos);
}

TEST(Worker, ReadsFilesThroughItsHost) {
  Served worker(false);
  const json source = {{"type", "numbers"}, {"file", "/somewhere/else"}};
  json document = task("map", kSource, 0, 0);
  document["source"] = {{"name", "numbers"}, {"options", source.dump()}};
  document["splits"] = {{0, 0, 10000, -1}};
  worker.send(FrameType::kTask, document, moments_options());
  worker.send(FrameType::kEnd);
  std::vector<double> x(10000, 0.5);
  const std::string bytes(reinterpret_cast<const char*>(x.data()), x.size() * 8);
  for (;;) {
    const auto frame = worker.receive();
    if (frame.type == FrameType::kEnd) break;
    if (frame.type != FrameType::kRead) continue;
    const auto question = json::parse(frame.json);
    EXPECT_EQ(question.at("file"), "/somewhere/else");
    if (question.at("what") == "size") {
      worker.send(FrameType::kData, {{"size", bytes.size()}});
    } else {
      const auto offset = question.at("offset").get<std::size_t>();
      worker.send(
          FrameType::kData, json::object(),
          std::string_view(bytes).substr(
              offset, std::min(question.at("length").get<std::size_t>(), std::size_t{1000})));
    }
  }
}

TEST(Worker, CancelStopsAtTheNextChunk) {
  auto source = kSource;
  source["microseconds"] = 20000;
  Served worker;
  worker.send(FrameType::kTask, task("map", source, 0, 10), moments_options());
  worker.send(FrameType::kEnd);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  worker.send(FrameType::kCancel);
  const auto frames = worker.rest();
  EXPECT_EQ(json::parse(frames.front().json).at("code"), static_cast<int>(ErrorCode::kCancelled));
}

TEST(Worker, AHostThatDoesNotKeepToTheProtocolIsLeft) {
  {
    Served worker;
    worker.receive();
    worker.send_raw("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_EQ(message(worker.receive()), "bytes that are not a frame arrived");
    EXPECT_EQ(worker.hang_up(), 1);
  }
  Served worker;
  worker.receive();
  worker.send(FrameType::kHello);
  EXPECT_NE(message(worker.receive()).find("HELLO frame came where TASK was expected"),
            std::string::npos);
  EXPECT_EQ(worker.hang_up(), 1);
}

TEST(Worker, AHostThatVanishesInMidTaskEndsIt) {
  auto source = kSource;
  source["microseconds"] = 5000;
  Served worker;
  worker.send(FrameType::kTask, task("map", source, 0, 10), moments_options());
  worker.receive();
  EXPECT_EQ(worker.hang_up(), 0);
}

TEST(Worker, DamagedFramesNeverDoHarm) {
  std::mt19937 random(3);
  const auto good =
      encode_frame(FrameType::kTask, 1, task("map", kSource, 0, 2).dump(), moments_options()) +
      encode_frame(FrameType::kEnd, 1, "{}");
  for (int round = 0; round < 200; ++round) {
    auto bytes = good;
    for (int flips = 0; flips < 1 + round % 3; ++flips)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    Served worker;
    worker.send_raw(bytes);
    EXPECT_LE(worker.hang_up(), 1);
  }
}

}  // namespace
}  // namespace insitu::testing
