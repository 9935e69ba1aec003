#pragma once
// Principal components as they are kept, and the scores of rows. The bytes are sealed and versioned
// (docs/model.md).
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "algorithms/model.hpp"
#include "base/bytes.hpp"
#include "formula/model/model_frame.hpp"

namespace insitu {

/// p columns: the cells of the terms in order.
struct PcaModel {
  static constexpr std::string_view kKind = "pca_model";
  static constexpr std::uint32_t kVersion = 1;

  std::uint32_t version = kVersion;
  ModelFrame frame;              ///< no responses
  std::vector<double> centres;   ///< p
  std::vector<double> scales;    ///< p, above 0
  std::vector<double> loadings;  ///< p x components, one component after the other
  std::string pipeline;          ///< as LinearModel::pipeline
  static constexpr auto fields =
      std::tuple{&PcaModel::version, &PcaModel::frame,    &PcaModel::centres,
                 &PcaModel::scales,  &PcaModel::loadings, &PcaModel::pipeline};

  std::size_t components() const { return loadings.size() / centres.size(); }

  Bytes save() const;
  /// Throws DataError for bytes that are damaged, of another kind or version, or that contradict
  /// themselves.
  static PcaModel load(std::string_view sealed);
};

std::shared_ptr<const Model> load_pca_model(std::string_view sealed);

}  // namespace insitu
