#pragma once
// The file that a command draws its picture in.
#include <CLI/CLI.hpp>
#include <string>

#include "report/figure.hpp"

namespace insitu::cli {

struct SvgArguments {
  std::string path;  ///< "": none
  std::string title;
  bool overwrite = false;

  void add_options(CLI::App&);  ///< --svg and --title; --overwrite belongs to the command
  /// Throws InvalidArgument for a file that exists and may not be replaced, before anything is
  /// computed.
  void check() const;
  /// Writes the picture: a new file, then its name.
  void keep(Figure) const;
};

}  // namespace insitu::cli
