#include "sql/table_name.hpp"

#include "base/error.hpp"

namespace insitu {

std::vector<std::string> table_path(std::string_view written) {
  const auto fail = [&](const char* why) {
    throw InvalidArgument("table is no name of a table, it " + std::string(why) + ": " +
                          std::string(written));
  };
  std::vector<std::string> names;
  for (std::size_t at = 0;;) {
    std::string name;
    const char open = at < written.size() ? written[at] : '\0';
    if (open == '[' || open == '"' || open == '`') {
      const char close = open == '[' ? ']' : open;
      bool closed = false;
      for (++at; at < written.size() && !closed; ++at) {
        if (written[at] != close)
          name += written[at];
        else if (at + 1 < written.size() && written[at + 1] == close)
          name += written[at++];
        else
          closed = true;
      }
      if (!closed) fail("has no closing mark");
      if (at < written.size() && written[at] != '.') fail("goes on after a closing mark");
      if (name.empty()) fail("has an empty part");
    } else {
      for (; at < written.size() && written[at] != '.'; ++at) name += written[at];
    }
    names.push_back(std::move(name));
    if (at >= written.size()) break;
    ++at;
  }
  if (names.back().empty() || names.front().empty()) fail("has an empty part");
  if (names.size() > 4) fail("has too many parts");
  return names;
}

}  // namespace insitu
