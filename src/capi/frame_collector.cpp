#include "capi/frame_collector.hpp"

#include "base/error.hpp"
#include "data/no_rows.hpp"

namespace insitu {

FrameCollector::FrameCollector(SchemaPtr schema) : schema_(std::move(schema)) {}

Column FrameCollector::recoded(FactorLevels& factor, const Column& column) {
  if (!column.levels()) throw DataError("a factor column has no levels");
  if (column.levels() != factor.last) {
    factor.last = column.levels();
    factor.recode.clear();
    factor.identity = true;
    for (const auto& name : *column.levels()) {
      const auto [place, is_new] =
          factor.places.emplace(name, static_cast<std::int32_t>(factor.names.size()));
      if (is_new) factor.names.push_back(name);
      factor.identity &= place->second == static_cast<std::int32_t>(factor.recode.size());
      factor.recode.push_back(place->second);
    }
  }
  if (factor.identity) return column;
  std::vector<std::int32_t> codes;
  codes.reserve(column.size());
  for (const auto code : column.values<std::int32_t>())
    codes.push_back(code < 0 ? kMissingCode : factor.recode.at(static_cast<std::size_t>(code)));
  return Column::own(column.type(), std::move(codes), column.levels());
}

void FrameCollector::add(const Chunk& chunk) {
  if (chunks_.empty()) {
    schema_ = chunk.schema;
    factors_.resize(schema_->size());
    // Levels that the source declares keep their order and stay even if no row has them.
    for (std::size_t i = 0; i < schema_->size(); ++i)
      if (is_factor((*schema_)[i].type) && (*schema_)[i].levels)
        for (const auto& name : *(*schema_)[i].levels) {
          auto& factor = factors_[i];
          if (factor.places.emplace(name, static_cast<std::int32_t>(factor.names.size())).second)
            factor.names.push_back(name);
        }
  }
  Chunk kept = chunk;
  for (std::size_t i = 0; i < kept.columns.size(); ++i)
    if (is_factor(kept.columns[i].type())) kept.columns[i] = recoded(factors_[i], kept.columns[i]);
  rows_ += kept.rows;
  if (kept.rows > 0 || chunks_.empty()) chunks_.push_back(std::move(kept));
}

std::pair<SchemaPtr, std::vector<Chunk>> FrameCollector::take() {
  auto fields = schema_->fields();
  factors_.resize(fields.size());
  std::vector<Levels> levels(fields.size());
  for (std::size_t i = 0; i < fields.size(); ++i)
    if (is_factor(fields[i].type)) {
      if (factors_[i].names.empty() && fields[i].levels)
        levels[i] = fields[i].levels;
      else
        levels[i] = make_levels(std::move(factors_[i].names));
      fields[i].levels = levels[i];
    }
  const auto schema = std::make_shared<const Schema>(std::move(fields));
  for (auto& chunk : chunks_) {
    chunk.schema = schema;
    for (std::size_t i = 0; i < chunk.columns.size(); ++i)
      if (levels[i]) chunk.columns[i] = chunk.columns[i].with_levels(levels[i]);
  }
  rows_ = 0;
  if (chunks_.empty()) chunks_.push_back(no_rows(schema));  // no rows have levels too
  return {schema, std::exchange(chunks_, {})};
}

}  // namespace insitu
