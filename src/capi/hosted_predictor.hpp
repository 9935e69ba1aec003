#pragma once
// A model over rows that a host brings, piece by piece: a database's scoring function (insitu.h,
// "Predictors"). The model is read once, with the transforms that it was fitted with.
#include <memory>
#include <string>
#include <string_view>

#include "capi/hosted_rows.hpp"

namespace insitu {

/// Used by one thread at a time.
class HostedPredictor {
 public:
  /// `model`: a model file or the sealed bytes of a model. `document`: what rxPredict may say of
  /// the columns, {"type": "link"}; "" for nothing. Throws DataError for a damaged model,
  /// InvalidArgument for options that it cannot serve and for variables that `schema` lacks,
  /// Unsupported for a model with a function of a language and for one that has to see all rows
  /// first.
  HostedPredictor(std::string_view model, const std::string& document, const SchemaPtr& schema);

  /// The columns of the host that are read.
  const SchemaPtr& inputs() const { return inputs_; }
  const OwnedArrowSchema& arrow_inputs() const { return *arrow_inputs_; }
  const SchemaPtr& outputs() const { return outputs_; }

  /// The predictions of rows with the columns of inputs(), row by row.
  Chunk predict(Chunk rows);

 private:
  std::vector<Chunk> pieces(Chunk rows);

  std::shared_ptr<HostedRows> rows_;
  std::shared_ptr<const DataSource> source_;
  std::vector<std::string> columns_;
  SchemaPtr inputs_, outputs_;
  std::shared_ptr<const OwnedArrowSchema> arrow_inputs_;
};

}  // namespace insitu
