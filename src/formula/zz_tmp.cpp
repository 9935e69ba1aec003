#include "formula/evaluate.hpp"
#include "base/error.hpp"
namespace insitu {
__attribute__((weak)) Column evaluate(const Expression& e, const Chunk& c, const EvaluationScope&, std::string_view) {
  if (e.kind == Expression::Kind::kName) return c.column(e.text);
  if (e.is_call("log")) { auto x = evaluate(*e.arguments[0].value, c, {}, ""); std::vector<double> v(x.size()); x.numbers(v.data()); for (auto& a : v) a = a <= 0 ? missing_value<double>() : std::log(a); return Column::own(Type::kFloat64, v);}
  throw Error("tmp");
}
__attribute__((weak)) Field result_field(const Expression&, const Schema&, const ObjectMap*, std::string_view name) { Field f; f.name = name; return f; }
}
