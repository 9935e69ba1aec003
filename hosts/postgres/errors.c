#include "insitu_pg.h"

#include <mb/pg_wchar.h>
#include <miscadmin.h>

int insitu_interrupted(void* unused) {
  (void)unused;
  return QueryCancelPending || ProcDiePending;
}

char* insitu_from_utf8(const char* text, size_t size) {
  char* found = pg_any_to_server(text, (int)size, PG_UTF8);
  return found == text ? pnstrdup(text, size) : found;
}

const char* insitu_to_utf8(const char* text, size_t size, size_t* result_size) {
  const char* found = text;
  const int encoding = GetDatabaseEncoding();
  *result_size = size;
  if (encoding == PG_UTF8 || size == 0) return text;
  if (encoding == PG_SQL_ASCII)
    pg_verify_mbstr(PG_UTF8, text, (int)size, false); /* nobody knows what it is, unless it is this */
  else
    found = pg_server_to_any(text, (int)size, PG_UTF8);
  if (found != text) *result_size = strlen(found);
  return found;
}

bytea* insitu_bytea(const void* data, size_t size, const char* what) {
  bytea* found;
  if (size > MaxAllocSize - VARHDRSZ)
    ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                    errmsg("%s has %zu bytes, and a value of the server has 1 GB at most", what, size),
                    errhint("Read the rows into the engine instead, or use fewer levels and variables.")));
  found = palloc(size + VARHDRSZ);
  SET_VARSIZE(found, size + VARHDRSZ);
  memcpy(VARDATA(found), data, size);
  return found;
}

void insitu_raise(void) {
  const int kind = insitu_last_error_code();
  const char* said = insitu_last_error();
  char* text = insitu_from_utf8(said, strlen(said));
  int code = ERRCODE_INTERNAL_ERROR;
  if (kind == INSITU_CANCELLED) CHECK_FOR_INTERRUPTS();
  if (kind == INSITU_INVALID_ARGUMENT) code = ERRCODE_INVALID_PARAMETER_VALUE;
  if (kind == INSITU_DATA) code = ERRCODE_DATA_EXCEPTION;
  if (kind == INSITU_UNSUPPORTED || kind == INSITU_USER_CODE) code = ERRCODE_FEATURE_NOT_SUPPORTED;
  if (kind == INSITU_CANCELLED) code = ERRCODE_QUERY_CANCELED;
  ereport(ERROR, (errcode(code), errmsg("%s", *text ? text : "the engine failed without saying why")));
  pg_unreachable();
}
