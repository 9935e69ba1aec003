#pragma once
// Links of generalized linear models: R's make.link and power(), function by function, with its
// bounds at the extremes (McCullagh & Nelder 1989, section 2.2.3). Elementary functions are those
// of math/elementary.hpp, so that the bits are the same on every machine.
#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>

namespace insitu {

struct Link {
  enum class Kind : std::uint8_t {
    kIdentity,
    kLog,
    kLogit,
    kProbit,
    kCauchit,
    kCloglog,
    kInverse,
    kSqrt,
    kInverseSquare,  ///< 1/mu^2
    kPower,          ///< mu^power; power is neither 0 nor 1
    kUser,  ///< functions of a language (user_family.hpp), which Family calls; no value here
  };

  Kind kind = Kind::kIdentity;
  double power = 1;     ///< of kPower
  bool bounded = true;  ///< of kPower: mu is at least epsilon, as R's power() has it
  static constexpr auto fields = std::tuple{&Link::kind, &Link::power, &Link::bounded};

  /// As R writes it: "logit", "1/mu^2", "mu^0.5".
  std::string name() const;

  /// NaN or an infinity where the link has no value.
  double eta(double mu) const;
  double mu(double eta) const;
  /// d mu / d eta.
  double slope(double eta) const;
  /// Whether a linear predictor may have this value.
  bool valid(double eta) const;

  /// mu() and slope() of `n` values; the bits are those of the functions of one number.
  void mu_and_slope(const double* eta, double* mu, double* slope, std::size_t n) const;

  /// By the name that R gives it, or "mu^p". Throws InvalidArgument with what was meant.
  static Link named_as(const std::string& name);
  /// mu^power; 0 is the logarithm, 1 the identity.
  static Link of_power(double power);
};

}  // namespace insitu
