#include "moments_commands.hpp"

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "method_commands.hpp"
#include "methods/lin_mod.hpp"
#include "request_arguments.hpp"
#include "run_request.hpp"

namespace insitu::cli {

using nlohmann::json;

namespace {

json file_of(const std::string& path) { return {{"file", absolute_path(path)}}; }

void add_refit(CLI::App& app) {
  auto* command = app.add_subcommand("refit", "Fit a linear model from moments, without the data");
  struct Own {
    std::string moments, formula;
    ModelFileArguments model;
    OutputArguments output;
    bool cube = false, drop_first = false, covariance = false, brief = false;
  };
  const auto own = std::make_shared<Own>();
  command->add_option("moments", own->moments, "File of moments (insitu moments --out-file)")
      ->required()
      ->type_name("MOMENTS");
  command->add_option("formula", own->formula, "The formula: terms that the moments hold")
      ->required()
      ->type_name("FORMULA");
  command->add_flag("--brief", own->brief, "Print the coefficients alone");
  command->add_flag("--cube", own->cube, "The first term is categorical and keeps all its levels");
  command->add_flag("--drop-first", own->drop_first,
                    "The first level of each factor is the reference instead of the last");
  command->add_flag("--covariance", own->covariance,
                    "Keep the covariance of the coefficients: predict --std-errors needs it");
  own->model.add_options(*command);
  own->output.add_options(*command);
  command->callback([own] {
    const char* layout = own->brief ? "print" : "summary";
    own->model.check();
    const auto reply = run_request({{"op", "refit"},
                                    {"moments", file_of(own->moments)},
                                    {"formula", own->formula},
                                    {"cube", own->cube},
                                    {"dropFirst", own->drop_first},
                                    {"covCoef", own->covariance},
                                    {"dataLabel", own->moments},
                                    {"print", json::array({layout})}},
                                   own->output, false, own->model.wanted());
    own->model.keep();
    show(reply, own->output, printed_text(reply, layout));
  });
}

void add_combine(CLI::App& app) {
  auto* command = app.add_subcommand("combine", "Add moments of different rows");
  struct Own {
    std::vector<std::string> moments;
    std::string target;
    bool overwrite = false;
    OutputArguments output;
  };
  const auto own = std::make_shared<Own>();
  command->add_option("moments", own->moments, "Files of moments, in the order of their rows")
      ->required()
      ->type_name("MOMENTS");
  command->add_option("--out-file", own->target, "File to write")->required()->type_name("FILE");
  command->add_flag("--overwrite", own->overwrite, "Replace the file if it exists");
  own->output.add_options(*command);
  command->callback([own] {
    json all = json::array();
    for (const auto& path : own->moments) all.push_back(file_of(path));
    const auto reply = run_request({{"op", "combine"},
                                    {"moments", std::move(all)},
                                    {"outFile", absolute_path(own->target)},
                                    {"overwrite", own->overwrite},
                                    {"print", json::array({"print"})}},
                                   own->output);
    show(reply, own->output, printed_text(reply, "print"));
  });
}

}  // namespace

void add_moments_commands(CLI::App& app) {
  add_refit(app);
  add_combine(app);
}

}  // namespace insitu::cli
