// Any bytes as a model file or as a model: they are refused, or read whole, print and predict
// without harm.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "algorithms/glm_model.hpp"
#include "algorithms/linear_predictor.hpp"
#include "algorithms/model.hpp"
#include "algorithms/multinom_model.hpp"
#include "algorithms/pca_model.hpp"
#include "algorithms/penalized_model.hpp"
#include "base/error.hpp"
#include "fuzz_main.hpp"
#include "methods/exports/scored_model.hpp"
#include "methods/model_file.hpp"

namespace insitu {
namespace {

const Chunk& rows() {
  static const Chunk kRows = [] {
    const auto f = make_levels({"a", "b"});
    std::vector<double> y{1, 2, 4, 8}, x{0, 1, missing_value<double>(), 3};
    std::vector<std::int32_t> codes{0, 1, 0, 1};
    const auto schema = std::make_shared<const Schema>(std::vector<Field>{
        {.name = "y"}, {.name = "x"}, {.name = "f", .type = Type::kFactor, .levels = f}});
    return Chunk{
        schema,
        {Column::own(Type::kFloat64, std::move(y)), Column::own(Type::kFloat64, std::move(x)),
         Column::own(Type::kFactor, std::move(codes), f)},
        4,
        {}};
  }();
  return kRows;
}

LinearModel linear_model() {
  LinearModel model;
  model.frame = insitu::bind(parse_formula("y ~ x + f"), *rows().schema);
  model.columns = {LinearModel::ColumnState::kKept, LinearModel::ColumnState::kKept,
                   LinearModel::ColumnState::kKept, LinearModel::ColumnState::kDropped};
  model.centres = {0, 1.5, 0, 0};
  model.coefficients = {1, 2, 3, missing_value<double>()};
  model.covariance.assign(16, 0.5);
  model.sigma = {1};
  model.residual_df = 1;
  return model;
}

GlmModel glm_model(const char* text = "binomial") {
  GlmModel model;
  model.linear = linear_model();
  const auto family = Family::parse(text);
  model.family = family;
  model.user = family.user;
  if (family.calls_user()) model.user.language = "R";
  return model;
}

/// Of f by x: two classes have one linear model.
MultinomModel multinom_model() {
  MultinomModel model;
  model.linear = linear_model();
  model.linear.frame = insitu::bind(parse_formula("N(f) ~ x"), *rows().schema);
  model.linear.columns.resize(2);
  model.linear.centres.resize(2);
  model.linear.coefficients.resize(2);
  model.linear.covariance.clear();
  return model;
}

PenalizedModel penalized_model() {
  PenalizedModel model;
  model.linear = linear_model();
  model.linear.columns[3] = LinearModel::ColumnState::kKept;
  model.linear.coefficients[3] = 0.5;
  model.linear.covariance.clear();
  model.lambdas = {2, 1, 0.5};
  model.further = {1, 2, 3, 4, 5, 6, 7, 8};
  model.preferred = 1;
  model.interpolates = true;
  return model;
}

PcaModel pca_model() {
  PcaModel model;
  model.frame = insitu::bind(parse_formula("~ x + f"), *rows().schema);
  model.centres = {1.5, 0.5, 0.5};
  model.scales = {2, 1, 1};
  model.loadings = {1, 0, 0, 0, 0.6, 0.8};
  return model;
}

ModelFile model_file() {
  const char* reply =
      R"({"class":"rxLinMod","formula":"y ~ x + f","y.names":["y"],"coefficientNames":["a","b"],)"
      R"("coefficients":{"$array":0,"rows":"coefficientNames","columns":"y.names","drop":true},)"
      R"("countDF":{"$table":[{"name":"f","kind":"factor","codes":{"$array":1},"levels":["a","b"]}]},)"
      R"("model":null,"params":{"cube":false},"about":{"call":"fit"}})";
  return make_model_file(reply, {{{2, 1}, {1, 2}}, {{2}, {0, 1}}}, linear_model().save(), "0.1");
}

void export_of(const Bytes& sealed) {
  const auto attempt = [&](auto&& write) {
    try {
      auto model = scored_model(sealed);
      model.transforms = {{"x", "x + y"}};
      (void)write(model);
    } catch (const Error&) {
    }
  };
  for (const auto* as : {"select", "view", "function", "procedure"})
    for (const auto* dialect : {"sqlserver", "postgres", "sqlite"})
      attempt([&](const ScoredModel& model) {
        return export_sql(model, {.dialect = dialect, .as = as, .name = "scores", .table = "t"});
      });
  attempt([](const ScoredModel& model) { return export_c(model, ""); });
  attempt([](const ScoredModel& model) { return export_pmml(model, ""); });
}

void predict_with(const Model& model) {
  export_of(model.save());
  for (const bool errors : {false, true}) {
    PredictOptions options;
    options.std_errors = options.residuals = errors;
    options.check_levels = false;
    try {
      (void)model.predictor(options)->predict(rows());
    } catch (const Error&) {
    }
  }
  PredictOptions options;
  options.check_levels = false;
  options.lambda = {0.75};
  options.components = 1;
  for (const bool lambda : {false, true}) {
    auto one = options;
    if (lambda)
      one.components = -1;
    else
      one.lambda.clear();
    try {
      (void)model.predictor(one)->predict(rows());
    } catch (const Error&) {
    }
  }
}

void read_file(std::string_view sealed) {
  try {
    const auto file = ModelFile::load(sealed);
    const auto saved = file.save();
    if (ModelFile::load(saved).save() != saved)
      throw std::logic_error("a model file is saved in another way");
    if (!file.reply.empty()) (void)reply_of(file).dump();
    (void)arrays_of(file);
    predict_with(*load_model(file.model));
  } catch (const Error&) {
  }
}

void read_model(std::string_view kind, std::string_view content) {
  try {
    predict_with(*load_model(seal(kind, content)));
  } catch (const Error&) {
  }
}

}  // namespace

FuzzCorpus fuzz_corpus() {
  const auto file = model_file().save();
  const auto linear = linear_model().save(), glm = glm_model().save();
  const auto own = glm_model("user('mine', link = user('own'))").save();
  return {
      .seeds = {'\0' + Bytes(unseal(ModelFile::kKind, file)), '\1' + file,
                '\2' + Bytes(unseal(LinearModel::kKind, linear)),
                '\3' + Bytes(unseal(GlmModel::kKind, glm)),
                '\3' + Bytes(unseal(GlmModel::kKind, own)), '\4' + insitu::save(multinom_model()),
                '\5' + insitu::save(penalized_model()), '\6' + insitu::save(pca_model())},
      .tokens = {"\"$array\":", "\"$table\":", "\"rows\":", "[", "{"}};
}

}  // namespace insitu

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace insitu;
  if (size == 0) return 0;
  const std::string_view content(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 7) {
    case 0:
      read_file(seal(ModelFile::kKind, content));
      break;
    case 1:
      read_file(content);
      break;
    case 2:
      read_model(LinearModel::kKind, content);
      break;
    case 3:
      read_model(GlmModel::kKind, content);
      break;
    case 4:
      read_model(MultinomModel::kKind, content);
      break;
    case 5:
      read_model(PenalizedModel::kKind, content);
      break;
    default:
      read_model(PcaModel::kKind, content);
  }
  return 0;
}
