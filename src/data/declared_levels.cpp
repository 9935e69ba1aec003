#include "data/declared_levels.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <unordered_map>

#include "base/error.hpp"
#include "data/decorated_source.hpp"
#include "data/read_cost.hpp"

namespace insitu {

namespace {

/// A global level list and where each level stands in it. Shared by all readers.
struct Dictionary {
  Levels levels;
  std::unordered_map<std::string_view, std::int32_t> positions;

  Dictionary(const std::string& name, std::vector<std::string> names)
      : levels(make_levels(std::move(names))) {
    positions.reserve(levels->size());
    for (std::size_t i = 0; i < levels->size(); ++i)
      if (!positions.emplace((*levels)[i], static_cast<std::int32_t>(i)).second)
        throw InvalidArgument("variable '" + name + "' has the level '" + (*levels)[i] + "' twice");
  }
};

using DictionaryPtr = std::shared_ptr<const Dictionary>;
using Dictionaries = std::map<std::string, DictionaryPtr>;

std::int32_t position_of(const Dictionary& dictionary, std::string_view level,
                         const std::string& name, OutsideLevels outside) {
  const auto found = dictionary.positions.find(level);
  if (found != dictionary.positions.end()) return found->second;
  if (outside == OutsideLevels::kMissing) return kMissingCode;
  throw DataError("variable '" + name + "' holds a value that is not among its " +
                  std::to_string(dictionary.levels->size()) + " levels: " + std::string(level));
}

/// Recodes one column; remembers the map of the last local level list.
class Recoder {
 public:
  Recoder(std::string name, Type type, DictionaryPtr dictionary, OutsideLevels outside)
      : name_(std::move(name)),
        type_(type),
        dictionary_(std::move(dictionary)),
        outside_(outside) {}

  Column recode(const Column& column) {
    return column.type() == Type::kString ? from_strings(column) : from_codes(column);
  }

 private:
  Column from_strings(const Column& column) {
    std::vector<std::int32_t> codes(column.size());
    std::string_view last;
    std::int32_t last_code = kMissingCode;
    bool has_last = false;
    for (std::size_t i = 0; i < codes.size(); ++i) {
      if (!column.string_valid(i)) {
        codes[i] = kMissingCode;
        continue;
      }
      const auto text = column.string_at(i);
      if (!has_last || text != last) {
        last_code = position_of(*dictionary_, text, name_, outside_);
        last = text;
        has_last = true;
      }
      codes[i] = last_code;
    }
    return Column::own(type_, std::move(codes), dictionary_->levels);
  }

  Column from_codes(const Column& column) {
    const auto& local = column.levels();
    if (!local) throw DataError("variable '" + name_ + "' is a factor without levels");
    if (local == dictionary_->levels) return column;
    const auto codes = column.values<std::int32_t>();
    // Positions are looked up when a code is first used: a level that no row has may be outside.
    if (local != local_) {
      local_ = local;
      constexpr std::int32_t kNotLookedUp = -2;
      map_.assign(local->size(), kNotLookedUp);
    }
    std::vector<std::int32_t> recoded(codes.size());
    for (std::size_t i = 0; i < codes.size(); ++i) {
      const auto code = codes[i];
      if (code < 0) {
        recoded[i] = kMissingCode;
        continue;
      }
      if (static_cast<std::size_t>(code) >= map_.size())
        throw DataError("variable '" + name_ + "' holds the code " + std::to_string(code) +
                        " but has only " + std::to_string(map_.size()) + " levels");
      auto& position = map_[static_cast<std::size_t>(code)];
      if (position == -2)
        position =
            position_of(*dictionary_, (*local)[static_cast<std::size_t>(code)], name_, outside_);
      recoded[i] = position;
    }
    return Column::own(type_, std::move(recoded), dictionary_->levels);
  }

  std::string name_;
  Type type_;
  DictionaryPtr dictionary_;
  OutsideLevels outside_;
  Levels local_;
  std::vector<std::int32_t> map_;
};

Type recoded_type(Type type) { return type == Type::kOrdered ? Type::kOrdered : Type::kFactor; }

SchemaPtr recoded_schema(const Schema& schema, const Dictionaries& dictionaries) {
  auto fields = schema.fields();
  for (auto& field : fields) {
    const auto found = dictionaries.find(field.name);
    if (found == dictionaries.end()) continue;
    field.type = recoded_type(field.type);
    field.levels = found->second->levels;
  }
  return std::make_shared<const Schema>(std::move(fields));
}

class RecodingReader final : public ChunkReader {
 public:
  RecodingReader(std::unique_ptr<ChunkReader> inner, Dictionaries dictionaries,
                 OutsideLevels outside)
      : inner_(std::move(inner)), dictionaries_(std::move(dictionaries)), outside_(outside) {}

  std::optional<Chunk> next() override {
    auto chunk = inner_->next();
    if (!chunk) return chunk;
    if (chunk->schema != inner_schema_) prepare(*chunk);
    for (auto& [position, recoder] : recoders_)
      chunk->columns[position] = recoder.recode(chunk->columns[position]);
    chunk->schema = schema_;
    return chunk;
  }

 private:
  void prepare(const Chunk& chunk) {
    inner_schema_ = chunk.schema;
    schema_ = recoded_schema(*chunk.schema, dictionaries_);
    recoders_.clear();
    for (std::size_t i = 0; i < chunk.columns.size(); ++i) {
      const auto& name = (*chunk.schema)[i].name;
      const auto found = dictionaries_.find(name);
      if (found != dictionaries_.end())
        recoders_.emplace_back(i, Recoder(name, (*schema_)[i].type, found->second, outside_));
    }
  }

  std::unique_ptr<ChunkReader> inner_;
  Dictionaries dictionaries_;
  OutsideLevels outside_;
  SchemaPtr inner_schema_, schema_;
  std::vector<std::pair<std::size_t, Recoder>> recoders_;
};

class DeclaredLevels final : public DecoratedSource, public OffersReadCost {
 public:
  DeclaredLevels(std::shared_ptr<const DataSource> source, Dictionaries dictionaries,
                 OutsideLevels outside)
      : DecoratedSource(std::move(source)),
        dictionaries_(std::move(dictionaries)),
        outside_(outside) {
    const auto inner = source_->schema();
    for (const auto& [name, ignored] : dictionaries_) {
      const auto type = inner->field(name).type;
      if (!is_factor(type) && type != Type::kString)
        throw InvalidArgument(
            "levels can only be declared for factor and character variables, but '" + name +
            "' is " + std::string(type_name(type)));
    }
    schema_ = recoded_schema(*inner, dictionaries_);
  }

  SchemaPtr schema() const override { return schema_; }
  std::unique_ptr<ChunkReader> open(const Split& split, const ReadOptions& options) const override {
    return std::make_unique<RecodingReader>(source_->open(split, inner(options)), dictionaries_,
                                            outside_);
  }
  ReadCost read_cost(const Split& split, const ReadOptions& options) const override {
    return read_cost_of(*source_, split, inner(options));
  }
  Recipe recipe() const override {
    nlohmann::json levels = nlohmann::json::object();
    for (const auto& [name, dictionary] : dictionaries_) levels[name] = *dictionary->levels;
    const nlohmann::json options = {
        {"type", "declared_levels"},
        {"source", nlohmann::json::parse(source_->recipe().options)},
        {"levels", std::move(levels)},
        {"outside", outside_ == OutsideLevels::kError ? "error" : "missing"}};
    return {"declared_levels",
            options.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
  }

 private:
  ReadOptions inner(ReadOptions options) const {
    if (outside_ == OutsideLevels::kError) options.conditions.clear();  // any row may have one
    return options;
  }

  Dictionaries dictionaries_;
  OutsideLevels outside_;
  SchemaPtr schema_;
};

}  // namespace

std::shared_ptr<const DataSource> declare_levels(
    std::shared_ptr<const DataSource> source,
    const std::map<std::string, std::vector<std::string>>& levels, OutsideLevels outside) {
  Dictionaries dictionaries;
  for (const auto& [name, names] : levels)
    dictionaries.emplace(name, std::make_shared<const Dictionary>(name, names));
  return std::make_shared<DeclaredLevels>(std::move(source), std::move(dictionaries), outside);
}

std::shared_ptr<const DataSource> declared_levels_from_json(
    const nlohmann::json& recipe,
    const std::function<std::shared_ptr<const DataSource>(const nlohmann::json&)>& make) {
  if (!recipe.is_object() || !recipe.contains("source") || !recipe.contains("levels") ||
      !recipe["levels"].is_object())
    throw DataError("a recipe of declared levels needs source and levels");
  std::map<std::string, std::vector<std::string>> levels;
  for (const auto& [name, names] : recipe["levels"].items()) {
    if (!names.is_array()) throw DataError("levels in a recipe must be an array: " + name);
    auto& list = levels[name];
    for (const auto& each : names) {
      if (!each.is_string()) throw DataError("levels in a recipe must be strings: " + name);
      list.push_back(each.get<std::string>());
    }
  }
  const auto outside = recipe.value("outside", std::string("error")) == "missing"
                           ? OutsideLevels::kMissing
                           : OutsideLevels::kError;
  return declare_levels(make(recipe["source"]), levels, outside);
}

}  // namespace insitu
