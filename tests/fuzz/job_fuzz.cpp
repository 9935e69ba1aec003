// Any bytes as one file of a job's folder, the others whole: what is known of the job and its
// result are read in full or refused. The first byte of an input says which file it is.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "capi/saved_reply.hpp"
#include "data/arrow.hpp"
#include "fuzz_main.hpp"
#include "jobs/job_store.hpp"

namespace insitu {
namespace {

namespace fs = std::filesystem;

/// Sealed ones come twice: as they lie in the folder, and sealed here, so that what is behind the
/// checksum is reached.
constexpr const char* kFiles[] = {
    "job.json",          "state.json",          "request.json",
    "frame-0.rows",      "result/reply.json",   "result/warnings.json",
    "result/arrays.bin", "result/frame-0.rows", "result/arrays.bin",
    "call.bin",          "result/value.bin"};
constexpr std::size_t kSealedHere = 8;

struct Folder {
  Folder() {
    // In memory where there is such a folder: each input is a file.
    const auto place =
        fs::is_directory("/dev/shm") ? fs::path("/dev/shm") : fs::temp_directory_path();
    std::string pattern = place / "insitu-job-fuzz-XXXXXX";
    root = ::mkdtemp(pattern.data());
    const auto x = Column::own(Type::kFloat64, std::vector<double>{1, 2.5});
    const auto schema = std::make_shared<const Schema>(std::vector<Field>{{.name = "x"}});
    const auto rows = [&](ArrowArrayStream* out) {
      export_stream(
          schema,
          [chunk = std::make_shared<std::optional<Chunk>>(Chunk{schema, {x}, 2, {}})] {
            return std::exchange(*chunk, std::nullopt);
          },
          out);
    };
    Descriptor lock;
    ArrowArrayStream stream{};
    rows(&stream);
    std::vector<ArrowArrayStream*> streams = {&stream};
    const auto job = JobStore(root).add(
        {{"op", "summary"},
         {"function", "rxSummary"},
         {"face", "r"},
         {"label", "call"},
         {"version", "0"},
         {"context", nlohmann::json::object()},
         {"autoCleanup", true},
         {"consoleOutput", false}},
        [&](const PrivateFolder& folder) {
          save_request(folder, {{"op", "summary"}, {"formula", "~x"}}, streams);
          save_call(folder, "a call");
        },
        lock);
    Reply reply;
    reply.document = R"({"class":"a","b":{"$array":0,"rows":"c"},"c":["d"],"frame":{"$frame":0}})";
    reply.arrays.push_back({{2, 1}, {1, 2}});
    reply.frames.emplace_back();
    rows(&reply.frames.back());
    const Bytes value = "a value";
    save_reply(job.folder(), reply, {"a warning"}, &value);
    job.set_state(JobStatus::kFinished);
    id = job.id();
    for (const auto* name : kFiles) {
      std::ifstream file(path(name), std::ios::binary);
      whole[name] = std::string(std::istreambuf_iterator<char>(file), {});
    }
  }
  ~Folder() {
    std::error_code error;
    fs::remove_all(root, error);
  }
  std::string path(const std::string& name) const { return root + "/" + id + "/" + name; }
  void put(const std::string& name, std::string_view bytes) const {
    std::ofstream(path(name), std::ios::binary) << bytes;
  }

  std::string root, id;
  std::map<std::string, std::string> whole;
};

const Folder& folder() {
  static const Folder kFolder;
  return kFolder;
}

void read_frames(std::vector<ArrowArrayStream>& frames) {
  for (auto& frame : frames) {
    try {
      (void)import_stream(&frame);
    } catch (const Error&) {
    }
    if (frame.release) frame.release(&frame);
  }
}

}  // namespace

FuzzCorpus fuzz_corpus() {
  FuzzCorpus corpus;
  for (std::size_t which = 0; which < std::size(kFiles); ++which) {
    const auto& bytes = folder().whole.at(kFiles[which]);
    corpus.seeds.push_back(
        static_cast<char>(which) +
        (which == kSealedHere ? std::string(unseal("job arrays", bytes)) : bytes));
  }
  corpus.tokens = {"\"status\":",  "\"running\"", "\"format\": 1", "{\"$array\":",
                   "{\"$frame\":", "[[[[",        "1e308"};
  return corpus;
}

}  // namespace insitu

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace insitu;
  if (size == 0) return 0;
  const std::size_t which = data[0] % std::size(kFiles);
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  folder().put(kFiles[which], which == kSealedHere ? seal("job arrays", bytes) : Bytes(bytes));
  const JobStore store(folder().root);
  (void)store.list();
  const auto job = store.find(folder().id);
  try {
    SavedRequest request;
    load_request(job->folder(), request);
    for (auto& stream : request.streams) (void)import_stream(&stream);
  } catch (const Error&) {
  }
  Reply reply;
  try {
    std::vector<std::string> warnings;
    (void)load_reply(job->folder(), reply, warnings).dump();
  } catch (const Error&) {
  }
  read_frames(reply.frames);
  // These are handed to a language as they are: whole, or not at all.
  try {
    if (load_call(job->folder()) != "a call") std::abort();
    if (load_value(job->folder()).value_or("a value") != "a value") std::abort();
  } catch (const Error&) {
  }
  folder().put(kFiles[which], folder().whole.at(kFiles[which]));
  return 0;
}
