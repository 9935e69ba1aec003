#pragma once
// Chunks kept in memory to be handed to the caller as one data frame. Factors whose chunks carry
// different levels are recoded to one list, in order of first appearance.
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "data/chunk.hpp"

namespace insitu {

/// Not for several threads at once. All chunks have the columns of the first.
class FrameCollector {
 public:
  /// `schema`: what is collected if there is no chunk.
  explicit FrameCollector(SchemaPtr schema);

  void add(const Chunk&);
  std::size_t rows() const { return rows_; }
  /// The schema with all levels, and the chunks (without rows one that has none); the collector is
  /// empty afterwards.
  std::pair<SchemaPtr, std::vector<Chunk>> take();

 private:
  struct FactorLevels {
    std::vector<std::string> names;
    std::unordered_map<std::string, std::int32_t> places;
    Levels last;                       // levels of the chunk before, and
    std::vector<std::int32_t> recode;  // what its codes become
    bool identity = true;
  };

  Column recoded(FactorLevels&, const Column&);

  SchemaPtr schema_;
  std::vector<FactorLevels> factors_;
  std::vector<Chunk> chunks_;
  std::size_t rows_ = 0;
};

}  // namespace insitu
