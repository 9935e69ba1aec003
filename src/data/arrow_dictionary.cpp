#include "data/arrow_dictionary.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/number_text.hpp"

namespace insitu {

namespace {

/// The name of a level: whole numbers whole, logicals as the language of expressions writes them.
std::string level_name(const Column& values, std::size_t i) {
  switch (values.type()) {
    case Type::kString:
      return std::string(values.string_at(i));
    case Type::kLogical:
      return values.number_at(i) != 0 ? "TRUE" : "FALSE";
    case Type::kInt64:
      return shortest_text(values.values<std::int64_t>()[i]);
    case Type::kFloat32:
      return shortest_text(values.values<float>()[i]);
    default:
      return shortest_text(values.number_at(i));
  }
}

template <class Index>
std::vector<std::int32_t> recoded(const ArrayView& view, const std::vector<std::int32_t>& codes) {
  const auto* in = static_cast<const Index*>(view.buffer(1));
  std::vector<std::int32_t> out(view.rows);
  for (std::size_t i = 0; i < view.rows; ++i) {
    if (view.missing(i)) {
      out[i] = kMissingCode;
      continue;
    }
    const auto index = in[view.offset + i];
    if (std::cmp_less(index, 0) || std::cmp_greater_equal(index, codes.size()))
      view.fail("an index lies outside its dictionary");
    out[i] = codes[static_cast<std::size_t>(index)];
  }
  return out;
}

}  // namespace

Dictionary::Dictionary(const ArrowArray& array, const ArrowSchema& schema,
                       const std::string& column) {
  if (array.length < 0 || array.length >= std::numeric_limits<std::int32_t>::max())
    throw DataError("the Arrow dictionary of column '" + column + "' is too long");
  auto layout = layout_of(schema);
  if (layout.storage == Storage::kUInt64) layout.type = Type::kInt64;
  const ArrayView view(array, column, 0, static_cast<std::size_t>(array.length),
                       layout.storage != Storage::kNull);
  if (is_integer(layout.type))
    while (const auto row = first_that_does_not_fit(view, layout.storage, layout.type)) {
      if (layout.type == Type::kInt64)
        throw DataError("the Arrow dictionary of column '" + column +
                        "' holds a number beyond 64 bits; make its levels texts first");
      layout.type = Type::kInt64;
    }
  // Not shared: the names are copied out at once.
  const auto values = plain_column(view, layout, nullptr);
  std::unordered_map<std::string, std::int32_t> seen;
  codes.reserve(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values.is_missing(i)) {
      codes.push_back(kMissingCode);
      continue;
    }
    auto text = level_name(values, i);
    const auto [place, is_new] = seen.emplace(text, static_cast<std::int32_t>(names.size()));
    if (is_new) names.push_back(std::move(text));
    codes.push_back(place->second);
  }
}

std::vector<std::int32_t> in_terms_of(const std::vector<std::string>& levels,
                                      const Dictionary& dictionary, const std::string& column) {
  if (levels.size() >= dictionary.names.size() &&
      std::equal(dictionary.names.begin(), dictionary.names.end(), levels.begin()))
    return dictionary.codes;
  std::unordered_map<std::string_view, std::int32_t> places;
  for (std::size_t i = 0; i < levels.size(); ++i)
    places.emplace(levels[i], static_cast<std::int32_t>(i));
  auto codes = dictionary.codes;
  for (auto& code : codes) {
    if (code < 0) continue;
    const auto& name = dictionary.names[static_cast<std::size_t>(code)];
    const auto found = places.find(name);
    if (found == places.end())
      throw DataError("column '" + column + "' has a level that was not declared: '" + name + "'");
    code = found->second;
  }
  return codes;
}

Column factor_column(const ArrayView& view, Storage storage, Type type,
                     const std::vector<std::int32_t>& codes, const Levels& levels,
                     const std::shared_ptr<const void>& owner) {
  if (storage == Storage::kInt32 && !view.may_miss()) {
    bool same = true;
    for (std::size_t i = 0; i < codes.size() && same; ++i)
      same = codes[i] == static_cast<std::int32_t>(i);
    if (same) {
      const auto* in = static_cast<const std::int32_t*>(view.buffer(1));
      for (std::size_t i = 0; i < view.rows; ++i)
        if (in[view.offset + i] < 0 || std::cmp_greater_equal(in[view.offset + i], codes.size()))
          view.fail("an index lies outside its dictionary");
      return Column(type, view.rows, in ? in + view.offset : nullptr, owner, levels);
    }
  }
  if (!is_index(storage)) view.fail("its dictionary has no integer index");
  return dispatch_storage(storage, [&]<class Index>(Index) {
    return Column::own(type, recoded<Index>(view, codes), levels);
  });
}

}  // namespace insitu
