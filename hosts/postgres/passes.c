#include "insitu_pg.h"

typedef struct Passes {
  InsituPass* first;
} Passes;

bool insitu_same_image(const struct varlena* image, Datum given) {
  const struct varlena* other = (const struct varlena*)DatumGetPointer(given);
  return VARSIZE_ANY(image) == VARSIZE_ANY(other) && memcmp(image, other, VARSIZE_ANY(image)) == 0;
}

static struct varlena* copy_of(MemoryContext context, const struct varlena* value) {
  struct varlena* copy = MemoryContextAlloc(context, VARSIZE_ANY(value));
  memcpy(copy, value, VARSIZE_ANY(value));
  return copy;
}

InsituPass* insitu_pass_of(FmgrInfo* flinfo, Datum given) {
  const MemoryContext context = flinfo->fn_mcxt;
  Passes* passes = flinfo->fn_extra;
  InsituPass* pass;
  InsituHeld* analysis;
  struct varlena* whole;
  if (!passes) flinfo->fn_extra = passes = MemoryContextAllocZero(context, sizeof *passes);
  for (pass = passes->first; pass; pass = pass->next)
    if (insitu_same_image(pass->image, given)) return pass;
  whole = PG_DETOAST_DATUM(given);
  pass = MemoryContextAllocZero(context, sizeof *pass);
  pass->image = copy_of(context, (const struct varlena*)DatumGetPointer(given));
  pass->bytes = copy_of(context, whole);
  analysis = insitu_hold(context, insitu_free_analysis);
  insitu_hold_schema(context, &pass->schema);
  analysis->object = insitu_analysis_load(VARDATA(pass->bytes), VARSIZE(pass->bytes) - VARHDRSZ);
  if (!analysis->object) insitu_raise();
  pass->analysis = analysis->object;
  if (insitu_analysis_schema(pass->analysis, &pass->schema) != 0) insitu_raise();
  pass->next = passes->first;
  passes->first = pass;
  if ((Pointer)whole != DatumGetPointer(given)) pfree(whole);
  return pass;
}
