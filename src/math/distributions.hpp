#pragma once
// Probabilities and quantiles of the normal, t, F and chi-squared distributions, to full double
// accuracy also in the far tails: two_sided_t, pf and pbeta within one unit in the last place
// (seen: 0.50; more where |t| > 1e150 or the value is subnormal), qt within two; for degrees of
// freedom up to 10^12. Arguments outside the domain, and NaN, give NaN; nothing is thrown. The
// names are those of the tables of statistics: p for probabilities, q for quantiles. `upper`: the
// probability above instead of below.
namespace insitu {

double pnorm(double x, bool upper = false);
double qnorm(double p, bool upper = false);

double pt(double t, double df, bool upper = false);
double qt(double p, double df, bool upper = false);
/// P(|T| >= |t|).
double two_sided_t(double t, double df);

double pf(double f, double df1, double df2, bool upper = false);

/// Of the chi-squared distribution, for a whole number of degrees of freedom (else NaN); the
/// probability above to about 2 + x / 300 units in the last place.
double pchisq(double x, double df, bool upper = false);

/// The regularised incomplete beta function.
double pbeta(double x, double a, double b, bool upper = false);

}  // namespace insitu
