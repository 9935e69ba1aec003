#pragma once
// One sub-command for each method of the engine, made from its description.
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "methods/keys.hpp"

namespace insitu::cli {

void add_method_commands(CLI::App&);

/// An option as one of the command line; what is given goes into `given`. `otherwise`: its default.
void add_option(CLI::App&, const std::shared_ptr<nlohmann::json>& given, const OptionKey&,
                const nlohmann::ordered_json& otherwise);

/// What an option of a method is called on the command line: "--drop-first"; "" where it has none.
std::string option_name(const OptionKey&);

/// The same by the engine's name of an argument, of whichever method; "" for none.
std::string option_name_of(std::string_view key);

}  // namespace insitu::cli
