#include "svg_file.hpp"

#include <unistd.h>

#include "base/error.hpp"
#include "base/new_file.hpp"
#include "report/svg.hpp"
#include "request_arguments.hpp"

namespace insitu::cli {

void SvgArguments::add_options(CLI::App& command) {
  command.add_option("--svg", path, "File to draw the picture in, as SVG")->type_name("FILE");
  command.add_option("--title", title, "Title of the picture")->type_name("TEXT");
}

void SvgArguments::check() const {
  if (!path.empty() && !overwrite && access(path.c_str(), F_OK) == 0)
    throw InvalidArgument("the picture's file exists: " + path + "; say --overwrite to replace it");
}

void SvgArguments::keep(Figure figure) const {
  if (path.empty()) return;
  if (!title.empty()) figure.title = title;
  NewFile file(absolute_path(path));
  file.append(svg(figure));
  file.commit();
}

}  // namespace insitu::cli
