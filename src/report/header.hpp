#pragma once
// The lines that every printed result begins with: the call, the title with the formula, and where
// the data came from.
#include <string>
#include <string_view>
#include <vector>

namespace insitu {

/// What a reply does not say but its printed form shows; empty parts are left out.
struct ReportHeader {
  std::string call;        ///< deparsed, with its line breaks
  std::string data_label;  ///< how the caller named the data: "airDS"
  std::string data_class;  ///< "RxXdfData"; empty or "data.frame": a data frame
  std::string file_name;
  std::string pweights, fweights;  ///< names of weight variables
  int digits = 7;
  bool python = false;  ///< layouts of the Python face, where there are such
  int width = 80;       ///< of a line, in characters: wider tables are wrapped
};

/// "Call:", the call and an empty line; nothing without a call.
std::string call_lines(const ReportHeader&);

/// "Data: ...", "File name: ...", weights.
std::string data_lines(const ReportHeader&);

/// "<title> Results for: <formula>" wrapped, "Data: ...", "File name: ...", weights.
std::string title_lines(const ReportHeader&, std::string_view title, std::string_view formula);

}  // namespace insitu
