#pragma once
// A request and its reply in the folder of a job (docs/jobs.md), bytes exact: the document as it
// is, arrays as they lie in memory, data frames as files that are read block by block.
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "capi/facade.hpp"
#include "jobs/private_folder.hpp"

namespace insitu {

/// Takes the streams over. Throws DataError where the folder cannot be written.
void save_request(const PrivateFolder&, const nlohmann::json& document,
                  std::vector<ArrowArrayStream*>& streams);

/// The document as text, and the streams of its data frames, which whoever gets them releases.
struct SavedRequest {
  SavedRequest() = default;
  ~SavedRequest();
  SavedRequest(const SavedRequest&) = delete;
  SavedRequest& operator=(const SavedRequest&) = delete;

  std::string document;
  std::vector<ArrowArrayStream> streams;
};

/// Throws DataError for what is missing or not well formed.
void load_request(const PrivateFolder&, SavedRequest& into);

/// Frames of the reply are used up. `warnings`: what the call has warned of. `value`: of a call of
/// a language, in its own form.
void save_reply(const PrivateFolder&, Reply&, const std::vector<std::string>& warnings,
                const Bytes* value = nullptr);

/// Adds arrays and frames to `reply`, which has none, and returns its document, whose positions are
/// checked. Throws DataError for what is missing or not well formed.
nlohmann::ordered_json load_reply(const PrivateFolder&, Reply& reply,
                                  std::vector<std::string>& warnings);

/// The value of a call of a language; nothing: the job has none. Throws DataError when damaged.
std::optional<Bytes> load_value(const PrivateFolder&);

/// A call of a language, in its own form.
void save_call(const PrivateFolder&, const Bytes& call);
/// Throws DataError when it is missing or damaged.
Bytes load_call(const PrivateFolder&);

}  // namespace insitu
