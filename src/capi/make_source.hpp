#pragma once
// From the documents that name a data source (docs/requests.md) or rebuild one in a worker
// (recipes) to the source.
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "capi/descriptors.hpp"
#include "formula/rows/transforms.hpp"
#include "sources/format.hpp"

struct ArrowArrayStream;

namespace insitu {

using SourcePtr = std::shared_ptr<const DataSource>;

/// Makes sources for one call. A frame that is named twice is imported once. Not for several
/// threads at once.
class SourceMaker {
 public:
  /// `formats`: what can be read and written, formats() of capi/formats.hpp or stored_formats() of
  /// sources/registry.hpp; they outlive this object. `tools`: what sources use. `streams`: the data
  /// frames of the call (taken over as they are used); null: none.
  SourceMaker(std::span<const Format> formats, SourceTools tools,
              std::vector<ArrowArrayStream*>* streams = nullptr);

  /// Throws InvalidArgument (unknown type or option; did you mean), DataError (cannot be read).
  SourcePtr make(const nlohmann::json& descriptor);
  /// The same from a recipe (DataSource::recipe), whose name is its type where it says none.
  /// Throws DataError for options that are no document.
  SourcePtr make(const Recipe&);
  /// The format of a type that is a file. Throws InvalidArgument for an unknown type (did you
  /// mean), Unsupported for tables of engines.
  const Format& format(const std::string& type) const;

  /// In a worker: what stands for rows that the host holds, and how functions of the language are
  /// loaded.
  void set_pushed(SourcePtr pushed) { pushed_ = std::move(pushed); }
  void set_load_function(
      std::function<RowFunction(const std::string& language, const Bytes& code)> load) {
    load_ = std::move(load);
  }

  /// How tables of the compute context are opened (null: it has none of that kind), and how the
  /// rows of a source are kept there.
  void set_tables(std::function<SourcePtr(const nlohmann::json& descriptor)> open) {
    open_table_ = std::move(open);
  }
  void set_cache(std::function<SourcePtr(SourcePtr, const nlohmann::json& descriptor)> cache) {
    cache_ = std::move(cache);
  }

  const std::shared_ptr<const FileSystem>& files() const { return tools_.files; }

 private:
  SourcePtr make_frame(const nlohmann::json& descriptor);

  std::span<const Format> formats_;
  SourceTools tools_;
  std::vector<ArrowArrayStream*>* streams_;
  SourcePtr pushed_;
  std::function<RowFunction(const std::string&, const Bytes&)> load_;
  std::function<SourcePtr(const nlohmann::json&)> open_table_;
  std::function<SourcePtr(SourcePtr, const nlohmann::json&)> cache_;
  std::map<std::size_t, std::pair<SchemaPtr, std::vector<Chunk>>> frames_;
};

}  // namespace insitu
