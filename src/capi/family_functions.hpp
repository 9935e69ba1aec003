#pragma once
// Functions of a language that make a family of generalized linear models, as they come with a
// request: `familyFunctions` (docs/requests.md).
#include "algorithms/user_family.hpp"
#include "capi/call.hpp"

namespace insitu {

/// Those of the request; none where it has none. Throws InvalidArgument for a function that was not
/// passed with the call.
UserFamily user_family_of(const Call&);

/// Those of the request for a model that was fitted with such functions: only the object of the
/// language holds them, so without them there is nothing that can be called, whatever the bytes of
/// the model say.
UserFamily user_family_of(const Call&, const UserFamily& of_model);

}  // namespace insitu
