#include "report/explain_report.hpp"

#include <cmath>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/memory_limit.hpp"
#include "base/named.hpp"
#include "base/number_text.hpp"

namespace insitu {

using nlohmann::ordered_json;

namespace {

constexpr std::size_t kLabel = 11;

/// Of an object; null where it is missing, as languages leave it out.
const ordered_json& field(const ordered_json& object, const char* key) {
  static const ordered_json none;
  const auto found = object.find(key);
  return found == object.end() ? none : *found;
}

/// 1,234,567.
std::string grouped(const ordered_json& number) {
  constexpr double kMost = 9e18;  // of int64; records to be printed come from anywhere
  if (number.is_number_float() && !(std::abs(number.get<double>()) < kMost))
    return number_text(number.get<double>());
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
  const auto& most = field(pass, "most");
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
    if (!field(pass, "rows").is_null()) text += "; " + counted(field(pass, "rows"), "row");
    text += (field(pass, "rows").is_null() ? "; " : " in ") + seconds_text(field(pass, "seconds"));
  } else {
    text += "; " + number_of_passes(pass);
    if (const auto until = pass.value("until", std::string()); !until.empty())
      text += ", until " + until;
  }
  if (pass.contains("columns") && !field(pass, "columns").empty())
    text += "; of " + listed(field(pass, "columns"));
  return text;
}

/// Where a pass is computed, where there are several places.
std::string place_text(const ordered_json& pass) {
  static const std::map<std::string, std::string> kMeaning = {
      {"database", "statements of the database"},
      {"extension", "the engine within the server"},
      {"stream", "rows are read"},
      {"tasks", "each task writes its files"},
      {"session", "this process writes the rows"}};
  const auto tier = pass.value("tier", std::string());
  const auto known = kMeaning.find(tier);
  auto text = "tier " + tier + (known == kMeaning.end() ? "" : ": " + known->second);
  if (const auto reason = pass.value("reason", std::string()); !reason.empty())
    text += "; because " + reason;
  if (pass.contains("left"))
    text += "; " + counted(pass["left"]["rows"], "row") + " and " +
            memory_text(pass["left"]["bytes"].get<double>()) + " left it";
  return text;
}

void add_source(Lines& lines, const ordered_json& source) {
  auto text =
      source.value("name", std::string()) + " (" + source.value("type", std::string()) + ")";
  if (!field(source, "rows").is_null()) text += ": " + counted(field(source, "rows"), "row");
  if (!field(source, "variables").is_null())
    text += ", " + counted(field(source, "variables"), "variable");
  if (!field(source, "bytes").is_null())
    text += ", " + memory_text(field(source, "bytes").get<double>());
  if (source.contains("bytesToRead"))
    text += " (" + memory_text(field(source, "bytesToRead").get<double>()) + " a pass)";
  if (field(source, "splits").is_number())
    text += ", in " + counted(field(source, "splits"), "split");
  lines.add("data", text);
  if (source.contains("columns") && !field(source, "columns").empty())
    lines.add("data", "read of it: " + listed(field(source, "columns")));
  if (source.contains("conditions"))
    lines.add("data",
              "the source leaves out pieces without: " + listed(field(source, "conditions")) +
                  (source.contains("splitsLeftOut")
                       ? " (" + counted(field(source, "splitsLeftOut"), "split") + ")"
                       : ""));
}

/// Why work does not go to all workers, where it does not.
std::string bound_of(const ordered_json& pass, const ordered_json& workers) {
  const auto& busy = field(pass, "workers");
  if (busy.is_null() || workers.is_null() || busy >= workers) return "";
  if (pass.value("callingThread", false))
    return "one at a time: a function of the caller runs on the thread of the call";
  return "at most " + grouped(busy) + " at once: there " +
         (busy == 1 ? std::string("is one split")
                    : "are " + counted(field(pass, "splits"), "split"));
}

}  // namespace

std::string explain_report(const ordered_json& said) {
  Lines lines;
  const bool measured = said.contains("seconds");
  const auto context = named(said.value("context", std::string()));
  if (measured)
    lines.title("Executed in " + context + " in " + seconds_text(field(said, "seconds")));
  else
    lines.title(said.value("function", std::string()) + " in " + context +
                (said.value("job", false) ? ", as a job" : ""));
  auto workers = said.value("workers", std::string());
  if (field(said, "numWorkers").is_number())
    workers = grouped(field(said, "numWorkers")) + " " + workers;
  lines.add("workers", workers);
  if (said.contains("tasks")) lines.add("tasks", grouped(field(said, "tasks")));
  for (const auto& source : field(said, "data")) add_source(lines, source);
  std::string bound;
  for (const auto& pass : field(said, "passes")) {
    lines.add("passes", pass_text(pass));
    if (pass.contains("tier")) lines.add("passes", "  " + place_text(pass));
    if (!measured && pass.contains("statements"))
      for (const auto& statement : pass["statements"])
        lines.add("passes", "  " + statement.get<std::string>());
    if (bound.empty()) bound = bound_of(pass, field(said, "numWorkers"));
  }
  if (field(said, "passes").empty() && !said.contains("tasks"))
    lines.add("passes", said.contains("then") ? "none before" : "none: no rows are read");
  if (!bound.empty()) lines.add("at once", bound);
  if (measured) {
    auto total = counted(field(said, "rows"), "row");
    if (field(said, "rowsPerSecond").is_number() && field(said, "rows") != 0)
      total += ", " + grouped(field(said, "rowsPerSecond").get<double>()) + " rows/s";
    if (field(said, "bytes") != 0)
      total += ", files of " + memory_text(field(said, "bytes").get<double>());
    lines.add("in all", total);
    if (said.value("failed", 0) != 0)
      lines.add("in all", "failed: " + grouped(field(said, "failed")));
    if (field(said, "retries") != 0)
      lines.add("in all",
                "given out again: " + grouped(field(said, "retries")) + " (workers were lost)");
    return lines.take();
  }
  for (const auto& function : field(said, "functions"))
    lines.add("functions", field(function, "argument").get<std::string>() + " (" +
                               field(function, "language").get<std::string>() +
                               "): " + field(function, "where").get<std::string>());
  if (!field(said, "passes").empty())
    lines.add("here", "states are merged, and the result is made, in this process");
  if (said.contains("then")) lines.add("then", field(said, "then").get<std::string>());
  for (const auto& item : field(said, "shipped"))
    lines.add("shipped", field(item, "name").get<std::string>() + " (" +
                             field(item, "kind").get<std::string>() + ")" +
                             (field(item, "bytes").is_number()
                                  ? ", " + memory_text(field(item, "bytes").get<double>())
                                  : std::string()));
  if (const auto& target = field(said, "target"); target.is_object()) {
    const auto file = target.value("file", std::string());
    const auto append = target.value("append", std::string("none"));
    lines.add("target", target.value("type", std::string()) + (file.empty() ? "" : " " + file) +
                            (append == "none" ? "" : ", " + append + " are appended"));
  }
  lines.add("memory", "at most " + memory_text(field(said, "memoryLimit").get<double>()) +
                          " for what is read at once");
  for (const auto& text : field(said, "warnings")) lines.add("warning", text.get<std::string>());
  for (const auto& text : field(said, "missing")) lines.add("missing", text.get<std::string>());
  return lines.take();
}

}  // namespace insitu
