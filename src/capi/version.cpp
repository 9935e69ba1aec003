// Apart from the facade, so that insitu-worker, which tells its version, does not link what it
// never runs.
#include "capi/facade.hpp"

namespace insitu {

std::string version() { return INSITU_VERSION; }

}  // namespace insitu
