#include "sources/text/delimiter.hpp"

#include <algorithm>
#include <optional>

#include "sources/text/numbers.hpp"
#include "sources/text/types.hpp"

namespace insitu {

namespace {

constexpr std::size_t kMostRecords = 1000;
constexpr std::size_t kLeastWindow = std::size_t{1} << 16;
constexpr std::size_t kMostWindow = std::size_t{1} << 20;
constexpr std::size_t kFieldsLookedAt = 1024;
constexpr std::string_view kMarks = ",\t;|";

struct NewlineCounts {
  std::size_t feeds = 0, returns = 0;  ///< LF with what stands before it; CR alone
};

/// Line ends outside quotes. A quote mark opens only where a field can begin.
NewlineCounts count_newlines(std::string_view text, char quote) {
  NewlineCounts counts;
  bool quoted = false;
  char before = '\n';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != '\0' && c == quote) {
      if (quoted)
        quoted = false;
      else
        quoted = before == '\n' || before == '\r' || before == quote || before == ' ' ||
                 kMarks.find(before) != std::string_view::npos;
    } else if (!quoted && c == '\n') {
      ++counts.feeds;
    } else if (!quoted && c == '\r') {
      auto next = i + 1;
      while (next < text.size() && text[next] == '\r') ++next;
      // At the end of the text it is not known what follows.
      if (next < text.size() && text[next] != '\n') counts.returns += next - i;
      if (next == text.size() && counts.feeds == 0 && next - i == 1) ++counts.returns;
      i = next - 1;
    }
    before = c;
  }
  if (quoted && quote != '\0') return count_newlines(text, '\0');
  return counts;
}

/// How a dialect cuts the first records.
struct Cut {
  TextDialect dialect;
  std::size_t records = 0;
  std::size_t fields = 0;    ///< of most records but the first
  std::size_t agreeing = 0;  ///< records with as many; the first may have one less (row names)
  std::size_t torn = 0;      ///< fields that hold a part of a quoted text
  std::size_t decimals = 0, commas = 0;  ///< fields with a comma: numbers like 1,5, and all
  bool first_is_shorter = false;
  bool all() const { return agreeing == records; }
  bool most() const { return fields > 1 && agreeing * 2 > records; }
};

/// A cut through a quoted text leaves a quote mark, or another delimiter, behind a closed quote, or
/// a quote mark beside another delimiter in a field that is not quoted.
bool is_torn(const TextDialect& dialect, const FieldSpan& field, std::string& scratch) {
  if (dialect.quote == '\0') return false;
  const auto is_mark = [&](char c) {
    return c != dialect.delimiter && kMarks.find(c) != std::string_view::npos;
  };
  const auto found = unquote(dialect, field, scratch);
  if (found.quoted)
    return std::any_of(found.tail.begin(), found.tail.end(),
                       [&](char c) { return c == dialect.quote || is_mark(c); });
  const auto& text = found.text;
  for (auto at = text.find(dialect.quote); at != std::string_view::npos;
       at = text.find(dialect.quote, at + 1))
    if ((at > 0 && is_mark(text[at - 1])) || (at + 1 < text.size() && is_mark(text[at + 1])))
      return true;
  return false;
}

std::size_t most_common(std::vector<std::size_t> counts) {
  std::sort(counts.begin(), counts.end());
  std::size_t best = 0, times = 0;
  for (auto run = counts.begin(); run != counts.end();) {
    const auto stop = std::upper_bound(run, counts.end(), *run);
    const auto here = static_cast<std::size_t>(stop - run);
    if (here >= times) times = here, best = *run;
    run = stop;
  }
  return best;
}

/// The text behind leading lines that begin with #, if there is any.
std::string_view without_hashes(std::string_view text, const TextDialect& dialect) {
  auto rest = text;
  while (!rest.empty() && (rest[0] == '#' || dialect.ends_line(rest[0]) || rest[0] == '\r')) {
    const auto end =
        dialect.newline == '\r' ? rest.find_first_of("\r\n") : rest.find(dialect.newline);
    if (end == std::string_view::npos) return text;
    rest.remove_prefix(end + 1);
  }
  return rest.empty() ? text : rest;
}

std::optional<Cut> cut_by(const TextHead& head, TextDialect dialect, char delimiter, bool combine) {
  dialect.delimiter = delimiter;
  dialect.combine_delimiters = combine || delimiter == ' ';
  Cut cut{.dialect = dialect};
  auto decimal = dialect;
  decimal.decimal_point = ',';
  decimal.thousands_separator = '\0';
  const auto window = head.view().substr(0, kMostWindow);
  const bool whole = head.at_end() && window.size() == head.view().size();
  RecordWalker walker(dialect, without_hashes(window, dialect));
  std::vector<std::size_t> counts;
  std::vector<FieldSpan> fields;
  std::string scratch;
  while (counts.size() < kMostRecords && walker.next(fields)) {
    if (!walker.terminated() && !whole && !counts.empty()) break;  // cut by the window
    counts.push_back(fields.size());
    for (std::size_t i = 0; i < std::min(fields.size(), kFieldsLookedAt); ++i) {
      cut.torn += is_torn(dialect, fields[i], scratch);
      const std::string_view text(fields[i].begin,
                                  static_cast<std::size_t>(fields[i].end - fields[i].begin));
      if (delimiter == ',' || text.find(',') == std::string_view::npos) continue;
      double number = 0;
      ++cut.commas;
      cut.decimals += parse_float64(text, decimal, number);
    }
  }
  if (counts.empty() || (walker.unclosed() && whole)) return std::nullopt;
  cut.records = counts.size();
  cut.fields = counts.size() == 1
                   ? counts[0]
                   : most_common(std::vector<std::size_t>(counts.begin() + 1, counts.end()));
  cut.first_is_shorter = counts[0] + 1 == cut.fields;
  for (std::size_t i = 0; i < counts.size(); ++i)
    cut.agreeing += counts[i] == cut.fields || (i == 0 && counts[i] + 1 == cut.fields);
  return cut;
}

/// Columns of numbers, dates or logicals in the records behind the first.
std::size_t typed_columns(const TextHead& head, const Cut& cut, const TextOptions& options) {
  constexpr int kRecords = 50;
  RecordWalker walker(cut.dialect, without_hashes(head.view().substr(0, kMostWindow), cut.dialect));
  std::vector<FieldSpan> fields;
  std::vector<bool> typed(std::min(cut.fields, kFieldsLookedAt), true);
  std::vector<bool> any(typed.size(), false);
  std::string scratch;
  for (int record = 0; record <= kRecords && walker.next(fields); ++record) {
    if ((record == 0 && cut.records > 1) || fields.size() != cut.fields) continue;
    for (std::size_t i = 0; i < typed.size(); ++i) {
      const auto text = trim_blanks(unquote(cut.dialect, fields[i], scratch).text);
      if (text.empty() || text == options.missing_value) continue;
      any[i] = true;
      bool logical = false;
      double number = 0;
      if (!parse_float64(text, cut.dialect, number) && !parse_logical(text, logical) &&
          !looks_like_date(text))
        typed[i] = false;
    }
  }
  std::size_t count = 0;
  for (std::size_t i = 0; i < typed.size(); ++i) count += typed[i] && any[i];
  return count;
}

bool has_ending(std::string path, std::string_view wanted) {
  std::transform(path.begin(), path.end(), path.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  for (const std::string_view packed : {".gz", ".bz2", ".zst", ".xz", ".zip"})
    if (path.ends_with(packed)) path.resize(path.size() - packed.size());
  return path.ends_with(wanted);
}

/// The best cut of one way of ending lines; nothing when no delimiter cuts most records alike.
std::optional<Cut> best_cut(const TextHead& head, const TextOptions& options,
                            const std::string& path, const TextDialect& dialect) {
  std::vector<Cut> cuts;
  bool others_torn = true;
  for (const char delimiter : kMarks) {
    if (delimiter == dialect.decimal_point || delimiter == dialect.quote) continue;
    const auto cut = cut_by(head, dialect, delimiter, options.combine_delimiters);
    if (!cut) continue;
    if (cut->torn == 0) others_torn = false;
    if (cut->most()) cuts.push_back(*cut);
  }
  const auto keep_if = [&](auto wanted) {
    if (std::any_of(cuts.begin(), cuts.end(), wanted))
      std::erase_if(cuts, [&](const Cut& cut) { return !wanted(cut); });
  };
  keep_if([](const Cut& cut) { return cut.torn == 0; });
  // Commas that all stand in numbers like 1,5 are decimal points.
  if (std::any_of(cuts.begin(), cuts.end(), [](const Cut& cut) {
        return cut.all() && cut.commas > 0 && cut.commas == cut.decimals;
      }))
    std::erase_if(cuts, [](const Cut& cut) { return cut.dialect.delimiter == ','; });
  keep_if([](const Cut& cut) { return cut.all(); });
  if (has_ending(path, ".tsv") || has_ending(path, ".tab")) {
    std::erase_if(
        cuts, [](const Cut& cut) { return cut.dialect.delimiter != '\t' && cut.first_is_shorter; });
    keep_if([](const Cut& cut) { return cut.dialect.delimiter == '\t'; });
  }
  const auto best = std::max_element(cuts.begin(), cuts.end(), [](const Cut& a, const Cut& b) {
    return a.all() != b.all() ? b.all()
           : a.all()          ? a.fields < b.fields
                              : std::pair(a.agreeing, a.fields) < std::pair(b.agreeing, b.fields);
  });
  // Blanks are part of texts: they cut where nothing else does, or where they lay numbers bare.
  if (dialect.quote != ' ' && (!has_ending(path, ".csv") || (cuts.empty() && others_torn))) {
    const auto blank = cut_by(head, dialect, ' ', true);
    if (blank && blank->most()) {
      const auto typed = typed_columns(head, *blank, options);
      if (best == cuts.end()) {
        if (blank->all() ? typed > 0 || blank->fields > 2 || others_torn : typed > 0) return blank;
      } else if (blank->all() && blank->torn == 0 && blank->fields > best->fields &&
                 typed > typed_columns(head, *best, options)) {
        return blank;
      }
    }
  }
  if (best == cuts.end()) return std::nullopt;
  return *best;
}

}  // namespace

char sniff_newline(TextHead& head, char quote) {
  head.grow_to(kLeastWindow);
  // At least one line end, if there is one within 16 MiB.
  while (head.view().find_first_of("\r\n") == std::string_view::npos &&
         head.view().size() < (std::size_t{1} << 24) && head.grow()) {
  }
  const auto counts = count_newlines(head.view(), quote);
  return counts.returns > 0 && counts.feeds == 0 ? '\r' : '\n';
}

void sniff_cut(TextHead& head, const TextOptions& options, const std::string& path,
               TextDialect& dialect) {
  head.grow_to(kLeastWindow);
  const auto fallback = has_ending(path, ".tsv") || has_ending(path, ".tab") ? '\t' : ',';
  const auto sniff = [&](char newline) {
    auto with = dialect;
    with.newline = newline;
    return options.delimiter ? cut_by(head, with, *options.delimiter, options.combine_delimiters)
                             : best_cut(head, options, path, with);
  };
  auto found = sniff(dialect.newline);
  const auto counts = count_newlines(head.view().substr(0, kMostWindow), dialect.quote);
  if (dialect.newline == '\n' && counts.returns > 0) {
    // CR alone beside LF: it ends lines where that makes the records alike.
    auto other = sniff('\r');
    const bool alike = found && found->all() && found->fields > 1;
    const bool other_alike = other && other->all() && other->fields > 1;
    if (other_alike || (!alike && counts.returns * 10 >= counts.feeds)) {
      dialect.newline = '\r';
      found = std::move(other);
    }
  }
  dialect.delimiter = options.delimiter ? *options.delimiter
                      : found           ? found->dialect.delimiter
                                        : fallback;
  dialect.combine_delimiters = options.combine_delimiters || dialect.delimiter == ' ';
}

void skip_comments(TextHead& head, const TextDialect& dialect) {
  head.grow_to(kLeastWindow);
  if (!head.view().starts_with('#')) return;
  const auto cut = cut_by(head, dialect, dialect.delimiter, dialect.combine_delimiters);
  const auto rest = without_hashes(head.view(), dialect);
  if (!cut || rest.size() == head.view().size()) return;
  std::vector<FieldSpan> fields;
  while (head.view().size() > rest.size()) {
    const auto text = head.view();
    if (dialect.ends_line(text[0]) || text[0] == '\r') {
      head.consume(1);
      continue;
    }
    const auto end =
        dialect.newline == '\r' ? text.find_first_of("\r\n") : text.find(dialect.newline);
    RecordWalker walker(dialect, text.substr(0, end));
    const auto count = walker.next(fields) ? fields.size() : 0;
    const bool blank = text.size() > 1 && text[1] == ' ';
    const bool last = end + 1 >= text.size() || text[end + 1] != '#';
    // A line of as many fields is a record, or the names of the records where they follow at once.
    if (cut->fields > 1 ? count == cut->fields && (last || !blank) : !blank) return;
    head.consume(end + 1);
  }
}

}  // namespace insitu
