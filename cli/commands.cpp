#include "commands.hpp"

#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>
#include <vector>

#include "base/base64.hpp"
#include "base/error.hpp"
#include "completion.hpp"
#include "examples.hpp"
#include "explain_command.hpp"
#include "groups_commands.hpp"
#include "hdfs_commands.hpp"
#include "job_commands.hpp"
#include "method_commands.hpp"
#include "methods/predict_options.hpp"
#include "model_of_file.hpp"
#include "moments_commands.hpp"
#include "picture_commands.hpp"
#include "publish_commands.hpp"
#include "report/document.hpp"
#include "report/format_number.hpp"
#include "report/text_table.hpp"
#include "request_arguments.hpp"
#include "run_request.hpp"
#include "spark_commands.hpp"
#include "standard_streams.hpp"

namespace insitu::cli {

using nlohmann::json;

namespace {

/// All arguments that a command may have; each command uses some.
struct Arguments {
  SourceArguments source;
  PipelineArguments pipeline;
  TargetArguments target;
  ContextArguments context;
  OutputArguments output;
};

using ArgumentsPtr = std::shared_ptr<Arguments>;

void put_common(json& request, const Arguments& arguments) {
  request["context"] = arguments.context.description();
  if (arguments.source.blocks_per_read)
    request["blocksPerRead"] = *arguments.source.blocks_per_read;
}

/// Runs a request that writes rows, or makes a job of it; `label` is what the job is called.
void write_rows(const json& request, const Arguments& arguments, const std::string& label) {
  const bool to_stream = is_standard_stream(arguments.target.path);
  if (arguments.context.no_wait) {
    if (to_stream) throw InvalidArgument("--no-wait needs a file as TARGET, not -");
    return submit(request, arguments.output, arguments.source.path, label);
  }
  auto output = arguments.output;
  if (to_stream && !output.progress) output.progress = 0;
  const auto reply = run_request(request, output);
  if (to_stream) return send_standard_output();
  show(reply, arguments.output, written_text(reply));
}

void add_rows_command(CLI::App& app, const char* name, const char* op, const char* description) {
  auto* command = app.add_subcommand(name, description);
  const auto arguments = std::make_shared<Arguments>();
  command
      ->add_option("source", arguments->source.path, "File to read; - for text from standard input")
      ->required()
      ->type_name("SOURCE");
  command
      ->add_option("target", arguments->target.path, "File to write; - for text to standard output")
      ->required()
      ->type_name("TARGET");
  arguments->source.add_options(*command);
  arguments->pipeline.add_options(*command);
  arguments->target.add_options(*command);
  arguments->context.add_options(*command);
  arguments->context.add_no_wait(*command);
  arguments->output.add_options(*command);
  command->callback([arguments, op, name = std::string(name)] {
    json request = {{"op", op},
                    {"inData", arguments->source.descriptor()},
                    {"outFile", arguments->target.descriptor()}};
    arguments->pipeline.put(request);
    arguments->target.put(request);
    put_common(request, *arguments);
    if (arguments->source.rows_per_read) request["rowsPerRead"] = *arguments->source.rows_per_read;
    write_rows(request, *arguments,
               "insitu " + name + " " + arguments->source.path + " " + arguments->target.path);
  });
}

void add_info(CLI::App& app) {
  auto* command = app.add_subcommand("info", "Say what is in a file");
  const auto arguments = std::make_shared<Arguments>();
  struct Own {
    bool no_variables = false, blocks = false, compute = false;
    std::int64_t rows = 0, start = 1;
    std::vector<std::string> keep, drop;
    std::string style = "R";
  };
  const auto own = std::make_shared<Own>();
  command->add_option("source", arguments->source.path, "File to look at")
      ->required()
      ->type_name("SOURCE");
  command->add_flag("--no-variables", own->no_variables, "Leave out the variables");
  command->add_flag("--blocks", own->blocks, "Rows of each block");
  command->add_flag("--compute", own->compute,
                    "Read all rows to find ranges and levels that the file does not state");
  command->add_option("--rows", own->rows, "Rows to show")->type_name("ROWS");
  command->add_option("--start-row", own->start, "First row to show, from 1")->type_name("ROW");
  command->add_option("--keep", own->keep, "Columns to show: a,b,c")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("NAMES");
  command->add_option("--drop", own->drop, "Columns to leave out: a,b,c")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("NAMES");
  command->add_option("--style", own->style, "R or python")
      ->check(CLI::IsMember({"R", "python"}))
      ->type_name("NAME");
  arguments->source.add_options(*command);
  arguments->context.add_options(*command);
  arguments->output.add_options(*command);
  command->callback([arguments, own] {
    json request = {{"op", "info"},
                    {"context", arguments->context.description()},
                    {"data", arguments->source.descriptor()},
                    {"getVarInfo", !own->no_variables},
                    {"getBlockSizes", own->blocks},
                    {"computeInfo", own->compute},
                    {"numRows", own->rows},
                    {"startRow", own->start},
                    {"style", own->style}};
    if (!own->keep.empty()) request["varsToKeep"] = own->keep;
    if (!own->drop.empty()) request["varsToDrop"] = own->drop;
    auto output = arguments->output;
    if (!output.progress && !own->compute) output.progress = 0;
    const auto reply = run_request(request, output);
    show(reply, arguments->output, printed_text(reply, "print"));
  });
}

void add_head(CLI::App& app) {
  auto* command = app.add_subcommand("head", "Show the first (or last) rows");
  const auto arguments = std::make_shared<Arguments>();
  struct Own {
    std::int64_t rows = 6;
    bool tail = false;
  };
  const auto own = std::make_shared<Own>();
  command->add_option("source", arguments->source.path, "File to look at")
      ->required()
      ->type_name("SOURCE");
  command->add_option("-n,--rows", own->rows, "Rows to show (default 6)")->type_name("ROWS");
  command->add_flag("--tail", own->tail, "The last rows");
  arguments->source.add_options(*command);
  arguments->context.add_options(*command);
  arguments->output.add_options(*command);
  command->callback([arguments, own] {
    const json request = {{"op", "head"},
                          {"context", arguments->context.description()},
                          {"data", arguments->source.descriptor()},
                          {"n", own->rows},
                          {"from", own->tail ? "tail" : "head"}};
    auto output = arguments->output;
    if (!output.progress) output.progress = 0;
    const auto reply = run_request(request, output);
    show(reply, arguments->output, printed_text(reply, "print"));
  });
}

void add_predict(CLI::App& app) {
  auto* command = app.add_subcommand("predict", "Predict with a model that linmod --model kept");
  const auto arguments = std::make_shared<Arguments>();
  const auto model_file = std::make_shared<std::string>();
  const auto own = std::make_shared<json>(json::object());
  command->add_option("model", *model_file, "File of the model")->required()->type_name("MODEL");
  command->add_option("source", arguments->source.path, "File to predict for")->type_name("SOURCE");
  command
      ->add_option("target", arguments->target.path,
                   "File to write; - for text to standard output (default: columns are added to "
                   "an .xdf SOURCE)")
      ->type_name("TARGET");
  const PredictRequestOptions otherwise;
  for (const auto& key : PredictRequestOptions::keys())
    add_option(*command, own, key, key.shown(&otherwise));
  arguments->source.add_options(*command);
  arguments->target.add_options(*command);
  arguments->context.add_options(*command);
  arguments->context.add_no_wait(*command);
  arguments->output.add_options(*command);
  command->callback([arguments, model_file, own] {
    const auto model = read_model(*model_file);
    if (arguments->source.path.empty())
      throw InvalidArgument("SOURCE is missing: say insitu predict MODEL SOURCE [TARGET]");
    json request = {{"op", "predict"}, {"model", model}, {"data", arguments->source.descriptor()}};
    request.update(*own);
    if (!arguments->target.path.empty())
      request["outData"] = arguments->target.descriptor();
    else if (request["data"]["type"] != "RxXdfData")
      throw InvalidArgument("predictions for text need a TARGET: only an .xdf can get new columns");
    arguments->target.put(request);
    request.erase("createCompositeSet");
    put_common(request, *arguments);
    write_rows(request, *arguments, "insitu predict " + *model_file + " " + arguments->source.path);
  });
}

void add_vif(CLI::App& app) {
  auto* command = app.add_subcommand("vif", "Variance inflation factors of a kept model");
  const auto model_file = std::make_shared<std::string>();
  const auto output = std::make_shared<OutputArguments>();
  command
      ->add_option("model", *model_file,
                   "File of the model, which was fitted with --covariance (insitu linmod --model)")
      ->required()
      ->type_name("MODEL");
  command->add_flag("--json", output->as_json, "Print the reply as JSON");
  command->callback([model_file, output] {
    output->progress = 0;
    const auto reply = run_request({{"op", "vif"}, {"model", read_model(*model_file)}}, *output);
    std::vector<TableColumn> columns;
    for (const auto& [header, key] :
         {std::pair{"GVIF", "GVIF"}, {"Df", "Df"}, {"GVIF^(1/(2*Df))", "scaled"}})
      columns.push_back({header, format_column(numbers_in(json(reply.at(key))))});
    show(reply, *output, print_table(texts_in(json(reply.at("terms"))), columns));
  });
}

void add_export(CLI::App& app) {
  auto* command = app.add_subcommand("export", "Write a kept model in SQL, C or PMML");
  struct Own {
    std::string model, target, type = "sql", dialect = "ansi", as = "select", name, table;
    bool overwrite = false;
  };
  const auto own = std::make_shared<Own>();
  command->add_option("model", own->model, "File of the model")->required()->type_name("MODEL");
  command->add_option("target", own->target, "File to write (default: it is printed)")
      ->type_name("TARGET");
  command->add_option("--type", own->type, "sql, c or pmml")
      ->check(CLI::IsMember({"sql", "c", "pmml"}))
      ->type_name("NAME");
  command
      ->add_option("--dialect", own->dialect, "Of SQL: ansi, postgres, sqlserver, duckdb, sqlite")
      ->check(CLI::IsMember({"ansi", "postgres", "sqlserver", "duckdb", "sqlite"}))
      ->type_name("NAME");
  command->add_option("--as", own->as, "In SQL: select, view, function or procedure")
      ->check(CLI::IsMember({"select", "view", "function", "procedure"}))
      ->type_name("WHAT");
  command
      ->add_option(
          "--name", own->name,
          "Of the view, function or procedure in SQL, the function of C, the model in PMML")
      ->type_name("NAME");
  command
      ->add_option("--table", own->table, "The table that a SELECT or view reads (default: data)")
      ->type_name("NAME");
  command->add_flag("--overwrite", own->overwrite, "Replace an existing TARGET");
  command->callback([own] {
    json request = {{"op", "export_model"}, {"model", read_model(own->model)},
                    {"type", own->type},    {"dialect", own->dialect},
                    {"as", own->as},        {"name", own->name},
                    {"table", own->table},  {"overwrite", own->overwrite}};
    if (!own->target.empty()) request["file"] = absolute_path(own->target);
    OutputArguments output;
    output.progress = 0;
    const auto reply = run_request(request, output);
    show(reply, output, reply.value("text", "File name: " + reply.value("file", "") + "\n"));
  });
}

void add_doctor(CLI::App& app) {
  auto* command = app.add_subcommand(
      "doctor", "Say what of this machine each compute context can use, and how to mend the rest");
  const auto output = std::make_shared<OutputArguments>();
  const auto of = std::make_shared<std::string>();
  const auto host = std::make_shared<std::string>(), switches = std::make_shared<std::string>();
  command
      ->add_option("context", *of,
                   "mpi, spark, hadoop: that context alone; postgres, sqlserver: the database of "
                   "INSITU_CONNECTION; "
                   "remote: whether HOST can be computed on (default: all of this machine)")
      ->check(CLI::IsMember({"mpi", "spark", "hadoop", "postgres", "sqlserver", "remote"}))
      ->type_name("CONTEXT");
  command->add_option("host", *host, "The other machine of remote")->type_name("[USER@]HOST");
  command->add_option("--ssh", *switches, "Switches of ssh: --ssh='-i key.pem -p 2222'")
      ->type_name("TEXT");
  command->add_flag("--json", output->as_json, "Print the reply as JSON");
  command->callback([output, of, host, switches] {
    output->progress = 0;
    json request = {{"op", "doctor"}};
    if (!of->empty()) request["of"] = *of;
    if ((*of == "remote") == host->empty())
      throw InvalidArgument(host->empty() ? "doctor remote needs the machine: insitu doctor remote "
                                            "[USER@]HOST"
                                          : "only doctor remote takes a machine");
    if (!host->empty())
      request["context"] = {
          {"type", "RxRemote"}, {"sshHostname", *host}, {"sshSwitches", *switches}};
    const auto reply = run_request(request, *output);
    show(reply, *output, printed_text(reply, "print"));
    // Asked for one context, a script wants to know whether it can go on.
    for (const auto& context : reply.at("contexts"))
      if (!of->empty() && !context.at("usable").get<bool>())
        throw Unsupported(context.at("name").get<std::string>() +
                          (host->empty() ? " cannot be used on this machine as it is: see the "
                                           "checks that fail"
                                         : " cannot be used as it is: see the checks that fail"));
  });
}

}  // namespace

void add_commands(CLI::App& app) {
  add_rows_command(app, "import", "import", "Import text or data into an .xdf");
  add_info(app);
  add_method_commands(app);
  add_moments_commands(app);
  add_groups_commands(app);
  add_picture_commands(app);
  add_predict(app);
  add_vif(app);
  add_export(app);
  add_publish_commands(app);
  add_rows_command(app, "step", "data_step", "Select, transform and write rows");
  add_head(app);
  add_rows_command(app, "convert", "data_step", "Write a file in another format");
  add_doctor(app);
  add_job_commands(app);
  add_spark_commands(app);
  add_hdfs_commands(app);
  add_explain(app, add_commands);
  add_completion(app);
  add_examples(app);
}

}  // namespace insitu::cli
