#include "methods/result_numbers.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string_view>
#include <utility>

#include "methods/keys.hpp"

namespace insitu {

namespace {

bool same(const std::vector<std::string>& kept, const std::vector<std::string>* given) {
  return given ? kept == *given : kept.empty();
}

/// The label of a row of a table: its texts and levels, else its number.
std::string row_label(const ResultTable& table, std::size_t row) {
  std::string label;
  bool labelled = false;  // an empty level is a label, too
  for (const auto& column : table.columns) {
    std::string part;
    if (column.kind == ResultTable::Column::Kind::kText) {
      part = column.texts[row];
    } else if (column.kind == ResultTable::Column::Kind::kFactor) {
      const double code = column.numbers[row];
      if (code >= 0 && code < static_cast<double>(column.texts.size()))
        part = column.texts[static_cast<std::size_t>(code)];
    } else {
      continue;
    }
    label += (labelled ? "." : "") + part;
    labelled = true;
  }
  return labelled ? label : std::to_string(row + 1);
}

}  // namespace

void ResultNumbers::next() {
  ++rows_;
  place_ = 0;
  texts_.clear();
  prefixes_.clear();
}

std::size_t ResultNumbers::series_of(const std::string& name, std::size_t place,
                                     std::size_t first) {
  const auto [found, made] = by_name_.try_emplace(name, series_.size());
  if (made) series_.push_back({name, place, first});
  return found->second;
}

void ResultNumbers::put(std::size_t at, double value, Kind kind) {
  // Labels that are joined by points can be the same for different numbers of a row.
  const auto taken = [&] { return series_[at].values.size() == rows_; };
  if (taken()) {
    const auto name = series_[at].name;
    const auto place = series_[at].place;
    for (std::size_t number = 2; taken(); ++number)
      at = series_of(name + "." + std::to_string(number), place, rows_ - 1);
  }
  auto& series = series_[at];
  series.kind = std::max(series.kind, kind);
  series.values.resize(rows_ - 1, std::nan(""));
  series.values.push_back(value);
}

void ResultNumbers::append(ResultNumbers&& next) {
  for (auto& theirs : next.series_) {
    auto& ours = series_[series_of(theirs.name, theirs.place, rows_ + theirs.first)];
    ours.kind = std::max(ours.kind, theirs.kind);
    ours.values.resize(rows_, std::nan(""));
    ours.values.insert(ours.values.end(), theirs.values.begin(), theirs.values.end());
  }
  rows_ += next.rows_;
  next = {};
}

std::vector<std::size_t> ResultNumbers::order() const {
  std::vector<std::size_t> order(series_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return series_[i].place; });
  return order;
}

std::vector<std::pair<std::size_t, std::size_t>> ResultNumbers::places() const {
  std::vector<std::pair<std::size_t, std::size_t>> places;
  for (const auto i : order()) places.emplace_back(series_[i].place, series_[i].first);
  return places;
}

std::vector<std::pair<Field, Column>> ResultNumbers::take_columns() {
  std::vector<std::pair<Field, Column>> columns;
  for (const auto i : order()) {
    auto& series = series_[i];
    series.values.resize(rows_, std::nan(""));
    Field field;
    field.name = series.name;
    if (series.kind == Kind::kFlag) {
      field.type = Type::kLogical;
      std::vector<std::uint8_t> flags(rows_, missing_value<std::uint8_t>());
      for (std::size_t row = 0; row < rows_; ++row)
        if (!std::isnan(series.values[row])) flags[row] = series.values[row] != 0;
      columns.emplace_back(std::move(field), Column::own(Type::kLogical, std::move(flags)));
    } else {
      field.type = Type::kFloat64;
      columns.emplace_back(std::move(field), Column::own(Type::kFloat64, std::move(series.values)));
    }
    series.values = {};
  }
  *this = {};
  return columns;
}

const std::vector<std::string>* ResultNumbers::labels(const char* key) const {
  if (!*key) return nullptr;
  for (const auto& [name, values] : texts_)
    if (name == key) return values;
  return nullptr;
}

ResultNumbers::Slot& ResultNumbers::slot_of(const std::string& key, std::size_t count,
                                            const std::vector<std::string>* rows,
                                            const std::vector<std::string>* columns, bool alone) {
  if (place_ == slots_.size()) slots_.emplace_back();
  const auto place = place_++;
  auto& slot = slots_[place];
  const auto full = prefixes_.empty() ? key : prefix() + key;
  if (slot.key == full && slot.series.size() == count && same(slot.rows, rows) &&
      same(slot.columns, columns))
    return slot;
  slot = {full,
          rows ? *rows : std::vector<std::string>(),
          columns ? *columns : std::vector<std::string>(),
          {}};
  for (std::size_t i = 0; i < count; ++i) {
    auto name = full;
    if (!alone) {
      const auto height = rows ? rows->size() : count;
      name += "." + (rows ? (*rows)[i % height] : std::to_string(i + 1));
      if (columns) name += "." + (*columns)[i / height];
    }
    slot.series.push_back(series_of(name, place, rows_ - 1));
  }
  return slot;
}

void ResultNumbers::texts(const std::string& key, const std::vector<std::string>& values) {
  texts_.emplace_back(key, &values);
}

void ResultNumbers::number(const std::string& key, double value, Kind kind) {
  put(slot_of(key, 1, nullptr, nullptr, true).series[0], value, kind);
}

void ResultNumbers::numbers(const std::string& key, const std::vector<double>& values,
                            const Labels& how) {
  if (values.empty()) return;
  const auto* rows = labels(how.rows);
  const auto* columns = labels(how.columns);
  if (rows && (rows->empty() || values.size() % rows->size() != 0)) rows = nullptr;
  const auto width = rows ? values.size() / rows->size() : 1;
  if (!rows || (how.drop && width == 1) || (columns && columns->size() != width)) columns = nullptr;
  if (rows && !columns && width != 1) rows = nullptr;
  const bool alone = how.drop && values.size() == 1 && !*how.columns;
  auto& slot = slot_of(key, values.size(), rows, columns, alone);
  for (std::size_t i = 0; i < values.size(); ++i) put(slot.series[i], values[i], Kind::kNumber);
}

void ResultNumbers::table(const std::string& key, const ResultTable& table) {
  if (table.columns.empty()) return;
  const auto& first = table.columns.front();
  const auto rows =
      first.kind == ResultTable::Column::Kind::kText ? first.texts.size() : first.numbers.size();
  if (rows == 0) return;
  std::vector<std::string> labels;
  for (std::size_t row = 0; row < rows; ++row) labels.push_back(row_label(table, row));
  for (const auto& column : table.columns) {
    if (column.kind != ResultTable::Column::Kind::kNumber) continue;
    const std::vector<std::string> name{column.name};
    auto& slot = slot_of(key, rows, &labels, &name, false);
    for (std::size_t row = 0; row < rows; ++row)
      put(slot.series[row], column.numbers[row], Kind::kNumber);
  }
}

}  // namespace insitu
