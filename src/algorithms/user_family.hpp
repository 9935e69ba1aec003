#pragma once
// What functions of a user's say of a family of generalized linear models: its link, or all else,
// or both. They are written in a language (an object of class family in R, callables in Python),
// get the values of many rows at once, and run in the process of that language: on the thread that
// made the call, or in its workers. Sums stay with the engine, so the bits are the same in every
// context.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "formula/rows/transforms.hpp"

namespace insitu {

struct UserFamily {
  std::string language;          ///< "R", "python"; "": none
  std::string family, link;      ///< what they are called, where they are the user's
  bool unit_dispersion = false;  ///< the dispersion is 1 and not estimated
  /// What its language calls the functions that are named in messages, by kFunctions.
  std::vector<std::string> functions;
  Bytes code;  ///< by which a worker of the language makes `function`; never in saved models
  static constexpr auto fields =
      std::tuple{&UserFamily::language,        &UserFamily::family,    &UserFamily::link,
                 &UserFamily::unit_dispersion, &UserFamily::functions, &UserFamily::code};

  /// Gets columns, of which the first one names what is wanted and the others are arguments:
  ///   start     y, weights -> mu    deviance  y, mu -> deviance
  ///   link      mu -> eta           variance  mu -> variance
  ///   mean      eta -> mu, slope    valid     eta, mu -> valid
  /// Here the first column has the name on the left, further ones and the results those that are
  /// written.
  RowFunction function;
  static constexpr const char* kFunctions[] = {"start",    "link",     "mean", "slope",
                                               "variance", "deviance", "valid"};

  bool present() const { return !language.empty(); }
  /// Whether there is something that can be called: by its caller, or, in a worker, by its code.
  bool callable() const;
  std::string language_name() const { return language == "python" ? "Python" : language; }

  // Each calls one function for n rows. Throws UserCodeError, with the names of function and
  // family, where it fails, gives another number of values or what a fit cannot use.
  void starts(const double* y, const double* weights, double* mu, std::size_t n) const;
  void etas(const double* mu, double* eta, std::size_t n) const;
  void means(const double* eta, double* mu, double* slope, std::size_t n) const;
  void possible(const double* eta, const double* mu, std::uint8_t* out, std::size_t n) const;
  void variances(const double* mu, double* out, std::size_t n) const;
  void deviances(const double* y, const double* mu, double* out, std::size_t n) const;
};

/// While it lives, the functions that came with the call of this thread.
class UserFamilyOfCall {
 public:
  explicit UserFamilyOfCall(UserFamily);
  ~UserFamilyOfCall();
  UserFamilyOfCall(const UserFamilyOfCall&) = delete;
  UserFamilyOfCall& operator=(const UserFamilyOfCall&) = delete;

  /// None where the call brought none.
  static UserFamily current();

 private:
  UserFamily functions_;
  UserFamilyOfCall* outer_;  ///< a function may call the engine again
};

/// A source whose rows are used on the thread that made the call, because what uses them calls
/// functions of a user's.
std::shared_ptr<const DataSource> on_calling_thread(std::shared_ptr<const DataSource>);

/// While it lives, this process is a worker of a language: functions of families are made from
/// their code, each once. Used by one thread.
class FamilyLoader {
 public:
  using Load = std::function<RowFunction(const std::string& language, const Bytes& code)>;
  explicit FamilyLoader(Load load);
  ~FamilyLoader();
  FamilyLoader(const FamilyLoader&) = delete;
  FamilyLoader& operator=(const FamilyLoader&) = delete;

  /// Null outside of workers of languages.
  static FamilyLoader* active();
  const RowFunction& function(const std::string& language, const Bytes& code);

 private:
  Load load_;
  std::map<std::pair<std::string, Bytes>, RowFunction> made_;
};

}  // namespace insitu
