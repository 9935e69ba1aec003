#pragma once
// How a method names its options and the fields of its result, once: from these descriptions
// follow the checks of a request, its reading, the reply, the documentation of both, and the
// signatures and options of every face.
//
//   struct CovCorOptions : FormulaOptions {
//     std::string type = "Cov";
//     static auto keys() {
//       return formula_keys<CovCorOptions>() +
//              OptionKeys{option("type", &CovCorOptions::type, "What is computed.",
//                                {.choices = {"Cov", "Cor", "SSCP"}})};
//     }
//   };
#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "methods/options.hpp"
#include "methods/result_numbers.hpp"
#include "methods/values.hpp"

namespace insitu {

/// Kinds of values by the names that the faces' tables use for them (options/*.toml).
enum class OptionKind {
  kFlag,
  kWhole,
  kNumber,
  kText,
  kTexts,
  kFormula,
  kVariable,  ///< the name of a variable of the data
  kChoice,
  kFamily,     ///< of a generalized linear model: a text, or what a language has for it
  kSelection,  ///< of terms: an object or a text (methods/step_options.hpp)
  kSource,
  kTarget,
  kObject,
  kAny
};

/// The kind's name in descriptions: "flag", "integer", ...
const char* name_of(OptionKind);

/// What a description says beyond key, member and meaning.
struct OptionDetails {
  std::vector<std::string> choices = {};  ///< of a text: the values that it may have
  const char* unit = "";
  const char* command = "";  ///< the option of the command line; "": made from the key;
                             ///< "-": none there
  const char* labels = "";   ///< what the value is called there: NAME, LEVEL
  const char* help = "";     ///< its meaning there; "": `meaning`
};

struct OptionKey {
  std::string key;  ///< RevoScaleR's name of the argument
  OptionKind kind = OptionKind::kAny;
  std::string meaning;
  OptionDetails details;
  /// Reads the key into the options. Throws InvalidArgument that names it, its value and the way
  /// out.
  std::function<void(void* options, const Options& request)> read;
  /// The value as the reply's `params` has it; null for an empty text.
  std::function<nlohmann::json(const void* options)> shown;
};

using OptionKeys = std::vector<OptionKey>;

inline OptionKeys operator+(OptionKeys first, OptionKeys rest) {
  for (auto& key : rest) first.push_back(std::move(key));
  return first;
}

/// Throws InvalidArgument unless the value of the key is of the kind.
void check_kind(const Options&, const char* key, OptionKind);

namespace keys {

template <class T>
constexpr OptionKind kind_of() {
  if constexpr (std::is_same_v<T, bool>) return OptionKind::kFlag;
  if constexpr (std::is_same_v<T, std::int64_t>) return OptionKind::kWhole;
  if constexpr (std::is_same_v<T, double>) return OptionKind::kNumber;
  if constexpr (std::is_same_v<T, std::string>) return OptionKind::kText;
  if constexpr (std::is_same_v<T, std::vector<std::string>>) return OptionKind::kTexts;
  return OptionKind::kAny;
}

template <class T>
void read_value(T& value, const Options& request, const char* key,
                const std::vector<std::string>& choices) {
  if (!request.has(key)) return;  // the default stays
  if constexpr (std::is_same_v<T, bool>) value = request.flag(key, value);
  if constexpr (std::is_same_v<T, std::int64_t>) value = request.whole(key, value);
  if constexpr (std::is_same_v<T, double>) value = request.number(key, value);
  if constexpr (std::is_same_v<T, std::string>)
    value = choices.empty() ? request.text(key) : request.choice(key, "", choices);
  if constexpr (std::is_same_v<T, std::vector<std::string>>) value = request.texts(key);
  if constexpr (std::is_same_v<T, nlohmann::json>) value = request.value(key);
}

template <class T>
nlohmann::json shown_value(const T& value) {
  if constexpr (std::is_same_v<T, std::string>)
    if (value.empty()) return nullptr;
  return value;
}

}  // namespace keys

/// An option of a method. `kind` where the member's type does not tell it.
template <class Owner, class T, class Base>
OptionKey option_of(const char* key, T Base::*member, const char* meaning,
                    OptionDetails details = {}, OptionKind kind = keys::kind_of<T>()) {
  if (!details.choices.empty()) kind = OptionKind::kChoice;
  const auto choices = details.choices;
  return {key,
          kind,
          meaning,
          std::move(details),
          [key, member, choices](void* options, const Options& request) {
            keys::read_value(static_cast<Owner*>(options)->*member, request, key, choices);
          },
          [member](const void* options) {
            return keys::shown_value(static_cast<const Owner*>(options)->*member);
          }};
}
template <class Owner, class T>
OptionKey option(const char* key, T Owner::*member, const char* meaning, OptionDetails details = {},
                 OptionKind kind = keys::kind_of<T>()) {
  return option_of<Owner>(key, member, meaning, std::move(details), kind);
}

/// What most analyses have: a formula and weights.
struct FormulaOptions {
  std::string formula, pweights, fweights;
};

template <class Owner>
OptionKeys formula_keys(const char* meaning) {
  return {
      option_of<Owner>("formula", &Owner::formula, meaning, {}, OptionKind::kFormula),
      option_of<Owner>("pweights", &Owner::pweights,
                       "Name of the variable that holds probability weights.", {},
                       OptionKind::kVariable),
      option_of<Owner>("fweights", &Owner::fweights,
                       "Name of the variable that holds frequency weights: how often a row counts.",
                       {}, OptionKind::kVariable)};
}

// ---- results

/// Puts the fields of a result into a reply: numbers of arrays beside the document.
class ReplyWriter {
 public:
  using Document = nlohmann::ordered_json;

  ReplyWriter(Document& document, std::vector<NumericArray>& arrays)
      : document_(document), arrays_(arrays) {}

  Document array(std::vector<std::size_t> shape, std::vector<double> values);
  Document table(const ResultTable&);
  Document& document() { return document_; }
  std::vector<NumericArray>& arrays() { return arrays_; }

 private:
  Document& document_;
  std::vector<NumericArray>& arrays_;
};

/// NaN is null, infinities are "Inf" and "-Inf".
nlohmann::ordered_json number_document(double value);

/// Labels of an array: names of fields of texts.
struct Labels {
  const char* rows = "";
  const char* columns = "";  ///< "": one dimension
  bool drop = false;  ///< in Python and R one value alone is a number; in Python a matrix of one
                      ///< column is a vector
};

/// One value for each dependent variable; alone it is a number.
inline constexpr Labels kPerResponse{"y.names", "", true};

struct ResultKey {
  std::string key;
  std::string
      kind;  ///< "text", "whole", "number", "flag", "texts", "array", "table", "record", ...
  std::string meaning;
  Labels labels;
  std::function<void(const void* result, ReplyWriter&)> write;  ///< nothing where it is absent
  /// The numbers in it, beside those of other results; nothing where there are none.
  std::function<void(const void* result, ResultNumbers&)> count = {};
};

using ResultKeys = std::vector<ResultKey>;

inline ResultKeys operator+(ResultKeys first, ResultKeys rest) {
  for (auto& key : rest) first.push_back(std::move(key));
  return first;
}

namespace keys {

template <class T>
concept HasKeys = requires {
  T::keys();
};

template <class T>
constexpr const char* result_kind() {
  if constexpr (std::is_same_v<T, bool>) return "flag";
  if constexpr (std::is_same_v<T, std::string>) return "text";
  if constexpr (std::is_integral_v<T>) return "whole";
  if constexpr (std::is_same_v<T, double>) return "number";
  if constexpr (std::is_same_v<T, std::vector<std::string>>) return "texts";
  if constexpr (std::is_same_v<T, std::vector<bool>>) return "flags";
  if constexpr (std::is_same_v<T, std::vector<double>>) return "numbers";
  if constexpr (std::is_same_v<T, std::vector<std::int64_t>>) return "wholes";
  if constexpr (std::is_same_v<T, NamedLevels>) return "levels";
  if constexpr (std::is_same_v<T, ResultTable>) return "table";
  if constexpr (std::is_same_v<T, std::vector<ResultTable>>) return "tables";
  if constexpr (HasKeys<T>) return "record";
  return "records";
}

template <class T>
nlohmann::ordered_json written(const T& value, ReplyWriter& reply) {
  using Document = nlohmann::ordered_json;
  if constexpr (std::is_same_v<T, double>) {
    return number_document(value);
  } else if constexpr (std::is_same_v<T, std::vector<double>>) {
    Document numbers = Document::array();
    for (const double each : value) numbers.push_back(number_document(each));
    return numbers;
  } else if constexpr (std::is_same_v<T, NamedLevels>) {
    Document lists = Document::object();
    for (const auto& [name, levels] : value) lists[name] = levels;
    return lists;
  } else if constexpr (std::is_same_v<T, ResultTable>) {
    return reply.table(value);
  } else if constexpr (HasKeys<T>) {
    Document record = Document::object();
    ReplyWriter inner(record, reply.arrays());
    for (const auto& key : T::keys()) key.write(&value, inner);
    return record;
  } else if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, std::string> ||
                       std::is_same_v<T, std::vector<std::string>> ||
                       std::is_same_v<T, std::vector<bool>>) {
    return value;
  } else {
    Document records = Document::array();
    for (const auto& each : value) records.push_back(written(each, reply));
    return records;
  }
}

/// Adds the numbers of a field to those of other results.
template <class T>
void count(const std::string& key, const T& value, ResultNumbers& numbers) {
  using Kind = ResultNumbers::Kind;
  if constexpr (std::is_same_v<T, bool>) {
    numbers.number(key, value, Kind::kFlag);
  } else if constexpr (std::is_same_v<T, double>) {
    numbers.number(key, value);
  } else if constexpr (std::is_integral_v<T>) {
    numbers.number(key, static_cast<double>(value), Kind::kWhole);
  } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
    numbers.texts(key, value);
  } else if constexpr (std::is_same_v<T, std::vector<bool>>) {
    numbers.list(key, value, Kind::kFlag);
  } else if constexpr (std::is_same_v<T, std::vector<double>>) {
    numbers.list(key, value, Kind::kNumber);
  } else if constexpr (std::is_same_v<T, std::vector<std::int64_t>>) {
    numbers.list(key, value, Kind::kWhole);
  } else if constexpr (std::is_same_v<T, ResultTable>) {
    numbers.table(key, value);
  } else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, NamedLevels>) {
    // no numbers
  } else if constexpr (HasKeys<T>) {
    static const auto kKeys = T::keys();
    numbers.enter(key);
    for (const auto& each : kKeys)
      if (each.count) each.count(&value, numbers);
    numbers.leave();
  } else if (value.size() == 1) {
    count(key, value.front(), numbers);
  } else {
    std::size_t at = 0;
    for (const auto& each : value) count(key + "." + std::to_string(++at), each, numbers);
  }
}

template <class T>
bool is_absent(const T& value) {
  if constexpr (std::is_same_v<T, ResultTable>) return value.columns.empty();
  if constexpr (std::is_same_v<T, std::string>) return value.empty();
  return false;
}

}  // namespace keys

/// A field of a result; an empty text or table is left out of the reply. `present`: a flag of the
/// result that says whether it is there.
template <class Owner, class T>
ResultKey field(const char* key, T Owner::*member, const char* meaning,
                bool Owner::*present = nullptr) {
  return {key,
          keys::result_kind<T>(),
          meaning,
          {},
          [key, member, present](const void* result, ReplyWriter& reply) {
            const auto& owner = *static_cast<const Owner*>(result);
            const T& value = owner.*member;
            if (present ? !(owner.*present) : keys::is_absent(value)) return;
            reply.document()[key] = keys::written(value, reply);
          },
          [key, member, present](const void* result, ResultNumbers& numbers) {
            const auto& owner = *static_cast<const Owner*>(result);
            if (!present || owner.*present) keys::count(key, owner.*member, numbers);
          }};
}

/// Numbers with a label for each row (and column): an array of the reply; left out where empty.
template <class Owner>
ResultKey array_field(const char* key, std::vector<double> Owner::*member, Labels labels,
                      const char* meaning) {
  return {key,
          *labels.columns ? "matrix" : "vector",
          meaning,
          labels,
          [key, member, labels](const void* result, ReplyWriter& reply) {
            const auto& values = static_cast<const Owner*>(result)->*member;
            if (values.empty()) return;
            std::size_t rows = values.size();
            if (*labels.rows && reply.document().contains(labels.rows))
              rows = reply.document()[labels.rows].size();
            if (!*labels.columns) rows = values.size();
            auto array = *labels.columns && rows > 0
                             ? reply.array({rows, values.size() / rows}, values)
                             : reply.array({values.size()}, values);
            if (*labels.rows) array["rows"] = labels.rows;
            if (*labels.columns) array["columns"] = labels.columns;
            if (labels.drop) array["drop"] = true;
            reply.document()[key] = std::move(array);
          },
          [key, member, labels](const void* result, ResultNumbers& numbers) {
            numbers.numbers(key, static_cast<const Owner*>(result)->*member, labels);
          }};
}

}  // namespace insitu
