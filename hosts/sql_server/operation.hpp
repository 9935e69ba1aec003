#pragma once
// What a script asks for (docs/in-sql-server.md): one class an operation, made from the script.
#include <memory>
#include <string>
#include <string_view>

#include "results.hpp"
#include "rows.hpp"

namespace insitu::sql_server {

/// Used by one thread at a time.
class Operation {
 public:
  virtual ~Operation() = default;
  /// The columns of every result; told to the server once.
  virtual std::vector<Described> shape() const = 0;
  /// The rows of one call; adds rows to `to`.
  virtual void execute(InputRows&, Results& to) = 0;
  /// The value of @state, after the last call. Throws InvalidArgument where there is none.
  virtual std::string state();
};

/// Throws InvalidArgument for anything but a script of this protocol, in one sentence. `input`
/// outlives the operation.
std::unique_ptr<Operation> make_operation(const std::string& script, const SessionInput& input);

}  // namespace insitu::sql_server
