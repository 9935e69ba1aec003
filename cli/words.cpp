#include "words.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "capi/formats.hpp"
#include "method_commands.hpp"
#include "methods/methods.hpp"

namespace insitu::cli {

namespace {

struct Word {
  std::string_view name, here;
};

// Arguments with an option here, in the order of the alphabet; tests/integration/words_test.py
// looks whether the commands know each option.
constexpr Word kOptions[] = {
    {"append", "--append"},
    {"as", "--as"},
    {"blocksPerRead", "--blocks-per-read"},
    {"colClasses", "--col-class"},
    {"colInfo", "--factor"},
    {"computeContext", "--context"},
    {"computeInfo", "--compute"},
    {"computeResiduals", "--residuals"},
    {"computeStdErrors", "--std-errors"},
    {"confLevel", "--level"},
    {"connectionString", "INSITU_CONNECTION"},
    {"createCompositeSet", "--composite"},
    {"data", "SOURCE"},
    {"defaultDecimalColType", "--decimal-type"},
    {"delimiter", "--delimiter"},
    {"dialect", "--dialect"},
    {"driverMem", "--driver-mem"},
    {"executionTimeoutSeconds", "--timeout"},
    {"executorCores", "--executor-cores"},
    {"executorMem", "--executor-mem"},
    {"executorOverheadMem", "--executor-overhead-mem"},
    {"extraSparkConfig", "--spark-config"},
    {"extraVarsToWrite", "--extra"},
    {"file", "SOURCE"},
    {"firstRowIsColNames", "--header"},
    {"formula", "FORMULA"},
    {"framework", "--framework"},
    {"getBlockSizes", "--blocks"},
    {"hadoopSwitches", "--hadoop-switches"},
    {"hdfsShareDir", "--hdfs-share-dir"},
    {"hostfile", "--hostfile"},
    {"idleTimeout", "--idle-timeout"},
    {"inData", "SOURCE"},
    {"inputEncoding", "--encoding"},
    {"interval", "--interval"},
    {"intervalVarNames", "--interval-var-names"},
    {"isFixedFormat", "--fixed"},
    {"job", "JOB"},
    {"jvmOptions", "--jvm-options"},
    {"key", "--key"},
    {"keys", "--by"},
    {"mapMemory", "--map-memory"},
    {"master", "--master"},
    {"memoryLimit", "--memory-limit"},
    {"minGroupSize", "--min-group-size"},
    {"missingValueString", "--missing"},
    {"modelObject", "MODEL"},
    {"moments", "MOMENTS"},
    {"mpirun", "--mpirun"},
    {"name", "--name"},
    {"nameNode", "--name-node"},
    {"numComponents", "--num-components"},
    {"numCoresToUse", "--threads"},
    {"numExecutors", "--executors"},
    {"numRanks", "--ranks"},
    {"numRows", "--rows"},
    {"numTasks", "--tasks"},
    {"numWorkers", "--workers"},
    {"outData", "TARGET"},
    {"outFile", "TARGET"},
    {"overwrite", "--overwrite"},
    {"persistentRun", "--keep-spark"},
    {"port", "--port"},
    {"predVarNames", "--pred-var-names"},
    {"quoteMark", "--quote"},
    {"reduceMemory", "--reduce-memory"},
    {"reduceMethod", "--reduce"},
    {"removeMissings", "--remove-missing"},
    {"removeMissingsOnRead", "--remove-missing"},
    {"reportProgress", "--progress"},
    {"rows", "--rows"},
    {"rowSelection", "--select"},
    {"rowsPerRead", "--rows-per-read"},
    {"rowsToSkip", "--skip"},
    {"rowsToSniff", "--sniff"},
    {"sshHostname", "--remote"},
    {"sshSwitches", "--ssh"},
    {"startRow", "--start-row"},
    {"stringsAsFactors", "--strings-as-factors"},
    {"switches", "--mpi-switches"},
    {"tier", "--tier"},
    {"transforms", "--transform"},
    {"uber", "--uber"},
    {"varsToDrop", "--drop"},
    {"varsToKeep", "--keep"},
    {"varsToPartition", "--by"},
    {"worker", "--worker"},
    {"workingDir", "--remote-dir"},
    {"writeModelVars", "--model-variables"},
    {"writePrecision", "--precision"},
    {"xdfCompressionLevel", "--compression"},
};

// What has no option: functions, classes, constants, and what only R and Python can be asked for.
constexpr Word kOthers[] = {
    {"FALSE", "false"},
    {"NULL", "nothing"},
    {"RxForeachDoPar", "--context parallel"},
    {"RxHadoopMR", "--context hadoop"},
    {"RxInPostgres", "--context inpostgres"},
    {"RxInSqlServer", "--context insqlserver"},
    {"RxLocalParallel", "--context parallel"},
    {"RxLocalSeq", "--context local"},
    {"RxMpi", "--context mpi"},
    {"RxProcesses", "--context processes"},
    {"RxRemote", "--remote"},
    {"RxSpark", "--context spark"},
    {"TRUE", "true"},
    {"byGroupOutFile", "the file of statistics by group"},
    {"clientShareDir", "the folder for sockets and logs"},
    {"context", "--context"},
    {"createFileSet", "sets of files (R, Python)"},
    {"createPartitionSet", "insitu partition"},
    {"decimalPoint", "the decimal point"},
    {"levels", "the levels"},
    {"maxRowsByCols", "the limit of values"},
    {"maxSigLevelToAdd", "maxSigLevelToAdd"},
    {"maxSteps", "maxSteps"},
    {"minSigLevelToDrop", "minSigLevelToDrop"},
    {"model", "MODEL"},
    {"newLevels", "names of the levels (R, Python)"},
    {"readDateFormat", "a format of dates (R, Python)"},
    {"readPOSIXctFormat", "a format of times (R, Python)"},
    {"realtimeScoringOnly", "the argument realtimeScoringOnly (R, Python)"},
    {"resultsTimeout", "the time for results"},
    {"rowVarName", "the column of row names"},
    {"rxDataStep", "insitu step"},
    {"rxGetInfo", "insitu info"},
    {"rxImport", "insitu import"},
    {"rxPartition", "insitu partition"},
    {"rxPredict", "insitu predict"},
    {"rxSerializeModel", "insitu linmod --model"},
    {"rxSparkConnect", "--keep-spark"},
    {"rxSqlServerSelfTest", "insitu selftest sqlserver"},
    {"rxStepControl", "--step"},
    {"rxStopEngine", "insitu spark stop"},
    {"serializedModel", "MODEL"},
    {"shareDir", "the shared folder"},
    {"sparkReduceMethod", "the way to reduce"},
    {"sqlQuery", "a query"},
    {"sshUsername", "the user of ssh"},
    {"table", "a table"},
    {"transformFunc", "a transform function (R, Python)"},
    {"transformObjects", "an object of the call (R, Python)"},
    {"transformVars", "the variables of a transform function (R, Python)"},
    {"useFastRead", "another way to read (R, Python)"},
    {"usingRunAsUserMode", "tasks as another user"},
    {"varInfo", "the description of variables"},
    {"wait", "a call that waits"},
};

std::string_view find(const Word* begin, const Word* end, std::string_view name) {
  const auto* found = std::find_if(begin, end, [&](const Word& word) { return word.name == name; });
  return found == end ? std::string_view() : found->here;
}

}  // namespace

std::string words_of_commands(std::string_view name, std::string_view value) {
  const auto key = name.substr(0, name.find('$'));  // transforms$late: an entry of it
  if (const auto* format = find_format(formats(), key)) return std::string(format->said);
  if (const auto other = find(std::begin(kOthers), std::end(kOthers), key); !other.empty())
    return std::string(other);
  for (const auto& method : methods())
    if (key == method.about.function) return "insitu " + command_of(method.about);
  auto option = std::string(find(std::begin(kOptions), std::end(kOptions), key));
  if (option.empty()) option = option_name_of(key);
  if (option.empty()) {
    auto as_it_is = std::string(name);
    if (!value.empty()) as_it_is.append(" ").append(value);
    return as_it_is;
  }
  auto said = std::move(option);
  if (key.size() < name.size()) return said.append(" ").append(name.substr(key.size() + 1));
  if (value == "FALSE") return "no " + said;
  if (value.empty() || value == "TRUE") return said;
  if (value.size() > 1 && (value.front() == '"' || value.front() == '\'') &&
      value.back() == value.front())
    value = value.substr(1, value.size() - 2);
  return said.append(" ").append(value);
}

}  // namespace insitu::cli
