#pragma once
// Tasks that write: a compute context whose tasks reach the place of a target may let each of them
// write files of it. Rows then do not pass through the process of the caller.
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "analysis/compute_context.hpp"
#include "base/bytes.hpp"
#include "base/control.hpp"
#include "data/part_set.hpp"
#include "data/sink.hpp"
#include "data/source.hpp"

namespace insitu {

/// Neighbouring files, and the splits whose rows they hold.
struct PartTask {
  std::vector<Split> splits;
  std::int64_t skip = 0;  ///< rows at the begin of the first split that belong to another task
  std::vector<PartPlan> parts;
};

struct PartJob {
  Recipe target;                 ///< type of the format, and its descriptor
  bool replaces_folder = false;  ///< there is a folder at the place of the target
  SchemaPtr schema;              ///< of what is written: names, types, all levels
  SinkOptions sink;
  std::vector<std::string> columns;  ///< of the source, in the order of `schema`
  std::string root;                  ///< a folder of the two below, which goes where tasks fail
  std::string folder;                ///< where files come to lie that are whole
  std::string unfinished;            ///< where attempts write
  std::vector<PartTask> tasks;
};

class PartRunner {
 public:
  virtual ~PartRunner() = default;
  /// Whether tasks, as they would run now, write to files below this path, which is absolute.
  virtual bool writes_at(const std::string& path, RunControl&) = 0;
  /// The same, as far as it can be told before anything is started.
  virtual bool may_write_at(const std::string& path) const = 0;
  /// How many tasks may run at once.
  virtual std::size_t parallelism(RunControl&) = 0;
  /// Writes all files. Of each `done` is told its name, how long it is and what its writer
  /// returned, in any order. What failed attempts have left may lie in `unfinished`. Throws what
  /// the task of the first split threw.
  virtual void write_parts(
      const DataSource&, const PartJob&,
      const std::function<void(const std::string& name, std::uint64_t bytes, Bytes&& report)>& done,
      RunControl&) = 0;

  // For those who keep a record, or explain.
  /// Rows of the source will be written by tasks; `counted`: after a pass has counted them.
  virtual void will_write(const DataSource&, const std::vector<std::string>& columns,
                          bool counted) {
    (void)columns, (void)counted;
  }
  /// They will be written by this process instead. `reason`: why, as part of a sentence.
  virtual void will_not_write(const std::string& reason) { (void)reason; }
};

/// What a compute context is besides, if its tasks may write.
class OffersParts {
 public:
  virtual ~OffersParts() = default;
  /// Null: they do not, as it is described.
  virtual PartRunner* part_runner() = 0;
};

/// Null: files are written by the caller's process.
inline PartRunner* part_runner_of(ComputeContext& context) {
  auto* offers = dynamic_cast<OffersParts*>(&context);
  return offers ? offers->part_runner() : nullptr;
}

}  // namespace insitu
