#include "request_arguments.hpp"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "capi/file_kind.hpp"
#include "capi/formats.hpp"
#include "standard_streams.hpp"

namespace insitu::cli {

using nlohmann::json;

namespace {

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (;;) {
    const auto end = text.find(at, begin);
    parts.push_back(text.substr(begin, end - begin));
    if (end == std::string::npos) return parts;
    begin = end + 1;
  }
}

/// --remote was given: paths are those of another machine. A process runs one command.
bool paths_are_elsewhere = false;

void refuse_stream_elsewhere(const std::string& path) {
  if (paths_are_elsewhere && is_standard_stream(path))
    throw InvalidArgument("with --remote a file of the other machine is needed, not -");
}

std::string delimiter_of(const std::string& text) {
  if (text == "tab" || text == "\\t") return "\t";
  if (text == "space") return " ";
  return text;
}

}  // namespace

std::string absolute_path(const std::string& path) {
  constexpr std::string_view kThisMachine = "file://";
  if (path.starts_with(kThisMachine)) return path.substr(kThisMachine.size());
  if (path.find("://") != std::string::npos || paths_are_elsewhere) return path;
  std::error_code failure;
  const auto absolute = std::filesystem::absolute(path, failure);
  return failure ? path : absolute.lexically_normal().string();
}

std::pair<std::string, std::string> name_and_rest(const std::string& text, const char* option) {
  const auto at = text.find('=');
  if (at == std::string::npos || at == 0)
    throw InvalidArgument(std::string(option) + " must be name=value, not '" + text + "'");
  return {text.substr(0, at), text.substr(at + 1)};
}

void SourceArguments::add_options(CLI::App& app) {
  auto* group = app.add_option_group("Reading text");
  group->add_option("--missing", missing, "What stands for a missing value (default NA)")
      ->type_name("TEXT");
  group
      ->add_option("--delimiter", delimiter,
                   "What is between columns: a character, tab or space (default: found out)")
      ->type_name("CHAR");
  group->add_option("--quote", quote, "What is around texts (default \")")->type_name("CHAR");
  group->add_option("--col-class", column_classes, "Type of a column: name=type; repeat for more")
      ->allow_extra_args(false)
      ->type_name("NAME=TYPE");
  group
      ->add_option("--factor", factors,
                   "A column that is a factor: name, or name=level,level,...; repeat for more")
      ->allow_extra_args(false)
      ->type_name("NAME[=LEVELS]");
  group->add_flag("--strings-as-factors", strings_as_factors, "Columns of text become factors");
  group->add_flag("--header", header, "The first row holds the names (default: found out)");
  group->add_flag("--no-header", no_header, "The first row holds data");
  group->add_flag("--fixed", fixed, "Columns have fixed positions");
  group->add_option("--skip", skip, "Leading rows to leave out")->type_name("ROWS");
  group->add_option("--sniff", sniff, "Rows to look at for types (default 10000)")
      ->type_name("ROWS");
  group
      ->add_option("--encoding", encoding,
                   "Encoding of the text: utf-8 (default), latin1, windows-1252, utf-16, ...")
      ->type_name("NAME");
  group
      ->add_option(
          "--decimal-type", decimal_type,
          "Type of columns with decimals: numeric (default) or float32, which keeps 7 digits")
      ->check(CLI::IsMember({"numeric", "float32"}))
      ->type_name("TYPE");
  group
      ->add_option("--rows-per-read", rows_per_read,
                   "Rows of a block that is written (default 500000)")
      ->type_name("ROWS");
  app.add_option("--key", key,
                 "Columns of a table or query of a database that are different in each row")
      ->delimiter(',')
      ->type_name("NAMES");
  app.add_option("--blocks-per-read", blocks_per_read,
                 "Blocks of an .xdf that count as read at once")
      ->type_name("BLOCKS");
}

json SourceArguments::descriptor() const {
  refuse_stream_elsewhere(path);
  if (is_standard_stream(path)) {
    auto named = *this;
    named.path = standard_input_file();
    const auto kind = kind_of_file(named.path);
    if (!kind.empty()) return {{"type", kind}, {"file", named.path}};
    return named.text_descriptor(named.path);
  }
  const auto file = absolute_path(path);
  const bool column_options = !column_classes.empty() || !factors.empty() || strings_as_factors;
  const bool text_options = missing || delimiter || encoding || quote || skip || sniff || header ||
                            no_header || fixed || decimal_type;
  auto found = table_of_path(path);
  if (found.is_null()) {
    const auto kind = kind_of_file(path);
    if (!kind.empty() && kind != "RxTextData") found = {{"type", kind}, {"file", file}};
  }
  const auto* format = found.is_null() ? nullptr : format_of(found);
  const bool keyed = format && format->has_key("key");
  if (!key.empty() && !keyed)
    throw InvalidArgument("--key is for tables and queries of a database: " + path);
  if (keyed) {
    put_columns(found);
    if (!key.empty()) found["key"] = key;
    if (rows_per_read) found["rowsPerRead"] = *rows_per_read;
  }
  if (!found.is_null()) {
    if (text_options || (column_options && !keyed))
      throw InvalidArgument("options for reading text do not apply to " +
                            std::string(format->said) + ": " + path);
    return found;
  }
  std::error_code failure;
  if (kind_of_file(path).empty() && !text_options && !column_options &&
      std::filesystem::exists(file, failure))
    throw InvalidArgument("the format of a file is told by its ending (" + endings_of_files(false) +
                          ", .gz): " + path + "; say --delimiter for text with another ending");
  return text_descriptor(file);
}

void SourceArguments::put_columns(json& source) const {
  if (strings_as_factors) source["stringsAsFactors"] = true;
  for (const auto& each : column_classes) {
    const auto [name, type] = name_and_rest(each, "--col-class");
    source["colClasses"][name] = type;
  }
  for (const auto& each : factors) {
    const auto at = each.find('=');
    auto& info = source["colInfo"][each.substr(0, at)];
    info["type"] = "factor";
    if (at != std::string::npos) info["levels"] = split(each.substr(at + 1), ',');
  }
}

json SourceArguments::text_descriptor(const std::string& file) const {
  json source = {{"type", "RxTextData"}, {"file", file}};
  // Nothing is lost unless it is asked for: float32 is the language faces' default, as documented.
  source["defaultDecimalColType"] = decimal_type.value_or("numeric");
  source["defaultMissingColType"] = "numeric";
  if (missing) source["missingValueString"] = *missing;
  if (delimiter) source["delimiter"] = delimiter_of(*delimiter);
  if (quote) source["quoteMark"] = *quote;
  if (encoding) source["inputEncoding"] = *encoding;
  if (skip) source["rowsToSkip"] = *skip;
  if (sniff) source["rowsToSniff"] = *sniff;
  if (rows_per_read) source["rowsPerRead"] = *rows_per_read;
  if (fixed) source["isFixedFormat"] = true;
  if (header && no_header) throw InvalidArgument("--header and --no-header exclude each other");
  if (header) source["firstRowIsColNames"] = true;
  if (no_header) source["firstRowIsColNames"] = false;
  put_columns(source);
  return source;
}

void PipelineArguments::add_options(CLI::App& app, bool columns) {
  auto* group = app.add_option_group("Rows and columns");
  if (columns) {
    group->add_option("--keep", keep, "Columns to keep: a,b,c")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->type_name("NAMES");
    group->add_option("--drop", drop, "Columns to leave out: a,b,c")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->type_name("NAMES");
    group->add_flag("--remove-missing", remove_missing, "Leave out rows with a missing value");
  }
  group
      ->add_option("--select", select,
                   "Rows to use: an expression, for example 'age > 20 & !is.na(wage)'")
      ->type_name("EXPR");
  group
      ->add_option("--transform", transforms,
                   "A new or changed column: name=expression; repeat for more")
      ->allow_extra_args(false)
      ->type_name("NAME=EXPR");
  group->add_option("--start-row", start_row, "First row to use, from 1")->type_name("ROW");
  group->add_option("--rows", rows, "Number of rows to use")->type_name("ROWS");
}

void PipelineArguments::put(json& request) const {
  if (!keep.empty()) request["varsToKeep"] = keep;
  if (!drop.empty()) request["varsToDrop"] = drop;
  if (!select.empty()) request["rowSelection"] = select;
  if (remove_missing) request["removeMissings"] = true;
  if (start_row) request["startRow"] = *start_row;
  if (rows) request["numRows"] = *rows;
  for (const auto& each : transforms) {
    const auto [name, expression] = name_and_rest(each, "--transform");
    request["transforms"].push_back({name, expression});
  }
}

void TargetArguments::add_options(CLI::App& app) {
  auto* group = app.add_option_group("Writing");
  group->add_flag("--overwrite", overwrite, "Replace the target if it exists");
  group->add_option("--append", append, "Add to an existing target: rows or cols")
      ->check(CLI::IsMember({"rows", "cols"}))
      ->type_name("WHAT");
  group
      ->add_option("--compression", compression, "zlib level of an .xdf, 0 (none) to 9 (default 1)")
      ->check(CLI::Range(-1, 9))
      ->type_name("LEVEL");
  group
      ->add_option("--precision", precision,
                   "Significant digits of decimals in text (default: as many as keep the value)")
      ->check(CLI::Range(1, 17))
      ->type_name("DIGITS");
  group->add_flag("--composite", composite, "Write an .xdf as a folder of parts");
}

json TargetArguments::descriptor() const {
  refuse_stream_elsewhere(path);
  const auto file = absolute_path(path);
  if (auto table = table_of_path(path); !table.is_null()) {
    if (table.contains("query"))
      throw InvalidArgument("a target is a table, " + std::string(format_of(table)->said) +
                            ", not a query: " + path);
    return table;
  }
  const bool is_stream = is_standard_stream(path);
  auto kind = composite ? "RxXdfData" : is_stream ? "RxTextData" : kind_by_ending(path);
  std::error_code failure;
  if (kind.empty() && std::filesystem::is_directory(path, failure)) kind = kind_of_file(path);
  if (kind.empty())
    throw InvalidArgument("the format of a target is told by its ending (" +
                          endings_of_files(true) + "): " + path);
  if (kind != "RxTextData") return {{"type", kind}, {"file", file}};
  json target = is_stream ? json{{"type", kind}, {"file", standard_output_file()}}
                          : descriptor_of_output(file, "TARGET", false);
  target["type"] = kind;
  // The fewest digits that read back as the same value.
  target["writePrecision"] = precision.value_or(0);
  return target;
}

void TargetArguments::put(json& request) const {
  if (overwrite) request["overwrite"] = true;
  if (!append.empty()) request["append"] = append;
  if (compression) request["xdfCompressionLevel"] = *compression;
  if (composite) request["createCompositeSet"] = true;
}

void RemoteArguments::add_options(CLI::App& app, const char* what) {
  app.add_option("--remote", host, what)
      ->each([](const std::string&) { paths_are_elsewhere = true; })
      ->type_name("[USER@]HOST");
  app.add_option("--ssh", ssh_switches, "Switches of ssh: --ssh='-i key.pem -p 2222'")
      ->type_name("TEXT");
  app.add_option("--remote-dir", folder, "Folder there that relative paths start from")
      ->type_name("FOLDER");
}

json RemoteArguments::description(const json& within) const {
  if (host.empty()) {
    if (!ssh_switches.empty() || !folder.empty())
      throw InvalidArgument(std::string(ssh_switches.empty() ? "--remote-dir" : "--ssh") +
                            " needs the machine: --remote [USER@]HOST");
    return nullptr;
  }
  json found = {{"type", "RxRemote"}, {"sshHostname", host}, {"context", within}};
  if (!ssh_switches.empty()) found["sshSwitches"] = ssh_switches;
  if (!folder.empty()) found["workingDir"] = folder;
  return found;
}

void ContextArguments::add_options(CLI::App& app) {
  auto* group = app.add_option_group("Where it runs");
  group
      ->add_option("--context", context,
                   "local, parallel, processes, mpi, spark, hadoop, inpostgres or insqlserver "
                   "(default local)")
      ->check(
          CLI::IsMember({"local", "parallel", "processes", "mpi", "spark", "hadoop", "inpostgres",
                         "insqlserver", "RxLocalSeq", "RxLocalParallel", "RxProcesses", "RxMpi",
                         "RxSpark", "RxHadoopMR", "RxInPostgres", "RxInSqlServer"},
                        CLI::ignore_case))
      ->type_name("NAME");
  group->add_option("--threads", threads, "Threads of local contexts (default: all cores)")
      ->check(CLI::Range(1, 4096))
      ->type_name("N");
  group->add_option("--workers", workers, "Worker processes (default: one a core)")
      ->check(CLI::Range(1, 4096))
      ->type_name("N");
  group->add_option("--ranks", ranks, "Ranks of MPI (default: all slots of mpirun)")
      ->check(CLI::Range(1, 1000000))
      ->type_name("N");
  group->add_option("--mpirun", mpirun, "Program that starts ranks (default: mpirun)")
      ->type_name("PATH");
  group->add_option("--hostfile", hostfile, "Machines for the ranks, this one first")
      ->type_name("FILE");
  group
      ->add_option("--mpi-switches", switches,
                   "More arguments of mpirun, as one text: --mpi-switches=--oversubscribe")
      ->type_name("TEXT");
  group
      ->add_option("--worker", worker, "Path of insitu-worker (default: found beside this command)")
      ->type_name("PATH");
  remote.add_options(*group,
                     "On another machine, through ssh: all paths are those there; --context and "
                     "what belongs to it say where it computes there");
  spark.add_options(app);
  hadoop.add_options(app);
  database.add_options(app);
}

void ContextArguments::add_no_wait(CLI::App& app) {
  app.add_flag(
      "--no-wait", no_wait,
      "Do not wait for the end: a process of its own does the work, insitu jobs follows it");
}

json ContextArguments::description() const {
  auto within = description_within();
  auto elsewhere = remote.description(within);
  return elsewhere.is_null() ? within : elsewhere;
}

json ContextArguments::description_within() const {
  json found;
  const char* of_spark = spark.given();
  const char* of_database = database.given();
  if (context == "hadoop" || context == "RxHadoopMR") {
    if (of_database)
      throw InvalidArgument(std::string(of_database) +
                            " applies to --context inpostgres and insqlserver only");
    if (const char* alone = spark.given_of_spark_alone())
      throw InvalidArgument(std::string(alone) + " applies to --context spark only");
    if (threads || workers || ranks)
      throw InvalidArgument(std::string(threads   ? "--threads"
                                        : workers ? "--workers"
                                                  : "--ranks") +
                            " does not apply to hadoop: the data say how many tasks there are");
    return hadoop.description(spark.name_node, spark.port);
  }
  if (const char* of_hadoop = hadoop.given())
    throw InvalidArgument(std::string(of_hadoop) + " applies to --context hadoop only");
  if (const auto type = DatabaseArguments::class_of(context); !type.empty()) {
    if (workers || ranks)
      throw InvalidArgument(std::string(workers ? "--workers" : "--ranks") + " does not apply to " +
                            context + ": say --tasks");
    if (of_spark) throw InvalidArgument(std::string(of_spark) + " applies to --context spark only");
    found = database.description(type);
    if (threads) found["numCoresToUse"] = *threads;
    return found;
  }
  if (of_database)
    throw InvalidArgument(std::string(of_database) +
                          " applies to --context inpostgres and insqlserver only");
  if (context == "spark" || context == "RxSpark") {
    if (threads || workers)
      throw InvalidArgument(std::string(threads ? "--threads" : "--workers") +
                            " does not apply to spark: say --executors and --executor-cores");
    return spark.description();
  }
  if (of_spark) throw InvalidArgument(std::string(of_spark) + " applies to --context spark only");
  const char* of_mpi = ranks               ? "--ranks"
                       : !mpirun.empty()   ? "--mpirun"
                       : !hostfile.empty() ? "--hostfile"
                       : !switches.empty() ? "--mpi-switches"
                                           : nullptr;
  if (context == "mpi" || context == "RxMpi") {
    if (threads || workers)
      throw InvalidArgument(std::string(threads ? "--threads" : "--workers") +
                            " does not apply to mpi: say --ranks");
    found = {{"type", "RxMpi"}};
    if (ranks) found["numRanks"] = *ranks;
    if (!mpirun.empty()) found["mpirun"] = mpirun;
    if (!hostfile.empty()) found["hostfile"] = absolute_path(hostfile);
    if (!switches.empty()) found["switches"] = switches;
    if (!worker.empty()) found["worker"] = {absolute_path(worker)};
    return found;
  }
  if (of_mpi) throw InvalidArgument(std::string(of_mpi) + " applies to --context mpi only");
  if (context == "processes" || context == "RxProcesses") {
    found = {{"type", "RxProcesses"}};
    if (workers) found["numWorkers"] = *workers;
    if (!worker.empty()) found["worker"] = {absolute_path(worker)};
    if (threads) throw InvalidArgument("--threads does not apply to processes: say --workers");
    return found;
  }
  if (workers) throw InvalidArgument("--workers applies to --context processes only");
  found = {{"type", context == "parallel" || context == "RxLocalParallel" ? "RxLocalParallel"
                                                                          : "RxLocalSeq"}};
  if (threads) found["numCoresToUse"] = *threads;
  return found;
}

}  // namespace insitu::cli
