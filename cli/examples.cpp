#include "examples.hpp"

#include <string>
#include <vector>

namespace insitu::cli {

namespace {

struct Examples {
  const char* command;
  std::vector<const char*> lines;
};

/// In this order they run one after another on flights.csv with columns day, delay and hour.
const std::vector<Examples>& table() {
  static const std::vector<Examples> all = {
      {"import",
       {"insitu import flights.csv flights.xdf --factor day --overwrite",
        "insitu import flights.csv late.xdf --select 'delay > 5' --missing NA",
        "cat flights.csv | insitu import - piped.xdf --strings-as-factors"}},
      {"info", {"insitu info flights.xdf", "insitu info flights.csv --rows 5 --keep day,delay"}},
      {"head", {"insitu head flights.csv", "insitu head flights.xdf -n 3 --tail"}},
      {"summary",
       {"insitu summary flights.xdf", "insitu summary flights.xdf '~ delay + delay:day'",
        "insitu summary flights.csv '~ delay' --stats Mean,StdDev --select 'hour > 8' --json"}},
      {"linmod",
       {"insitu linmod flights.xdf 'delay ~ day + hour' --model delay.model --covariance",
        "insitu linmod flights.xdf 'delay ~ day' --cube --brief"}},
      {"logit",
       {"insitu logit flights.xdf 'late ~ hour' --transform 'late=delay > 5'",
        "insitu logit flights.xdf 'late ~ day' --transform 'late=delay > 5' --json"}},
      {"glm",
       {"insitu glm flights.xdf 'hour ~ day' --family poisson --aic",
        "insitu glm flights.xdf 'hour ~ day' --family 'Gamma(log)' --covariance"}},
      {"covcor",
       {"insitu covcor flights.xdf '~ delay + hour'",
        "insitu covcor flights.xdf '~ delay + hour + day' --type Cor --json"}},
      {"describe", {"insitu describe", "insitu describe --json"}},
      {"predict",
       {"insitu predict delay.model flights.xdf predictions.csv --residuals --extra day",
        "insitu predict delay.model flights.xdf bounds.csv --interval confidence --level 0.9",
        "insitu predict delay.model flights.xdf"}},
      {"step",
       {"insitu step flights.xdf hours.xdf --transform 'late=delay > 5' --drop hour",
        "insitu step flights.xdf more.xdf --select 'day == \"Mon\"' --rows 30",
        "insitu step flights.csv - --keep day,delay | sort"}},
      {"convert",
       {"insitu convert flights.xdf copy.csv --precision 6",
        "insitu convert flights.csv copy.xdf --compression 3"}},
      {"doctor", {"insitu doctor", "insitu doctor --json"}},
      {"completion",
       {"insitu completion bash > ~/.local/share/bash-completion/completions/insitu",
        "insitu completion zsh > ~/.zfunc/_insitu",
        "insitu completion fish > ~/.config/fish/completions/insitu.fish"}},
      {"spark", {"insitu spark stop"}},
      {"spark list-data", {"insitu spark list-data --master local"}},
      {"spark remove-data", {"insitu spark remove-data --master local"}},
      {"spark stop", {"insitu spark stop"}},
  };
  return all;
}

void add_to(CLI::App& app, const std::string& before) {
  for (auto* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    const auto name = before + command->get_name();
    for (const auto& examples : table()) {
      if (examples.command != name) continue;
      std::string text = "Examples:";
      for (const auto* line : examples.lines) text.append("\n  ").append(line);
      command->footer(text);
    }
    add_to(*command, name + " ");
  }
}

}  // namespace

void add_examples(CLI::App& app) { add_to(app, ""); }

}  // namespace insitu::cli
