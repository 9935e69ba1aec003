#include "methods/model_file.hpp"

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "algorithms/model.hpp"
#include "base/error.hpp"
#include "base/named.hpp"
#include "methods/methods.hpp"

namespace insitu {

using Document = nlohmann::ordered_json;

namespace {

constexpr int kDeepest = 60;  // levels of a reply: ours have five

[[noreturn]] void contradicts(const std::string& what) {
  throw DataError("the model file contradicts itself: " + what);
}

/// Labels of one side of an array are there, as many as it is long.
void check_labels(const Document& reply, const Document& entry, const char* side,
                  std::uint64_t extent) {
  const auto named = entry.find(side);
  if (named == entry.end()) return;
  if (!named->is_string()) contradicts("the labels of an array have no name");
  const auto labels = reply.find(named->get_ref<const std::string&>());
  if (labels == reply.end()) return;  // the faces number what has no labels
  if (!labels->is_array() || labels->size() != extent)
    contradicts("an array has other sizes than its labels");
  for (const auto& label : *labels)
    if (!label.is_string()) contradicts("labels of an array are no texts");
}

void check_array(const Document& reply, const Document& entry,
                 const std::vector<ModelFile::Array>& arrays) {
  const auto& position = entry.at("$array");
  if (!position.is_number_unsigned() || position.get<std::uint64_t>() >= arrays.size())
    contradicts("it has no array where its result points to");
  const auto& array = arrays[position.get<std::size_t>()];
  check_labels(reply, entry, "rows", array.shape[0]);
  if (array.shape.size() == 2) check_labels(reply, entry, "columns", array.shape[1]);
}

/// A column of a table; all columns have `rows` rows (the first says how many).
void check_column(const Document& column, const std::vector<ModelFile::Array>& arrays,
                  std::optional<std::size_t>& rows) {
  const auto text = [&](const char* key) {
    const auto found = column.is_object() ? column.find(key) : column.end();
    return found != column.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  const auto kind = text("kind");
  if (kind.empty() || !column.contains("name")) contradicts("a column of a table has no kind");
  const auto values = column.find(kind == "factor" ? "codes" : "values");
  if (values == column.end()) contradicts("a column of a table has no values");
  std::size_t length = values->size();
  if (values->is_object()) {
    const auto position = values->find("$array");
    if (position == values->end() || !position->is_number_unsigned() ||
        position->get<std::uint64_t>() >= arrays.size())
      contradicts("a column of a table has no values");
    length = arrays[position->get<std::size_t>()].values.size();
    if (kind == "factor") {
      const auto levels = column.find("levels");
      if (levels == column.end() || !levels->is_array())
        contradicts("a column of a table has no levels");
      const auto most = static_cast<double>(levels->size());
      for (const double code : arrays[position->get<std::size_t>()].values)
        if (!(code >= -1 && code < most)) contradicts("a table has a level that is none");
    }
  } else if (!values->is_array()) {
    contradicts("a column of a table has no values");
  }
  if (rows.value_or(length) != length) contradicts("the columns of a table differ in length");
  rows = length;
}

void check_value(const Document& reply, const Document& value,
                 const std::vector<ModelFile::Array>& arrays, int depth) {
  if (depth > kDeepest) contradicts("its result is nested too deeply");
  if (!value.is_structured()) return;
  if (value.is_object()) {
    if (value.contains("$frame")) contradicts("its result has rows");
    if (value.contains("$array")) return check_array(reply, value, arrays);
    if (const auto table = value.find("$table"); table != value.end()) {
      if (!table->is_array()) contradicts("a table has no columns");
      std::optional<std::size_t> rows;
      for (const auto& column : *table) check_column(column, arrays, rows);
    }
  }
  for (const auto& each : value) check_value(reply, each, arrays, depth + 1);
}

/// Whether it is what a method with a model replies.
bool is_reply(const Document& reply) {
  if (!reply.is_object()) return false;
  const auto kind = reply.find("class");
  if (kind == reply.end() || !kind->is_string()) return false;
  const auto* method = method_of_result(kind->get<std::string>());
  const auto record = [&](const char* key) {
    const auto found = reply.find(key);
    return found != reply.end() && found->is_object();
  };
  return method && method->about.keeps_model && record("params") && record("about");
}

void check_arrays(const std::vector<ModelFile::Array>& arrays) {
  for (const auto& array : arrays) {
    const auto& shape = array.shape;
    const auto size = array.values.size();
    const bool fits =
        shape.size() == 1
            ? shape[0] == size
            : shape.size() == 2 &&
                  (shape[0] == 0 ? size == 0 : size / shape[0] == shape[1] && size % shape[0] == 0);
    if (!fits) contradicts("an array has other sizes than it says");
  }
}

}  // namespace

Bytes ModelFile::save() const { return seal(kKind, insitu::save(*this)); }

ModelFile ModelFile::load(std::string_view sealed) {
  const auto content = unseal(kKind, sealed);
  ByteReader reader(content);
  const auto version = reader.get<std::uint32_t>();
  if (version != kVersion)
    throw DataError("the model file has format " + std::to_string(version) +
                    ", this version reads format " + std::to_string(kVersion) +
                    ": read it with insitu " + reader.get<std::string>() +
                    " or later, which wrote it");
  auto file = insitu::load<ModelFile>(content);
  check_arrays(file.arrays);
  if (!file.reply.empty()) {
    const auto reply = Document::parse(file.reply, nullptr, false);
    if (!is_reply(reply)) contradicts("it holds no result of a method");
    check_value(reply, reply, file.arrays, 0);
  }
  (void)load_model(file.model);
  return file;
}

ModelFile make_model_file(std::string_view text, std::vector<ModelFile::Array> arrays, Bytes model,
                          std::string written_by) {
  auto reply = Document::parse(text, nullptr, false);
  if (!is_reply(reply))
    throw InvalidArgument("only the result of a method that fits a model can be kept as a model");
  if (reply.value("usesFunction", false))
    throw Unsupported(
        "the model was fitted with `transformFunc`, a function that only its language can read: "
        "a model file holds what the engine evaluates; fit with `transforms`"_named);
  reply.erase("printed");    // anew, where somebody looks
  reply["model"] = nullptr;  // keeps its place
  ModelFile file;
  file.written_by = std::move(written_by);
  file.arrays = std::move(arrays);
  check_arrays(file.arrays);
  check_value(reply, reply, file.arrays, 0);
  file.reply = reply.dump(-1, ' ', false, Document::error_handler_t::replace);
  (void)load_model(model);
  file.model = std::move(model);
  return file;
}

Document reply_of(const ModelFile& file) { return Document::parse(file.reply); }

std::vector<NumericArray> arrays_of(const ModelFile& file) {
  std::vector<NumericArray> arrays;
  for (const auto& array : file.arrays)
    arrays.push_back({{array.shape.begin(), array.shape.end()}, array.values});
  return arrays;
}

std::vector<ModelFile::Array> as_file_arrays(const std::vector<NumericArray>& arrays) {
  std::vector<ModelFile::Array> out;
  for (const auto& array : arrays)
    out.push_back({{array.shape.begin(), array.shape.end()}, array.values});
  return out;
}

Bytes model_in(std::string sealed) {
  if (sealed_kind(sealed) != ModelFile::kKind) return sealed;
  return ModelFile::load(sealed).model;
}

}  // namespace insitu
