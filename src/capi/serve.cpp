#include "capi/serve.hpp"

#include <optional>

#include "algorithms/user_family.hpp"
#include "capi/make_source.hpp"
#include "contexts/worker.hpp"
#include "filesystems/native.hpp"
#include "methods/methods.hpp"
#include "sources/registry.hpp"

namespace insitu {

void serve_worker(const LoadFunction& load, const std::string& language, const std::string& socket,
                  const LanguageProcess& process, const ExecFunction& exec) {
  WorkerParts parts;
  parts.files = native_file_system();
  parts.process = process;
  parts.exec = exec;
  if (!language.empty()) parts.languages = {language};
  std::optional<FamilyLoader> families;
  if (load) families.emplace(load);
  parts.make_pass = make_pass;
  parts.fields_of = analysis_fields;
  parts.make_source = [&load](const Recipe& recipe, const WorkerInputs& inputs) {
    SourceMaker maker(stored_formats(), {.files = inputs.files});
    maker.set_pushed(inputs.pushed);
    maker.set_load_function(load);
    return maker.make(recipe);
  };
  if ((socket.empty() ? serve_standard_streams(parts) : serve_socket(socket, parts)) != 0)
    throw WorkerError("the host did not keep to the protocol of workers");
}

}  // namespace insitu
