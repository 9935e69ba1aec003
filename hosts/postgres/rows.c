/* Row by row into columns, which go to the engine without being copied once more. The columns are malloc's, because the engine
 * keeps them as long as it likes and then hands them back (release), maybe when memory contexts of the server are gone. */
#include "insitu_pg.h"

#include <catalog/pg_type.h>
#include <common/int.h>
#include <datatype/timestamp.h>
#include <utils/builtins.h>
#include <utils/date.h>
#include <utils/lsyscache.h>
#include <utils/timestamp.h>
#include <utils/uuid.h>

enum {
  kMostRows = 32768,          /* a chunk of the engine, which takes such batches as they are */
  kFirstRows = 256,           /* blocks of a table have about as many */
  kMostTextBytes = 64 << 20
};

typedef enum Stored { kBits, kInt16, kInt32, kInt64, kFloat32, kFloat64, kText, kDate, kTime } Stored;
typedef enum Comes {
  kNothing,
  kBool,
  kInt2,
  kInt4,
  kInt8,
  kFloat4,
  kFloat8,
  kNumeric,
  kVarlena,
  kPadded,
  kName,
  kByOutput,
  kDays,
  kMicroseconds
} Comes;

typedef struct Column {
  char* name; /* of the server's encoding */
  const char* announced;
  Stored stored;
  Comes comes;
  FmgrInfo output;
} Column;

typedef struct Cells {
  void* values; /* of texts: the bytes */
  int32* offsets;
  uint8* valid;
  size_t bytes, room; /* of texts */
  int64 missing;
} Cells;

/* Batches go back to the pool, which goes with the last of them. */
typedef struct Pool {
  struct Batch* spare;
  int users; /* the rows, and each batch that is out */
  bool closed;
} Pool;

typedef struct Batch {
  struct ArrowArray array;
  struct ArrowArray* columns;
  struct ArrowArray** pointers;
  const void** buffers;
  Cells* cells;
  int count;
  int64 rows, room;
  size_t text_bytes;
  Pool* pool;
} Batch;

struct InsituRows {
  int count;
  Column* columns;
  Batch* batch;
  Pool* pool;
};

static size_t width_of(Stored stored) {
  switch (stored) {
    case kInt16:
      return 2;
    case kInt32:
    case kFloat32:
    case kDate:
      return 4;
    default:
      return 8;
  }
}

static void free_batch(Batch* batch) {
  if (batch->cells)
    for (int i = 0; i < batch->count; ++i) {
      free(batch->cells[i].values);
      free(batch->cells[i].offsets);
      free(batch->cells[i].valid);
    }
  free(batch->cells);
  free(batch->columns);
  free(batch->pointers);
  free(batch->buffers);
  free(batch);
}

static void leave_pool(Pool* pool) {
  if (--pool->users == 0) free(pool);
}

static void release_column(struct ArrowArray* array) { array->release = NULL; }

static void release_batch(struct ArrowArray* array) {
  Batch* batch = array->private_data;
  Pool* pool = batch->pool;
  array->release = NULL;
  if (!pool->closed && !pool->spare)
    pool->spare = batch;
  else
    free_batch(batch);
  leave_pool(pool);
}

static void end_rows(void* object) {
  InsituRows* rows = object;
  if (rows->batch) free_batch(rows->batch);
  if (!rows->pool) return;
  if (rows->pool->spare) free_batch(rows->pool->spare);
  rows->pool->spare = NULL;
  rows->pool->closed = true;
  leave_pool(rows->pool);
}

static void* required(void* memory) {
  if (!memory)
    ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory: the rows of a batch do not fit")));
  return memory;
}

const char* insitu_format_of(Oid type) {
  switch (getBaseType(type)) {
    case BOOLOID:
      return "b";
    case INT2OID:
      return "i"; /* wider: the engine has one number fewer, the missing one */
    case INT4OID:
    case INT8OID:
      return "l";
    case FLOAT4OID:
      return "f";
    case FLOAT8OID:
    case NUMERICOID:
      return "g";
    case TEXTOID:
    case VARCHAROID:
    case BPCHAROID:
    case NAMEOID:
    case UUIDOID:
      return "u";
    case DATEOID:
      return "tdD";
    case TIMESTAMPOID:
      return "tsu:";
    case TIMESTAMPTZOID:
      return "tsu:UTC";
    default:
      return get_typtype(getBaseType(type)) == TYPTYPE_ENUM ? "u" : NULL;
  }
}

static Comes comes_as(Oid type) {
  switch (type) {
    case BOOLOID:
      return kBool;
    case INT2OID:
      return kInt2;
    case INT4OID:
      return kInt4;
    case INT8OID:
      return kInt8;
    case FLOAT4OID:
      return kFloat4;
    case FLOAT8OID:
      return kFloat8;
    case NUMERICOID:
      return kNumeric;
    case TEXTOID:
    case VARCHAROID:
      return kVarlena;
    case BPCHAROID:
      return kPadded;
    case NAMEOID:
      return kName;
    case DATEOID:
      return kDays;
    case TIMESTAMPOID:
    case TIMESTAMPTZOID:
      return kMicroseconds;
    default:
      return type == UUIDOID || get_typtype(type) == TYPTYPE_ENUM ? kByOutput : kNothing;
  }
}

/* Whether no value is changed on its way. */
static bool fits(Comes comes, Stored stored) {
  switch (comes) {
    case kBool:
      return stored == kBits;
    case kInt2:
      return stored == kInt16 || stored == kInt32 || stored == kInt64 || stored == kFloat64;
    case kInt4:
      return stored == kInt32 || stored == kInt64 || stored == kFloat64;
    case kInt8:
      return stored == kInt64;
    case kFloat4:
      return stored == kFloat32 || stored == kFloat64;
    case kFloat8:
    case kNumeric:
      return stored == kFloat64;
    case kDays:
      return stored == kDate;
    case kMicroseconds:
      return stored == kTime;
    case kNothing:
      return false;
    default:
      return stored == kText;
  }
}

static Stored stored_as(const struct ArrowSchema* column, const char** sql) {
  static const struct {
    const char* format;
    Stored stored;
    const char* sql;
  } kAll[] = {{"b", kBits, "boolean"},           {"s", kInt16, "smallint"},  {"i", kInt32, "integer"},
              {"l", kInt64, "bigint"},           {"f", kFloat32, "real"},    {"g", kFloat64, "double precision"},
              {"u", kText, "text"},              {"tdD", kDate, "date"}};
  if (strncmp(column->format, "tsu:", 4) == 0) {
    *sql = "timestamp";
    return kTime;
  }
  if (!column->dictionary)
    for (size_t i = 0; i < lengthof(kAll); ++i)
      if (strcmp(column->format, kAll[i].format) == 0) {
        *sql = kAll[i].sql;
        return kAll[i].stored;
      }
  ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                  errmsg("column \"%s\" is announced as a type that no value of the server has",
                         insitu_from_utf8(column->name, strlen(column->name))),
                  errhint("Announce factors as texts, with their levels in the document.")));
  pg_unreachable();
}

InsituRows* insitu_rows_new(MemoryContext context, const struct ArrowSchema* schema) {
  const MemoryContext before = MemoryContextSwitchTo(context);
  InsituRows* rows = palloc0(sizeof *rows);
  rows->count = (int)schema->n_children;
  rows->columns = palloc0(sizeof(Column) * Max(rows->count, 1));
  for (int i = 0; i < rows->count; ++i) {
    const struct ArrowSchema* column = schema->children[i];
    rows->columns[i].name = insitu_from_utf8(column->name, strlen(column->name));
    rows->columns[i].stored = stored_as(column, &rows->columns[i].announced);
  }
  insitu_hold(context, end_rows)->object = rows;
  rows->pool = required(calloc(1, sizeof *rows->pool));
  rows->pool->users = 1;
  MemoryContextSwitchTo(before);
  return rows;
}

int insitu_rows_columns(const InsituRows* rows) { return rows->count; }
const char* insitu_rows_name(const InsituRows* rows, int column) { return rows->columns[column].name; }

void insitu_rows_bind(InsituRows* rows, int i, Oid type) {
  Column* column = &rows->columns[i];
  const Oid base = getBaseType(type);
  const Comes comes = comes_as(base);
  if (!fits(comes, column->stored))
    ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
                    errmsg("column %d, \"%s\", comes as %s, announced as %s", i + 1, column->name,
                           format_type_be(type), column->announced),
                    errhint("Columns come in the order in which they were announced; cast this one to %s.",
                            column->announced)));
  column->comes = comes;
  if (comes == kByOutput) {
    Oid output;
    bool varlena;
    getTypeOutputInfo(base, &output, &varlena);
    fmgr_info_cxt(output, &column->output, GetMemoryChunkContext(rows));
  }
}

static void make_room(InsituRows* rows, Batch* batch, int64 room) {
  for (int i = 0; i < batch->count; ++i) {
    Cells* cells = &batch->cells[i];
    const Stored stored = rows->columns[i].stored;
    cells->valid = required(realloc(cells->valid, (size_t)(room + 7) / 8));
    if (stored == kText)
      cells->offsets = required(realloc(cells->offsets, sizeof(int32) * (size_t)(room + 1)));
    else
      cells->values =
          required(realloc(cells->values, stored == kBits ? (size_t)(room + 7) / 8 : width_of(stored) * (size_t)room));
  }
  batch->room = room;
}

static void new_batch(InsituRows* rows) {
  Batch* batch = rows->pool->spare;
  if (batch) {
    rows->pool->spare = NULL;
  } else {
    const size_t count = (size_t)Max(rows->count, 1);
    batch = required(calloc(1, sizeof *batch));
    rows->batch = batch;
    batch->pool = rows->pool;
    batch->cells = required(calloc(count, sizeof(Cells)));
    batch->count = rows->count;
    batch->columns = required(calloc(count, sizeof(struct ArrowArray)));
    batch->pointers = required(calloc(count, sizeof(struct ArrowArray*)));
    batch->buffers = required(calloc(3 * count + 1, sizeof(void*)));
  }
  rows->batch = batch;
  batch->rows = 0;
  batch->text_bytes = 0;
  for (int i = 0; i < batch->count; ++i) batch->cells[i].bytes = 0, batch->cells[i].missing = 0;
}

static void set_bit(uint8* bits, int64 at, bool value) {
  const uint8 mask = (uint8)(1 << (at & 7));
  if (value)
    bits[at >> 3] |= mask;
  else
    bits[at >> 3] &= (uint8)~mask;
}

static void add_text(Batch* batch, Cells* cells, const char* text, size_t size) {
  size_t utf8;
  const char* found = insitu_to_utf8(text, size, &utf8);
  if (cells->room - cells->bytes < utf8 || !cells->values) {
    const size_t room = Max(2 * cells->room, cells->bytes + utf8 + 1024);
    if (cells->bytes + utf8 > PG_INT32_MAX)
      ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("a text has more than 2 GB with those before it")));
    cells->values = required(realloc(cells->values, room));
    cells->room = room;
  }
  memcpy((char*)cells->values + cells->bytes, found, utf8);
  cells->bytes += utf8;
  batch->text_bytes += utf8;
  if (found != text) pfree((void*)found);
}

static void add_varlena(Batch* batch, Cells* cells, Datum value, bool padded) {
  struct varlena* whole = PG_DETOAST_DATUM_PACKED(value);
  const char* text = VARDATA_ANY(whole);
  size_t size = VARSIZE_ANY_EXHDR(whole);
  while (padded && size > 0 && text[size - 1] == ' ') --size;
  add_text(batch, cells, text, size);
  if ((Pointer)whole != DatumGetPointer(value)) pfree(whole);
}

static void no_infinity(const Column* column, const char* what) {
  ereport(ERROR, (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
                  errmsg("column \"%s\" holds the %s infinity, which is no number of the engine", column->name, what),
                  errhint("Make it NULL (NULLIF), or leave the row out.")));
}

/* The engine counts from 1970, the server from 2000: its last 30 years are no microseconds of the engine. */
static void too_late(const Column* column, Timestamp time) {
  ereport(ERROR, (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
                  errmsg("column \"%s\" holds the time %s, which is later than times of the engine", column->name,
                         DatumGetCString(DirectFunctionCall1(timestamp_out, TimestampGetDatum(time)))),
                  errhint("Make it NULL, or leave the row out.")));
}

static int64 whole_number(Comes comes, Datum value) {
  return comes == kInt2 ? DatumGetInt16(value) : comes == kInt4 ? DatumGetInt32(value) : DatumGetInt64(value);
}

static double number(Comes comes, Datum value) {
  switch (comes) {
    case kFloat8:
      return DatumGetFloat8(value);
    case kFloat4:
      return DatumGetFloat4(value);
    case kNumeric:
      return DatumGetFloat8(DirectFunctionCall1(numeric_float8, value));
    default:
      return (double)whole_number(comes, value);
  }
}

static void add_value(Batch* batch, Column* column, Cells* cells, Datum value) {
  const int64 at = batch->rows;
  const Comes comes = column->comes;
  switch (column->stored) {
    case kFloat64:
      ((double*)cells->values)[at] = number(comes, value);
      break;
    case kFloat32:
      ((float*)cells->values)[at] = DatumGetFloat4(value);
      break;
    case kInt16:
      ((int16*)cells->values)[at] = DatumGetInt16(value);
      break;
    case kInt32:
      ((int32*)cells->values)[at] = (int32)whole_number(comes, value);
      break;
    case kInt64:
      ((int64*)cells->values)[at] = whole_number(comes, value);
      break;
    case kBits:
      set_bit(cells->values, at, DatumGetBool(value));
      break;
    case kDate:
      if (DATE_NOT_FINITE(DatumGetDateADT(value))) no_infinity(column, "date");
      ((int32*)cells->values)[at] = DatumGetDateADT(value) + (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE);
      break;
    case kTime:
      if (TIMESTAMP_NOT_FINITE(DatumGetTimestamp(value))) no_infinity(column, "time");
      if (pg_add_s64_overflow(DatumGetTimestamp(value), (int64)(POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY,
                              (int64*)cells->values + at))
        too_late(column, DatumGetTimestamp(value));
      break;
    case kText:
      if (comes == kName) {
        add_text(batch, cells, NameStr(*DatumGetName(value)), strlen(NameStr(*DatumGetName(value))));
      } else if (comes == kByOutput) {
        char* text = OutputFunctionCall(&column->output, value);
        add_text(batch, cells, text, strlen(text));
        pfree(text);
      } else {
        add_varlena(batch, cells, value, comes == kPadded);
      }
      break;
  }
}

static void add_missing(const Batch* batch, const Column* column, Cells* cells) {
  const int64 at = batch->rows;
  ++cells->missing;
  if (column->stored == kBits)
    set_bit(cells->values, at, false);
  else if (column->stored != kText)
    memset((char*)cells->values + width_of(column->stored) * (size_t)at, 0, width_of(column->stored));
}

bool insitu_rows_add(InsituRows* rows, const NullableDatum* values) {
  Batch* batch;
  if (!rows->batch) new_batch(rows);
  batch = rows->batch;
  if (batch->rows == batch->room) make_room(rows, batch, batch->room ? Min(4 * batch->room, kMostRows) : kFirstRows);
  for (int i = 0; i < rows->count; ++i) {
    Column* column = &rows->columns[i];
    Cells* cells = &batch->cells[i];
    if (cells->offsets && batch->rows == 0) cells->offsets[0] = 0;
    set_bit(cells->valid, batch->rows, !values[i].isnull);
    if (values[i].isnull)
      add_missing(batch, column, cells);
    else
      add_value(batch, column, cells, values[i].value);
    if (cells->offsets) cells->offsets[batch->rows + 1] = (int32)cells->bytes;
  }
  ++batch->rows;
  return batch->rows == kMostRows || batch->text_bytes >= kMostTextBytes;
}

int64 insitu_rows_waiting(const InsituRows* rows) { return rows->batch ? rows->batch->rows : 0; }

struct ArrowArray* insitu_rows_take(InsituRows* rows) {
  Batch* batch = rows->batch;
  struct ArrowArray* array;
  if (!batch || batch->rows == 0) return NULL;
  for (int i = 0; i < batch->count; ++i) {
    const Cells* cells = &batch->cells[i];
    const bool text = rows->columns[i].stored == kText;
    struct ArrowArray* column = &batch->columns[i];
    const void** buffers = batch->buffers + 3 * i;
    memset(column, 0, sizeof *column);
    buffers[0] = cells->missing ? cells->valid : NULL;
    buffers[1] = text ? (const void*)cells->offsets : cells->values;
    buffers[2] = text ? (cells->values ? cells->values : "") : NULL;
    column->length = batch->rows;
    column->null_count = cells->missing;
    column->n_buffers = text ? 3 : 2;
    column->buffers = buffers;
    column->release = release_column;
    batch->pointers[i] = column;
  }
  array = &batch->array;
  memset(array, 0, sizeof *array);
  array->length = batch->rows;
  array->n_buffers = 1;
  array->buffers = batch->buffers + 3 * batch->count; /* one that is NULL */
  array->n_children = batch->count;
  array->children = batch->pointers;
  array->private_data = batch;
  array->release = release_batch;
  ++batch->pool->users;
  rows->batch = NULL;
  return array;
}
