// Any bytes as what a host sends: the worker does its task, refuses it, or leaves; it never comes
// to harm.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <nlohmann/json.hpp>
#include <thread>

#include "algorithms/lin_mod.hpp"
#include "base/error.hpp"
#include "capi/make_source.hpp"
#include "contexts/block.hpp"
#include "contexts/host_connection.hpp"
#include "contexts/remote_files.hpp"
#include "contexts/worker.hpp"
#include "data/frame_source.hpp"
#include "data/schema_json.hpp"
#include "fuzz_main.hpp"
#include "methods/methods.hpp"
#include "sources/registry.hpp"

namespace insitu {
namespace {

using nlohmann::json;

/// A worker that knows everything but files of this machine.
WorkerParts parts() {
  return {.make_pass = make_pass,
          .make_source =
              [](const Recipe& recipe, const WorkerInputs& inputs) {
                SourceMaker maker(stored_formats(), {.files = inputs.files});
                maker.set_pushed(inputs.pushed);
                const auto document = json::parse(recipe.options, nullptr, false);
                if (document.is_discarded())
                  throw DataError("the recipe of a source is no JSON document");
                return maker.make(document);
              },
          // Values are the bytes of the arguments, one task after the other.
          .exec =
              [](const ExecBatch& batch, const ExecReport& report) {
                if (batch.shared && batch.shared->starts_with("bad"))
                  throw UserCodeError("a function cannot be loaded");
                report.loaded();
                const auto most = std::min<std::uint64_t>(batch.count, 1000);
                if (batch.each)
                  for (std::uint64_t i = 0; i < most; ++i) report.values(1, {}, batch.arguments);
                else
                  report.values(most, {batch.first}, batch.arguments);
              }};
}

class OneFile final : public FileSystem {
 public:
  std::shared_ptr<RandomAccessFile> open(const std::string&) const override {
    struct File final : RandomAccessFile {
      std::string_view bytes = "y,x,f\n1,2,a\n3,5,b\n2,,a\n4,1,b\n5,3,a\n7,8,b\n";
      std::uint64_t size() const override { return bytes.size(); }
      std::size_t read_at(std::uint64_t offset, std::span<char> out) const override {
        if (offset >= bytes.size()) return 0;
        const auto part = bytes.substr(offset, out.size());
        std::memcpy(out.data(), part.data(), part.size());
        return part.size();
      }
    };
    return std::make_shared<File>();
  }
  bool exists(const std::string&) const override { return true; }
  bool is_directory(const std::string&) const override { return false; }
  std::vector<std::string> list(const std::string&) const override { return {}; }
};

/// Holds a conversation with a worker and returns what the host said.
Bytes conversation(const json& task, const Bytes& payload, const std::vector<Bytes>& more) {
  int line[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM, 0, line) != 0) throw std::runtime_error("socketpair");
  std::thread worker([&] {
    serve(line[1], line[1], parts());
    ::shutdown(line[1], SHUT_RDWR);
  });
  Bytes said;
  const auto say = [&](const Bytes& frame) {
    said += frame;
    for (std::size_t at = 0; at < frame.size();) {
      const auto count = ::write(line[0], frame.data() + at, frame.size() - at);
      if (count <= 0) throw std::runtime_error("write");
      at += static_cast<std::size_t>(count);
    }
  };
  say(encode_frame(FrameType::kTask, 1, task.dump(), payload));
  for (const auto& frame : more) say(frame);
  say(encode_frame(FrameType::kEnd, 1, "{}"));
  ReadServer files(std::make_shared<const OneFile>());
  HostConnection host(line[0], line[0]);
  std::string failure;
  for (;;) {
    const auto frame = host.receive();
    if (frame.type == FrameType::kRead) {
      const auto [document, bytes] = files.answer(frame.json);
      say(encode_frame(FrameType::kData, 1, document, bytes));
    }
    if (frame.type == FrameType::kError) failure = frame.json;
    if (frame.type == FrameType::kEnd) break;
  }
  ::shutdown(line[0], SHUT_WR);
  worker.join();
  ::close(line[0]), ::close(line[1]);
  if (!failure.empty()) throw std::runtime_error("a seed is refused by the worker: " + failure);
  return said;
}

SchemaPtr schema() {
  return std::make_shared<const Schema>(
      std::vector<Field>{{.name = "y"},
                         {.name = "x"},
                         {.name = "f", .type = Type::kFactor, .levels = make_levels({"a", "b"})}});
}

Chunk some_rows() {
  return {schema(),
          {Column::own<double>(Type::kFloat64, {1, 3, 2, 4, 5, 7}),
           Column::own<double>(Type::kFloat64, {2, 5, NAN, 1, 3, 8}),
           Column::own<std::int32_t>(Type::kFactor, {0, 1, 0, 1, 0, 1}, (*schema())[2].levels)},
          6,
          {.source_rows = 6}};
}

}  // namespace

FuzzCorpus fuzz_corpus() {
  LinMod model;
  model.frame = insitu::bind(parse_formula("y ~ x + f"), *schema());
  const PassOf<LinMod> pass(model);
  const auto options = seal(LinMod::name, pass.recipe().options);
  json task = {{"mode", "map"},
               {"pass", "lin_mod"},
               {"splits", {{0, 0, 6, 6}}},
               {"source", {{"name", "pushed"}, {"options", R"({"type":"pushed"})"}}},
               {"pushed", {{"schema", json::parse(schema_to_json(*schema()))}}}};
  const auto block =
      encode_frame(FrameType::kBlock, 1, R"({"split":0})", encode_block(some_rows(), *schema()));
  FuzzCorpus corpus;
  corpus.seeds.push_back(conversation(task, options, {block}));
  task["mode"] = "transform";
  corpus.seeds.push_back(conversation(task, "", {block}));
  auto state = pass.start();
  state->accumulate(some_rows());
  corpus.seeds.push_back(conversation(
      {{"mode", "merge"}, {"pass", "lin_mod"}}, options,
      {encode_frame(FrameType::kState, 1, R"({"index":0,"level":0})", state->save()),
       encode_frame(FrameType::kState, 1, R"({"index":1,"level":0})", state->save())}));
  const json text = {{"type", "RxTextData"},
                     {"file", "/rows.csv"},
                     {"colInfo",
                      {{"y", {{"type", "numeric"}}},
                       {"x", {{"type", "numeric"}}},
                       {"f", {{"type", "factor"}, {"levels", {"a", "b"}}}}}}};
  corpus.seeds.push_back(
      conversation({{"mode", "map"},
                    {"pass", "lin_mod"},
                    {"splits", {{0, 6, 41, -1}}},
                    {"source", {{"name", "RxTextData"}, {"options", text.dump()}}}},
                   options, {}));
  json exec = {{"mode", "exec"}, {"first", 0},  {"count", 3},
               {"shared", 4},    {"worker", 1}, {"threads", 2}};
  corpus.seeds.push_back(conversation(exec, "codearguments", {}));
  exec["each"] = true;
  corpus.seeds.push_back(conversation(exec, "codearguments", {}));
  corpus.tokens = {"RXF1",
                   "\"mode\":\"exec\"",
                   "\"shared\":99999999999",
                   "\"count\":0",
                   "\"mode\":\"map\"",
                   "\"splits\":[[0,0,6,6]]",
                   "\"asked\":true",
                   "\"files\":\"own\"",
                   "{\"error\":\"gone\"}",
                   "\"sameSource\":true",
                   "[[1,6,12,-1],[2,12,18,-1]]",
                   "\"size\":9000000000"};
  return corpus;
}

}  // namespace insitu

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // A file as the line: it ends where the bytes end.
  static const int in = ::memfd_create("host", MFD_CLOEXEC),
                   out = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (::ftruncate(in, 0) != 0 || ::pwrite(in, data, size, 0) != static_cast<ssize_t>(size))
    return 0;
  ::lseek(in, 0, SEEK_SET);
  static const auto kParts = insitu::parts();
  insitu::serve(in, out, kParts);
  return 0;
}
