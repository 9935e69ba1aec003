#pragma once
// Rows of PostgreSQL, packed by the server: one value of bytes a column instead of a text a value,
// which is what most of the time of reading goes into.
#include <optional>
#include <string>
#include <vector>

#include "data/chunk.hpp"
#include "odbc/line.hpp"

namespace insitu {

/// A statement that gives one row: how many rows there are, and the bytes of each column.
struct PackedSelect {
  std::string statement;
  std::vector<ColumnTransfer> transfers;  ///< of the columns
};

/// Nothing where a column is of a type that is not packed. `columns`: names, quoted, and how they
/// are transferred; `from`: what follows FROM, with conditions and order.
std::optional<PackedSelect> packed_select(const std::vector<std::string>& columns,
                                          const std::vector<ColumnTransfer>& transfers,
                                          const std::string& from);

/// The rows, as a cursor of the transfers gives them. `first_row`: for messages.
Chunk read_packed(OdbcLine&, const PackedSelect&, std::int64_t first_row);

}  // namespace insitu
