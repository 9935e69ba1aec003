#include "report/header.hpp"

#include "report/text_table.hpp"

namespace insitu {

namespace {

constexpr int kWrapWidth = 72;  // titles are filled to nine tenths of a line
constexpr std::string_view kIndent = "    ";

}  // namespace

std::string call_lines(const ReportHeader& header) {
  return header.call.empty() ? std::string() : "Call:\n" + header.call + "\n\n";
}

std::string title_lines(const ReportHeader& header, std::string_view title,
                        std::string_view formula) {
  auto text = wrap_words(std::string(title) + " Results for: " + std::string(formula), kWrapWidth,
                         kIndent) +
              "\n";
  return text + data_lines(header);
}

std::string data_lines(const ReportHeader& header) {
  std::string text;
  const bool is_frame = header.data_class.empty() || header.data_class == "data.frame";
  if (!header.data_label.empty())
    text += "Data: " + header.data_label +
            (is_frame ? "" : " (" + header.data_class + " Data Source)") + "\n";
  if (!header.file_name.empty()) {
    const std::string name = "File name: " + header.file_name;
    text += display_width(name) < kWrapWidth
                ? name
                : "File name:\n" + std::string(kIndent) + header.file_name;
    text += "\n";
  }
  if (!header.pweights.empty()) text += "Probability weights: " + header.pweights + "\n";
  if (!header.fweights.empty()) text += "Frequency weights: " + header.fweights + "\n";
  return text;
}

}  // namespace insitu
