#include "sources/typed_columns.hpp"

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/named.hpp"
#include "data/declared_levels.hpp"
#include "data/decorated_source.hpp"
#include "data/read_cost.hpp"
#include "sources/column_conversion.hpp"

namespace insitu {

namespace {

using Types = std::map<std::string, Type>;

SchemaPtr retyped(const Schema& schema, const Types& types) {
  auto fields = schema.fields();
  for (auto& field : fields) {
    const auto found = types.find(field.name);
    if (found == types.end() || found->second == field.type) continue;
    if (!(is_factor(field.type) && is_factor(found->second))) field.levels = nullptr;
    if (is_factor(found->second)) field.low = field.high = std::nullopt;
    field.type = found->second;
  }
  return std::make_shared<const Schema>(std::move(fields));
}

class ConvertingReader final : public ChunkReader {
 public:
  ConvertingReader(std::unique_ptr<ChunkReader> inner, const Types& types, SchemaPtr schema)
      : inner_(std::move(inner)), types_(types), schema_(std::move(schema)) {}

  std::optional<Chunk> next() override {
    auto chunk = inner_->next();
    if (!chunk) return std::nullopt;
    for (std::size_t i = 0; i < chunk->columns.size(); ++i) {
      const auto& field = (*schema_)[i];
      if (types_.contains(field.name))
        chunk->columns[i] =
            converted(chunk->columns[i], field.type, field.name, chunk->from.first_row);
    }
    chunk->schema = schema_;
    return chunk;
  }

 private:
  std::unique_ptr<ChunkReader> inner_;
  const Types& types_;
  SchemaPtr schema_;
};

class TypedColumns final : public DecoratedSource, public OffersReadCost {
 public:
  TypedColumns(std::shared_ptr<const DataSource> source, Types types)
      : DecoratedSource(std::move(source)), types_(std::move(types)) {
    const auto inner = source_->schema();
    for (const auto& [name, type] : types_)
      if (const auto why = no_conversion(inner->field(name).type, type))
        throw InvalidArgument("`colInfo` of "_named + name + ": " + *why);
    schema_ = retyped(*inner, types_);
  }

  SchemaPtr schema() const override { return schema_; }
  std::unique_ptr<ChunkReader> open(const Split& split, const ReadOptions& options) const override {
    return std::make_unique<ConvertingReader>(
        // Conditions speak of the types that are made here, and values that cannot be are errors.
        source_->open(split, {.columns = options.columns}), types_,
        options.columns ? select_columns(*schema_, *options.columns) : schema_);
  }
  ReadCost read_cost(const Split& split, const ReadOptions& options) const override {
    return read_cost_of(*source_, split, {.columns = options.columns});
  }
  Recipe recipe() const override {
    ColumnInfo info;
    for (const auto& [name, type] : types_) info[name].type = type;
    const nlohmann::json options = {{"type", "typed_columns"},
                                    {"source", nlohmann::json::parse(source_->recipe().options)},
                                    {"colInfo", column_info_to_json(info)}};
    return {"typed_columns",
            options.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
  }

 private:
  Types types_;
  SchemaPtr schema_;
};

}  // namespace

std::shared_ptr<const DataSource> typed_columns(std::shared_ptr<const DataSource> source,
                                                const ColumnInfo& info) {
  Types types;
  std::map<std::string, std::vector<std::string>> levels;
  for (const auto& [name, wanted] : info) {
    types.emplace(name, wanted.type);
    if (wanted.levels) levels.emplace(name, *wanted.levels);
  }
  if (!types.empty()) source = std::make_shared<TypedColumns>(std::move(source), std::move(types));
  return levels.empty() ? source
                        : declare_levels(std::move(source), levels, OutsideLevels::kMissing);
}

std::shared_ptr<const DataSource> typed_columns_from_json(
    const nlohmann::json& recipe,
    const std::function<std::shared_ptr<const DataSource>(const nlohmann::json&)>& make) {
  if (!recipe.is_object() || !recipe.contains("source"))
    throw DataError("a recipe of typed columns needs source and `colInfo`"_named);
  return typed_columns(make(recipe["source"]),
                       column_info_from_json(recipe.value("colInfo", nlohmann::json()), "recipe"));
}

}  // namespace insitu
