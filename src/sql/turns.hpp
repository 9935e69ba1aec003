#pragma once
#include <string>

#include "sql/connection.hpp"

namespace insitu {

/// Waits until no other transaction has the turn of this name, and keeps it to the end of the
/// transaction that is open: for those who look and then write what they saw, such as two who
/// replace one object at once. Needs no right of anybody and holds up no reader. Nothing in
/// SQLite, where a transaction that has written is alone (call it first, and look after a write).
void take_turn(SqlConnection&, const std::string& name, RunControl&);

/// What take_turn() sends; "": nothing.
std::string statement_of_turn(const std::string& name, SqlDialect);

}  // namespace insitu
