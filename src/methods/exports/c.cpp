// A model as one function of C99. Terms are added in the order in which the engine adds them; NaN
// and NULL are missing, and so is a level that the model does not know.
#include <algorithm>
#include <cmath>
#include <map>

#include "base/error.hpp"
#include "base/number_text.hpp"
#include "methods/exports/scored_model.hpp"

namespace insitu {

namespace {

bool is_name(const std::string& text) {
  return !text.empty() && !is_ascii_digit(text[0]) && std::ranges::all_of(text, [](char c) {
    return is_ascii_letter(c) || is_ascii_digit(c) || c == '_';
  });
}

class C final : public Notation {
 public:
  const char* language() const override { return "C"; }
  std::string number(double value) const override {
    if (std::isnan(value)) return "NAN";
    return exponent_text(value);
  }
  std::string column(const std::string& name) const override {
    const auto found = parameters.find(name);
    return found == parameters.end() ? "0" : found->second;
  }
  static std::string text(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte < 32 || byte > 126 || c == '"' || c == '\\' || c == '?') {
        out += '\\';
        for (const int shift : {6, 3, 0}) out += static_cast<char>('0' + ((byte >> shift) & 7));
      } else {
        out += c;
      }
    }
    return out + "\"";
  }
  std::optional<std::string> call(const std::string& f, const std::vector<std::string>& a,
                                  const std::vector<std::optional<double>>&) const override {
    if (a.size() == 1) {
      if (f == "-") return "(-" + a[0] + ")";
      if (f == "+") return a[0];
      if (f == "abs") return "fabs(" + a[0] + ")";
      if (f == "ceiling") return "ceil(" + a[0] + ")";
      for (const auto* same : {"exp", "floor", "sqrt", "log", "log10", "log2", "log1p", "expm1",
                               "sin", "cos", "tan", "asin", "acos", "atan"})
        if (f == same) return f + "(" + a[0] + ")";
      return std::nullopt;
    }
    if (a.size() != 2) return std::nullopt;
    if (f == "+" || f == "-" || f == "*" || f == "/")
      return "(" + a[0] + " " + f + " " + a[1] + ")";
    if (f == "^") return "pow(" + a[0] + ", " + a[1] + ")";
    if (f == "<" || f == "<=" || f == ">" || f == ">=" || f == "==" || f == "!=")
      return "(isnan(" + a[0] + ") || isnan(" + a[1] + ") ? NAN : (double)(" + a[0] + " " + f +
             " " + a[1] + "))";
    return std::nullopt;
  }

  std::map<std::string, std::string> parameters;  ///< names of C by column
};

/// A comment must not end early.
std::string in_comment(std::string text) {
  for (std::size_t at; (at = text.find("*/")) != std::string::npos;) text.insert(at + 1, 1, ' ');
  for (std::size_t at; (at = text.find("/*")) != std::string::npos;) text.insert(at + 1, 1, ' ');
  std::ranges::replace(text, '\n', ' ');
  return text;
}

std::string mean_in_c(const Link& link, const C& c) {
  const auto n = [&](double value) { return c.number(value); };
  constexpr double kEpsilon = 0x1p-52, kPi = 3.141592653589793;
  const auto bounded = [&](const std::string& value) {
    return "  eta = " + value + ";\n  return eta < " + n(kEpsilon) + " ? " + n(kEpsilon) +
           " : eta;\n";
  };
  switch (link.kind) {
    case Link::Kind::kIdentity:
      return "  return eta;\n";
    case Link::Kind::kLog:
      return bounded("exp(eta)");
    case Link::Kind::kLogit:
      return "  eta = eta < -30 ? " + n(kEpsilon) + " : eta > 30 ? " + n(1 / kEpsilon) +
             " : exp(eta);\n  return eta / (1 + eta);\n";
    case Link::Kind::kProbit:
      return "  eta = eta > 8.1258906647019063 ? 8.1258906647019063\n"
             "      : eta < -8.1258906647019063 ? -8.1258906647019063 : eta;\n"
             "  return 0.5 * erfc(-eta / 1.4142135623730951);\n";
    case Link::Kind::kCauchit:
      return "  if (fabs(eta) <= 1) return 0.5 + atan(eta) / " + n(kPi) +
             ";\n  return (eta > 0) - " + "atan(1 / eta) / " + n(kPi) + ";\n";
    case Link::Kind::kCloglog:
      return "  eta = -expm1(-exp(eta));\n  return eta > " + n(1 - kEpsilon) + " ? " +
             n(1 - kEpsilon) + " : eta < " + n(kEpsilon) + " ? " + n(kEpsilon) + " : eta;\n";
    case Link::Kind::kInverse:
      return "  return 1 / eta;\n";
    case Link::Kind::kSqrt:
      return "  return eta * eta;\n";
    case Link::Kind::kInverseSquare:
      return "  return 1 / sqrt(eta);\n";
    case Link::Kind::kPower:
      if (link.bounded) return bounded("pow(eta, " + n(1 / link.power) + ")");
      return "  return pow(eta, " + n(1 / link.power) + ");\n";
    case Link::Kind::kUser:  // scored_model refuses it
      break;
  }
  return "";
}

/// What a formula computes is missing where it is not finite; columns are taken as they are.
std::string number_in_c(const ScoredModel& model, const ModelVariable& variable, const C& c,
                        const std::string& name) {
  const auto value = number_of(model, variable, c);
  return variable.column.empty() ? name + "_finite(" + value + ")" : value;
}

/// What a function of C is made of: tables of its levels and coefficients, statements up to eta.
struct Parts {
  std::string tables, body;
};

/// `name`: of the exported function, with which those that the body calls begin.
Parts parts_of(const ScoredModel& model, const C& c, const std::string& name) {
  const auto& frame = model.linear.frame;
  std::string tables, body;
  std::map<std::uint32_t, std::string> made;  // local names of the variables
  for (const auto v : model.inputs()) {
    const auto& variable = model.variable(v);
    const auto local = std::string("v").append(std::to_string(v + 1));
    made[v] = local;
    const bool by_text = (variable.categorical && !variable.from_range) || variable.level_codes;
    if (by_text) {
      tables += "  static const char *const levels_" + local + "[] = {";
      for (std::size_t i = 0; i < variable.levels.size(); ++i)
        tables += (i ? ", " : "") + C::text(variable.levels[i]);
      tables += "};\n";
    }
    const auto count = std::to_string(variable.levels.size());
    if (by_text) {
      const auto column = c.column(text_column_of(model, variable, c));
      const auto otherwise = variable.restricted && !variable.exclude
                                 ? std::to_string(variable.levels.size() - 1)
                                 : std::string("-1");
      body += "  const int c" + local + " = " + name + "_level(" + column + ", levels_" + local +
              ", " + count + ", " + otherwise + ");\n";
      if (variable.level_codes)
        body +=
            "  const double " + local + " = c" + local + " < 0 ? NAN : (double)c" + local + ";\n";
    } else if (variable.categorical) {
      body += "  const int c" + local + " = " + name + "_range(" +
              number_in_c(model, variable, c, name) + ", " + c.number(variable.low) + ", " +
              c.number(variable.high) + ", " +
              (variable.exclude ? "-1" : std::to_string(variable.levels.size() - 1)) + ");\n";
    } else {
      body += "  const double " + local + " = " + number_in_c(model, variable, c, name) + ";\n";
    }
    if (variable.categorical) body += "  if (c" + local + " < 0) return NAN;\n";
  }
  body += "  double eta = " +
          (model.linear.intercept ? c.number(*model.coefficient(0)) : std::string("0")) + ";\n";
  const auto offsets = model.offsets();
  for (std::size_t t = 0; t < frame.terms.size(); ++t) {
    std::string product, cell;
    std::size_t stride = 1;
    for (const auto v : frame.terms[t].variables) {
      if (model.variable(v).categorical) {
        cell += (cell.empty() ? "" : " + ") + std::string("(long)c") + made[v] +
                (stride > 1 ? " * " + std::to_string(stride) : "");
        stride *= model.variable(v).levels.size();
      } else {
        product += (product.empty() ? "" : " * ") + made[v];
      }
    }
    std::string coefficient;
    const auto text_of = [&](std::size_t k) {
      return c.number(model.coefficient(k).value_or(std::nan("")));
    };
    if (cell.empty()) {
      coefficient = text_of(offsets[t]);
    } else {
      const auto table = "b" + std::to_string(t + 1);
      tables += "  static const double " + table + "[] = {";
      for (std::size_t i = 0; i < frame.cells(t); ++i)
        tables += (i ? i % 6 ? ", " : ",\n    " : "") + text_of(offsets[t] + i);
      tables += "};\n";
      coefficient = table + "[" + cell + "]";
    }
    const double centre = model.linear.centres[offsets[t]];
    body += "  eta += " + coefficient;
    if (!product.empty())
      body +=
          centre == 0 ? " * (" + product + ")" : " * (" + product + " - " + c.number(centre) + ")";
    body += ";\n";
  }
  if (model.offset) body += "  eta += " + made[*model.offset] + ";\n";
  return {std::move(tables), std::move(body)};
}

/// The probabilities from the functions of the classes' log odds.
std::string softmax_in_c(const std::string& name, const std::string& arguments,
                         std::size_t classes) {
  const auto count = std::to_string(classes);
  std::string text = "  double most = 0, sum = 0;\n  int i;\n  out[0] = 0;\n";
  for (std::size_t k = 1; k < classes; ++k)
    text += "  out[" + std::to_string(k) + "] = " + name + "_" + std::to_string(k) + "(" +
            arguments + ");\n";
  return text + "  if (isnan(out[1])) {\n    for (i = 0; i < " + count +
         "; ++i) out[i] = NAN;\n    return;\n  }\n  for (i = 0; i < " + count +
         "; ++i)\n    if (out[i] > most) most = out[i];\n  for (i = 0; i < " + count +
         "; ++i) sum += out[i] = exp(out[i] - most);\n  for (i = 0; i < " + count +
         "; ++i) out[i] /= sum;\n";
}

}  // namespace

std::string export_c(const ScoredModel& model, const std::string& function) {
  const std::string name = function.empty() ? "insitu_predict" : function;
  if (!is_name(name))
    throw InvalidArgument("the name of a function of C has letters, digits and _ only, not '" +
                          name + "'");
  C c;
  const auto inputs = input_columns(model, c);
  std::string parameters, described;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    // Names of C are numbered, so that no column is a word of the language or taken twice.
    const auto parameter = std::string(inputs[i].text ? "t" : "x").append(std::to_string(i + 1));
    c.parameters[inputs[i].name] = parameter;
    parameters +=
        (i ? ", " : "") + std::string(inputs[i].text ? "const char *" : "double ") + parameter;
    described += " *   " + parameter + ": " + in_comment(inputs[i].name) + "\n";
  }
  if (inputs.empty()) parameters = "void";
  const auto& formula = model.linear.frame.formula;
  const bool classes = !model.classes.empty();
  std::string functions, all;  // all: where the functions that are called are looked for
  for (std::size_t k = 1; k < std::max<std::size_t>(2, model.classes.size()); ++k) {
    const auto parts = parts_of(classes ? model.of_class(k) : model, c, name);
    all += parts.tables + parts.body;
    functions += "\n" + std::string(classes ? "static " : "") + "double " + name +
                 (classes ? "_" + std::to_string(k) : "") + "(" + parameters + ") {\n" +
                 parts.tables + parts.body + mean_in_c(model.link(), c) + "}\n";
  }
  if (classes) {
    std::string arguments;
    for (std::size_t i = 0; i < inputs.size(); ++i)
      arguments += (i ? ", " : "") + c.parameters[inputs[i].name];
    functions += "\nvoid " + name + "(" + (inputs.empty() ? "" : parameters + ", ") +
                 "double *out) {\n" + softmax_in_c(name, arguments, model.classes.size()) + "}\n";
    described += " *   out: probabilities of the classes";
    for (std::size_t k = 0; k < model.classes.size(); ++k)
      described += (k ? ", " : " ") + in_comment(model.classes[k]);
    described += "\n";
  }
  const bool texts = all.find("levels_") != std::string::npos;
  const bool ranges = all.find(name + "_range(") != std::string::npos;
  const bool numbers = all.find(name + "_finite(") != std::string::npos;
  std::string out =
      "/* " + in_comment(formula) + "\n * Prediction of " + in_comment(model.response()) +
      "; NAN where an argument is missing (NAN, NULL).\n" + described + " */\n#include <math.h>\n";
  if (texts)
    out += "#include <string.h>\n\nstatic int " + name +
           "_level(const char *text, const char *const *levels, int n, int otherwise) {\n"
           "  int i;\n  if (!text) return -1;\n"
           "  for (i = 0; i < n; ++i)\n    if (!strcmp(text, levels[i])) return i;\n"
           "  return otherwise;\n}\n";
  if (ranges)
    out += "\nstatic int " + name +
           "_range(double x, double low, double high, int otherwise) {\n"
           "  if (isnan(x)) return -1;\n"
           "  return x >= low && x < high + 1 ? (int)floor(x - low) : otherwise;\n}\n";
  if (numbers)
    out += "\nstatic double " + name + "_finite(double x) { return isfinite(x) ? x : NAN; }\n";
  return out + functions;
}

}  // namespace insitu
