#include "contexts/local_parallel.hpp"

#include <utility>

namespace insitu {

namespace {

ProcessesOptions of_threads(ProcessesOptions options, const LocalContext& local) {
  options.workers = local.threads();
  return options;
}

}  // namespace

LocalParallelContext::LocalParallelContext(int threads, ProcessesOptions workers,
                                           const std::string& name)
    : local_(threads, name),
      runs_tasks_(!workers.command.empty()),
      workers_(of_threads(std::move(workers), local_), name) {}

}  // namespace insitu
