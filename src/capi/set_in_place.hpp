#pragma once
// The folder of a set of files whose parts somebody else writes: hidden beside its target until it
// takes its place whole, on this machine or in HDFS.
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "data/part_set.hpp"
#include "data/sink.hpp"

namespace insitu {

/// Destroyed before commit() it leaves nothing, and the target as it was.
class SetInPlace {
 public:
  virtual ~SetInPlace() = default;
  virtual std::string root() const = 0;
  /// Where parts come to lie, and where attempts at them are made: names that tasks know.
  virtual std::string parts() const = 0;
  virtual std::string unfinished() const = 0;
  /// Writes the files of the set, looks whether the parts are there and of these sizes, and puts
  /// all in place. Throws DataError; then the target is as it was.
  virtual void commit(const std::vector<FileOfSet>&,
                      const std::map<std::string, std::uint64_t>& parts) = 0;
};

/// `path` is absolute, or one of HDFS. Throws what a sink of it throws.
std::unique_ptr<SetInPlace> set_in_place(const std::string& path, const PartSet&,
                                         const SinkOptions&);

}  // namespace insitu
