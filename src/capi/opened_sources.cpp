#include "capi/opened_sources.hpp"

#include <utility>

namespace insitu {

namespace {

thread_local OpenedSources* current = nullptr;

}  // namespace

OpenedSources::OpenedSources(Opened opened, bool explains)
    : opened_(std::move(opened)), explains_(explains), outer_(std::exchange(current, this)) {}

OpenedSources::~OpenedSources() { current = outer_; }

OpenedSources::SourcePtr OpenedSources::heard(SourcePtr source, const char* key,
                                              const nlohmann::json& descriptor) {
  return current ? current->opened_(std::move(source), key, descriptor) : source;
}

bool OpenedSources::explained() { return current && current->explains_; }

}  // namespace insitu
