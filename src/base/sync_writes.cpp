#include "base/sync_writes.hpp"

#include <cstdlib>
#include <string_view>

namespace insitu {

namespace {

bool& wanted_here() {
  thread_local bool wanted = [] {
    const char* text = std::getenv("INSITU_SYNC_WRITES");
    return !text || (std::string_view(text) != "0" && std::string_view(text) != "false");
  }();
  return wanted;
}

}  // namespace

bool sync_writes() { return wanted_here(); }

SyncWrites::SyncWrites(bool wanted) : before_(wanted_here()) { wanted_here() = wanted; }

SyncWrites::~SyncWrites() { wanted_here() = before_; }

}  // namespace insitu
