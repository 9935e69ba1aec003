#pragma once
// What a call does and where: told before it runs (capi/explain.hpp) and measured while it runs
// (contexts/measured_context.hpp), in one form, so that the two can be compared.
#include <cstdint>
#include <deque>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "analysis/pass_place.hpp"
#include "analysis/workforce.hpp"

namespace insitu {

/// One reading of all rows, or several of one kind that follow each other.
struct PassRecord {
  std::string pass;          ///< name of the analysis; "rows": all rows in their order; "survey"
  std::string what;          ///< what it does, in words
  std::int64_t least = 1;    ///< how many there will be at least ...
  std::int64_t most = 1;     ///< ... and at most; -1: nothing bounds it
  std::string until;         ///< what ends passes whose number only the data tell
  std::int64_t splits = -1;  ///< pieces that the rows come in; -1: not known
  std::int64_t rows = -1;    ///< of the source; read ones where measured; -1: not known
  std::optional<std::vector<std::string>> columns = {};  ///< of the rows that it gets
  bool calling_thread = false;    ///< in order on the thread of the caller, for a user's function
  std::optional<double> seconds;  ///< measured
  std::optional<PassPlace> place = {};  ///< where there are several
};

/// Data that the call reads.
struct SourceRecord {
  std::string key;   ///< the argument: "data"
  std::string type;  ///< "RxXdfData", "frame"
  std::string name;  ///< path, or how the caller calls it
  std::int64_t rows = -1, variables = -1, splits = -1;
  std::int64_t bytes = -1;    ///< of its files; -1: it has none here
  std::int64_t to_read = -1;  ///< bytes that one pass reads of them, where their format tells
  std::int64_t left_out = 0;  ///< splits that one pass leaves out, by the conditions
  /// Read by the passes, by the file's own names; nothing: not known before it runs.
  std::optional<std::vector<std::string>> columns = {};
  std::vector<std::string> conditions = {};  ///< that the source gets along, to leave out pieces
};

struct ExecutionRecord {
  std::string context;  ///< "RxLocalSeq"
  Workforce workforce;
  std::deque<SourceRecord> sources;  ///< whose notes are held by reference while a call goes on
  std::vector<PassRecord> passes;
  std::optional<double> seconds;  ///< of the call, measured

  nlohmann::ordered_json to_json() const;
};

/// How many workers can have something to do at once.
std::int64_t busy_workers(const Workforce&, const PassRecord&);

}  // namespace insitu
