#include "publish_commands.hpp"

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "base/error.hpp"
#include "model_of_file.hpp"
#include "request_arguments.hpp"
#include "run_request.hpp"

namespace insitu::cli {

using nlohmann::json;

namespace {

struct Publishing {
  SourceArguments models;
  std::string model, name, version, kind = "auto", rows;
  bool overwrite = false;
  OutputArguments output;

  void add_place(CLI::App& command) {
    command
        .add_option("models", models.path,
                    "Table of published models: postgres:models, sqlserver:models, odbc:models")
        ->required()
        ->type_name("TABLE");
    command.add_flag("--json", output.as_json, "Print the reply as JSON");
    output.progress = 0;
  }
  void add_name(CLI::App& command, const char* version_of) {
    command.add_option("--name", name, "What the model is called there")
        ->required()
        ->type_name("NAME");
    command.add_option("--version", version, version_of)->type_name("TEXT");
  }
  json request(const char* op) const {
    json request = {{"op", op}, {"data", models.descriptor()}};
    if (!name.empty()) request["name"] = name;
    if (!version.empty()) request["version"] = version;
    return request;
  }
};

void add_publish(CLI::App& app) {
  auto* command =
      app.add_subcommand("publish", "Put a model into a database, with what scores with it in SQL");
  const auto own = std::make_shared<Publishing>();
  command->add_option("model", own->model, "File of the model")->required()->type_name("MODEL");
  own->add_place(*command);
  own->add_name(*command, "Of the model; others of the name stay in the table");
  command
      ->add_option("--kind", own->kind,
                   "Who scores: sql, engine (within the server), or the first that can: auto")
      ->check(CLI::IsMember({"auto", "sql", "engine"}))
      ->type_name("WHO");
  command->add_option("--rows", own->rows, "The table whose rows are scored (SQLite)")
      ->type_name("NAME");
  command->add_flag("--overwrite", own->overwrite, "Replace what is published under the name");
  command->callback([own] {
    auto request = own->request("publish_model");
    request["model"] = read_model(own->model);
    request["kind"] = own->kind;
    request["overwrite"] = own->overwrite;
    if (!own->rows.empty()) request["rows"] = own->rows;
    const auto reply = run_request(request, own->output);
    show(reply, own->output, "Published: " + reply.value("object", "") + "\n");
  });
}

void add_published(CLI::App& app) {
  auto* command = app.add_subcommand("published", "List the models that are published");
  const auto own = std::make_shared<Publishing>();
  own->add_place(*command);
  command->callback([own] {
    const auto reply = run_request(own->request("published_models"), own->output);
    std::string text;
    for (const auto& each : reply.at("models")) {
      text += each.value("name", "");
      if (each.at("version").is_string()) text += ", version " + each.value("version", "");
      const auto object = each.value("object", "");
      text += object.empty() ? ": kept\n"
                             : ": " + object + ", scored by " +
                                   (each.value("kind", "") == "sql" ? "SQL" : "the engine") + "\n";
    }
    show(reply, own->output, text.empty() ? "No models are published there.\n" : text);
  });
}

void add_unpublish(CLI::App& app) {
  auto* command =
      app.add_subcommand("unpublish", "Remove a published model, and what scores with it");
  const auto own = std::make_shared<Publishing>();
  own->add_place(*command);
  own->add_name(*command, "That version alone");
  command->callback([own] {
    const auto reply = run_request(own->request("unpublish_model"), own->output);
    const auto removed = reply.value("removed", 0);
    show(
        reply, own->output,
        removed == 0 ? "There was no such model.\n" : "Removed: " + std::to_string(removed) + "\n");
  });
}

void add_self_test(CLI::App& app) {
  auto* command = app.add_subcommand(
      "selftest", "Try on a SQL Server what was tested without one (INSITU_CONNECTION says where)");
  struct Own {
    std::string database;
    OutputArguments output;
  };
  const auto own = std::make_shared<Own>();
  command->add_option("database", own->database, "sqlserver")
      ->required()
      ->check(CLI::IsMember({"sqlserver"}))
      ->type_name("DATABASE");
  command->add_flag("--json", own->output.as_json, "Print the reply as JSON");
  command->callback([own] {
    own->output.progress = 0;
    const auto reply = run_request({{"op", "sql_server_self_test"}}, own->output);
    show(reply, own->output, reply.value("printed", ""));
    if (!reply.value("ok", false))
      throw Unsupported("some lines of the self-test failed: see above");
  });
}

}  // namespace

void add_publish_commands(CLI::App& app) {
  add_publish(app);
  add_published(app);
  add_unpublish(app);
  add_self_test(app);
}

}  // namespace insitu::cli
