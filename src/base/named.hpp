#pragma once
// Names in messages. An argument is called missingValueString in R, missing_value_string in Python
// and --missing on the command line; a message is written once. So the engine marks what a face
// names in its own way, in the words of the requests (docs/requests.md), which are R's:
//
//   throw InvalidArgument("fit the model with `covCoef = TRUE`"_named);
//
// and the border (capi/words.hpp) puts the words of the face in place. Marks are code points that
// no text may hold by the Unicode standard (noncharacters), so that they pass through workers,
// files and JSON; no user's column is taken for one. tools/check_words.py finds names without.
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace insitu {

/// The text with what stands between backticks marked: a name, or name = value as R writes it.
std::string operator""_named(const char* text, std::size_t size);

/// A name that the code holds in a variable, marked.
std::string named(std::string_view name);
/// The same with its value as R writes it: named("covCoef", "TRUE").
std::string named(std::string_view name, std::string_view value);

/// How a face says a name; `value` is empty where the name stands alone.
using Words = std::function<std::string(std::string_view name, std::string_view value)>;

/// A message in the words of a face; no mark is left.
std::string in_words(std::string_view message, const Words&);
/// In R's words, which are those of the requests: what is marked, as it was written.
std::string in_words_of_r(std::string_view message);
/// Whether a text holds marks.
bool has_names(std::string_view text);

}  // namespace insitu
