#pragma once
// A factor as the response of a regression: the formula takes its codes.
#include <string>

#include "data/schema.hpp"
#include "formula/model/formula.hpp"

namespace insitu {

struct CodedResponse {
  bool factor = false;
  std::string name;  ///< as written
};

/// Makes the response, where it is a factor, its codes from 0. Throws InvalidArgument for text;
/// `two_levels`: with the way out for a response of two values.
CodedResponse code_response(Formula&, const Schema&, bool two_levels);

}  // namespace insitu
