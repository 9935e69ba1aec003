#include "methods/operations.hpp"

#include <algorithm>

#include "methods/lin_mod.hpp"
#include "methods/methods.hpp"
#include "methods/predict_options.hpp"

namespace insitu {

namespace {

using Kind = OptionKind;
using Keys = std::vector<RequestKey>;

Keys operator+(Keys first, const Keys& rest) {
  first.insert(first.end(), rest.begin(), rest.end());
  return first;
}

Keys described(const OptionKeys& options) {
  Keys keys;
  for (const auto& each : options)
    keys.push_back({each.key, each.kind, each.meaning, each.details.choices});
  return keys;
}

/// All but those of these names.
Keys without(Keys keys, const std::vector<std::string>& names) {
  std::erase_if(keys, [&](const RequestKey& key) {
    return std::ranges::find(names, key.key) != names.end();
  });
  return keys;
}

const RequestKey kData{"data", Kind::kSource,
                       "A data source, the path of an .xdf, or a data frame."};
const RequestKey kOverwrite{"overwrite", Kind::kFlag, "An existing output may be replaced."};
const RequestKey kAppend{
    "append",
    Kind::kChoice,
    "\"none\" writes a new output, \"rows\" adds rows to an existing one, \"cols\" adds columns.",
    {"none", "rows", "cols"}};
const RequestKey kCompression{
    "xdfCompressionLevel", Kind::kWhole,
    "zlib level of written .xdf blocks, -1 to 9; 0 stores them as they are."};
const RequestKey kValueLabels{"getValueLabels", Kind::kFlag,
                              "Report factor levels and value labels."};
const RequestKey kComputeInfo{
    "computeInfo", Kind::kFlag,
    "Read the data where the source does not store ranges, levels or the number of rows."};
const RequestKey kStartRow{"startRow", Kind::kWhole, "First row to use, counted from 1."};
const RequestKey kNumRows{"numRows", Kind::kWhole, "Number of rows to use, -1 for all."};
const RequestKey kLayouts{"print", Kind::kTexts,
                          "Layouts to add to the reply: \"print\", \"summary\"."};
const RequestKey kMoments{
    "moments", Kind::kAny,
    "What rxMoments returns, a model with keepMoments, the path of a file of moments, or what "
    "rxCovCor returns."};
const RequestKey kHandle{"handle", Kind::kWhole, "What open has returned."};
const RequestKey kJobs{
    "jobs", Kind::kAny,
    "The folder of jobs, or a context of another machine; the usual one without it."};
const Keys kJob{{"job", Kind::kText, "Id of a job, or its folder."}, kJobs};

const Keys kObject{kData,
                   {"key", Kind::kText, "Of the object."},
                   {"version", Kind::kText, "Of the object; any without it."},
                   {"keyName", Kind::kText, "The column of keys; \"id\" without it."},
                   {"valueName", Kind::kText, "The column of bytes; \"value\" without it."},
                   {"versionName", Kind::kText, "The column of versions; \"version\" without it."}};

const Keys kMachine{{"sshHostname", Kind::kText,
                     "Another machine: \"host\", \"user@host\", \"ssh://user@host:port\"."},
                    {"sshUsername", Kind::kText, "The user there; as ssh decides without it."},
                    {"sshSwitches", Kind::kText, "Switches of ssh: \"-i key.pem -p 2222\"."}};

const Keys kVariables{
    {"varsToKeep", Kind::kTexts, "Variables to keep; not together with varsToDrop."},
    {"varsToDrop", Kind::kTexts, "Variables to leave out; not together with varsToKeep."}};

const Keys kReading{
    {"blocksPerRead", Kind::kWhole,
     "Blocks of an .xdf read at once; steers progress lines and the chunks that user functions "
     "see, never a result."},
    {"rowsPerRead", Kind::kWhole,
     "Rows read at once and written as one block; never changes a result."}};

const Keys kFunction{{"transformFunc", Kind::kObject,
                      "A function that gets the variables of a chunk and returns them changed."},
                     {"transformObjects", Kind::kObject,
                      "Named objects that transforms, transformFunc and rowSelection may use."}};

const RequestKey kFamilyFunctions{
    "familyFunctions", Kind::kObject,
    "Functions of R or Python that the family names with user(); they come with the call."};

const Keys kTasks = {
    {"language", Kind::kChoice, "Of the function.", {"R", "python"}},
    {"worker", Kind::kTexts, "Command line of a worker of that language."},
    {"taskChunkSize", Kind::kWhole,
     "Calls that a worker is given at once; 0: by the time they take."},
    {"taskTimeout", Kind::kNumber, "Seconds that a call may take; 0: any."},
    {"attempts", Kind::kWhole, "How many workers may be lost with one call."},
    {"continueOnFailure", Kind::kFlag, "Calls go on after one that fails."},
    {"consoleOutput", Kind::kFlag, "What calls print goes to the caller's console."}};

const Keys kPipeline =
    kVariables +
    Keys{
        {"rowSelection", Kind::kText,
         "Rows for which it is true are used; evaluated after the transforms."},
        {"transforms", Kind::kAny, "New variables by name: expressions of the variables of a row."},
        {"transformPackages", Kind::kTexts, "Packages that transformFunc needs."},
        {"transformVars", Kind::kTexts, "Variables that transformFunc gets."},
        {"removeMissingsOnRead", Kind::kFlag,
         "Leave out rows with any missing value as they are read."},
        {"removeMissings", Kind::kFlag, "Leave out rows with any missing value from the output."},
        kStartRow,
        kNumRows} +
    kFunction + kReading;

const Keys kStep =
    kPipeline +
    Keys{
        {"inData", Kind::kSource, "The input: a data source, a path or a data frame."},
        {"outFile", Kind::kSource,
         "Where the rows go: path, data source, or nothing for a data frame."},
        kAppend,
        kOverwrite,
        {"rowVarName", Kind::kText, "Name of the variable that holds row names."},
        {"computeLowHigh", Kind::kFlag, "Compute the stored range of each variable while writing."},
        {"stringsAsFactors", Kind::kFlag, "Text columns become factors."},
        {"maxRowsByCols", Kind::kNumber,
         "Most values (rows times columns) of a returned data frame; more rows of a file are cut "
         "off with a warning; rows in memory are all returned."},
        kCompression,
        {"createCompositeSet", Kind::kFlag,
         "Write a folder with data and metadata files instead of one file."},
        {"blocksPerCompositeFile", Kind::kWhole, "Blocks in each part file of a composite set."},
        {"returnTransformObjects", Kind::kFlag,
         "Return the transformObjects as the functions left them; no rows are written."}};

const RequestKey kInputType{"type",
                            Kind::kChoice,
                            "Kind of input; \"auto\": what the path's ending and its bytes tell.",
                            {"auto", "textFast", "text", "fixedFast", "fixed"}};

std::vector<Operation> made_operations() {
  std::vector<Operation> all = {
      {"import", "Rows of any source, selected and transformed, to a file or the caller.",
       kStep + Keys{kInputType,
                    {"colClasses", Kind::kAny,
                     "Types by column name: logical, integer, float32, numeric, character, factor, "
                     "ordered, int16, uint16, Date, POSIXct."},
                    {"colInfo", Kind::kAny,
                     "Details by column name: type, newName, description, levels, newLevels, low, "
                     "high, start, width, decimalPlaces, index. Wins over colClasses."}}},
      {"data_step",
       "The same between sources that know their types; without inData row numbers are made.",
       kStep},
      {"source_of_path",
       "What import would read: a descriptor.",
       {{"path", Kind::kText, "Of a file or folder."}, kInputType}},
      {"info", "What a source holds: rows, blocks, variables, some rows.",
       kVariables + Keys{kData,
                         {"getVarInfo", Kind::kFlag, "Report the variables."},
                         {"getBlockSizes", Kind::kFlag, "Report the rows of each block."},
                         kValueLabels,
                         kStartRow,
                         {"numRows", Kind::kWhole, "Rows to show, -1 for all."},
                         kComputeInfo}},
      {"var_info", "The variables of a source.",
       kVariables + Keys{kData, kValueLabels, kComputeInfo}},
      {"set_var_info",
       "Changes names, descriptions, ranges and levels of variables.",
       {kData, {"varInfo", Kind::kAny, "Information as rxGetVarInfo returns it, changed."}}},
      {"set_info",
       "Changes the description of a file.",
       {kData, {"description", Kind::kText, "A text that describes the data."}}},
      {"analyze_groups",
       "A method over each group of rows: the numbers of all results in a table.",
       {{"files", Kind::kAny, "As group_rows has told: [{\"file\", \"begin\", \"end\"}, ...]."},
        {"rows", Kind::kAny, "How many rows each group has."},
        {"wanted", Kind::kAny, "Positions of the groups to compute for, from 0; all without it."},
        {"method", Kind::kObject, "The request of the method, without data and context."}}},
      {"group_result",
       "The whole result of a method for one group of rows.",
       {{"file", Kind::kText, "The file that holds the rows."},
        {"firstRow", Kind::kWhole, "The first of them in the file, from 0."},
        {"numRows", Kind::kWhole, "How many there are."},
        {"method", Kind::kObject, "The request of the method, without data and context."}}},
      {"group_keys",
       "The groups of rows that a compute context keeps, and the ranges that tasks get.",
       kPipeline + Keys{{"inData", Kind::kSource, "The rows: a data source or a path."},
                        {"keys", Kind::kTexts, "The variables whose values make a group."}}},
      {"group_rows", "Brings the rows of each group together, in files.",
       kPipeline + Keys{{"inData", Kind::kSource, "The rows: a data source, a path, a data frame."},
                        {"keys", Kind::kTexts, "The variables whose values make a group."},
                        {"folder", Kind::kText, "An empty folder for the files."}}},
      {"partition", "Writes the rows of each group to an .xdf of their own, in a folder.",
       kPipeline +
           Keys{{"inData", Kind::kSource, "The rows: a data source, a path, a data frame."},
                {"outData", Kind::kSource, "The folder: an RxXdfData with createPartitionSet."},
                {"varsToPartition", Kind::kTexts, "The variables whose values make a group."},
                {"append",
                 Kind::kChoice,
                 "\"rows\" adds rows to the partitions of a set that is there, \"none\" "
                 "writes a new one.",
                 {"none", "rows"}},
                kOverwrite,
                kCompression}},
      {"partitions", "What a partitioned set of .xdf files holds.", {kData}},
      {"print",
       "The printed form of a reply of a method, or of a record of an execution (class "
       "\"rxExecution\").",
       {{"result", Kind::kObject, "The reply, arrays in place."},
        {"layout", Kind::kText, "\"print\" or \"summary\"."}}},
      {"describe", "This table.", {}},
      {"open",
       "A source to be read, or a target to be written, piece by piece.",
       {kData,
        {"mode", Kind::kChoice, "\"r\" reads, \"w\" writes.", {"r", "w"}},
        {"schemaFrom", Kind::kSource, "A source with the columns that are to be written."},
        kOverwrite,
        kAppend}},
      {"read_next", "The next rows.", {kHandle}},
      {"write_next",
       "Writes rows.",
       {kHandle, {"from", Kind::kSource, "Where the rows come from."}}},
      {"close", "Ends reading; puts what was written in its place.", {kHandle}},
      {"head",
       "The first or last rows.",
       {kData,
        {"n", Kind::kWhole, "How many rows."},
        {"from", Kind::kChoice, "Which end.", {"head", "tail"}}}},
      {"print_source", "The printed form of a source.", {kData}},
      {"sample_data",
       "Writes the sample files.",
       {{"folder", Kind::kText, "Where they are written."}}},
      {"doctor",
       "Looks whether contexts can work here.",
       {{"of", Kind::kText, "A context, or postgres or sqlserver; all contexts without it."},
        {"data", Kind::kSource, "How a database is reached; else by the environment."}}},
      {"explain",
       "What a request will do: where, in which passes, and what it lacks.",
       {{"request", Kind::kObject,
         "Of a method, import, data_step, predict, refit, combine, exec, group_rows or partition."},
        {"job", Kind::kFlag, "It would be a job."},
        {"place", Kind::kText, "Who runs tasks that the caller runs itself."},
        {"then", Kind::kText, "What the caller does with the reply."},
        {"shipped", Kind::kAny,
         "What goes to workers with a function: [{\"name\", \"kind\", \"bytes\"}, ...]."}}},
      {"hdfs",
       "Files and folders of HDFS.",
       {{"command",
         Kind::kChoice,
         "What is done.",
         {"list", "stat", "summary", "read", "put", "get", "copy", "move", "makeDir", "remove",
          "change", "checksum", "home", "run"}},
        {"path", Kind::kText, "In HDFS: a URI, or a path of the default cluster; of put, here."},
        {"target", Kind::kText, "The new name of put, copy and move; of get, here."},
        {"commandLine", Kind::kText,
         "Of run: what stands behind `hadoop`, as a shell would split it."},
        {"recursive", Kind::kFlag, "With all that is in a folder."},
        {"overwrite", Kind::kFlag, "What is at the target is replaced."},
        {"skipTrash", Kind::kFlag, "What is removed is not kept in the trash."},
        {"offset", Kind::kWhole, "Of read: the first byte."},
        {"length", Kind::kWhole, "Of read: bytes, 64 MiB at most."},
        {"permission", Kind::kText, "Octal."},
        {"owner", Kind::kText, "Of change."},
        {"group", Kind::kText, "Of change."},
        {"replication", Kind::kWhole, "Of put and copy; else the cluster's."},
        {"blockSize", Kind::kWhole, "Of put and copy, in bytes; else the cluster's."}}},
      {"table_exists", "Whether a table of a database is there.", {kData}},
      {"drop_table", "Drops a table of a database.", {kData}},
      {"execute_sql",
       "Runs a statement in a database.",
       {kData, {"statement", Kind::kText, "In the words of the database."}}},
      {"write_object", "Keeps bytes in a table under a key.",
       kObject + Keys{{"value", Kind::kText, "The bytes, in base64."},
                      {"overwrite", Kind::kFlag, "Removes what is there of the key first."}}},
      {"read_object", "The bytes under a key.", kObject},
      {"delete_object", "Removes what is kept under a key.",
       kObject + Keys{{"all", Kind::kFlag, "Removes all objects."}}},
      {"list_keys", "The keys of a table of objects, or the versions of one.", kObject},
      {"publish_model",
       "Puts a model and what scores with it in SQL into a database.",
       {kData,
        {"model", Kind::kText, "The model of a fit, or a model file."},
        {"name", Kind::kText, "What it is called there."},
        {"version", Kind::kText, "Of the model; others of the name stay in the table."},
        {"kind",
         Kind::kChoice,
         "Who scores: SQL, the engine within the server, or the first of them that can.",
         {"auto", "sql", "engine"}},
        {"rows", Kind::kText, "The table whose rows are scored (SQLite, which has views only)."},
        kOverwrite}},
      {"published_models", "The models in a table of published ones.", {kData}},
      {"unpublish_model",
       "Removes a published model, and what scores with it.",
       {kData,
        {"name", Kind::kText, "What it is called."},
        {"version", Kind::kText, "That version alone; all without it."}}},
      {"sql_server_self_test",
       "Tries on a SQL Server what could not be tried without one.",
       {{"data", Kind::kSource, "How it is reached; else by the environment."}}},
      {"working_folder",
       "Makes a private folder for files of one call, which the caller removes.",
       {{"within", Kind::kText,
         "The folder that it is made in, where dead processes' are removed; else TMPDIR."},
        {"remove", Kind::kText, "Such a folder, which is removed instead."}}},
      {"job_submit",
       "Has a process of its own run a request.",
       {{"request", Kind::kObject,
         "Of a method, import, data_step, predict, refit, combine or call."},
        {"runner", Kind::kTexts, "Command line of the program that runs it."},
        {"function", Kind::kText, "The function of the face that was called."},
        {"label", Kind::kText, "The call, for lists."},
        {"finish", Kind::kAny, "What the face needs to make its result of the reply."},
        {"autoCleanup", Kind::kFlag, "Fetching the result removes the job."},
        {"consoleOutput", Kind::kFlag, "Fetching the result shows what was printed."},
        {"attended", Kind::kFlag, "The call waits, and shows warnings and errors itself."},
        kJobs}},
      {"job_list",
       "The jobs in a folder.",
       {kJobs,
        {"states", Kind::kTexts, "Those of these statuses."},
        {"startTime", Kind::kNumber, "Those submitted then or later, in seconds since 1970."},
        {"endTime", Kind::kNumber, "Those submitted then or before."},
        {"matching", Kind::kObject, "Those of this context."}}},
      {"job_show", "What is known of a job.", kJob},
      {"job_output", "What the runner of a job has printed.", kJob},
      {"job_result", "The reply of the request of a finished job; its warnings come again.", kJob},
      {"job_finish", "What the face has kept to make its result of the reply.", kJob},
      {"job_wait", "Waits until a job has ended.",
       kJob + Keys{{"seconds", Kind::kNumber, "At most so long; negative: as long as it takes."}}},
      {"job_cancel", "Stops a job and removes what it has computed.", kJob},
      {"job_remove", "Removes a job that has failed or was canceled.",
       kJob + Keys{{"force", Kind::kFlag, "Any job; one that runs is stopped."}}},
      {"job_function", "The functions of a language in the request of a job, and whose call it is.",
       kJob},
      {"job_run", "Runs the request of a job: of its runner alone.",
       kJob + Keys{{"error", Kind::kText, "Why the runner cannot."}}},
      {"call",
       "A call that a language makes as a job: request of job_submit alone (docs/jobs.md).",
       {{"language", Kind::kChoice, "Whose call it is.", {"R", "python"}},
        {"function", Kind::kText, "What is called."}}},
      {"job_begin", "Takes up a call as a job: of its runner alone.", kJob},
      {"job_tell",
       "Says how far the job of this process is.",
       {{"message", Kind::kText, "For people."}}},
      {"job_end",
       "Ends the job of this process.",
       {{"language", Kind::kChoice, "In whose form the value is.", {"R", "python"}},
        {"value", Kind::kAny, "The value, where it can be written as JSON."},
        {"warnings", Kind::kTexts, "What the call has warned of."},
        {"error", Kind::kText, "Why there is no value."},
        {"code", Kind::kWhole, "Of that error (docs/requests.md)."}}},
      {"t_quantile",
       "A quantile of Student's t.",
       {{"p", Kind::kNumber, "Probability."},
        {"df", Kind::kNumber, "Degrees of freedom."},
        {"upper", Kind::kFlag, "Of the upper tail."}}},
      {"vif",
       "Variance inflation factors of the terms of a fitted model.",
       {{"model", Kind::kText, "The model of a fit."}}},
      {"coefficient_labels",
       "The labels of the coefficients of a fitted model as R writes them: \"fa:x\".",
       {{"model", Kind::kText, "The model of a fit."}}},
      {"f_tail",
       "The probability that F is larger; with df2 \"Inf\" that a chi-square divided by df1 is.",
       {{"value", Kind::kNumber, "Of F."},
        {"df1", Kind::kNumber, "Degrees of freedom of the numerator."},
        {"df2", Kind::kNumber, "Of the denominator."}}},
      {"node_info", "The machine that a context computes on.", {}},
      {"ping_nodes",
       "Whether a context computes.",
       {{"timeout", Kind::kNumber, "Seconds after which an answer comes too late; 0: none does."}}},
      {"exec",
       "Calls a function of the caller many times, in workers of its language (docs/exec.md).",
       Keys{{"count", Kind::kWhole, "How many calls."}} + kTasks},
      {"exec_over_groups",
       "The same, each call over the rows of a range of groups (\"group_keys\").",
       kPipeline +
           Keys{{"inData", Kind::kSource, "The rows: a data source or a path."},
                {"keys", Kind::kTexts, "The variables whose values make a group."},
                {"ranges", Kind::kWhole, "How many ranges there are."},
                {"rangeOfTask", Kind::kAny, "The range of each call; they rise."}} +
           kTasks},
      {"spark_connect",
       "Starts or finds a Spark application.",
       {{"reset", Kind::kFlag,
         "Stop every Spark application of this user first, with all that they cached."}}},
      {"spark_prepare_attach",
       "What a session of PySpark or sparklyr needs to be computed in.",
       {}},
      {"spark_jar", "The path of the jar.", {}},
      {"spark_disconnect", "Lets a kept Spark application go.", {}},
      {"stop_engine",
       "Stops Spark applications.",
       {{"scope",
         Kind::kChoice,
         "\"session\": the application of this context; \"user\": all of this user.",
         {"session", "user"}}}},
      {"spark_list_data",
       "Lists what a Spark application keeps.",
       {{"showDescription", Kind::kFlag, "Print the list too."}}},
      {"spark_remove_data",
       "Removes what a Spark application keeps.",
       {{"names", Kind::kTexts, "Of what is removed."},
        {"all", Kind::kFlag, "Remove everything."}}},
      {"spark_sql", "Runs a statement.", {{"text", Kind::kText, "In Spark's SQL."}}},
      {"spark_empty_job",
       "Runs tasks that do nothing, to be timed.",
       {{"tasks", Kind::kWhole, "How many."}}},
      {"ssh_command",
       "Connects to another machine; the command line of a local program that runs a command "
       "there.",
       kMachine + Keys{{"command", Kind::kTexts, "The command, word by word."},
                       {"connect", Kind::kFlag, "Connect first, so that errors are told now."}}},
      {"ssh_run", "Runs a command on another machine to its end.",
       kMachine + Keys{{"command", Kind::kTexts, "The command, word by word."},
                       {"input", Kind::kText, "What it reads, as base64."},
                       {"seconds", Kind::kNumber, "At most so long; 0: any time."}}},
      {"ssh_copy", "Puts a copy of a file on another machine.",
       kMachine + Keys{{"file", Kind::kText, "A file of this machine."},
                       {"to", Kind::kText, "Its path there; from the home folder where relative."},
                       {"mode", Kind::kText, "Of the copy: \"600\"."}}},
      {"ssh_failure", "Throws what the last words of ssh mean.",
       kMachine + Keys{{"errors", Kind::kText, "What it has said on standard error."}}},
      {"ssh_close", "Ends the connection to another machine.", kMachine},
      {"serialize_model",
       "A fitted model with its result as the bytes of a model file.",
       {{"document", Kind::kText,
         "The reply of the fit as JSON; {\"$array\": k} points into `arrays`."},
        {"arrays", Kind::kAny, "[{\"shape\", \"values\": column-major}, ...]."},
        {"model", Kind::kText, "The model of the reply."},
        {"metadata", Kind::kText, "Bytes of the caller's own that go along, as base64."},
        {"realtimeScoringOnly", Kind::kFlag,
         "Keep only what predictions need; the result cannot be read back."}}},
      {"unserialize_model",
       "The result of a fit in the bytes of a model file.",
       {{"serializedModel", Kind::kText, "The bytes, as base64."}}},
      {"export_model",
       "A fitted model in another language.",
       {{"model", Kind::kText, "The model of a fit, or a model file."},
        {"type", Kind::kChoice, "The language.", {"sql", "c", "pmml"}},
        {"dialect",
         Kind::kChoice,
         "Of SQL.",
         {"ansi", "postgres", "sqlserver", "duckdb", "sqlite"}},
        {"as",
         Kind::kChoice,
         "In SQL: a SELECT over a table, or the text that makes a view, a function of the columns "
         "(postgres, sqlserver) or a procedure over the text of a query (sqlserver).",
         {"select", "view", "function", "procedure"}},
        {"name", Kind::kText,
         "Of the view, function or procedure in SQL (of a SELECT the table that it reads), the "
         "function of C (insitu_predict), the model in PMML (its formula)."},
        {"table", Kind::kText, "The table that a SELECT or view reads (data)."},
        {"file", Kind::kText, "Where the text goes; without it, it comes back."},
        kOverwrite}},
      {"predict", "Predictions of a fitted model of any kind.",
       Keys{kData,
            {"outData", Kind::kSource,
             "Where the results go: path, data source, or nothing for a data frame (for an .xdf as "
             "input: into that file). A data frame: a copy of it gets the columns."},
            kAppend,
            kOverwrite,
            kCompression} +
           kReading + kFunction + Keys{kFamilyFunctions} +
           described(PredictRequestOptions::keys())},
      {"refit", "A linear model from kept moments, without the data.",
       Keys{kMoments, kLayouts} +
           without(described(LinModOptions::keys()),
                   {"pweights", "fweights", "variableSelection", "keepMoments"})},
      {"combine",
       "The sum of moments: what one pass over the rows of all of them would have kept.",
       {{"moments", Kind::kAny, "Two or more, in the order of their rows."},
        {"outFile", Kind::kText, "File for the moments; without it the result holds them."},
        kOverwrite,
        kLayouts}},
  };
  for (const auto& method : methods()) {
    auto keys = Keys{kData, kLayouts} + (method.about.takes_moments ? Keys{kMoments} : Keys{}) +
                kPipeline + described(method.options);
    if (std::ranges::find(method.options, OptionKind::kFamily, &OptionKey::kind) !=
        method.options.end())
      keys.push_back(kFamilyFunctions);
    all.push_back({method.about.op, method.about.title, std::move(keys)});
  }
  return all;
}

}  // namespace

const std::vector<RequestKey>& common_keys() {
  static const Keys keys = {
      {"op", Kind::kText, "The operation."},
      {"context", Kind::kObject, "Where it computes; all cores of this machine without it."},
      {"reportProgress", Kind::kWhole,
       "0 nothing, 1 a row counter, 2 rows and times, 3 all times."},
      {"digits", Kind::kWhole, "Significant digits of printed numbers."},
      {"width", Kind::kWhole, "Of a printed line."},
      {"call", Kind::kText, "The call, for printed headers."},
      {"dataLabel", Kind::kText, "How the caller names the data."},
      {"style", Kind::kText, "Of printed text: \"R\" or \"python\"."},
      {"verbose", Kind::kWhole, "More output for values above 0."},
      {"syncWrites", Kind::kFlag, "Wait until the disk has what was written."},
      {"execution", Kind::kFlag,
       "The reply says how the call was executed: passes, rows, seconds, workers."},
      {"memoryLimit", Kind::kAny,
       "Memory that the data may take: bytes, or a text such as \"8GB\"."},
      {"fileVersions", Kind::kAny,
       "What files must still be, as group_rows has told: [[path, version], ...]."},
      {"face", Kind::kText, "Whose words messages use: \"r\" or \"python\"."}};
  return keys;
}

const std::vector<Operation>& operations() {
  static const auto all = made_operations();
  return all;
}

const Operation* operation_of(std::string_view op) {
  const auto found = std::ranges::find(operations(), op, &Operation::name);
  return found == operations().end() ? nullptr : &*found;
}

}  // namespace insitu
