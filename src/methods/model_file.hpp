#pragma once
// The model file: a fitted model with the whole result of its fit, one format for Python, R and the
// command line (docs/model.md). What is read comes from outside: sizes, positions and labels are
// checked here, before anything uses them.
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/bytes.hpp"
#include "methods/values.hpp"

namespace insitu {

struct ModelFile {
  static constexpr std::string_view kKind = "model_file";
  static constexpr std::uint32_t kVersion = 1;

  struct Array {
    std::vector<std::uint64_t> shape;
    std::vector<double> values;
    static constexpr auto fields = std::tuple{&Array::shape, &Array::values};
  };

  // These two stay the first ones in every version: a reader tells who wrote what it cannot read.
  std::uint32_t version = kVersion;
  std::string written_by;  ///< version of the engine

  std::string
      reply;  ///< the reply of the fit as JSON, in its order, "model" null and nothing printed;
              ///< "": only what predictions need was kept
  std::vector<Array> arrays;  ///< {"$array": position} of the reply
  Bytes model;                ///< sealed, of a kind of algorithms/models.cpp
  bool has_metadata = false;
  Bytes metadata;  ///< the caller's own bytes

  static constexpr auto fields = std::tuple{
      &ModelFile::version, &ModelFile::written_by,   &ModelFile::reply,   &ModelFile::arrays,
      &ModelFile::model,   &ModelFile::has_metadata, &ModelFile::metadata};

  /// Sealed bytes.
  Bytes save() const;
  /// Throws DataError for bytes that are damaged, of another kind or version, or that contradict
  /// themselves.
  static ModelFile load(std::string_view sealed);
};

/// Of the reply of a fit (JSON; "model" may be null) and its arrays. Throws InvalidArgument for
/// what is no reply of a method with a model, Unsupported for a model fitted with a function.
ModelFile make_model_file(std::string_view reply, std::vector<ModelFile::Array> arrays, Bytes model,
                          std::string written_by);

/// The reply as it was, in order; REQUIRES: the file holds one.
nlohmann::ordered_json reply_of(const ModelFile&);
/// Its arrays as replies have them.
std::vector<NumericArray> arrays_of(const ModelFile&);
std::vector<ModelFile::Array> as_file_arrays(const std::vector<NumericArray>&);

/// The sealed model in a model file; sealed bytes of another kind as they are. Errors as load().
Bytes model_in(std::string sealed);

}  // namespace insitu
