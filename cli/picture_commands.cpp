#include "picture_commands.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.hpp"
#include "line_figure.hpp"
#include "model_of_file.hpp"
#include "report/data_table.hpp"
#include "request_arguments.hpp"
#include "residual_figure.hpp"
#include "run_request.hpp"
#include "svg_file.hpp"

namespace insitu::cli {

using nlohmann::json;

namespace {

struct PictureArguments {
  SourceArguments source;
  PipelineArguments pipeline;
  ContextArguments context;
  OutputArguments output;
  SvgArguments picture;

  void add_options(CLI::App& command, bool pipes) {
    picture.add_options(command);
    command.add_flag("--overwrite", picture.overwrite, "Replace the picture's file if it exists");
    source.add_options(command);
    if (pipes) pipeline.add_options(command, false);
    context.add_options(command);
    output.add_options(command);
  }
  json request(const char* op) const {
    json request = {{"op", op}, {"context", context.description()}};
    if (source.blocks_per_read) request["blocksPerRead"] = *source.blocks_per_read;
    return request;
  }
};

constexpr std::int64_t kMostPoints = 1'000'000;

/// The columns of the source that the terms and the pipeline read.
std::vector<std::string> columns_read(const json& request,
                                      const std::vector<ExpressionPtr>& terms) {
  std::vector<std::string> read;
  std::set<std::string> made;
  const auto add = [&](const Expression& expression) {
    for (const auto& name : variables_of(expression))
      if (!made.contains(name) && std::ranges::find(read, name) == read.end()) read.push_back(name);
  };
  for (const auto& each : request.value("transforms", json::array())) {
    add(*parse_expression(each[1].get<std::string>(), "transforms"));
    made.insert(each[0].get<std::string>());
  }
  if (request.contains("rowSelection"))
    add(*parse_expression(request["rowSelection"].get<std::string>(), "rowSelection"));
  for (const auto& term : terms) add(*term);
  return read;
}

void draw_lines(PictureArguments& arguments, std::string formula_text, const std::string& type) {
  if (arguments.source.path.find('~') != std::string::npos)
    std::swap(arguments.source.path, formula_text);
  const auto formula = parse_panel_formula(formula_text);
  if (formula.responses.empty())
    throw InvalidArgument("formula: expected y ~ x or y ~ x | g, not " + formula_text);
  arguments.picture.check();
  auto terms = formula.responses;
  terms.push_back(formula.x);
  terms.insert(terms.end(), formula.panels.begin(), formula.panels.end());
  auto request = arguments.request("data_step");
  request["inData"] = arguments.source.descriptor();
  arguments.pipeline.put(request);
  request["varsToKeep"] = columns_read(request, terms);
  for (const auto& term : terms)
    if (term->kind != Expression::Kind::kName)
      request["transforms"].push_back({deparse(*term), deparse(*term)});
  request["maxRowsByCols"] =
      (kMostPoints + 1) * static_cast<std::int64_t>(request["varsToKeep"].size() + terms.size());
  const auto reply = run_request(request, arguments.output);
  const auto& rows = reply.at("frame");
  const std::size_t count = rows.empty() ? 0 : rows.begin()->size();
  if (count > static_cast<std::size_t>(kMostPoints))
    throw InvalidArgument("the data have more than " + std::to_string(kMostPoints) +
                          " rows to draw: select some with --select, or draw a summary of them "
                          "(insitu histogram, insitu summary)");
  arguments.picture.keep(line_figure(formula, rows, type));
  const std::string text =
      "Rows drawn: " + std::to_string(count) + "\nFile name: " + arguments.picture.path + "\n";
  show(Document{{"rowsDrawn", count}, {"svg", arguments.picture.path}}, arguments.output, text);
}

void add_line_plot(CLI::App& app) {
  auto* command = app.add_subcommand("lineplot", "Lines or points of rows, as SVG");
  const auto arguments = std::make_shared<PictureArguments>();
  const auto formula = std::make_shared<std::string>();
  const auto type = std::make_shared<std::string>("l");
  command
      ->add_option("source", arguments->source.path, "File to read; - for text from standard input")
      ->required()
      ->type_name("SOURCE");
  command
      ->add_option("formula", *formula,
                   "y ~ x, y1 + y2 ~ x (a line for each), y ~ x | g1 + g2 (panels)")
      ->required()
      ->type_name("FORMULA");
  command->add_option("--type", *type, "Lines (l), points (p), both (b) or steps (s)")
      ->check(CLI::IsMember({"l", "p", "b", "s"}))
      ->type_name("NAME");
  arguments->add_options(*command, true);
  command->get_option("--svg")->required();
  command->callback([arguments, formula, type] { draw_lines(*arguments, *formula, *type); });
}

/// A folder for the time of a command.
class PassingFolder {
 public:
  PassingFolder() {
    auto name = (std::filesystem::temp_directory_path() / "insitu-residuals-XXXXXX").string();
    if (!mkdtemp(name.data())) throw DataError("cannot make a temporary folder: " + name);
    path_ = name;
  }
  PassingFolder(const PassingFolder&) = delete;
  PassingFolder& operator=(const PassingFolder&) = delete;
  ~PassingFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

void draw_residuals(PictureArguments& arguments, const std::string& model, const std::string& type,
                    std::int64_t breaks) {
  arguments.picture.check();
  const PassingFolder folder;
  const json file = {{"type", "RxXdfData"}, {"file", folder.path() + "/residuals.xdf"}};
  auto predict = arguments.request("predict");
  predict["model"] = read_model(model);
  predict["data"] = arguments.source.descriptor();
  predict["outData"] = file;
  predict["computeResiduals"] = true;
  predict["residType"] = type;
  predict["predVarNames"] = json::array({"fitted"});
  predict["residVarNames"] = json::array({"residual"});
  run_request(predict, arguments.output);
  auto quiet = arguments.output;
  quiet.progress = 0;
  const auto counted = [&](const char* op, const std::string& formula) {
    json request = {
        {"op", op}, {"data", file}, {"formula", formula}, {"context", {{"type", "RxLocalSeq"}}}};
    if (std::string_view(op) == "histogram") {
      request["numBreaks"] = breaks;
      request["maxNumPanels"] = breaks;
    } else {
      request["summaryStats"] = json::array({"Mean"});
    }
    json drawable;
    run_request(request, quiet, false, nullptr, &drawable);
    return drawable;
  };
  const auto bands = counted("histogram", "~ fitted");
  if (bands.at("valid.obs") == 0) throw DataError("the data have no row with a residual");
  const auto band = text_of_bands(bands);
  const auto table = residual_table(bands, counted("histogram", "~ residual | " + band),
                                    counted("summary", "~ residual:" + band));
  arguments.picture.keep(residual_figure(table, type));
  Document columns = Document::object();
  for (const auto& column : table.columns()) {
    auto& values = columns[column.name] = Document::array();
    for (const double value : column.numbers)
      values.push_back(std::isfinite(value) ? Document(value) : Document());
  }
  show(columns, arguments.output, data_table(table.columns(), 7, 80));
}

void add_residual_plot(CLI::App& app) {
  auto* command = app.add_subcommand(
      "residualplot", "Residuals by fitted values: means and quantiles, and their picture");
  const auto arguments = std::make_shared<PictureArguments>();
  const auto model = std::make_shared<std::string>();
  const auto type = std::make_shared<std::string>("usual");
  const auto breaks = std::make_shared<std::int64_t>(40);
  command->add_option("model", *model, "File of the model")->required()->type_name("MODEL");
  command->add_option("source", arguments->source.path, "File to predict for")
      ->required()
      ->type_name("SOURCE");
  command->add_option("--residual-type", *type, "usual, pearson or deviance")
      ->check(CLI::IsMember({"usual", "pearson", "deviance"}))
      ->type_name("NAME");
  command->add_option("--breaks", *breaks, "Bands of fitted values, and of residuals")
      ->check(CLI::Range(1, 200))
      ->type_name("NUMBER");
  arguments->add_options(*command, false);
  command->callback(
      [arguments, model, type, breaks] { draw_residuals(*arguments, *model, *type, *breaks); });
}

}  // namespace

void add_picture_commands(CLI::App& app) {
  add_line_plot(app);
  add_residual_plot(app);
}

}  // namespace insitu::cli
