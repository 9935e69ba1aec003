#pragma once
// A picture described: panels of series over common axes. What draws it is report/svg.hpp.
#include <string>
#include <vector>

namespace insitu {

/// Values of one look. NaN breaks a line and is no point.
struct FigureSeries {
  enum class Kind {
    kLine,
    kPoints,
    kLineAndPoints,
    kSteps,      ///< a line that goes right, then up
    kBars,       ///< from x to x_end, from 0 to y
    kCells,      ///< rectangles from (x, y) to (x_end, y_end), as dark as `shade`
    kReference,  ///< a thin dashed line behind the others, without a colour of its own
  };
  Kind kind = Kind::kLine;
  std::string label;  ///< for the legend; "": it is not named there
  std::vector<double> x, y;
  std::vector<double> x_end = {}, y_end = {};
  std::vector<double> shade = {};  ///< 0 (none) to 1
  int colour = 0;                  ///< its number in the palette
  bool dashed = false;
};

struct FigurePanel {
  std::string label;  ///< over the panel; "": none
  std::vector<FigureSeries> series;
};

struct FigureAxis {
  std::string title;
  double low = 0, high = 1;              ///< its ends
  std::vector<double> ticks = {};        ///< empty: at round numbers
  std::vector<std::string> labels = {};  ///< of the ticks; empty: their numbers
};

struct Figure {
  std::string title, subtitle;
  FigureAxis x, y;
  std::vector<FigurePanel> panels;
  bool square = false;  ///< plot areas as high as wide

  /// Sets the ends of an axis around the values, a little beyond them; from 0 to 1 without any.
  static void cover(FigureAxis&, const std::vector<double>& values);
};

}  // namespace insitu
