#pragma once
// The operation "explain": what a request will do, before it does it (docs/explain.md). The request
// goes its usual way, through the same checks, sources and pipelines, to the first pass over all
// rows; a context that records passes instead of making them ends it there. What follows is what
// the method says of its passes (Method::planned).
#include <deque>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/compute_context.hpp"
#include "base/file_versions.hpp"
#include "capi/call.hpp"
#include "contexts/execution_record.hpp"

namespace insitu {

/// Thrown where an explained request would begin to read; never leaves the border.
struct Explained {};

/// What the context of an explanation is besides: for work that is done elsewhere than in a pass of
/// its own.
class NotesPlaces {
 public:
  virtual ~NotesPlaces() = default;
  /// All that is left of the call is done there; throws Explained.
  [[noreturn]] virtual void ends_with(PassRecord) = 0;
  /// Of the pass that comes, unless the context says more of it.
  virtual void comes(PassPlace) = 0;
};

class Explanation {
 public:
  /// `asked`: the whole request "explain". Throws InvalidArgument unless it holds a request that
  /// can be explained.
  explicit Explanation(const nlohmann::json& asked);
  ~Explanation();
  Explanation(const Explanation&) = delete;
  Explanation& operator=(const Explanation&) = delete;

  /// The request that is explained.
  const nlohmann::json& request() const { return request_; }

  /// The context that the request would have, with one in its place that records; it outlives this
  /// object's use of it.
  ComputeContext& in_place_of(ComputeContext&);
  /// The files of a platform that is not asked before the call runs.
  std::shared_ptr<const FileSystem> files_of_platform() const;
  /// A source that the request names, with one in its place that notes what is asked of it.
  SourcePtr opened(SourcePtr, const char* key, const nlohmann::json& descriptor,
                   const FileVersions&);
  /// Where the call would survey its data (data/survey.hpp).
  [[noreturn]] void survey();
  /// What the run would refuse, in its words.
  void lacks(std::string sentence);
  void warns(std::string text) { warnings_.push_back(std::move(text)); }
  /// Levels that stand in for those of the data are in use: errors may be theirs.
  bool invented() const;

  /// The call has come to its end: it makes no more passes than it was seen to ask for.
  void ended() { ended_ = true; }
  /// Whether the request goes its way at all: tasks and moments need no rows.
  bool goes_its_way() const;
  /// What the call lacks and holds beside its rows.
  void look_at(const Call&);
  /// The reply, with its printed form.
  nlohmann::ordered_json reply() const;

 private:
  class Context;
  nlohmann::json asked_, request_;
  std::unique_ptr<Context> context_;
  bool ended_ = false;
  std::vector<std::string> missing_, warnings_;
  nlohmann::ordered_json aside_;  // what of the call is no pass
};

/// What is known of a source when it has been opened; `versions`: of the files of it and of those
/// `before` it. `counts`: its rows are counted where that is not known without looking.
SourceRecord source_record(const DataSource&, const char* key, const nlohmann::json& descriptor,
                           const FileVersions&, const std::deque<SourceRecord>& before,
                           bool counts);

/// The operations that can be explained, and whose replies may say how they were executed.
bool is_explained(const std::string& op);

}  // namespace insitu
