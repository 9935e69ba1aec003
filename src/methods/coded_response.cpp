#include "methods/coded_response.hpp"

#include "base/error.hpp"
#include "base/named.hpp"
#include "formula/expression/evaluate.hpp"
#include "formula/expression/expression.hpp"

namespace insitu {

CodedResponse code_response(Formula& formula, const Schema& schema, bool two_levels) {
  auto& written = formula.responses[0];
  CodedResponse response;
  response.name = written->kind == Expression::Kind::kName ? written->text : deparse(*written);
  if (written->is_call("N") || written->is_call("F")) return response;
  const auto type = written->kind == Expression::Kind::kName
                        ? schema.field(written->text).type
                        : result_field(*written, schema, nullptr, deparse(*written)).type;
  if (type == Type::kString && !two_levels)
    throw InvalidArgument("the dependent variable '" + response.name +
                          "' is text: make it a factor with `colInfo`, or in `transforms`"_named);
  if (type == Type::kString)
    throw InvalidArgument("the dependent variable '" + response.name +
                          "' is text: make it a factor of two levels with `colInfo`, or compare "
                          "it with one of its values, as in ("_named +
                          response.name + " == \"yes\")");
  if (!is_factor(type)) return response;
  response.factor = true;
  written = parse_expression("N(" + deparse(*written) + ")", "formula");
  return response;
}

}  // namespace insitu
