#pragma once
// A method described once. Beside its mathematics (src/algorithms) a method is one struct:
//
//   struct CovCorMethod {
//     static constexpr MethodAbout about{.op = "cov_cor", .function = "rxCovCor", ...};
//     struct Options : FormulaOptions { ... };
//     using Passes = PassList<CovCor>;  // what its workers must know
//     static OptionKeys option_keys();  // what a request may say (or Options::keys())
//     static ResultKeys result_keys();  // what the reply holds (or the result's keys())
//     static PlannedPasses planned(const Options&);  // how often its passes are made
//     static CrossMoments run(const Options&, Scope&);
//     static std::string print(const json& reply, std::string_view layout, const ReportHeader&);
//   };
//
// and one line of the table in methods.cpp. Requests, replies, documentation, the functions of
// Python and R, the command line and the workers follow from it.
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/pass.hpp"
#include "methods/keys.hpp"
#include "methods/planned_passes.hpp"
#include "methods/scope.hpp"
#include "report/header.hpp"

namespace insitu {

struct MethodAbout {
  const char* op;                         ///< of its requests: "lin_mod"
  const char* function;                   ///< RevoScaleR's: "rxLinMod"
  const char* title;                      ///< one line for help: "Fit a linear model"
  const char* formula = "~ x + f + x:f";  ///< an example of its formula; "": it takes none
  const char* without = "";    ///< the formula where the command line gives none; "": one is needed
  const char* examples = "";   ///< for the command's help, a line each; they run one after another
                               ///< on flights.csv and flights.xdf (delay, hour, day)
  const char* result = "";     ///< class of the result; "": the function's name
  bool keeps_model = false;    ///< the result has "model", for rxPredict
  bool takes_moments = false;  ///< computes from kept moments, too, in place of data
  bool keeps_pipeline = false;  ///< the result is made into models later
  bool has_summary = false;     ///< prints two layouts: "print" and "summary"
  bool python_layout = false;   ///< has a layout of its own in Python
};

/// The command line's name of a method: its function's without rx, in small letters.
std::string command_of(const MethodAbout&);

/// How a worker rebuilds a pass from its recipe.
struct PassMaker {
  std::string_view name, meaning;  ///< in words
  std::unique_ptr<Pass> (*make)(std::string_view options);
  const std::string& (*fields)();  ///< its Pass::fields()
};

template <class... A>
struct PassList {};

/// Gets a method's result, as Method::result describes it.
using UseResult = std::function<void(const void* result)>;

struct Method {
  MethodAbout about;
  OptionKeys options;
  ResultKeys result;
  std::vector<PassMaker> passes;
  /// Those that a request will make. Throws InvalidArgument for options that are none.
  PlannedPasses (*planned)(const Options& request);
  /// The options of a request that says nothing.
  nlohmann::ordered_json (*defaults)();
  /// Reads the request, computes, and writes the fields of the result into the reply's document.
  void (*run)(const Options& request, Scope&, ReplyWriter&);
  /// Reads the request once, to compute over the rows of many scopes, from several threads.
  std::function<void(Scope&, const UseResult&)> (*prepare)(const Options& request);
  /// The printed form of a reply (arrays in place): layout "print" or "summary".
  std::string (*print)(const nlohmann::json& reply, std::string_view layout, const ReportHeader&);
};

template <Analysis A>
PassMaker pass_maker() {
  return {A::name, A::meaning,
          [](std::string_view options) -> std::unique_ptr<Pass> {
            auto analysis = load<A>(options);
            // Recipes come from outside: what the fields of a frame point to must be there.
            if constexpr (requires { analysis.frame.validate(); }) analysis.frame.validate();
            return std::make_unique<PassOf<A>>(std::move(analysis));
          },
          fields_of<A>};
}

template <class... A>
std::vector<PassMaker> pass_makers(PassList<A...>) {
  return {pass_maker<A>()...};
}

/// What a method gives.
template <class M>
using ResultOf =
    decltype(M::run(std::declval<const typename M::Options&>(), std::declval<Scope&>()));

/// The keys of a method's options and of its result: its own, or those of the structs.
template <class M>
OptionKeys option_keys_of() {
  if constexpr (requires { M::option_keys(); })
    return M::option_keys();
  else
    return M::Options::keys();
}
template <class M>
ResultKeys result_keys_of() {
  if constexpr (requires { M::result_keys(); })
    return M::result_keys();
  else
    return ResultOf<M>::keys();
}

/// A formula as it was written, spaced by rule.
std::string written_formula(const std::string& text);

/// The fields of a method's result and its options as they were used, as its reply has them.
template <class M>
void write_result(const typename M::Options& options, const ResultOf<M>& result,
                  ReplyWriter& reply) {
  if constexpr (requires { options.formula; })
    reply.document()["formula"] = written_formula(options.formula);
  for (const auto& key : result_keys_of<M>()) key.write(&result, reply);
  auto& params = reply.document()["params"] = ReplyWriter::Document::object();
  for (const auto& key : option_keys_of<M>()) params[key.key] = key.shown(&options);
}

/// The entry of a method in the table.
template <class M>
Method method() {
  auto about = M::about;
  if (!*about.result) about.result = about.function;
  return {about,
          option_keys_of<M>(),
          result_keys_of<M>(),
          pass_makers(typename M::Passes{}),
          [](const Options& request) {
            typename M::Options options;
            for (const auto& key : option_keys_of<M>()) key.read(&options, request);
            return M::planned(options);
          },
          [] {
            const typename M::Options options;
            nlohmann::ordered_json values = nlohmann::ordered_json::object();
            for (const auto& key : option_keys_of<M>()) values[key.key] = key.shown(&options);
            return values;
          },
          [](const Options& request, Scope& scope, ReplyWriter& reply) {
            typename M::Options options;
            for (const auto& key : option_keys_of<M>()) key.read(&options, request);
            write_result<M>(options, M::run(options, scope), reply);
          },
          [](const Options& request) -> std::function<void(Scope&, const UseResult&)> {
            typename M::Options options;
            for (const auto& key : option_keys_of<M>()) key.read(&options, request);
            return [options](Scope& scope, const UseResult& use) {
              const auto result = M::run(options, scope);
              use(&result);
            };
          },
          M::print};
}

}  // namespace insitu
