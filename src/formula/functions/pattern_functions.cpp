// Patterns: grepl, sub, gsub, regexpr. Fixed strings are searched by hand; regular expressions by
// PCRE2, whose steps are limited, so that no pattern and no text, however long, can exhaust time or
// stack.
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <array>

#include "base/current_call.hpp"
#include "formula/expression/map_texts.hpp"
#include "formula/expression/text.hpp"
#include "formula/expression/value.hpp"

namespace insitu {

namespace {

// Steps of one match: enough for what backtracks a little on every character, and well below a
// tenth of a second, because a cancelled call is heard between matches.
constexpr std::size_t kStepsAtLeast = 100'000;
constexpr std::size_t kStepsPerByte = 1'000;
constexpr std::size_t kStepsAtMost = 10'000'000;
// Longest text that is searched without backtracking after backtracking took too long: such a
// search is quadratic at worst.
constexpr std::size_t kLongestWithoutBacktracking = 250;
// All such searches of one call together, in squares of lengths: some 30 seconds.
constexpr std::size_t kMostWithoutBacktracking = 200'000'000;
constexpr std::uint32_t kHeapLimitKiB = 64 * 1024;
constexpr std::size_t kLongestResult =
    std::size_t{1} << 28;  // bytes of one text: nested replacements may grow without end

struct Found {
  std::size_t begin = 0, end = 0;
  std::array<std::pair<std::size_t, std::size_t>, 10>
      groups{};  // begin and end of \0 to \9; npos where not set
};

/// Finds a pattern in texts.
class Matcher {
 public:
  Matcher(const FunctionCall& call, const std::string& pattern, bool fixed, bool ignore_case,
          bool perl)
      : call_(call), fixed_(fixed), pattern_(pattern) {
    if (fixed) {
      if (pattern.empty()) call.fail("a fixed pattern must not be empty");
      return;
    }
    translated_ = perl ? pattern : word_borders(pattern);
    int error = 0;
    PCRE2_SIZE at = 0;
    if (ignore_case) options_ |= PCRE2_CASELESS;
    if (!perl) options_ |= PCRE2_DOTALL;  // in POSIX a dot matches a line break
    code_.reset(
        pcre2_compile(subject(translated_), translated_.size(), options_, &error, &at, nullptr));
    if (!code_) {
      std::array<PCRE2_UCHAR, 256> text{};
      pcre2_get_error_message(error, text.data(), text.size());
      call.fail("the pattern is not a regular expression: " + pattern + " (" +
                reinterpret_cast<const char*>(text.data()) + "; fixed = TRUE searches plain text)");
    }
    pcre2_jit_compile(code_.get(),
                      PCRE2_JIT_COMPLETE);  // where it is not available, the interpreter runs
    data_.reset(pcre2_match_data_create(10, nullptr));
    context_.reset(pcre2_match_context_create(nullptr));
    if (!data_ || !context_) throw std::bad_alloc();
    pcre2_set_heap_limit(context_.get(), kHeapLimitKiB);
  }

  /// Whether the pattern is anywhere in the text. A pattern that backtracks too much is tried again
  /// by PCRE2's other algorithm, which follows all alternatives at once.
  bool occurs(std::string_view text) const {
    if (fixed_) return text.find(pattern_) != std::string_view::npos;
    const auto count = run(text, 0);
    if (count >= 0 || count == PCRE2_ERROR_NOMATCH) return count >= 0;
    exhaustive_steps_ += text.size() * text.size();
    if (text.size() > kLongestWithoutBacktracking || exhaustive_steps_ > kMostWithoutBacktracking)
      fail_long(text);
    if (!exhaustive_) {  // compiled anew: that algorithm takes valid UTF-8 only
      int error = 0;
      PCRE2_SIZE at = 0;
      exhaustive_.reset(pcre2_compile(subject(translated_), translated_.size(),
                                      options_ & ~PCRE2_MATCH_INVALID_UTF, &error, &at, nullptr));
      if (!exhaustive_) fail_long(text);
      workspace_.resize(20'000);
    }
    const auto answer =
        pcre2_dfa_match(exhaustive_.get(), subject(text), text.size(), 0, PCRE2_DFA_SHORTEST,
                        data_.get(), nullptr, workspace_.data(), workspace_.size());
    if (answer < 0 && answer != PCRE2_ERROR_NOMATCH) fail_long(text);
    return answer >= 0;
  }

  bool find(std::string_view text, std::size_t from, Found& found) const {
    poll_current_call();
    if (fixed_) {
      const auto at = text.find(pattern_, from);
      if (at == std::string_view::npos) return false;
      found.begin = at, found.end = at + pattern_.size();
      return true;
    }
    const auto count = run(text, from);
    if (count == PCRE2_ERROR_NOMATCH) return false;
    if (count < 0) fail_long(text);
    const auto* offsets = pcre2_get_ovector_pointer(data_.get());
    found.groups.fill({std::string_view::npos, std::string_view::npos});
    const int used = count == 0 ? 10 : std::min(count, 10);  // 0: more groups than we keep
    for (int i = 0; i < used; ++i)
      found.groups[static_cast<std::size_t>(i)] = {offsets[2 * i], offsets[2 * i + 1]};
    found.begin = offsets[0],
    found.end = std::max(offsets[0], offsets[1]);  // \K may set the begin behind the end
    return true;
  }

  bool fixed() const { return fixed_; }

 private:
  static PCRE2_SPTR subject(std::string_view text) {
    return reinterpret_cast<PCRE2_SPTR>(text.data() ? text.data() : "");
  }

  int run(std::string_view text, std::size_t from) const {
    poll_current_call();
    const auto steps = std::min(kStepsAtLeast + kStepsPerByte * (text.size() - from), kStepsAtMost);
    pcre2_set_match_limit(context_.get(), static_cast<std::uint32_t>(steps));
    return pcre2_match(code_.get(), subject(text), text.size(), from, 0, data_.get(),
                       context_.get());
  }

  [[noreturn]] void fail_long(std::string_view text) const {
    call_.fail("the pattern needs too many steps on a text of " + std::to_string(text.size()) +
               " bytes: " + pattern_ + "; write it without repeats inside repeats, as in (a+)+");
  }

  /// \< and \> of POSIX are the borders of words.
  static std::string word_borders(const std::string& pattern) {
    std::string out;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
      if (pattern[i] == '\\' && i + 1 < pattern.size()) {
        ++i;
        if (pattern[i] == '<')
          out += "\\b(?=\\w)";
        else if (pattern[i] == '>')
          out += "\\b(?<=\\w)";
        else
          out += '\\', out += pattern[i];
      } else {
        out += pattern[i];
      }
    }
    return out;
  }

  struct Free {
    void operator()(pcre2_code* p) const { pcre2_code_free(p); }
    void operator()(pcre2_match_data* p) const { pcre2_match_data_free(p); }
    void operator()(pcre2_match_context* p) const { pcre2_match_context_free(p); }
  };

  const FunctionCall& call_;
  bool fixed_;
  std::string pattern_, translated_;
  std::uint32_t options_ = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C;
  std::unique_ptr<pcre2_code, Free> code_;
  mutable std::unique_ptr<pcre2_code, Free> exhaustive_;  // for occurs(), when it is needed
  mutable std::vector<int> workspace_;
  mutable std::size_t exhaustive_steps_ = 0;
  std::unique_ptr<pcre2_match_data, Free> data_;
  std::unique_ptr<pcre2_match_context, Free> context_;
};

Matcher matcher_of(const FunctionCall& call,
                   std::size_t flags) {  // pattern first; ignore.case, perl, fixed from `flags`
  const auto pattern = call.text(0, "");
  if (!call.has(0)) call.fail("argument is missing: pattern");
  return Matcher(call, pattern, call.flag(flags + 2, false), call.flag(flags, false),
                 call.flag(flags + 1, false));
}

/// Calls f(text) once per level of a factor or once per row, and stores its answer.
template <class T, class F>
std::vector<T> answers(const Value& x, T missing, F&& f) {
  if (x.is_factor()) {
    std::vector<T> table;
    for (const auto& level : *x.column.levels()) table.push_back(f(std::string_view(level)));
    return map1<T>(Items<std::int32_t>(x.column.values<std::int32_t>()), [&](std::int32_t code) {
      return code < 0 ? missing : table[static_cast<std::size_t>(code)];
    });
  }
  const Texts texts(x);
  std::vector<T> out(x.size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto text = texts[i];
    out[i] = text ? f(*text) : missing;
  }
  return out;
}

Value matches(const FunctionCall& call) {  // pattern, x, ignore.case, perl, fixed
  const auto matcher = matcher_of(call, 2);
  const auto& x = call[1];
  return make_value(shape_of(x), Type::kLogical,
                    answers<std::uint8_t>(x, 0, [&](std::string_view text) -> std::uint8_t {
                      return matcher.occurs(text);
                    }));
}

Value first_position(const FunctionCall& call) {  // pattern, text, ignore.case, perl, fixed
  const auto matcher = matcher_of(call, 2);
  const auto& x = call[1];
  return make_value(
      shape_of(x), Type::kInt32,
      answers<std::int32_t>(
          x, missing_value<std::int32_t>(), [&](std::string_view text) -> std::int32_t {
            Found found;
            if (!matcher.find(text, 0, found)) return -1;
            return static_cast<std::int32_t>(character_count(text.substr(0, found.begin))) + 1;
          }));
}

/// Appends the replacement of one match: \0 to \9 are groups; with perl = TRUE \U, \L and \E change
/// case.
void replace(std::string& out, std::string_view text, const Found& found,
             const std::string& replacement, bool fixed, bool perl) {
  if (fixed) {
    out += replacement;
    return;
  }
  char mode = 'E';
  const auto put = [&](std::string_view part) {
    if (mode == 'U')
      out += to_upper(part);
    else if (mode == 'L')
      out += to_lower(part);
    else
      out += part;
  };
  for (std::size_t i = 0; i < replacement.size(); ++i) {
    const char c = replacement[i];
    if (c != '\\' || i + 1 == replacement.size()) {
      const auto begin = i;
      while (i + 1 < replacement.size() && replacement[i + 1] != '\\') ++i;
      if (c == '\\') continue;  // a lone backslash at the end
      put(std::string_view(replacement).substr(begin, i + 1 - begin));
      continue;
    }
    const char next = replacement[++i];
    if (next >= '0' && next <= '9') {
      const auto [begin, end] = found.groups[static_cast<std::size_t>(next - '0')];
      if (begin != std::string_view::npos && begin <= end) put(text.substr(begin, end - begin));
    } else if (perl && (next == 'U' || next == 'L' || next == 'E')) {
      mode = next;
    } else {
      put(std::string_view(&next, 1));
    }
  }
}

Value substituted(const FunctionCall& call,
                  bool all) {  // pattern, replacement, x, ignore.case, perl, fixed
  const auto matcher = matcher_of(call, 3);
  const auto replacement = call.text(1, "");
  const bool perl = call.flag(4, false);
  const auto& x = call[2];
  const auto one = [&](std::string_view text) {
    std::string out;
    std::size_t copied = 0, from = 0;
    bool after_match = false;  // a match ended at `from`: an empty match there does not count again
    Found found;
    while (from <= text.size() && matcher.find(text, from, found)) {
      const bool empty = found.end == found.begin;
      if (out.size() > kLongestResult) call.fail("a text grows beyond 256 MiB");
      if (!(empty && after_match && found.begin == copied)) {
        out += text.substr(copied, found.begin - copied);
        replace(out, text, found, replacement, matcher.fixed(), perl);
        copied = found.end;
        if (!all) break;
      }
      from = found.end;
      after_match = !empty;
      if (empty) {  // go on behind the next character
        if (from >= text.size()) break;
        next_character(text, from);
        after_match = false;
        out += text.substr(copied, from - copied);
        copied = from;
      }
    }
    out += text.substr(copied);
    return out;
  };
  return map_texts(x, one);
}

Value sub(const FunctionCall& call) { return substituted(call, false); }
Value gsub(const FunctionCall& call) { return substituted(call, true); }
Value grep(const FunctionCall& call) {
  call.fail("gives positions among all rows; grepl() answers for each row");
}
Value split(const FunctionCall& call) {
  call.fail("gives lists, which are no columns; sub() with groups takes one part");
}

}  // namespace

void add_pattern_functions(FunctionTable& table) {
  table["grepl"] = {{"pattern", "x", "ignore.case", "perl", "fixed", "useBytes"}, matches};
  table["regexpr"] = {{"pattern", "text", "ignore.case", "perl", "fixed", "useBytes"},
                      first_position};
  table["sub"] = {{"pattern", "replacement", "x", "ignore.case", "perl", "fixed", "useBytes"}, sub};
  table["gsub"] = {{"pattern", "replacement", "x", "ignore.case", "perl", "fixed", "useBytes"},
                   gsub};
  table["grep"] = {{"..."}, grep};
  table["strsplit"] = {{"..."}, split};
}

}  // namespace insitu
