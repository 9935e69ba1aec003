#include "insitu_pg.h"

#include <access/htup_details.h>
#include <catalog/pg_type.h>
#include <utils/lsyscache.h>
#include <utils/typcache.h>

struct InsituComposite {
  MemoryContext context;
  Oid type;
  int32 typmod;
  TupleDesc descriptor; /* a copy */
  int count;            /* without dropped columns */
  int* places;
  const char** names;
  Datum* values;
  bool* nulls;
  NullableDatum* found;
};

bool insitu_is_composite(Oid type) { return type == RECORDOID || type_is_rowtype(type); }

InsituComposite* insitu_composite_new(MemoryContext context) {
  InsituComposite* composite = MemoryContextAllocZero(context, sizeof *composite);
  composite->context = context;
  return composite;
}

static void look_up(InsituComposite* composite, Oid type, int32 typmod) {
  const MemoryContext before = MemoryContextSwitchTo(composite->context);
  const TupleDesc shared = lookup_rowtype_tupdesc(type, typmod);
  const TupleDesc descriptor = CreateTupleDescCopy(shared);
  const int all = Max(descriptor->natts, 1);
  ReleaseTupleDesc(shared);
  composite->descriptor = descriptor;
  composite->type = type;
  composite->typmod = typmod;
  composite->count = 0;
  composite->places = palloc(sizeof(int) * all);
  composite->names = palloc(sizeof(char*) * all);
  composite->values = palloc(sizeof(Datum) * all);
  composite->nulls = palloc(sizeof(bool) * all);
  composite->found = palloc(sizeof(NullableDatum) * all);
  for (int i = 0; i < descriptor->natts; ++i) {
    const Form_pg_attribute attribute = TupleDescAttr(descriptor, i);
    const char* name = NameStr(attribute->attname);
    size_t size;
    const char* utf8;
    if (attribute->attisdropped) continue;
    utf8 = insitu_to_utf8(name, strlen(name), &size);
    composite->places[composite->count] = i;
    composite->names[composite->count++] = pnstrdup(utf8, size);
  }
  MemoryContextSwitchTo(before);
}

bool insitu_composite_open(InsituComposite* composite, Datum value) {
  const HeapTupleHeader header = DatumGetHeapTupleHeader(value);
  const Oid type = HeapTupleHeaderGetTypeId(header);
  const int32 typmod = HeapTupleHeaderGetTypMod(header);
  const bool another = !composite->descriptor || composite->type != type || composite->typmod != typmod;
  HeapTupleData tuple;
  if (another) look_up(composite, type, typmod);
  tuple.t_len = HeapTupleHeaderGetDatumLength(header);
  ItemPointerSetInvalid(&tuple.t_self);
  tuple.t_tableOid = InvalidOid;
  tuple.t_data = header;
  heap_deform_tuple(&tuple, composite->descriptor, composite->values, composite->nulls);
  for (int i = 0; i < composite->count; ++i) {
    composite->found[i].value = composite->values[composite->places[i]];
    composite->found[i].isnull = composite->nulls[composite->places[i]];
  }
  return another;
}

int insitu_composite_count(const InsituComposite* composite) { return composite->count; }
const char* insitu_composite_name(const InsituComposite* composite, int field) { return composite->names[field]; }
Oid insitu_composite_type(const InsituComposite* composite, int field) {
  return TupleDescAttr(composite->descriptor, composite->places[field])->atttypid;
}
const NullableDatum* insitu_composite_values(const InsituComposite* composite) { return composite->found; }
