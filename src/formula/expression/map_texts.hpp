#pragma once
// A function of one text, for all items of a value.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formula/expression/value.hpp"

namespace insitu {

/// f(text) -> text for every item, once per level of a factor. Missing stays missing.
template <class F>
Value map_texts(const Value& x, F&& f) {
  StringBuilder builder;
  builder.reserve(x.size(), 8 * x.size());
  if (x.is_factor()) {
    std::vector<std::string> table;
    for (const auto& level : *x.column.levels()) table.emplace_back(f(std::string_view(level)));
    for (const auto code : x.column.values<std::int32_t>())
      code < 0 ? builder.append_missing() : builder.append(table[static_cast<std::size_t>(code)]);
  } else {
    const Texts texts(x);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const auto text = texts[i];
      text ? builder.append(f(*text)) : builder.append_missing();
    }
  }
  return make_strings(shape_of(x), std::move(builder));
}

}  // namespace insitu
