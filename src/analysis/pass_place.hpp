#pragma once
// Where a pass is computed, told by contexts that have several places for it: explanations tell it
// before a call runs, records of execution afterwards (contexts/execution_record.hpp).
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analysis/pass.hpp"
#include "base/control.hpp"

namespace insitu {

struct PassPlace {
  std::string tier;    ///< "database", "extension", "stream"; of rows to write "tasks", "session"
  std::string reason;  ///< why not one that comes before
  std::vector<std::string> statements;
  std::int64_t rows = -1, bytes = -1;  ///< that left the platform as answers; -1: rows were read
};

/// Of rows whose files tasks write.
inline PassPlace written_by_tasks() { return {.tier = "tasks", .reason = {}, .statements = {}}; }
/// Of rows that this process writes, though tasks of the context might.
inline PassPlace written_here(std::string reason) {
  return {.tier = "session", .reason = std::move(reason), .statements = {}};
}

/// What a compute context is besides, if it has several places.
class TellsPlaces {
 public:
  virtual ~TellsPlaces() = default;
  /// Where the pass would run. Throws Unsupported where it cannot, InvalidArgument for data that
  /// are not the platform's.
  virtual PassPlace planned(const Pass&, const DataSource&, RunControl&) = 0;
  /// Where rows would be read; `columns` written to the target of that recipe ("": to no target of
  /// the platform).
  virtual PassPlace planned_rows(const DataSource&, const std::vector<std::string>& columns,
                                 const Recipe& target, RunControl&) = 0;
  /// Of the pass that ended last; nothing: none has.
  virtual std::optional<PassPlace> last_place() const = 0;
};

}  // namespace insitu
