#include "insitu_pg.h"

/* Nobody owns its parts: they lie in a memory context. */
static void nothing_to_release(struct ArrowSchema* schema) { schema->release = NULL; }

struct ArrowSchema* insitu_schema_of(int count, const char* const* names, const Oid* types) {
  struct ArrowSchema* schema = palloc0(sizeof *schema);
  schema->format = "+s";
  schema->name = "";
  schema->children = palloc(sizeof(struct ArrowSchema*) * Max(count, 1));
  schema->release = nothing_to_release;
  for (int i = 0; i < count; ++i) {
    const char* format = insitu_format_of(types[i]);
    struct ArrowSchema* column;
    if (!format) continue;
    column = palloc0(sizeof *column);
    column->format = format;
    column->name = names[i];
    column->flags = 2; /* nullable */
    column->release = nothing_to_release;
    schema->children[schema->n_children++] = column;
  }
  return schema;
}
