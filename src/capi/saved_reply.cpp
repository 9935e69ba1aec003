#include "capi/saved_reply.hpp"

#include <utility>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "capi/reply_parts.hpp"
#include "data/arrow.hpp"
#include "jobs/job.hpp"
#include "jobs/saved_rows.hpp"
#include "methods/options.hpp"

namespace insitu {

using nlohmann::json;
using nlohmann::ordered_json;

namespace {

constexpr const char* kDocument = "reply.json";
constexpr const char* kArrays = "arrays.bin";
constexpr const char* kWarnings = "warnings.json";
constexpr const char* kKindOfArrays = "job arrays";
constexpr const char* kValue = "value.bin";
constexpr const char* kKindOfValue = "job value";
constexpr const char* kKindOfCall = "job call";
/// Of what a language keeps in its own form.
constexpr std::uint64_t kMostOfBytes = std::uint64_t{1} << 40;
constexpr std::uint64_t kMostOfDocument = std::uint64_t{4} << 30;
constexpr std::uint64_t kMostOfWarnings = 64 << 20;
constexpr std::size_t kMostFrames = 100'000;

std::string frame_name(std::size_t k) { return "frame-" + std::to_string(k) + ".rows"; }

void put(const PrivateFolder& folder, const std::string& name, std::string_view bytes) {
  const Descriptor file(folder.create(name));
  write_all(file.get(), bytes, folder.path() + "/" + name);
}

std::string require(const PrivateFolder& folder, const std::string& name, std::uint64_t most) {
  auto bytes = folder.read(name, most);
  if (!bytes) throw DataError("a file of the job is missing: " + folder.path() + "/" + name);
  return std::move(*bytes);
}

void save_frame(const PrivateFolder& folder, std::size_t k, ArrowArrayStream* stream) {
  const auto [schema, chunks] = import_stream(stream);
  save_rows(folder, frame_name(k), *schema, chunks);
}

void load_frames(const PrivateFolder& folder, std::vector<ArrowArrayStream>& streams) {
  for (std::size_t k = 0; k < kMostFrames && folder.has(frame_name(k)); ++k) {
    ArrowArrayStream stream{};
    stream_rows(folder, frame_name(k), &stream);
    streams.push_back(stream);
  }
}

}  // namespace

SavedRequest::~SavedRequest() {
  for (auto& stream : streams)
    if (stream.release) stream.release(&stream);
}

void save_request(const PrivateFolder& folder, const json& document,
                  std::vector<ArrowArrayStream*>& streams) {
  for (std::size_t k = 0; k < streams.size(); ++k) save_frame(folder, k, streams[k]);
  put(folder, Job::kRequest, document_text(document));
}

void load_request(const PrivateFolder& folder, SavedRequest& into) {
  into.document = require(folder, Job::kRequest, kMostOfDocument);
  load_frames(folder, into.streams);
}

void save_reply(const PrivateFolder& job, Reply& reply, const std::vector<std::string>& warnings,
                const Bytes* value) {
  constexpr const char* kNew = "result.new";
  if (job.has(kNew)) job.remove(kNew);
  try {
    const auto folder = job.make_folder(kNew);
    put(folder, kArrays, save_arrays(reply, kKindOfArrays));
    for (std::size_t k = 0; k < reply.frames.size(); ++k) save_frame(folder, k, &reply.frames[k]);
    if (value) put(folder, kValue, seal(kKindOfValue, *value));
    put(folder, kDocument, reply.document);
    put(folder, kWarnings, document_text(json(warnings)));
  } catch (...) {
    // On a full disk half a result leaves no room to say so.
    try {
      job.remove(kNew);
    } catch (const Error&) {  // what failed first is told
    }
    throw;
  }
  if (!job.rename(kNew, Job::kResult))
    throw DataError("the job has a result already: " + job.path());
}

ordered_json load_reply(const PrivateFolder& job, Reply& reply,
                        std::vector<std::string>& warnings) {
  const auto folder = job.folder(Job::kResult);
  if (!folder) throw DataError("the job has no result: " + job.path());
  const auto what = "the result of the job (" + folder->path() + ")";
  load_arrays(require(*folder, kArrays, kMostOfDocument), kKindOfArrays, what, reply);
  load_frames(*folder, reply.frames);
  auto document = checked_document(require(*folder, kDocument, kMostOfDocument), what, reply);
  const auto told = checked_document(require(*folder, kWarnings, kMostOfWarnings), what, reply);
  bool sound = document.is_object() && told.is_array();
  for (const auto& warning : told) {
    sound = sound && warning.is_string();
    if (sound) warnings.push_back(warning.get<std::string>());
  }
  if (!sound) throw DataError(what + " is damaged");
  return document;
}

std::optional<Bytes> load_value(const PrivateFolder& job) {
  const auto folder = job.folder(Job::kResult);
  auto sealed = folder ? folder->read(kValue, kMostOfBytes) : std::nullopt;
  if (!sealed) return std::nullopt;
  return Bytes(unseal(kKindOfValue, *sealed));
}

void save_call(const PrivateFolder& job, const Bytes& call) {
  put(job, Job::kCall, seal(kKindOfCall, call));
}

Bytes load_call(const PrivateFolder& job) {
  return Bytes(unseal(kKindOfCall, require(job, Job::kCall, kMostOfBytes)));
}

}  // namespace insitu
