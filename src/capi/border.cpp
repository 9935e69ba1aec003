#include "capi/border.hpp"

#include <new>
#include <nlohmann/json.hpp>
#include <string>

#include "base/error.hpp"
#include "methods/options.hpp"

namespace insitu {

using nlohmann::json;

void rethrow_in(const Words& words) {
  try {
    throw;
  } catch (const json::exception& failure) {
    throw InvalidArgument(std::string("the request has a value of the wrong kind: ") +
                          failure.what());
  } catch (const std::bad_alloc&) {
    throw DataError(
        "out of memory: use fewer variables, smaller blocks, or write to a file instead of a data "
        "frame");
  } catch (const Error& failure) {
    // Names from damaged files need not be UTF-8; languages expect it of a message.
    const std::string said = failure.what();
    const auto readable = in_words(json::parse(document_text(said)).get<std::string>(), words);
    if (readable != said) throw_error(failure.code(), readable);
    throw;
  } catch (const std::exception& failure) {
    throw Error(std::string("internal error: ") + failure.what());
  }
}

}  // namespace insitu
