// A model as a GeneralRegressionModel of PMML 4.4
// (https://dmg.org/pmml/v4-4-1/GeneralRegression.html).
#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "base/number_text.hpp"
#include "base/xml_text.hpp"
#include "methods/exports/scored_model.hpp"

namespace insitu {

namespace {

std::string xml(const std::string& text) {
  if (!xml_can_hold(text))
    throw Unsupported("PMML cannot hold a control character, which a name or a level has: " + text);
  return xml_text(text);
}

class Pmml final : public Notation {
 public:
  const char* language() const override { return "PMML"; }
  std::string number(double value) const override {
    return "<Constant dataType=\"double\">" + shortest_text(value) + "</Constant>";
  }
  std::string column(const std::string& name) const override {
    return "<FieldRef field=\"" + xml(name) + "\"/>";
  }
  std::optional<std::string> call(const std::string& f, const std::vector<std::string>& a,
                                  const std::vector<std::optional<double>>&) const override {
    const auto apply = [&](const std::string& function) {
      std::string out = "<Apply function=\"" + function + "\">";
      for (const auto& argument : a) out += argument;
      return out + "</Apply>";
    };
    if (a.size() == 1) {
      if (f == "+") return a[0];
      if (f == "-") return "<Apply function=\"-\">" + number(0) + a[0] + "</Apply>";
      if (f == "log") return apply("ln");
      if (f == "ceiling") return apply("ceil");
      for (const auto* same : {"exp", "abs", "floor", "sqrt", "log10", "expm1"})
        if (f == same) return apply(f);
      if (f == "log1p") return apply("ln1p");
      return std::nullopt;
    }
    if (a.size() != 2) return std::nullopt;
    if (f == "+" || f == "-" || f == "*" || f == "/") return apply(f);
    if (f == "^") return apply("pow");
    const std::pair<const char*, const char*> tests[] = {
        {"<", "lessThan"},        {"<=", "lessOrEqual"}, {">", "greaterThan"},
        {">=", "greaterOrEqual"}, {"==", "equal"},       {"!=", "notEqual"}};
    for (const auto& [sign, function] : tests)
      if (f == sign)
        return "<Apply function=\"if\">" + apply(function) + number(1) + number(0) + "</Apply>";
    return std::nullopt;
  }
};

/// The field that a variable is: a column of the data, or a derived one.
struct Fields {
  std::string derived;  ///< elements
  std::vector<std::string> names;
};

std::string derived(const std::string& name, const char* kind, const std::string& content) {
  return "      <DerivedField name=\"" + xml(name) + "\" " + kind + ">" + content +
         "</DerivedField>\n";
}

const char* const kNumber = "optype=\"continuous\" dataType=\"double\"";
const char* const kText = "optype=\"categorical\" dataType=\"string\"";

/// F() of numbers: intervals of one.
std::string intervals(const ScoredModel& model, const ModelVariable& v, const std::string& field) {
  std::string bins = "<Discretize field=\"" + xml(field) + "\"";
  if (!v.exclude) bins += " defaultValue=\"" + xml(v.levels.back()) + "\"";
  bins += ">";
  const auto count = v.levels.size() - (v.exclude ? 0 : 1);
  for (std::size_t i = 0; i < count; ++i)
    bins += "<DiscretizeBin binValue=\"" + xml(v.levels[i]) +
            "\"><Interval closure=\"closedOpen\" leftMargin=\"" +
            shortest_text(v.low + static_cast<double>(i)) + "\" rightMargin=\"" +
            shortest_text(v.low + static_cast<double>(i + 1)) + "\"/></DiscretizeBin>";
  (void)model;
  return bins + "</Discretize>";
}

Fields fields_of(const ScoredModel& model, const Pmml& pmml) {
  Fields fields;
  fields.names.resize(model.linear.frame.variables.size());
  for (const auto v : model.inputs()) {
    const auto& variable = model.variable(v);
    auto& name = fields.names[v];
    name = "insitu_" + std::to_string(v + 1);
    if (variable.restricted)
      throw Unsupported("the term '" + variable.label +
                        "' cannot be written in PMML: it is a part of the levels of a factor");
    if (variable.level_codes) {
      std::string rows;
      for (std::size_t i = 0; i < variable.levels.size(); ++i)
        rows += "<row><level>" + xml(variable.levels[i]) + "</level><code>" + std::to_string(i) +
                "</code></row>";
      fields.derived +=
          derived(name, kNumber,
                  "<MapValues outputColumn=\"code\" dataType=\"double\"><FieldColumnPair field=\"" +
                      xml(text_column_of(model, variable, pmml)) +
                      "\" column=\"level\"/><InlineTable>" + rows + "</InlineTable></MapValues>");
    } else if (variable.categorical && !variable.from_range) {
      name = text_column_of(model, variable, pmml);
    } else {
      const auto number = number_of(model, variable, pmml);
      const bool column = number == pmml.column(variable.column);
      if (!variable.categorical && column) {
        name = variable.column;
      } else if (!variable.categorical) {
        fields.derived += derived(name, kNumber, number);
      } else {
        auto from = variable.column;
        if (!column) {
          from = name + "_number";
          fields.derived += derived(from, kNumber, number);
        }
        fields.derived += derived(name, kText, intervals(model, variable, from));
      }
    }
  }
  return fields;
}

std::string link_in_pmml(const Link& link) {
  const auto power = [](double value) { return "power\" linkParameter=\"" + shortest_text(value); };
  switch (link.kind) {
    case Link::Kind::kInverse:
      return power(-1);
    case Link::Kind::kSqrt:
      return power(0.5);
    case Link::Kind::kInverseSquare:
      return power(-2);
    case Link::Kind::kPower:
      return power(link.power);
    default:
      return link.name();
  }
}

const char* distribution_of(const ScoredModel& model) {
  if (!model.family) return "normal";
  switch (model.family->name) {
    case Family::Name::kGaussian:
      return "normal";
    case Family::Name::kBinomial:
    case Family::Name::kQuasibinomial:
      return "binomial";
    case Family::Name::kPoisson:
    case Family::Name::kQuasipoisson:
      return "poisson";
    case Family::Name::kGamma:
      return "gamma";
    case Family::Name::kInverseGaussian:
      return "igauss";
    case Family::Name::kTweedie:
      return "tweedie";
    case Family::Name::kNegativeBinomial:
    case Family::Name::kNegativeBinomialUnit:
      return "negbin";
    case Family::Name::kQuasi:
    case Family::Name::kUser:
      return "";
  }
  return "";
}

}  // namespace

std::string export_pmml(const ScoredModel& model, const std::string& name) {
  const Pmml pmml;
  const auto inputs = input_columns(model, pmml);
  const auto& frame = model.linear.frame;
  const auto fields = fields_of(model, pmml);
  const auto offsets = model.offsets();

  std::string parameters, cells, betas, factors, covariates;
  std::vector<bool> listed(frame.variables.size());
  for (const auto& term : frame.terms)
    for (const auto v : term.variables) {
      if (listed[v]) continue;
      listed[v] = true;
      (model.variable(v).categorical ? factors : covariates) +=
          "      <Predictor name=\"" + xml(fields.names[v]) + "\"/>\n";
    }
  // One linear predictor, or one for each class but the first.
  const bool classes = !model.classes.empty();
  std::vector<ScoredModel> predictors;
  if (!classes) predictors.push_back(model);
  for (std::size_t k = 1; k < model.classes.size(); ++k) predictors.push_back(model.of_class(k));
  std::vector<double> constants;
  for (const auto& each : predictors)
    constants.push_back(model.linear.intercept ? *each.coefficient(0) : 0);
  std::size_t p = 0;
  const auto add = [&](const std::string& label, const std::vector<double>& values) {
    const auto id = std::string("p").append(std::to_string(p++));
    parameters += "      <Parameter name=\"" + id + "\" label=\"" + xml(label) + "\"/>\n";
    for (std::size_t k = 0; k < values.size(); ++k)
      betas += "      <PCell parameterName=\"" + id + "\" beta=\"" + shortest_text(values[k]) +
               (classes ? "\" targetCategory=\"" + xml(model.classes[k + 1]) : "") + "\"/>\n";
    return id;
  };
  std::string rest_parameters, rest_betas;
  for (std::size_t t = 0; t < frame.terms.size(); ++t) {
    const auto labels = frame.labels(t);
    const double centre = model.linear.centres[offsets[t]];
    for (std::size_t cell = 0; cell < frame.cells(t); ++cell) {
      const auto beta = model.coefficient(offsets[t] + cell);
      if (!beta)
        throw Unsupported("the term '" + frame.terms[t].label +
                          "' cannot be written in PMML: no rows of the fit had " + labels[cell] +
                          ", so that predictions there are missing");
      std::vector<double> values;
      for (std::size_t k = 0; k < predictors.size(); ++k) {
        values.push_back(*predictors[k].coefficient(offsets[t] + cell));
        constants[k] -= values[k] * centre;
      }
      const auto id = add(labels[cell], values);
      auto rest = cell;
      std::vector<std::uint32_t> numbers;
      for (const auto v : frame.terms[t].variables) {
        const auto& variable = model.variable(v);
        if (!variable.categorical) {
          numbers.push_back(v);
          continue;
        }
        cells += "      <PPCell value=\"" + xml(variable.levels[rest % variable.levels.size()]) +
                 "\" predictorName=\"" + xml(fields.names[v]) + "\" parameterName=\"" + id +
                 "\"/>\n";
        rest /= variable.levels.size();
      }
      for (const auto v : numbers)
        cells += "      <PPCell value=\"1\" predictorName=\"" + xml(fields.names[v]) +
                 "\" parameterName=\"" + id + "\"/>\n";
    }
  }
  (void)add("(Intercept)", constants);

  std::string dictionary, schema;
  for (const auto& input : inputs) {
    dictionary +=
        "    <DataField name=\"" + xml(input.name) + "\" " + (input.text ? kText : kNumber);
    std::string values;
    if (input.text)
      for (const auto v : model.inputs())
        if (model.variable(v).column == input.name && values.empty())
          for (const auto& level : model.variable(v).levels)
            values += "<Value value=\"" + xml(level) + "\"/>";
    dictionary += values.empty() ? "/>\n" : ">" + values + "</DataField>\n";
    schema += "      <MiningField name=\"" + xml(input.name) +
              "\" invalidValueTreatment=\"returnInvalid\"/>\n";
  }
  const std::string distribution = distribution_of(model);
  std::string target = std::string(kNumber) + "/>", probabilities;
  std::string kind = "functionName=\"regression\" modelType=\"generalizedLinear\"" +
                     (distribution.empty() ? "" : " distribution=\"" + distribution + "\"") +
                     (distribution == "negbin"
                          ? " distParameter=\"" + shortest_text(1 / model.family->power) + "\""
                          : "") +
                     " linkFunction=\"" + link_in_pmml(model.link()) + "\"";
  if (classes) {
    kind =
        "functionName=\"classification\" modelType=\"multinomialLogistic\" "
        "targetReferenceCategory=\"" +
        xml(model.classes[0]) + "\"";
    target = std::string(kText) + ">";
    for (const auto& name_of_class : model.classes) {
      target += "<Value value=\"" + xml(name_of_class) + "\"/>";
      probabilities += "      <OutputField name=\"" + xml(name_of_class + "_prob") +
                       "\" optype=\"continuous\" dataType=\"double\" feature=\"probability\" "
                       "value=\"" +
                       xml(name_of_class) + "\"/>\n";
    }
    target += "</DataField>";
  }
  std::string out =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<PMML xmlns=\"http://www.dmg.org/PMML-4_4\" version=\"4.4\">\n"
      "  <Header><Application name=\"insitu\"/></Header>\n  <DataDictionary>\n" +
      dictionary + "    <DataField name=\"" + xml(model.response()) + "\" " + target +
      "\n  </DataDictionary>\n  <GeneralRegressionModel modelName=\"" +
      xml(name.empty() ? frame.formula : name) + "\" " + kind;
  if (model.offset) out += " offsetVariable=\"" + xml(fields.names[*model.offset]) + "\"";
  const auto list = [](const char* element, const std::string& content) {
    return "    <" + std::string(element) + ">\n" + content + "    </" + element + ">\n";
  };
  out += ">\n" + list("MiningSchema", schema + "      <MiningField name=\"" +
                                          xml(model.response()) + "\" usageType=\"target\"/>\n");
  if (classes) out += list("Output", probabilities);
  if (!fields.derived.empty()) out += list("LocalTransformations", fields.derived);
  out += list("ParameterList", parameters);
  if (!factors.empty()) out += list("FactorList", factors);
  if (!covariates.empty()) out += list("CovariateList", covariates);
  return out + list("PPMatrix", cells) + list("ParamMatrix", betas) +
         "  </GeneralRegressionModel>\n</PMML>\n";
}

}  // namespace insitu
