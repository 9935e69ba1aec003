#pragma once
// The worker's main loop: serves one host over one connection (docs/worker.md). insitu-worker, and
// the workers of languages, are this loop with their own parts.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/pass.hpp"
#include "data/file_system.hpp"
#include "data/part_set.hpp"
#include "data/sink.hpp"
#include "data/source.hpp"

namespace insitu {

/// What a source may be rebuilt upon inside a task.
struct WorkerInputs {
  std::shared_ptr<const FileSystem> files;  ///< the worker's own or the host's
  std::shared_ptr<const DataSource>
      pushed;  ///< stands for {"type": "pushed"} in the document; null: no rows are sent
};

/// A process of a language, whose state a user's code changes at will. With `fork` each call is
/// served by a copy of the process as it was before any (worker_copies.hpp).
struct LanguageProcess {
  std::function<int()> fork;    ///< as fork(2), with what the language needs around it
  std::function<void()> leave;  ///< before a copy ends: what the language has to write out
  /// Touches what every call touches, so that a copy takes over the memory of its original while
  /// nobody waits for it; changes nothing. May be empty.
  std::function<void()> warm_up;
};

/// Some neighbouring tasks of rxExec for a worker of a language.
struct ExecBatch {
  std::optional<std::string_view> shared;  ///< what all tasks need; nothing: as in the batch before
  std::string_view arguments;              ///< of these tasks
  std::uint64_t first = 0, count = 1;
  bool each = false;  ///< report after every task
  int worker = 1;     ///< number of this worker, from 1
  int threads = 1;    ///< that a task may use, so that all workers together use the machine
  std::string rows;   ///< file of the rows that the tasks work on (block_file.hpp); "": none
};
/// What a language tells while it runs a batch. Neither function throws.
struct ExecReport {
  std::function<void()> loaded;  ///< `shared` is there; the time of the first task begins
  /// The values of the next `count` tasks; `failed`: numbers of those among them that have none.
  std::function<void(std::uint64_t count, const std::vector<std::uint64_t>& failed,
                     std::string_view values)>
      values;
};
/// Runs the tasks of a batch in their order. A task that fails is a value of its own; throws
/// UserCodeError when `shared` cannot be loaded.
using ExecFunction = std::function<void(const ExecBatch&, const ExecReport&)>;

/// What a worker is made of; contexts know neither algorithms nor formats.
struct WorkerParts {
  /// From the recipe of a pass. Throws InvalidArgument for an unknown name.
  std::function<std::unique_ptr<Pass>(const Recipe&)> make_pass;
  /// Pass::fields() of a pass by its name; "" for an unknown one. Empty: nothing is compared.
  std::function<std::string(std::string_view name)> fields_of = {};
  /// From the recipe of a source; `options` is a JSON document.
  std::function<std::shared_ptr<const DataSource>(const Recipe&, const WorkerInputs&)> make_source;
  /// Of a target: type of its format and its descriptor, what is written, whether a folder is
  /// there. Throws InvalidArgument for one that is no set of files. Empty: nothing is written.
  std::function<std::unique_ptr<PartSet>(const Recipe& target, const SchemaPtr&, const SinkOptions&,
                                         bool folder)>
      make_part_set = {};
  std::shared_ptr<const FileSystem>
      files;                           ///< of this machine; null: only what the host reads for it
  std::vector<std::string> languages;  ///< whose functions it can run: "R", "python"
  LanguageProcess process;             ///< how the language is forked and left
  ExecFunction exec = {};              ///< empty: it runs no tasks of rxExec
};

/// Serves until the host closes the line. Returns the exit status: 0, or 1 when the host does not
/// keep to the protocol. `in` and `out` may be the same descriptor; they are not closed.
int serve(int in, int out, const WorkerParts&);

/// For programs whose standard input and output are the line: takes them over, so that whatever
/// else the process prints goes to standard error, and serves.
int serve_standard_streams(const WorkerParts&);

/// Connects to a Unix socket and serves. Throws WorkerError if nobody listens there.
int serve_socket(const std::string& path, const WorkerParts&);

}  // namespace insitu
