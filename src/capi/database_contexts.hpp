#pragma once
// The compute contexts over databases, made known to the registry of contexts.

namespace insitu {

/// Once; descriptions of contexts may name RxInSqlServer and RxInPostgres from then on.
void add_database_contexts();

}  // namespace insitu
