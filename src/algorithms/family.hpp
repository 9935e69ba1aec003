#pragma once
// Families of generalized linear models: a variance function, a link, and R's rules for where
// fitting starts, which responses are possible and which means are (McCullagh & Nelder 1989,
// chapter 2; Tweedie: Jorgensen 1997; negative binomial:
// Venables & Ripley 2002, section 7.4). Deviances are R's, row by row.
//
// Of a family of a user's, functions of a language stand in for the engine's, those of the link, or
// all others, or both (user_family.hpp). They get the values of many rows at once.
#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "algorithms/link.hpp"
#include "algorithms/user_family.hpp"

namespace insitu {

/// What the engine has of a family, as saved models keep it.
struct FamilyParts {
  enum class Name : std::uint8_t {
    kGaussian,
    kBinomial,
    kPoisson,
    kGamma,
    kInverseGaussian,
    kQuasi,
    kQuasibinomial,
    kQuasipoisson,
    kTweedie,
    kNegativeBinomial,
    kNegativeBinomialUnit,  ///< the same with a dispersion of 1
    kUser,                  ///< functions of a language
  };
  enum class Variance : std::uint8_t {
    kConstant,
    kBinomial,
    kMu,
    kMu2,
    kMu3,
    kPower,
    kNegativeBinomial,  ///< mu + mu^2 / theta
    kUser,
  };

  Name name = Name::kGaussian;
  Variance variance = Variance::kConstant;
  double power = 0;  ///< of the variance, with Variance::kPower; theta, with kNegativeBinomial
  Link link;
  static constexpr auto fields = std::tuple{&FamilyParts::name, &FamilyParts::variance,
                                            &FamilyParts::power, &FamilyParts::link};
};

struct Family : FamilyParts {
  UserFamily user;  ///< with kUser as name or link
  static constexpr auto fields =
      std::tuple{&Family::name, &Family::variance, &Family::power, &Family::link, &Family::user};

  /// From what users write, as R would evaluate it: "poisson", "binomial(probit)", "Gamma(link =
  /// 'log')", "quasi(link = power(0.5), variance = \"mu\")", "Tweedie(var.power = 1.5, link.power =
  /// 0)", "negative.binomial(theta = 2, link = log)". Throws InvalidArgument with what was meant.
  static Family parse(const std::string& text);
  /// Throws DataError for parts that cannot be: bytes from outside.
  void validate() const;

  bool own_functions() const { return name == Name::kUser; }  ///< all but the link are a user's
  bool own_link() const { return link.kind == Link::Kind::kUser; }
  bool calls_user() const { return own_functions() || own_link(); }

  std::string family_name() const;  ///< "poisson", "Tweedie"
  std::string link_name() const;    ///< "log", "mu^0.5"
  std::string label() const;        ///< as summaries print it: "poisson-log", "Tweedie-mu^-0.5"
  std::string text() const;         ///< parse(text()) is this family
  /// Whether the dispersion is 1 and not estimated.
  bool unit_dispersion() const {
    return name == Name::kBinomial || name == Name::kPoisson ||
           name == Name::kNegativeBinomialUnit || (own_functions() && user.unit_dispersion);
  }
  bool is_negative_binomial() const {
    return name == Name::kNegativeBinomial || name == Name::kNegativeBinomialUnit;
  }
  /// Whether the mean is a probability.
  bool is_binomial() const { return variance == Variance::kBinomial; }
  /// Whether it has a likelihood, so that there is an AIC.
  bool has_likelihood() const;

  /// What a response must be, for messages ("from 0 to 1"); null: any number.
  const char* response_range() const;
  bool possible_response(double y) const;
  /// Where the mean of a row starts. `weight`: its prior weight (a repeated row has 1).
  double start(double y, double weight) const;
  bool possible_mean(double mu) const;

  // Those of a family of a user's throw UserCodeError that names function and family, and give
  // NaN where an argument is.

  /// Means where the rows start. `weights`: null where all have 1.
  void starts(const double* y, const double* weights, double* mu, std::size_t n) const;
  void etas(const double* mu, double* eta, std::size_t n) const;
  /// Means, and d mu / d eta.
  void means(const double* eta, double* mu, double* slope, std::size_t n) const;
  /// Whether rows may have these linear predictors and means: 1 or 0.
  void possible(const double* eta, const double* mu, std::uint8_t* out, std::size_t n) const;
  void variances(const double* mu, double* out, std::size_t n) const;
  /// Contributions of rows of weight 1 to the deviance; where a mean is not possible, any number.
  void deviances(const double* y, const double* mu, double* out, std::size_t n) const;
  /// What the logarithm of the likelihood has beside the deviance and the counts, of one row;
  /// summed over the rows it is the `constant` of minus_two_log_likelihood.
  double likelihood_term(double y, double weight, bool frequency) const;
  /// -2 log likelihood as R's aic functions have it (those with a dispersion count it: + 2).
  /// `rows`: rows of positive weight.
  double aic_part(double deviance, double constant, double rows, double sum_of_weights) const;
};

}  // namespace insitu
