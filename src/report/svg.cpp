#include "report/svg.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <memory>
#include <string_view>

#include "base/number_text.hpp"
#include "base/pretty.hpp"
#include "base/xml_text.hpp"

namespace insitu {

namespace {

constexpr std::array<const char*, 8> kColours{"#1f77b4", "#d62728", "#2ca02c", "#9467bd",
                                              "#ff7f0e", "#17becf", "#8c564b", "#e377c2"};
constexpr const char* kBar = "#74b9e7";
constexpr double kTextSize = 12, kTitleSize = 16, kGap = 10, kTick = 5;
constexpr double kStrip = 20;  // height of a panel's label
constexpr int kTicks = 6;

const char* colour_of(int number) {
  return kColours[static_cast<std::size_t>(number) % kColours.size()];
}

/// A length or place: two decimals at most, whatever the locale.
std::string place(double value) {
  value = std::clamp(value, -1e6, 1e6);
  std::array<char, 32> text{};
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, 2).ptr;
  std::string_view digits(text.data(), static_cast<std::size_t>(end - text.data()));
  while (digits.ends_with('0')) digits.remove_suffix(1);
  if (digits.ends_with('.')) digits.remove_suffix(1);
  return digits == "-0" ? "0" : std::string(digits);
}

/// About how wide a text is drawn: a character of UTF-8 is 0.56 of the size, a narrow one less.
double width_of(std::string_view text, double size) {
  double width = 0;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0U) == 0x80U) continue;
    width += std::string_view(".,:;'|!ijl ()[]").find(c) != std::string_view::npos ? 0.32 : 0.58;
  }
  return width * size;
}

/// The text, cut where it would be wider.
std::string fitted(const std::string& text, double width, double size) {
  if (width_of(text, size) <= width) return text;
  std::string kept;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) ++end;
    if (width_of(kept + text.substr(i, end - i) + "...", size) > width) break;
    kept += text.substr(i, end - i);
    i = end;
  }
  return kept + "...";
}

struct Ticks {
  std::vector<double> at;
  std::vector<std::string> labels;

  Ticks(const FigureAxis& axis, int wanted) {
    auto values = axis.ticks;
    if (values.empty()) values = pretty(axis.low, axis.high, wanted);
    for (std::size_t k = 0; k < values.size(); ++k) {
      if (values[k] < axis.low || values[k] > axis.high) continue;
      at.push_back(values[k]);
      labels.push_back(k < axis.labels.size() ? axis.labels[k] : number_text(values[k]));
    }
  }
  double widest() const {
    double width = 0;
    for (const auto& label : labels) width = std::max(width, width_of(label, kTextSize));
    return width;
  }
};

struct Area {
  double left = 0, top = 0, width = 0, height = 0;
};

class Drawing {
 public:
  explicit Drawing(const Figure& figure) : figure_(figure) {}

  std::string draw() {
    lay_out();
    head();
    titles();
    for (std::size_t p = 0; p < figure_.panels.size(); ++p) panel(p);
    legend();
    return out_ + "</svg>\n";
  }

 private:
  /// Series with a label, the first of each.
  std::vector<const FigureSeries*> named_series() const {
    std::vector<const FigureSeries*> found;
    for (const auto& each : figure_.panels)
      for (const auto& series : each.series)
        if (!series.label.empty() && std::ranges::none_of(found, [&](const auto* other) {
              return other->label == series.label;
            }))
          found.push_back(&series);
    return found;
  }

  void lay_out() {
    const std::size_t panels = std::max<std::size_t>(1, figure_.panels.size());
    columns_ = static_cast<std::size_t>(std::ceil(std::sqrt(static_cast<double>(panels))));
    rows_ = (panels + columns_ - 1) / columns_;
    const bool one = panels == 1;
    plot_width_ = one ? 600 : std::max(170.0, 660.0 / static_cast<double>(columns_) - kGap);
    plot_height_ = one ? 380 : 0.75 * plot_width_;
    if (figure_.square) plot_width_ = plot_height_ = one ? 420 : plot_width_;
    strip_ = std::ranges::any_of(figure_.panels, [](const auto& p) { return !p.label.empty(); })
                 ? kStrip
                 : 0;
    x_ticks_ = std::make_unique<Ticks>(figure_.x, std::max(2, static_cast<int>(plot_width_ / 90)));
    y_ticks_ = std::make_unique<Ticks>(
        figure_.y, std::max(2, std::min(kTicks, static_cast<int>(plot_height_ / 40))));
    double labels = 0;
    for (const auto& each : x_ticks_->labels) labels += width_of(each, kTextSize) + 6;
    tilted_ = labels > plot_width_;
    left_ = y_ticks_->widest() + kTick + kTextSize + 26;
    top_ = 18 + (figure_.title.empty() ? 0 : kTitleSize + 8) +
           (figure_.subtitle.empty() ? 0 : kTextSize + 6);
    below_ =
        kTick + 4 + (tilted_ ? std::min(120.0, 0.72 * x_ticks_->widest()) + kTextSize : kTextSize);
    named_ = named_series();
    double legend = 0;
    if (named_.size() > 1)
      for (const auto* each : named_)
        legend = std::max(legend, width_of(fitted(each->label, 220, kTextSize), kTextSize));
    legend_ = legend > 0 ? legend + 48 : 0;
    const auto columns = static_cast<double>(columns_), rows = static_cast<double>(rows_);
    inner_width_ = columns * plot_width_ + (columns - 1) * kGap;
    inner_height_ = rows * (plot_height_ + strip_) + (rows - 1) * kGap;
    width_ = left_ + inner_width_ + 20 + legend_;
    height_ = top_ + inner_height_ + below_ + kTextSize + 24;
  }

  Area area_of(std::size_t panel) const {
    const auto column = static_cast<double>(panel % columns_);
    const std::size_t line = panel / columns_;
    const auto row = static_cast<double>(line);
    return {left_ + column * (plot_width_ + kGap),
            top_ + row * (plot_height_ + strip_ + kGap) + strip_, plot_width_, plot_height_};
  }

  double x_of(const Area& a, double value) const {
    return a.left + a.width * ((value - figure_.x.low) / (figure_.x.high - figure_.x.low));
  }
  double y_of(const Area& a, double value) const {
    return a.top + a.height * (1 - (value - figure_.y.low) / (figure_.y.high - figure_.y.low));
  }

  void head() {
    out_ += "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" width=\"" + place(width_) +
            "\" height=\"" + place(height_) + "\" viewBox=\"0 0 " + place(width_) + " " +
            place(height_) + "\" font-family=\"sans-serif\" font-size=\"" + place(kTextSize) +
            "\" fill=\"#222\">\n<title>" + xml_text(figure_.title) +
            "</title>\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n";
  }

  /// `turn`: by how many degrees. `anchor`: start, middle or end.
  void text(double x, double y, const std::string& words, const char* anchor,
            double size = kTextSize, double turn = 0, const char* more = "") {
    if (words.empty()) return;
    out_ += "<text x=\"" + place(x) + "\" y=\"" + place(y) + "\" text-anchor=\"" + anchor + "\"";
    if (size != kTextSize) out_ += " font-size=\"" + place(size) + "\"";
    if (turn != 0)
      out_ += " transform=\"rotate(" + place(turn) + " " + place(x) + " " + place(y) + ")\"";
    out_ += std::string(more) + ">" + xml_text(words) + "</text>\n";
  }

  void line(double x1, double y1, double x2, double y2, const char* stroke, double width = 1) {
    out_ += "<line x1=\"" + place(x1) + "\" y1=\"" + place(y1) + "\" x2=\"" + place(x2) +
            "\" y2=\"" + place(y2) + "\" stroke=\"" + stroke + "\" stroke-width=\"" + place(width) +
            "\"/>\n";
  }

  void rectangle(double x1, double y1, double x2, double y2, const std::string& look) {
    out_ += "<rect x=\"" + place(std::min(x1, x2)) + "\" y=\"" + place(std::min(y1, y2)) +
            "\" width=\"" + place(std::abs(x2 - x1)) + "\" height=\"" + place(std::abs(y2 - y1)) +
            "\" " + look + "/>\n";
  }

  void titles() {
    const double middle = left_ + inner_width_ / 2;
    double y = 18;
    if (!figure_.title.empty()) {
      y += kTitleSize - 2;
      text(middle, y, fitted(figure_.title, width_ - 40, kTitleSize), "middle", kTitleSize, 0,
           " font-weight=\"bold\"");
    }
    if (!figure_.subtitle.empty())
      text(middle, y + kTextSize + 6, fitted(figure_.subtitle, width_ - 40, kTextSize), "middle");
    text(middle, height_ - 14, figure_.x.title, "middle", kTextSize + 1);
    text(18, top_ + inner_height_ / 2, figure_.y.title, "middle", kTextSize + 1, -90);
  }

  void panel(std::size_t number) {
    const auto& shown = figure_.panels[number];
    const auto a = area_of(number);
    const double right = a.left + a.width, bottom = a.top + a.height;
    if (strip_ > 0) {
      rectangle(a.left, a.top - strip_, right, a.top, "fill=\"#e6ddcf\" stroke=\"#888\"");
      text(a.left + a.width / 2, a.top - 6, fitted(shown.label, a.width - 8, kTextSize), "middle");
    }
    rectangle(a.left, a.top, right, bottom, "fill=\"#f2f2f2\"");
    for (const double at : x_ticks_->at) line(x_of(a, at), a.top, x_of(a, at), bottom, "white");
    for (const double at : y_ticks_->at) line(a.left, y_of(a, at), right, y_of(a, at), "white");
    out_ += "<svg x=\"" + place(a.left) + "\" y=\"" + place(a.top) + "\" width=\"" +
            place(a.width) + "\" height=\"" + place(a.height) + "\">\n";
    const Area own{0, 0, a.width, a.height};
    for (const bool behind : {true, false})
      for (const auto& each : shown.series)
        if ((each.kind == FigureSeries::Kind::kReference) == behind) series(own, each);
    out_ += "</svg>\n";
    rectangle(a.left, a.top, right, bottom, "fill=\"none\" stroke=\"#666\"");
    const bool last = number + columns_ >= figure_.panels.size();
    if (last)
      for (std::size_t k = 0; k < x_ticks_->at.size(); ++k) {
        const double x = x_of(a, x_ticks_->at[k]);
        line(x, bottom, x, bottom + kTick, "#666");
        if (tilted_)
          text(x + 4, bottom + kTick + kTextSize - 2, fitted(x_ticks_->labels[k], 160, kTextSize),
               "end", kTextSize, -45);
        else
          text(x, bottom + kTick + kTextSize, x_ticks_->labels[k], "middle");
      }
    if (number % columns_ == 0)
      for (std::size_t k = 0; k < y_ticks_->at.size(); ++k) {
        const double y = y_of(a, y_ticks_->at[k]);
        line(a.left - kTick, y, a.left, y, "#666");
        text(a.left - kTick - 3, y + 4, y_ticks_->labels[k], "end");
      }
  }

  /// The points of a line; a break where a value is missing.
  std::string path(const Area& a, const FigureSeries& s) const {
    std::string text;
    bool drawn = false;
    double before = 0;
    for (std::size_t i = 0; i < s.x.size(); ++i) {
      if (!std::isfinite(s.x[i]) || !std::isfinite(s.y[i])) {
        drawn = false;
        continue;
      }
      const double x = x_of(a, s.x[i]), y = y_of(a, s.y[i]);
      if (drawn && s.kind == FigureSeries::Kind::kSteps)
        text += "L" + place(x) + " " + place(before);
      text += (drawn ? "L" : "M") + place(x) + " " + place(y);
      drawn = true;
      before = y;
    }
    return text;
  }

  void stroke(const Area& a, const FigureSeries& s) {
    const bool reference = s.kind == FigureSeries::Kind::kReference;
    out_ += "<path d=\"" + path(a, s) + "\" fill=\"none\" stroke=\"" +
            (reference ? "#888" : colour_of(s.colour)) + "\" stroke-width=\"" +
            (reference ? "1" : "2") + "\" stroke-linejoin=\"round\"";
    if (reference || s.dashed) out_ += " stroke-dasharray=\"5 4\"";
    out_ += "/>\n";
  }

  void points(const Area& a, const FigureSeries& s) {
    out_ += "<g fill=\"" + std::string(colour_of(s.colour)) + "\">\n";
    for (std::size_t i = 0; i < s.x.size(); ++i)
      if (std::isfinite(s.x[i]) && std::isfinite(s.y[i]))
        out_ += "<circle cx=\"" + place(x_of(a, s.x[i])) + "\" cy=\"" + place(y_of(a, s.y[i])) +
                "\" r=\"3\"/>\n";
    out_ += "</g>\n";
  }

  void series(const Area& a, const FigureSeries& s) {
    using Kind = FigureSeries::Kind;
    switch (s.kind) {
      case Kind::kPoints:
        points(a, s);
        return;
      case Kind::kLineAndPoints:
        stroke(a, s);
        points(a, s);
        return;
      case Kind::kBars:
        out_ += "<g fill=\"" + std::string(kBar) + "\" stroke=\"#333\">\n";
        for (std::size_t i = 0; i < s.x.size(); ++i)
          if (s.y[i] != 0)
            rectangle(x_of(a, s.x[i]), y_of(a, 0), x_of(a, s.x_end[i]), y_of(a, s.y[i]), "");
        out_ += "</g>\n";
        return;
      case Kind::kCells:
        out_ += "<g fill=\"" + std::string(colour_of(s.colour)) + "\">\n";
        for (std::size_t i = 0; i < s.x.size(); ++i)
          if (s.shade[i] > 0)
            rectangle(x_of(a, s.x[i]), y_of(a, s.y[i]), x_of(a, s.x_end[i]), y_of(a, s.y_end[i]),
                      "fill-opacity=\"" + place(s.shade[i]) + "\"");
        out_ += "</g>\n";
        return;
      default:
        stroke(a, s);
    }
  }

  void legend() {
    if (legend_ == 0) return;
    const double x = left_ + inner_width_ + 16;
    double y = top_ + strip_ + 12;
    for (const auto* each : named_) {
      if (each->kind == FigureSeries::Kind::kPoints) {
        out_ += "<circle cx=\"" + place(x + 12) + "\" cy=\"" + place(y) + "\" r=\"3\" fill=\"" +
                colour_of(each->colour) + "\"/>\n";
      } else {
        out_ += "<path d=\"M" + place(x) + " " + place(y) + "L" + place(x + 24) + " " + place(y) +
                "\" stroke=\"" + colour_of(each->colour) + "\" stroke-width=\"2\"" +
                (each->dashed ? " stroke-dasharray=\"5 4\"" : "") + "/>\n";
      }
      text(x + 30, y + 4, fitted(each->label, 220, kTextSize), "start");
      y += kTextSize + 8;
    }
  }

  const Figure& figure_;
  std::size_t columns_ = 1, rows_ = 1;
  double plot_width_ = 0, plot_height_ = 0, strip_ = 0, left_ = 0, top_ = 0, below_ = 0;
  double inner_width_ = 0, inner_height_ = 0, legend_ = 0, width_ = 0, height_ = 0;
  bool tilted_ = false;
  std::vector<const FigureSeries*> named_;
  std::unique_ptr<Ticks> x_ticks_, y_ticks_;
  std::string out_;
};

}  // namespace

std::string svg(const Figure& figure) { return Drawing(figure).draw(); }

}  // namespace insitu
