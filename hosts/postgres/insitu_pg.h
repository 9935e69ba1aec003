/* What the files of the extension share. PostgreSQL is met in C alone: its errors jump over frames
 * (longjmp), which no frame of C++ survives, and the engine is met through insitu.h, over whose
 * border no exception comes. So neither sees the other's. */
#ifndef INSITU_PG_H
#define INSITU_PG_H

/* clang-format off: postgres.h comes first */
#include <postgres.h>
/* clang-format on */
#include <fmgr.h>
#include <insitu/insitu.h>
#include <utils/memutils.h>

#ifndef ARROW_C_DATA_INTERFACE /* an open standard; the guard is its own */
#define ARROW_C_DATA_INTERFACE
struct ArrowSchema {
  const char* format;
  const char* name;
  const char* metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema** children;
  struct ArrowSchema* dictionary;
  void (*release)(struct ArrowSchema*);
  void* private_data;
};
struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void** buffers;
  struct ArrowArray** children;
  struct ArrowArray* dictionary;
  void (*release)(struct ArrowArray*);
  void* private_data;
};
#endif

/* held.c: objects of the engine, which end with a memory context, whatever ends that. */

typedef struct InsituHeld {
  void* object;
  void (*free_object)(void*);
  MemoryContextCallback callback;
} InsituHeld;

/* To be made before the object, so that there is nothing to lose when memory is out. */
extern InsituHeld* insitu_hold(MemoryContext context, void (*free_object)(void*));
extern void insitu_let_go(InsituHeld* held); /* frees the object now */
extern InsituHeld* insitu_hold_schema(MemoryContext context, struct ArrowSchema* schema);

extern void insitu_free_analysis(void* object);
extern void insitu_free_accumulator(void* object);
extern void insitu_free_predictor(void* object);
extern void insitu_free_bytes(void* object);
extern void insitu_free_reply(void* object);

/* errors.c: the engine's words in those of the server. */

/* Raises the engine's last error, or what interrupted it. */
extern void insitu_raise(void) pg_attribute_noreturn();
/* The engine polls it. */
extern int insitu_interrupted(void* unused);
extern char* insitu_from_utf8(const char* text, size_t size);
/* `text` where it is UTF-8 already. Sets the size in bytes. */
extern const char* insitu_to_utf8(const char* text, size_t size, size_t* result_size);
extern bytea* insitu_bytea(const void* data, size_t size, const char* what);

/* rows.c: rows of the server as columns of the engine. */

typedef struct InsituRows InsituRows;

/* Arrow's format of a type of SQL; NULL: it has no counterpart. */
extern const char* insitu_format_of(Oid type);
/* Of the columns of a schema. It ends with the context. */
extern InsituRows* insitu_rows_new(MemoryContext context, const struct ArrowSchema* schema);
extern int insitu_rows_columns(const InsituRows* rows);
extern const char* insitu_rows_name(const InsituRows* rows, int column);
/* What values of a column come as; an error where it is not what was announced. */
extern void insitu_rows_bind(InsituRows* rows, int column, Oid type);
/* One row; all columns are bound. True: it is time to take them. */
extern bool insitu_rows_add(InsituRows* rows, const NullableDatum* values);
extern int64 insitu_rows_waiting(const InsituRows* rows);
/* What was added, to be released by who gets it. NULL: nothing was. */
extern struct ArrowArray* insitu_rows_take(InsituRows* rows);

/* composite.c: rows that come as one value, ROW(a, b) or a row of a table. */

typedef struct InsituComposite InsituComposite;

extern bool insitu_is_composite(Oid type);
extern InsituComposite* insitu_composite_new(MemoryContext context);
/* Takes the value apart. True: its type is another one than before. */
extern bool insitu_composite_open(InsituComposite* composite, Datum value);
extern int insitu_composite_count(const InsituComposite* composite);
extern const char* insitu_composite_name(const InsituComposite* composite, int field); /* UTF-8 */
extern Oid insitu_composite_type(const InsituComposite* composite, int field);
extern const NullableDatum* insitu_composite_values(const InsituComposite* composite);

/* schema.c: a schema of named columns, for the engine to look at. Columns without a counterpart are
 * left out. */
extern struct ArrowSchema* insitu_schema_of(int count, const char* const* names, const Oid* types);

/* passes.c: passes as they come with each row, read once. */

typedef struct InsituPass {
  struct InsituPass* next;
  struct varlena* image; /* as it came: whole, compressed or a pointer to where it lies */
  bytea* bytes;
  insitu_analysis* analysis;
  struct ArrowSchema schema;
} InsituPass;

/* It lives as long as `flinfo`, whose fn_extra is its. */
extern InsituPass* insitu_pass_of(FmgrInfo* flinfo, Datum given);
extern bool insitu_same_image(const struct varlena* image, Datum given);

#endif
