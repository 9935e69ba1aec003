#include "contexts/shell_words.hpp"

#include <utility>

#include "base/error.hpp"
#include "base/number_text.hpp"

namespace insitu {

std::vector<std::string> shell_words(const std::string& text, std::string_view what) {
  std::vector<std::string> words;
  std::string word;
  bool open = false;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && quote != '\'' && i + 1 < text.size()) {
      word += text[++i];
      open = true;
    } else if (quote) {
      c == quote ? quote = 0 : (word += c, 0);
    } else if (c == '"' || c == '\'') {
      quote = c;
      open = true;
    } else if (is_ascii_space(c)) {
      if (open) words.push_back(std::exchange(word, ""));
      open = false;
    } else {
      word += c;
      open = true;
    }
  }
  if (quote)
    throw InvalidArgument(std::string(what) + " has a quotation mark that is not closed: " + text);
  if (open) words.push_back(word);
  return words;
}

}  // namespace insitu
