// Models, requests and states as versions before this one wrote them (tests/kept, one folder per
// version, made by tests/kept/make.sh): every later version answers them with the same numbers, to
// the last bit but for fits, which may round elsewhere.
#include <cmath>
#include <cstdlib>

#include "algorithms/lin_mod.hpp"
#include "algorithms/summary.hpp"
#include "analysis/pass.hpp"
#include "base/base64.hpp"
#include "data/source.hpp"
#include "unit/capi/request_fixture.hpp"

namespace insitu {
namespace {

namespace fs = std::filesystem;

class KeptTest : public RequestTest {
 protected:
  /// With the folder of the data where the document says "{folder}".
  static json in_folder(const json& document, const std::string& folder) {
    auto text = document.dump();
    for (std::size_t at; (at = text.find("{folder}")) != std::string::npos;)
      text.replace(at, 8, folder);
    return json::parse(text);
  }

  /// All columns of numbers of a file, by name; null where missing.
  json numbers_in(const std::string& file) {
    const auto table = rows(file);
    json numbers = json::object();
    for (const auto& field : table.schema->fields()) {
      if (field.type == Type::kString) continue;
      auto& column = numbers[field.name] = json::array();
      for (const double value : table.numbers(field.name))
        column.push_back(std::isnan(value) ? json() : json(value));
    }
    return numbers;
  }

  /// Runs a request that writes a file, and what is in it.
  json written_by(json request, const char* key) {
    request[key] = path("out.xdf");
    request["overwrite"] = true;
    run(request);
    return numbers_in(path("out.xdf"));
  }

  json predictions(const json& document, const std::string& model) {
    auto request = document.at("predict");
    request["model"] = model;
    return written_by(request, "outData");
  }

  /// A fit may round in another place than that of an older version.
  static void expect_near(const json& found, const json& expected) {
    const auto one = found.flatten(), other = expected.flatten();
    ASSERT_EQ(one.size(), other.size());
    for (const auto& [key, value] : other.items()) {
      ASSERT_TRUE(one.contains(key)) << key;
      if (value.is_null())
        EXPECT_TRUE(one.at(key).is_null()) << key;
      else
        EXPECT_NEAR(one.at(key).get<double>(), value.get<double>(),
                    1e-12 * std::fabs(value.get<double>()))
            << key;
    }
  }

  json answer(const json& document) {
    if (document.contains("fit"))
      return predictions(document, run(document.at("fit")).at("model").get<std::string>());
    return written_by(document.at("step"), "outFile");
  }
};

template <class A>
json finished(const std::string& options, const std::string& state) {
  const PassOf<A> pass(load<A>(options));
  const auto accumulator = pass.start();
  accumulator->load(state);
  const auto result = load<A>(options).finalize(PassOf<A>::state(*accumulator));
  std::vector<double> numbers;
  if constexpr (std::is_same_v<A, LinMod>) {
    numbers = result.coefficients;
    numbers.insert(numbers.end(), result.std_errors.begin(), result.std_errors.end());
  } else {
    for (const auto& term : result.terms) {
      numbers.insert(numbers.end(), term.counts.begin(), term.counts.end());
      for (const auto& cell : term.cells) numbers.insert(numbers.end(), {cell.mean, cell.std_dev});
    }
  }
  json document = json::array();
  for (const double value : numbers) document.push_back(std::isnan(value) ? json() : json(value));
  return document;
}

json finished(const std::string& name, const std::string& options, const std::string& state) {
  return name == LinMod::name ? finished<LinMod>(options, state)
                              : finished<Summary>(options, state);
}

TEST_F(KeptTest, RequestsAndModelsOfEveryVersionAreAnsweredWithTheSameNumbers) {
  std::size_t seen = 0;
  for (const auto& entry : fs::recursive_directory_iterator(INSITU_SOURCE_DIR "/tests/kept")) {
    if (entry.path().extension() != ".json") continue;
    SCOPED_TRACE(entry.path().string());
    std::ifstream in(entry.path());
    const auto document = in_folder(json::parse(in), entry.path().parent_path().string());
    if (document.contains("state")) continue;
    ++seen;
    if (document.contains("fit"))
      expect_near(answer(document), document.at("numbers"));
    else
      EXPECT_EQ(answer(document), document.at("numbers"));
    if (document.contains("model"))
      EXPECT_EQ(predictions(document, document.at("model")), document.at("numbers"));
  }
  EXPECT_GT(seen, 3u);
}

// States live within one build (docs/state.md): one of another may be refused, but not misread.
TEST_F(KeptTest, StatesOfEveryVersionAreReadAsTheyWereMeantOrRefused) {
  std::size_t seen = 0;
  for (const auto& entry : fs::recursive_directory_iterator(INSITU_SOURCE_DIR "/tests/kept")) {
    if (entry.path().extension() != ".json") continue;
    SCOPED_TRACE(entry.path().string());
    std::ifstream in(entry.path());
    const auto document = json::parse(in);
    if (!document.contains("state")) continue;
    ++seen;
    try {
      EXPECT_EQ(
          finished(document.at("pass"), from_base64(document.at("options").get<std::string>()),
                   from_base64(document.at("state").get<std::string>())),
          document.at("numbers"));
    } catch (const DataError&) {  // another format
    }
  }
  EXPECT_GT(seen, 1u);
}

/// Writes the files of this version into INSITU_KEEP.
TEST_F(KeptTest, AreMadeWhereAFolderIsNamed) {
  const char* folder = std::getenv("INSITU_KEEP");
  if (!folder) GTEST_SKIP() << "INSITU_KEEP names no folder";
  const auto keep = [&](const std::string& name, const json& document) {
    std::ofstream(fs::path(folder) / (name + ".json")) << document.dump(1) << '\n';
  };
  std::string text = "y,x,n,f,g,w\n";
  const char *f[] = {"low", "high", "middle"}, *g[] = {"mo", "tu", "we", "th"};
  for (int i = 0; i < 40; ++i)
    text += std::to_string(i * 37 % 50) + '.' + std::to_string(i * 7 % 10) + ',' +
            (i % 13 == 5 ? "NA" : std::to_string(i * 11 % 23) + ".25") + ',' +
            std::to_string(i * 5 % 17) + ',' + f[i * i % 3] + ',' + g[i * 3 % 4] + ',' +
            std::to_string(i % 4 + 1) + '\n';
  std::ofstream(fs::path(folder) / "rows.csv", std::ios::binary) << text;
  const json data = {
      {"type", "RxTextData"}, {"file", "{folder}/rows.csv"}, {"stringsAsFactors", true}};
  const auto fit = [&](const std::string& name, json request) {
    if (!request.contains("op")) request["op"] = "lin_mod";
    request["data"] = data;
    json document = {{"fit", request}, {"predict", {{"op", "predict"}, {"data", data}}}};
    const auto here = in_folder(document, folder);
    document["model"] = run(here.at("fit")).at("model");
    document["numbers"] = predictions(here, document["model"]);
    keep(name, document);
  };
  fit("lin_mod_numbers", {{"formula", "y ~ x + n"}, {"covCoef", true}});
  fit("lin_mod_factors", {{"formula", "y ~ f * x + g"}, {"pweights", "w"}});
  fit("lin_mod_cube", {{"formula", "y ~ f:g"}, {"cube", true}});
  fit("lin_mod_transforms", {{"formula", "y ~ z + F(n, 0, 16)"},
                             {"transforms", pairs({{"z", "log(x + k)"}})},
                             {"transformObjects", {{"k", 2}}}});
  fit("logit_factors", {{"op", "logit"}, {"formula", "(y > 20) ~ x + f"}, {"covCoef", true}});
  fit("glm_gamma_offset",
      {{"op", "glm"}, {"formula", "(y + 1) ~ x + g + offset(n / 10)"}, {"family", "Gamma(log)"}});
  json step = {{"step",
                {{"op", "data_step"},
                 {"inData", data},
                 {"transforms", pairs({{"a", "ifelse(f == 'low', x * 2, -n)"},
                                       {"b", "sqrt(y) + exp(-x / 10) + n %% 3"},
                                       {"c", "factor(substr(as.character(g), 1, 1))"}})},
                 {"rowSelection", "n > 2 & !is.na(x)"}}}};
  step["numbers"] = answer(in_folder(step, folder));
  keep("data_step", step);

  const auto table = rows(in_folder(data, folder));
  const auto keep_state = [&]<class A>(const std::string& name, const A& analysis) {
    const PassOf<A> pass(analysis);
    const auto accumulator = pass.start();
    for (const auto& chunk : table.chunks) accumulator->accumulate(chunk);
    const auto options = save(analysis), state = Bytes(accumulator->save());
    keep(name, {{"pass", A::name},
                {"options", to_base64(options)},
                {"state", to_base64(state)},
                {"numbers", finished<A>(options, state)}});
  };
  const auto frame = [&](const Formula& formula) {
    auto schema = *table.schema;
    std::vector<Field> fields = schema.fields();
    for (std::size_t i = 0; i < fields.size(); ++i)
      if (is_factor(fields[i].type)) fields[i].levels = table.chunks.at(0).columns[i].levels();
    return insitu::bind(formula, Schema(fields), "w");
  };
  keep_state("state_lin_mod", LinMod{.frame = frame(parse_formula("y ~ f + x + f:g"))});
  keep_state(
      "state_summary",
      Summary{.frame = frame(summary_formula(parse_formula("~ x + y:f + g"), *table.schema))});
}

}  // namespace
}  // namespace insitu
