#include "examples.hpp"

#include <string>
#include <vector>

#include "methods/methods.hpp"

namespace insitu::cli {

namespace {

struct Examples {
  const char* command;
  std::vector<const char*> lines;
};

/// In this order, the methods' after "head", they run one after another on flights.csv with columns
/// day, delay and hour.
const std::vector<Examples>& table() {
  static const std::vector<Examples> all = {
      {"import",
       {"insitu import flights.csv flights.xdf --factor day --overwrite",
        "insitu import flights.csv late.xdf --select 'delay > 5' --missing NA",
        "cat flights.csv | insitu import - piped.xdf --strings-as-factors"}},
      {"info", {"insitu info flights.xdf", "insitu info flights.csv --rows 5 --keep day,delay"}},
      {"head", {"insitu head flights.csv", "insitu head flights.xdf -n 3 --tail"}},
      {"explain",
       {"insitu explain linmod flights.xdf 'delay ~ day + hour'",
        "insitu explain import flights.csv explained.xdf --json"}},
      {"describe", {"insitu describe", "insitu describe --json"}},
      {"refit",
       {"insitu refit flights.moments 'delay ~ hour' --brief",
        "insitu refit flights.moments 'hour ~ delay + day' --drop-first"}},
      {"combine",
       {"insitu moments flights.csv 'delay ~ day + hour' --strings-as-factors --out-file "
        "more.moments",
        "insitu combine flights.moments more.moments --out-file all.moments"}},
      {"predict",
       {"insitu predict delay.model flights.xdf predictions.csv --residuals --extra day",
        "insitu predict delay.model flights.xdf bounds.csv --interval confidence --level 0.9",
        "insitu predict delay.model flights.xdf"}},
      {"vif", {"insitu vif delay.model", "insitu vif delay.model --json"}},
      {"export",
       {"insitu export delay.model --dialect postgres --name flights",
        "insitu export delay.model --dialect sqlserver --as function --name dbo.delay_of",
        "insitu export delay.model delay.c --type c --name delay_of --overwrite"}},
      {"publish",
       {"INSITU_CONNECTION='Driver=SQLite3;Database=air.db' insitu publish delay.model odbc:models "
        "--name delay --rows flights"}},
      {"published",
       {"INSITU_CONNECTION='Driver=SQLite3;Database=air.db' insitu published odbc:models"}},
      {"selftest", {"insitu selftest sqlserver"}},
      {"unpublish",
       {"INSITU_CONNECTION='Driver=SQLite3;Database=air.db' insitu unpublish odbc:models --name "
        "delay"}},
      {"lineplot",
       {"insitu lineplot flights.xdf 'delay ~ hour | day' --type p --svg points.svg",
        "insitu lineplot flights.xdf 'delay + hour ~ n' --transform 'n=delay + hour' --select "
        "'delay > 5' "
        "--svg lines.svg --overwrite"}},
      {"residualplot",
       {"insitu residualplot delay.model flights.xdf --svg residuals.svg",
        "insitu residualplot delay.model flights.xdf --breaks 10 --json"}},
      {"step",
       {"insitu step flights.xdf hours.xdf --transform 'late=delay > 5' --drop hour",
        "insitu step flights.xdf more.xdf --select 'day == \"Mon\"' --rows 30",
        "insitu step flights.csv - --keep day,delay | sort"}},
      {"partition",
       {"insitu partition flights.xdf days --by day",
        "insitu partition flights.csv days --by day --append --strings-as-factors --select 'delay "
        "> 5'"}},
      {"partitions", {"insitu partitions days"}},
      {"convert",
       {"insitu convert flights.xdf copy.csv --precision 6",
        "insitu convert flights.csv copy.xdf --compression 3"}},
      {"doctor",
       {"insitu doctor", "insitu doctor mpi", "insitu doctor hadoop", "insitu doctor --json"}},
      {"completion",
       {"insitu completion bash > ~/.local/share/bash-completion/completions/insitu",
        "insitu completion zsh > ~/.zfunc/_insitu",
        "insitu completion fish > ~/.config/fish/completions/insitu.fish"}},
      {"hdfs", {"insitu hdfs ls -R /data", "insitu hdfs put flights.csv /data/new.csv"}},
      {"hdfs ls", {"insitu hdfs ls -R /data"}},
      {"hdfs stat", {"insitu hdfs stat /data/flights.csv"}},
      {"hdfs cat", {"insitu hdfs cat /data/flights.csv | head -3"}},
      {"hdfs put", {"insitu hdfs put --overwrite flights.csv /data/flights.csv"}},
      {"hdfs get", {"insitu hdfs get /data/flights.csv back.csv"}},
      {"hdfs cp", {"insitu hdfs cp /data/flights.csv /data/copy.csv"}},
      {"hdfs mv", {"insitu hdfs mv /data/copy.csv /data/old.csv"}},
      {"hdfs mkdir", {"insitu hdfs mkdir /data/2026/11"}},
      {"hdfs rm", {"insitu hdfs rm -r --skip-trash /data/2026"}},
      {"jobs", {"insitu jobs list", "insitu jobs list --state running,queued"}},
      {"jobs list", {"insitu jobs list --json"}},
      {"jobs show", {"insitu jobs show rxJob_1461"}},
      {"jobs output", {"insitu jobs output rxJob_1461"}},
      {"jobs result",
       {"job=$(insitu linmod flights.xdf 'delay ~ day' --no-wait) && insitu jobs wait $job && "
        "insitu jobs result $job"}},
      {"jobs wait",
       {"insitu jobs wait $(insitu step flights.xdf early.xdf --select 'hour < 9' --no-wait)"}},
      {"jobs cancel", {"insitu jobs cancel rxJob_1461"}},
      {"jobs clean", {"insitu jobs clean", "insitu jobs clean rxJob_1461 --force"}},
      {"spark", {"insitu spark stop"}},
      {"spark list-data", {"insitu spark list-data --master local"}},
      {"spark remove-data", {"insitu spark remove-data --master local"}},
      {"spark stop", {"insitu spark stop"}},
  };
  return all;
}

/// The examples of a command, a line each; "" if there are none.
std::string examples_of(const std::string& command) {
  for (const auto& method : methods())
    if (command == command_of(method.about)) return method.about.examples;
  std::string text;
  for (const auto& examples : table())
    if (examples.command == command)
      for (const auto* line : examples.lines) text.append(text.empty() ? "" : "\n").append(line);
  return text;
}

void add_to(CLI::App& app, const std::string& before) {
  for (auto* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    const auto name = before + command->get_name();
    if (auto text = examples_of(name); !text.empty()) {
      for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 3)
        text.replace(at, 1, "\n  ");
      command->footer("Examples:\n  " + text);
    }
    add_to(*command, name + " ");
  }
}

}  // namespace

void add_examples(CLI::App& app) { add_to(app, ""); }

}  // namespace insitu::cli
