#pragma once
// What a source that stands over another one passes on as it is: everything but its schema, its
// readers and its recipe.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "data/source.hpp"

namespace insitu {

class DecoratedSource : public DataSource {
 public:
  std::vector<Split> splits() const override { return source_->splits(); }
  std::optional<std::int64_t> row_count() const override { return source_->row_count(); }
  std::vector<std::int64_t> read_chunks() const override { return source_->read_chunks(); }
  const DataSource* row_holder() const override { return source_->row_holder(); }
  bool needs_calling_thread() const override { return source_->needs_calling_thread(); }
  bool ordered() const override { return source_->ordered(); }
  std::string file_of(const Split& split) const override { return source_->file_of(split); }
  std::string description() const override { return source_->description(); }

 protected:
  explicit DecoratedSource(std::shared_ptr<const DataSource> source) : source_(std::move(source)) {}

  const std::shared_ptr<const DataSource> source_;
};

}  // namespace insitu
