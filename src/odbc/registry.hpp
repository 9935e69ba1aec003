#pragma once
// RxOdbcData, RxSqlServerData and RxPostgresData as formats of data.
#include <span>

#include "sources/format.hpp"

namespace insitu {

std::span<const Format> odbc_formats();

}  // namespace insitu
