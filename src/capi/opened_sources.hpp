#pragma once
// Who hears of each source that a key of a request names, on the thread that makes the call, until
// its end: records of execution, and explanations, which put another source in its place.
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>

#include "data/source.hpp"

namespace insitu {

class OpenedSources {
 public:
  using SourcePtr = std::shared_ptr<const DataSource>;
  using Opened = std::function<SourcePtr(SourcePtr, const char* key, const nlohmann::json&)>;

  /// `explains`: the call is explained, and changes nothing (capi/explain.hpp).
  OpenedSources(Opened opened, bool explains);
  ~OpenedSources();
  OpenedSources(const OpenedSources&) = delete;
  OpenedSources& operator=(const OpenedSources&) = delete;

  /// What stands for the source in this call; itself where nobody listens.
  static SourcePtr heard(SourcePtr, const char* key, const nlohmann::json& descriptor);
  /// Whether the call of this thread is explained only.
  static bool explained();

 private:
  Opened opened_;
  bool explains_;
  OpenedSources* outer_;
};

}  // namespace insitu
