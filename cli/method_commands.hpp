#pragma once
// One sub-command for each method of the engine, made from its description.
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "methods/keys.hpp"
#include "run_request.hpp"

namespace insitu::cli {

void add_method_commands(CLI::App&);

/// An option as one of the command line; what is given goes into `given`. `otherwise`: its default.
void add_option(CLI::App&, const std::shared_ptr<nlohmann::json>& given, const OptionKey&,
                const nlohmann::ordered_json& otherwise);

/// The file that a command keeps a model in.
struct ModelFileArguments {
  std::string path;  ///< "": none
  bool overwrite = false;
  std::string bytes;  ///< of the file, which run_request makes

  void add_option(CLI::App&);   ///< --model
  void add_options(CLI::App&);  ///< and --overwrite
  /// Throws InvalidArgument for a file that exists and may not be replaced.
  void check() const;
  /// Where run_request is to put the bytes; null where no file is wanted.
  std::string* wanted() { return path.empty() ? nullptr : &bytes; }
  void keep() const;
};

/// What an option of a method is called on the command line: "--drop-first"; "" where it has none.
std::string option_name(const OptionKey&);

/// The same by the engine's name of an argument, of whichever method; "" for none.
std::string option_name_of(std::string_view key);

}  // namespace insitu::cli
