#include "report/explain_report.hpp"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/memory_limit.hpp"
#include "base/named.hpp"
#include "base/number_text.hpp"

namespace insitu {

using nlohmann::ordered_json;

namespace {

constexpr std::size_t kLabel = 11;

/// 1,234,567.
std::string grouped(const ordered_json& number) {
  auto digits = std::to_string(number.get<std::int64_t>());
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

std::string counted(const ordered_json& number, const std::string& what) {
  return grouped(number) + " " + what + (number == 1 ? "" : "s");
}

std::string listed(const ordered_json& names, std::size_t most = 12) {
  std::string text;
  std::size_t count = 0;
  for (const auto& name : names) {
    if (count++ == most) return text + ", ... (" + std::to_string(names.size()) + " in all)";
    text += (text.empty() ? "" : ", ") + name.get<std::string>();
  }
  return text;
}

/// "0.012 s".
std::string seconds_text(double seconds) { return fixed_text(seconds, 3) + " s"; }

class Lines {
 public:
  /// A line under a label, or further ones below it.
  void add(const std::string& label, const std::string& text) {
    auto head = label == last_ ? std::string() : label;
    last_ = label;
    head.resize(kLabel, ' ');
    text_ += head + text + "\n";
  }
  std::string take() { return std::move(text_); }
  void title(const std::string& text) { text_ += text + "\n"; }

 private:
  std::string text_, last_;
};

std::string number_of_passes(const ordered_json& pass) {
  const auto least = pass.value("least", std::int64_t{1});
  const auto& most = pass["most"];
  if (most.is_null()) return least == 0 ? "any number of passes" : "one pass or more";
  if (most == least) return least == 1 ? "one pass" : std::to_string(least) + " passes";
  return (least == 0 ? "at most " + grouped(most)
                     : std::to_string(least) + " to " + grouped(most)) +
         (most == 1 ? " pass" : " passes");
}

std::string pass_text(const ordered_json& pass) {
  auto text = pass.value("pass", std::string());
  if (const auto what = pass.value("what", std::string()); !what.empty()) text += ": " + what;
  if (pass.contains("seconds")) {
    text += "; " + counted(pass["rows"], "row") + " in " + seconds_text(pass["seconds"]);
  } else {
    text += "; " + number_of_passes(pass);
    if (const auto until = pass.value("until", std::string()); !until.empty())
      text += ", until " + until;
  }
  if (pass.contains("columns") && !pass["columns"].empty())
    text += "; of " + listed(pass["columns"]);
  return text;
}

void add_source(Lines& lines, const ordered_json& source) {
  auto text =
      source.value("name", std::string()) + " (" + source.value("type", std::string()) + ")";
  if (!source["rows"].is_null()) text += ": " + counted(source["rows"], "row");
  if (!source["variables"].is_null()) text += ", " + counted(source["variables"], "variable");
  if (!source["bytes"].is_null()) text += ", " + memory_text(source["bytes"].get<double>());
  if (source["splits"].is_number()) text += ", in " + counted(source["splits"], "split");
  lines.add("data", text);
  if (source.contains("columns") && !source["columns"].empty())
    lines.add("data", "read of it: " + listed(source["columns"]));
  if (source.contains("conditions"))
    lines.add("data", "the source leaves out pieces without: " + listed(source["conditions"]));
}

/// Why work does not go to all workers, where it does not.
std::string bound_of(const ordered_json& pass, const ordered_json& workers) {
  const auto& busy = pass["workers"];
  if (busy.is_null() || workers.is_null() || busy >= workers) return "";
  if (pass.value("callingThread", false))
    return "one at a time: a function of the caller runs on the thread of the call";
  return "at most " + grouped(busy) + " at once: there " +
         (busy == 1 ? std::string("is one split") : "are " + counted(pass["splits"], "split"));
}

}  // namespace

std::string explain_report(const ordered_json& said) {
  Lines lines;
  const bool measured = said.contains("seconds");
  const auto context = named(said.value("context", std::string()));
  if (measured)
    lines.title("Executed in " + context + " in " + seconds_text(said["seconds"]));
  else
    lines.title(said.value("function", std::string()) + " in " + context +
                (said.value("job", false) ? ", as a job" : ""));
  auto workers = said.value("workers", std::string());
  if (said["numWorkers"].is_number()) workers = grouped(said["numWorkers"]) + " " + workers;
  lines.add("workers", workers);
  if (said.contains("tasks")) lines.add("tasks", grouped(said["tasks"]));
  for (const auto& source : said["data"]) add_source(lines, source);
  std::string bound;
  for (const auto& pass : said["passes"]) {
    lines.add("passes", pass_text(pass));
    if (bound.empty()) bound = bound_of(pass, said["numWorkers"]);
  }
  if (said["passes"].empty() && !said.contains("tasks"))
    lines.add("passes", "none: no rows are read");
  if (!bound.empty()) lines.add("at once", bound);
  if (measured) {
    auto total = counted(said["rows"], "row");
    if (said["rowsPerSecond"].is_number() && said["rows"] != 0)
      total += ", " + grouped(said["rowsPerSecond"].get<double>()) + " rows/s";
    if (said["bytes"] != 0) total += ", files of " + memory_text(said["bytes"].get<double>());
    lines.add("in all", total);
    if (said.value("failed", 0) != 0) lines.add("in all", "failed: " + grouped(said["failed"]));
    if (said["retries"] != 0)
      lines.add("in all", "given out again: " + grouped(said["retries"]) + " (workers were lost)");
    return lines.take();
  }
  for (const auto& function : said["functions"])
    lines.add("functions", function["argument"].get<std::string>() + " (" +
                               function["language"].get<std::string>() +
                               "): " + function["where"].get<std::string>());
  if (!said["passes"].empty())
    lines.add("here", "states are merged, and the result is made, in this process");
  if (said.contains("then")) lines.add("then", said["then"].get<std::string>());
  for (const auto& item : said["shipped"])
    lines.add("shipped",
              item["name"].get<std::string>() + " (" + item["kind"].get<std::string>() + ")" +
                  (item["bytes"].is_number() ? ", " + memory_text(item["bytes"].get<double>())
                                             : std::string()));
  if (const auto& target = said["target"]; target.is_object()) {
    const auto file = target.value("file", std::string());
    const auto append = target.value("append", std::string("none"));
    lines.add("target", target.value("type", std::string()) + (file.empty() ? "" : " " + file) +
                            (append == "none" ? "" : ", " + append + " are appended"));
  }
  lines.add("memory", "at most " + memory_text(said["memoryLimit"].get<double>()) +
                          " for what is read at once");
  for (const auto& text : said["warnings"]) lines.add("warning", text.get<std::string>());
  for (const auto& text : said["missing"]) lines.add("missing", text.get<std::string>());
  return lines.take();
}

}  // namespace insitu
