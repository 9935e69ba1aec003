#include "capi/doctor_request.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/error.hpp"
#include "base/find_worker.hpp"
#include "base/named.hpp"
#include "base/new_file.hpp"
#include "base/number_text.hpp"
#include "base/suggest.hpp"
#include "capi/database_doctor.hpp"
#include "capi/row_numbers.hpp"
#include "columnar/arrow_library.hpp"
#include "contexts/hadoop_mr/context.hpp"
#include "contexts/hadoop_mr/preflight.hpp"
#include "contexts/mpi/context.hpp"
#include "contexts/processes.hpp"
#include "contexts/spark/context.hpp"
#include "contexts/spark/preflight.hpp"
#include "report/format_number.hpp"

namespace insitu {

using nlohmann::json;

namespace {

std::string gigabytes(double bytes) { return format_fixed(bytes / 1073741824.0, 1) + " GiB"; }

json cores_check() {
  const auto cores = std::thread::hardware_concurrency();
  return doctor_check("cores", cores > 0, std::to_string(cores) + (cores == 1 ? " core" : " cores"),
                      "the number of cores is not known: set numCoresToUse");
}

json memory_check() {
  std::ifstream file("/proc/meminfo");
  double available = 0;
  for (std::string key, rest; file >> key && std::getline(file, rest);)
    if (key == "MemAvailable:") {
      const auto at = rest.find_first_not_of(' ');
      const auto number = leading_number(std::string_view(rest).substr(std::min(at, rest.size())));
      if (number) available = number->value * 1024;
    }
  if (available == 0) return doctor_check("memory", true, "not known");
  return doctor_check("memory", available > 256.0 * 1048576, gigabytes(available) + " available",
                      "close other programs: blocks of data need some hundred megabytes");
}

json temporary_check() {
  const char* set = std::getenv("TMPDIR");
  const std::filesystem::path folder = set && *set ? set : "/tmp";
  try {
    NewFile probe((folder / ("insitu-doctor-" + std::to_string(getpid()))).string());
    probe.append("x");
    std::error_code failure;
    const auto space = std::filesystem::space(folder, failure);
    return doctor_check(
        "temporary folder", true,
        folder.string() + ", " + gigabytes(static_cast<double>(space.available)) + " free");
  } catch (const Error& failure) {
    return doctor_check("temporary folder", false, failure.what(),
                        "set TMPDIR to a folder that you may write to");
  }
}

json open_files_check() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return doctor_check("open files", true, "not known");
  return doctor_check("open files", limit.rlim_cur >= 256,
                      std::to_string(limit.rlim_cur) + " allowed",
                      "allow more open files: ulimit -n 1024");
}

json worker_check() {
  try {
    const auto path = find_worker();
    ProcessesContext context({.workers = 1});
    RunControl control;
    std::int64_t rows = 0;
    context.read(
        RowNumberSource(3, -1), {},
        [&](const Chunk& chunk) { rows += static_cast<std::int64_t>(chunk.rows); }, control);
    return doctor_check(
        "worker", rows == 3, path,
        "the worker answered with " + std::to_string(rows) + " rows instead of 3: install it anew");
  } catch (const Error& failure) {
    return doctor_check("worker", false, failure.what(),
                        "build or install insitu-worker, or name it in INSITU_WORKER");
  }
}

json told(const std::vector<GatewayCheck>& found) {
  json checks = json::array();
  for (const auto& each : found)
    checks.push_back(doctor_check(each.what.c_str(), each.ok, each.found, each.mend));
  return checks;
}

/// Of the context that is set, if it is RxSpark; else of RxSpark on this machine alone.
json spark_checks_of(const Call& call) {
  SparkOptions options;
  options.master = "local";
  if (const auto* spark = dynamic_cast<const SparkContext*>(&call.context))
    options = spark->options();
  return told(spark_checks(options));
}

/// Of the context that is set, if it is RxHadoopMR; else of one without arguments.
json hadoop_checks_of(const Call& call) {
  const auto* hadoop = dynamic_cast<const HadoopContext*>(&call.context);
  return told(hadoop_checks(hadoop ? hadoop->options() : HadoopOptions()));
}

json ranks_program_check() {
  try {
    return doctor_check("insitu-mpi", true, find_mpi_program());
  } catch (const Error& failure) {
    return doctor_check("insitu-mpi", false, failure.what(),
                        "install insitu anew where MPI is, or name the program in INSITU_MPI");
  }
}

/// Starts the ranks of the context that is set, if it is RxMpi, else one, and has rows read there.
json ranks_check(const Call& call) {
  MpiOptions options;
  options.ranks = 1;
  if (const auto* mpi = dynamic_cast<const MpiContext*>(&call.context)) options = mpi->options();
  try {
    MpiContext context(options);
    RunControl control;
    std::int64_t rows = 0;
    context.read(
        RowNumberSource(3, -1), {},
        [&](const Chunk& chunk) { rows += static_cast<std::int64_t>(chunk.rows); }, control);
    return doctor_check(
        "ranks", rows == 3, options.mpirun + " has started them, and they answer",
        "they answered with " + std::to_string(rows) + " rows instead of 3: install insitu anew");
  } catch (const Error& failure) {
    return doctor_check("ranks", false, failure.what(),
                        "install Open MPI (Debian: openmpi-bin), and say in `mpirun`, `hostfile` "
                        "and `switches` of `RxMpi` what it needs here (docs/mpi.md)"_named);
  }
}

/// Of this process, which reads Parquet and ORC for its local contexts; workers are sent the rows.
json arrow_check() {
  try {
    const auto& library = arrow_library();
    return doctor_check("library", true,
                        std::string("Arrow ") + library.version() + ", " + library.path);
  } catch (const Error& failure) {
    return doctor_check(
        "library", false, failure.what(),
        "pip install pyarrow, then install insitu anew with that Python, or name "
        "libinsitu_arrow.so in INSITU_ARROW; `RxSpark` reads these files without it"_named);
  }
}

}  // namespace

json doctor_check(const char* what, bool ok, std::string found, std::string mend) {
  return {
      {"what", what}, {"ok", ok}, {"found", std::move(found)}, {"mend", ok ? "" : std::move(mend)}};
}

json doctor_context(const char* name, json checks) {
  bool usable = true;
  for (const auto& each : checks) usable &= each["ok"].get<bool>();
  return {{"name", name}, {"usable", usable}, {"checks", std::move(checks)}};
}

json doctor_reply(json contexts, json formats) {
  std::string printed;
  auto all = contexts;
  all.insert(all.end(), formats.begin(), formats.end());
  for (const auto& each : all) {
    printed += each["name"].get<std::string>() + ": " +
               (each["usable"].get<bool>() ? "usable" : "not usable") + "\n";
    for (const auto& one : each["checks"]) {
      printed += std::string(one["ok"].get<bool>() ? "  ok    " : "  FAIL  ") +
                 one["what"].get<std::string>() + ": " + one["found"].get<std::string>() + "\n";
      if (!one["ok"].get<bool>())
        printed += "        to mend: " + one["mend"].get<std::string>() + "\n";
    }
  }
  return {{"contexts", std::move(contexts)}, {"formats", std::move(formats)}, {"printed", printed}};
}

json doctor_request(Call& call) {
  const auto of = call.options.text("of");
  static const std::vector<std::string> kKnown = {"local",  "processes", "mpi",      "spark",
                                                  "hadoop", "postgres",  "sqlserver"};
  if (!of.empty() && std::find(kKnown.begin(), kKnown.end(), of) == kKnown.end())
    throw InvalidArgument(
        "doctor knows no '" + of + "'" + did_you_mean(of, kKnown) +
        "; ask for local, processes, mpi, spark, hadoop, postgres, sqlserver, or remote in a context `RxRemote`"_named);
  const auto wanted = [&](const char* name) { return of.empty() || of == name; };
  const json local = {cores_check(), memory_check(), temporary_check(), open_files_check()};
  json contexts = json::array();
  if (wanted("local"))
    for (const auto* name : {"RxLocalSeq", "RxLocalParallel"})
      contexts.push_back(doctor_context(name, local));
  if (wanted("processes")) {
    auto processes = local;
    processes.push_back(worker_check());
    contexts.push_back(doctor_context("RxProcesses", processes));
  }
  if (wanted("mpi")) {
    auto mpi = local;
    mpi.push_back(ranks_program_check());
    // Without the program nothing can be started.
    if (mpi.back()["ok"].get<bool>()) mpi.push_back(ranks_check(call));
    contexts.push_back(doctor_context("RxMpi", mpi));
  }
  if (wanted("spark")) contexts.push_back(doctor_context("RxSpark", spark_checks_of(call)));
  if (wanted("hadoop")) contexts.push_back(doctor_context("RxHadoopMR", hadoop_checks_of(call)));
  // Those of a database only where they are asked for: the connection may be slow, or another's.
  if (of == "postgres")
    contexts.push_back(doctor_context(
        "PostgreSQL", database_checks("RxPostgresData", call.options.value("data"), call.control)));
  if (of == "sqlserver")
    contexts.push_back(doctor_context(
        "SQL Server",
        database_checks("RxSqlServerData", call.options.value("data"), call.control)));
  json formats = json::array();
  if (wanted("local"))
    formats.push_back(doctor_context("Parquet and ORC files", json::array({arrow_check()})));
  return doctor_reply(std::move(contexts), std::move(formats));
}

}  // namespace insitu
