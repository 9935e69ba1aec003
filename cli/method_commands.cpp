#include "method_commands.hpp"

#include <unistd.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/base64.hpp"
#include "base/error.hpp"
#include "base/new_file.hpp"
#include "groups_commands.hpp"
#include "job_commands.hpp"
#include "methods/figures.hpp"
#include "methods/methods.hpp"
#include "request_arguments.hpp"
#include "run_request.hpp"
#include "svg_file.hpp"

namespace insitu::cli {

using nlohmann::json;

namespace {

void require_new(const std::string& path, bool overwrite, const char* what) {
  if (!overwrite && access(path.c_str(), F_OK) == 0)
    throw InvalidArgument("the " + std::string(what) + " exists: " + path +
                          "; say --overwrite to replace it");
}

/// The name of what follows an option: NAME, NUMBER, ...
std::string value_name(const OptionKey& key) {
  if (*key.details.labels) return key.details.labels;
  switch (key.kind) {
    case OptionKind::kTexts:
      return "NAMES";
    case OptionKind::kWhole:
    case OptionKind::kNumber:
      return "NUMBER";
    default:
      return "NAME";
  }
}

}  // namespace

void add_option(CLI::App& command, const std::shared_ptr<json>& given, const OptionKey& key,
                const nlohmann::ordered_json& otherwise) {
  const auto name = option_name(key);
  if (name.empty() || key.kind == OptionKind::kFormula) return;
  const std::string help = *key.details.help ? key.details.help : key.meaning;
  const auto set = [given, key = key.key](json value) { (*given)[key] = std::move(value); };
  if (key.kind == OptionKind::kFlag) {
    // The option of a flag says what is not so without it.
    const bool value = otherwise != true;
    command.add_flag_callback(
        name, [set, value] { set(value); }, help);
    return;
  }
  CLI::Option* option = nullptr;
  if (key.kind == OptionKind::kTexts)
    option = command
                 .add_option_function<std::vector<std::string>>(
                     name, [set](const std::vector<std::string>& value) { set(value); }, help)
                 ->delimiter(',')
                 ->allow_extra_args(false);
  else if (key.kind == OptionKind::kWhole)
    option = command.add_option_function<std::int64_t>(
        name, [set](std::int64_t value) { set(value); }, help);
  else if (key.kind == OptionKind::kNumber)
    option = command.add_option_function<double>(
        name, [set](double value) { set(value); }, help);
  else
    option = command.add_option_function<std::string>(
        name, [set](const std::string& value) { set(value); }, help);
  if (key.kind == OptionKind::kChoice) option->check(CLI::IsMember(key.details.choices));
  option->type_name(value_name(key));
}

namespace {

struct MethodArguments {
  SourceArguments source;
  PipelineArguments pipeline;
  TargetArguments target;
  ContextArguments context;
  OutputArguments output;
  std::string formula;
  std::string moments;       ///< file that is read in place of data
  std::string kept_moments;  ///< file that is written
  ModelFileArguments model;
  SvgArguments picture;
  std::vector<std::string> by;  ///< variables whose values make groups
  bool brief = false;
  /// The method's options that were given.
  std::shared_ptr<json> own = std::make_shared<json>(json::object());
};

using ArgumentsPtr = std::shared_ptr<MethodArguments>;

/// SOURCE and FORMULA may come in either order: a formula has a ~, a path hardly.
void put_in_order(std::string& source, std::string& formula) {
  if (source.find('~') != std::string::npos && formula.find('~') == std::string::npos)
    std::swap(source, formula);
}

bool keeps_moments(const Method& method) {
  return std::ranges::find(method.options, "keepMoments", &OptionKey::key) != method.options.end();
}

/// SOURCE and FORMULA, or FORMULA alone beside --moments.
void check_input(const Method& method, MethodArguments& arguments) {
  if (!method.about.takes_moments) return;
  auto &source = arguments.source.path, &formula = arguments.formula;
  if (formula.empty() && (!arguments.moments.empty() || source.find('~') != std::string::npos))
    std::swap(source, formula);
  const std::string usage =
      ": say insitu " + command_of(method.about) + " SOURCE FORMULA, or --moments FILE FORMULA";
  if (formula.empty()) throw InvalidArgument("FORMULA is missing" + usage);
  if (source.empty() == arguments.moments.empty())
    throw InvalidArgument(std::string(source.empty() ? "SOURCE is missing"
                                                     : "SOURCE and --moments exclude each other") +
                          usage);
}

/// The moments of a reply as a file for refit and combine.
void write_moments(const MethodArguments& arguments, const Document& reply) {
  if (arguments.kept_moments.empty()) return;
  NewFile file(absolute_path(arguments.kept_moments));
  file.append(from_base64(reply.at("moments").get<std::string>()));
  file.commit();
}

void run_method(const Method& method, MethodArguments& arguments) {
  json request = {{"op", method.about.op}};
  check_input(method, arguments);
  if (*method.about.formula) {
    put_in_order(arguments.source.path, arguments.formula);
    request["formula"] = arguments.formula.find('~') == std::string::npos ? "~" + arguments.formula
                                                                          : arguments.formula;
  }
  if (arguments.moments.empty()) {
    request["data"] = arguments.source.descriptor();
    request["dataLabel"] = arguments.source.path;
  } else {
    request["moments"] = {{"file", absolute_path(arguments.moments)}};
    request["dataLabel"] = arguments.moments;
  }
  request.update(*arguments.own);
  arguments.pipeline.put(request);
  if (!arguments.kept_moments.empty()) {
    require_new(arguments.kept_moments, arguments.target.overwrite, "file of moments");
    request["keepMoments"] = true;
  }
  request["context"] = arguments.context.description();
  if (arguments.source.blocks_per_read)
    request["blocksPerRead"] = *arguments.source.blocks_per_read;
  if (!arguments.by.empty()) {
    for (const auto* path : {&arguments.model.path, &arguments.kept_moments,
                             &arguments.picture.path, &arguments.moments})
      if (!path->empty())
        throw InvalidArgument(
            "--by gives a table of all groups, and takes or writes no model, "
            "moments or picture: leave out " +
            *path);
    if (arguments.context.no_wait) throw InvalidArgument("--by and --no-wait exclude each other");
    return analyze_by(arguments.by, std::move(request), arguments.output);
  }
  const char* layout = method.about.has_summary && !arguments.brief ? "summary" : "print";
  request["print"] = json::array({layout});
  if (arguments.context.no_wait) {
    if (!arguments.model.path.empty())
      throw InvalidArgument("--no-wait cannot keep a model: say insitu jobs result JOB --model " +
                            arguments.model.path + " when the job is finished");
    return submit(request, arguments.output, arguments.source.path,
                  "insitu " + command_of(method.about) + " " + arguments.source.path +
                      (*method.about.formula ? " '" + arguments.formula + "'" : ""));
  }
  arguments.model.overwrite = arguments.target.overwrite;
  arguments.model.check();
  arguments.picture.overwrite = arguments.target.overwrite;
  arguments.picture.check();
  json drawable;
  const auto reply = run_request(request, arguments.output, true, arguments.model.wanted(),
                                 arguments.picture.path.empty() ? nullptr : &drawable);
  Figure figure;
  if (!arguments.picture.path.empty()) figure = figure_of_op(method.about.op)(drawable);
  arguments.model.keep();
  write_moments(arguments, reply);
  arguments.picture.keep(std::move(figure));
  show(reply, arguments.output, printed_text(reply, layout));
}

void add_formula(CLI::App& command, const Method& method, MethodArguments& arguments) {
  auto* formula = command
                      .add_option("formula", arguments.formula,
                                  "The formula: '" + std::string(method.about.formula) + "'" +
                                      (*method.about.without ? std::string(" (default: '") +
                                                                   method.about.without + "')"
                                                             : std::string()))
                      ->type_name("FORMULA");
  arguments.formula = method.about.without;
  if (!*method.about.without && !method.about.takes_moments) formula->required();
}

void add_method(CLI::App& app, const Method& method) {
  auto* command = app.add_subcommand(command_of(method.about), method.about.title);
  const auto arguments = std::make_shared<MethodArguments>();
  auto* source = command
                     ->add_option("source", arguments->source.path,
                                  "File to read; - for text from standard input")
                     ->type_name("SOURCE");
  if (!method.about.takes_moments) source->required();
  if (*method.about.formula) add_formula(*command, method, *arguments);
  if (method.about.keeps_model) arguments->model.add_option(*command);
  if (method.about.takes_moments)
    command
        ->add_option("--moments", arguments->moments,
                     "File of moments in place of SOURCE (insitu moments --out-file)")
        ->type_name("FILE");
  if (keeps_moments(method))
    command
        ->add_option("--keep-moments", arguments->kept_moments,
                     "File to keep the sums in, for refit, combine and --moments")
        ->type_name("FILE");
  if (method.about.has_summary)
    command->add_flag("--brief", arguments->brief, "Print the coefficients alone");
  command
      ->add_option("--by", arguments->by,
                   "Once for each group of rows with the same values of these variables; prints "
                   "a table (CSV, --json)")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("NAMES");
  const auto defaults = method.defaults();
  for (const auto& key : method.options)
    add_option(*command, arguments->own, key, defaults.value(key.key, nlohmann::ordered_json()));
  arguments->source.add_options(*command);
  arguments->pipeline.add_options(*command, false);
  const bool has_picture = figure_of_op(method.about.op) != nullptr;
  if (has_picture) arguments->picture.add_options(*command);
  if (method.about.keeps_model) {
    arguments->target.add_options(*command);
  } else if (has_picture) {
    command->add_flag("--overwrite", arguments->target.overwrite,
                      "Replace the picture's file if it exists");
  }
  arguments->context.add_options(*command);
  arguments->context.add_no_wait(*command);
  arguments->output.add_options(*command);
  command->callback([&method, arguments] { run_method(method, *arguments); });
}

/// As people read it: the methods, their options and the fields of their results.
std::string description_text(const json& described) {
  std::string text;
  for (const auto& method : described["methods"]) {
    text += method["function"].get<std::string>() + " (insitu " +
            method["command"].get<std::string>() + "): " + method["title"].get<std::string>() +
            "\n";
    for (const auto& option : method["options"])
      text += "  " + option["key"].get<std::string>() + " (" + option["kind"].get<std::string>() +
              "): " + option["meaning"].get<std::string>() + "\n";
    text += "  gives\n";
    for (const auto& field : method["result"])
      text += "    " + field["key"].get<std::string>() + " (" + field["kind"].get<std::string>() +
              "): " + field["meaning"].get<std::string>() + "\n";
  }
  return text;
}

void add_describe(CLI::App& app) {
  auto* command = app.add_subcommand("describe", "List the methods: options and results");
  const auto output = std::make_shared<OutputArguments>();
  command->add_flag("--json", output->as_json, "Print the table as JSON");
  command->callback([output] {
    output->progress = 0;
    const auto reply = run_request({{"op", "describe"}}, *output);
    show(reply, *output, description_text(json(reply)));
  });
}

}  // namespace

void ModelFileArguments::add_option(CLI::App& command) {
  command.add_option("--model", path, "File to keep the model in, for predict, R and Python")
      ->type_name("FILE");
}

void ModelFileArguments::add_options(CLI::App& command) {
  add_option(command);
  command.add_flag("--overwrite", overwrite, "Replace the file if it exists");
}

void ModelFileArguments::check() const {
  if (!path.empty()) require_new(path, overwrite, "model file");
}

void ModelFileArguments::keep() const {
  if (path.empty()) return;
  NewFile file(absolute_path(path));
  file.append(bytes);
  file.commit();
}

std::string option_name(const OptionKey& key) {
  const std::string given = key.details.command;
  if (!given.empty()) return given == "-" ? "" : given;
  std::string name = "--";
  for (const char c : key.key) {
    if (c >= 'A' && c <= 'Z') {
      name += '-';
      name += static_cast<char>(c - 'A' + 'a');
    } else {
      name += c;
    }
  }
  return name;
}

std::string option_name_of(std::string_view key) {
  for (const auto& method : methods())
    for (const auto& option : method.options)
      if (option.key == key) return option.kind == OptionKind::kFormula ? "" : option_name(option);
  return "";
}

void add_method_commands(CLI::App& app) {
  for (const auto& method : methods()) add_method(app, method);
  add_describe(app);
}

}  // namespace insitu::cli
