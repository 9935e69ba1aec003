#pragma once
// The numbers of many results of one method, side by side: a row for each result, a series for each
// number that any of them has, under the name of its field and its labels ("coefficients.x"). What
// a result has and another has not is missing there. So a million results are some columns.
#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

#include "data/chunk.hpp"
#include "methods/values.hpp"

namespace insitu {

struct Labels;

class ResultNumbers {
 public:
  enum class Kind { kFlag, kWhole, kNumber };

  /// Begins the row of the next result; one to which nothing is added has failed.
  void next();
  /// Adds the rows of the results that follow.
  void append(ResultNumbers&& rows);
  std::size_t size() const { return rows_; }
  /// How many values columns() makes.
  double values() const { return static_cast<double>(rows_) * static_cast<double>(series_.size()); }
  /// Leaves nothing behind. The order is that of the fields in the first result that has them, and
  /// does not depend on how rows were appended.
  std::vector<std::pair<Field, Column>> take_columns();
  /// Of each of these columns the place of its field in the first result that has it, and the
  /// number of that result: by these, columns of parts are put in the order that they would have
  /// together.
  std::vector<std::pair<std::size_t, std::size_t>> places() const;

  // Of the row that was begun.
  /// Texts, which label the numbers that follow them.
  void texts(const std::string& key, const std::vector<std::string>& values);
  void number(const std::string& key, double value, Kind kind = Kind::kNumber);
  void numbers(const std::string& key, const std::vector<double>& values, const Labels&);
  /// Numbered from 1.
  template <class T>
  void list(const std::string& key, const std::vector<T>& values, Kind kind) {
    auto& slot = slot_of(key, values.size(), nullptr, nullptr, false);
    for (std::size_t i = 0; i < values.size(); ++i)
      put(slot.series[i], static_cast<double>(values[i]), kind);
  }
  /// Its numbers, labelled by its texts and factors.
  void table(const std::string& key, const ResultTable&);
  /// Until leave(): fields are those of the record of this name.
  void enter(const std::string& key) { prefixes_.push_back(prefix() + key + "."); }
  void leave() { prefixes_.pop_back(); }

 private:
  /// The series as columns.
  std::vector<std::size_t> order() const;
  struct Series {
    std::string name;
    std::size_t place = 0;  ///< of its slot in the first result that has it
    std::size_t first = 0;  ///< the number of that result
    Kind kind = Kind::kFlag;
    std::vector<double> values = {};  ///< rows beyond its end are missing
  };
  /// Where the numbers of one field go, while they are labelled alike.
  struct Slot {
    std::string key;
    std::vector<std::string> rows, columns;
    std::vector<std::size_t> series;
  };

  std::string prefix() const { return prefixes_.empty() ? "" : prefixes_.back(); }
  const std::vector<std::string>* labels(const char* key) const;
  Slot& slot_of(const std::string& key, std::size_t count, const std::vector<std::string>* rows,
                const std::vector<std::string>* columns, bool alone);
  void put(std::size_t series, double value, Kind kind);
  std::size_t series_of(const std::string& name, std::size_t place, std::size_t first);

  std::size_t rows_ = 0, place_ = 0;
  std::vector<Series> series_;
  std::unordered_map<std::string, std::size_t> by_name_;
  std::vector<Slot> slots_;
  std::vector<std::pair<std::string, const std::vector<std::string>*>> texts_;  // of this row
  std::vector<std::string> prefixes_;
};

}  // namespace insitu
