#include "insitu_pg.h"

#include <storage/itemptr.h>
#include <utils/builtins.h>

PG_MODULE_MAGIC;

PG_FUNCTION_INFO_V1(insitu_version_text);
PG_FUNCTION_INFO_V1(insitu_build_text);
PG_FUNCTION_INFO_V1(insitu_block_number);

extern PGDLLEXPORT void _PG_init(void);

void _PG_init(void) { insitu_forbid_files(); }

Datum insitu_version_text(PG_FUNCTION_ARGS) {
  (void)fcinfo;
  PG_RETURN_TEXT_P(cstring_to_text(insitu_version()));
}

Datum insitu_build_text(PG_FUNCTION_ARGS) {
  (void)fcinfo;
  PG_RETURN_TEXT_P(cstring_to_text(insitu_build()));
}

Datum insitu_block_number(PG_FUNCTION_ARGS) {
  PG_RETURN_INT64((int64)ItemPointerGetBlockNumberNoCheck((ItemPointer)PG_GETARG_POINTER(0)));
}
