#include "capi/reply_parts.hpp"

#include <utility>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "methods/options.hpp"

namespace insitu {

using nlohmann::ordered_json;

namespace {

struct SavedArray {
  std::vector<std::uint64_t> shape;
  std::vector<double> values;
  static constexpr auto fields = std::tuple{&SavedArray::shape, &SavedArray::values};
};

void check_positions(const ordered_json& value, const std::string& what, const Reply& reply) {
  const auto check = [&](const char* key, std::size_t count) {
    const auto found = value.find(key);
    if (found == value.end()) return;
    if (!found->is_number_unsigned() || found->get<std::uint64_t>() >= count)
      throw DataError(what + " is damaged: it has no " + std::string(key) + " " +
                      found->dump(-1, ' ', false, ordered_json::error_handler_t::replace));
  };
  if (value.is_object()) check("$array", reply.arrays.size()), check("$frame", reply.frames.size());
  if (value.is_structured())
    for (const auto& each : value) check_positions(each, what, reply);
}

NumericArray checked_array(SavedArray& saved, const std::string& what) {
  NumericArray array{{saved.shape.begin(), saved.shape.end()}, std::move(saved.values)};
  bool fits = !array.shape.empty() && array.shape.size() <= 2;
  std::size_t left = array.values.size();
  if (fits && array.shape.size() == 2 && array.shape[0] != 0 && array.shape[1] != 0)
    fits = left % array.shape[0] == 0 && left / array.shape[0] == array.shape[1];
  else if (fits)
    fits = array.shape.size() == 1 ? left == array.shape[0] : left == 0;
  if (!fits) throw DataError(what + " is damaged: the shape of an array");
  return array;
}

}  // namespace

Bytes save_arrays(Reply& reply, const std::string& kind) {
  std::vector<SavedArray> arrays;
  for (auto& array : reply.arrays)
    arrays.push_back({{array.shape.begin(), array.shape.end()}, std::move(array.values)});
  reply.arrays.clear();
  return seal(kind, save(arrays));
}

void load_arrays(std::string_view sealed, const std::string& kind, const std::string& what,
                 Reply& reply) {
  auto arrays = load<std::vector<SavedArray>>(unseal(kind, sealed));
  for (auto& array : arrays) reply.arrays.push_back(checked_array(array, what));
}

ordered_json checked_document(const std::string& text, const std::string& what,
                              const Reply& reply) {
  ordered_json document;
  try {
    (void)parse_document(text);
    document = ordered_json::parse(text);
  } catch (const std::exception&) {
    throw DataError(what + " is damaged");
  }
  check_positions(document, what, reply);
  return document;
}

}  // namespace insitu
