#pragma once
// Probabilities and quantiles of the normal, t and F distributions, to full double accuracy also in
// the far tails: two_sided_t, pf and pbeta within one unit in the last place (seen: 0.50; more
// where |t| > 1e150 or the value is subnormal), qt within two; for degrees of freedom up to 10^12.
// Arguments outside the domain, and NaN, give NaN; nothing is thrown. The names are those of the
// tables of statistics: p for probabilities, q for quantiles. `upper`: the probability above
// instead of below.
namespace insitu {

double pnorm(double x, bool upper = false);
double qnorm(double p, bool upper = false);

double pt(double t, double df, bool upper = false);
double qt(double p, double df, bool upper = false);
/// P(|T| >= |t|).
double two_sided_t(double t, double df);

double pf(double f, double df1, double df2, bool upper = false);

/// The regularised incomplete beta function.
double pbeta(double x, double a, double b, bool upper = false);

}  // namespace insitu
