#include "capi/saved_reply.hpp"

#include <utility>

#include "base/bytes.hpp"
#include "base/error.hpp"
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

struct SavedArray {
  std::vector<std::uint64_t> shape;
  std::vector<double> values;
  static constexpr auto fields = std::tuple{&SavedArray::shape, &SavedArray::values};
};

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

/// At most as deep as requests may be, in its own order.
ordered_json parsed(const std::string& text, const PrivateFolder& folder) {
  try {
    (void)parse_document(text);
    return ordered_json::parse(text);
  } catch (const std::exception&) {
    throw DataError("the result of the job is damaged: " + folder.path());
  }
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

/// A position that the reply does not have would be read beyond its end by a face.
void check_positions(const ordered_json& value, const Reply& reply) {
  const auto check = [&](const char* key, std::size_t count) {
    const auto found = value.find(key);
    if (found == value.end()) return;
    if (!found->is_number_unsigned() || found->get<std::uint64_t>() >= count)
      throw DataError("the result of the job is damaged: it has no " + std::string(key) + " " +
                      found->dump(-1, ' ', false, ordered_json::error_handler_t::replace));
  };
  if (value.is_object()) check("$array", reply.arrays.size()), check("$frame", reply.frames.size());
  if (value.is_structured())
    for (const auto& each : value) check_positions(each, reply);
}

NumericArray checked_array(SavedArray& saved) {
  NumericArray array{{saved.shape.begin(), saved.shape.end()}, std::move(saved.values)};
  bool fits = !array.shape.empty() && array.shape.size() <= 2;
  std::size_t left = array.values.size();
  if (fits && array.shape.size() == 2 && array.shape[0] != 0 && array.shape[1] != 0)
    fits = left % array.shape[0] == 0 && left / array.shape[0] == array.shape[1];
  else if (fits)
    fits = array.shape.size() == 1 ? left == array.shape[0] : left == 0;
  if (!fits) throw DataError("the result of the job is damaged: the shape of an array");
  return array;
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
  const auto folder = job.make_folder(kNew);
  std::vector<SavedArray> arrays;
  for (auto& array : reply.arrays)
    arrays.push_back({{array.shape.begin(), array.shape.end()}, std::move(array.values)});
  put(folder, kArrays, seal(kKindOfArrays, save(arrays)));
  for (std::size_t k = 0; k < reply.frames.size(); ++k) save_frame(folder, k, &reply.frames[k]);
  if (value) put(folder, kValue, seal(kKindOfValue, *value));
  put(folder, kDocument, reply.document);
  put(folder, kWarnings, document_text(json(warnings)));
  if (!job.rename(kNew, Job::kResult))
    throw DataError("the job has a result already: " + job.path());
}

ordered_json load_reply(const PrivateFolder& job, Reply& reply,
                        std::vector<std::string>& warnings) {
  const auto folder = job.folder(Job::kResult);
  if (!folder) throw DataError("the job has no result: " + job.path());
  const auto sealed = require(*folder, kArrays, kMostOfDocument);
  auto arrays = load<std::vector<SavedArray>>(unseal(kKindOfArrays, sealed));
  for (auto& array : arrays) reply.arrays.push_back(checked_array(array));
  load_frames(*folder, reply.frames);
  auto document = parsed(require(*folder, kDocument, kMostOfDocument), *folder);
  check_positions(document, reply);
  const auto told = parsed(require(*folder, kWarnings, kMostOfWarnings), *folder);
  bool sound = document.is_object() && told.is_array();
  for (const auto& warning : told) {
    sound = sound && warning.is_string();
    if (sound) warnings.push_back(warning.get<std::string>());
  }
  if (!sound) throw DataError("the result of the job is damaged: " + folder->path());
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
