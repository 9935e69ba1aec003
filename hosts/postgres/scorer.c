#include "scorer.h"

#include <math.h>
#include <utils/builtins.h>
#include <utils/float.h>

struct InsituScorer {
  InsituHeld* predictor;
  InsituRows* rows;
  int inputs;
  int* places; /* of the inputs among the columns of the rows */
  NullableDatum* values;
  struct ArrowSchema outputs;
  const char** names;
  struct ArrowArray found;
};

static void release_array(void* object) {
  struct ArrowArray* array = object;
  if (array->release) array->release(array);
}

InsituScorer* insitu_scorer_new(MemoryContext context, const bytea* model, const char* options, int count,
                                const char* const* names, const Oid* types) {
  const MemoryContext before = MemoryContextSwitchTo(context);
  InsituScorer* scorer = palloc0(sizeof *scorer);
  const struct ArrowSchema* schema = insitu_schema_of(count, names, types);
  struct ArrowSchema inputs;
  InsituHeld* held = insitu_hold_schema(context, &inputs);
  scorer->predictor = insitu_hold(context, insitu_free_predictor);
  insitu_hold_schema(context, &scorer->outputs);
  insitu_hold(context, release_array)->object = &scorer->found;
  scorer->predictor->object = insitu_predictor_new(VARDATA_ANY(model), VARSIZE_ANY_EXHDR(model), options, schema);
  if (!scorer->predictor->object || insitu_predictor_inputs(scorer->predictor->object, &inputs) != 0 ||
      insitu_predictor_outputs(scorer->predictor->object, &scorer->outputs) != 0) {
    held->object = NULL; /* it is of this frame */
    insitu_raise();
  }
  held->object = NULL;
  scorer->inputs = (int)inputs.n_children;
  PG_TRY();
  {
    scorer->rows = insitu_rows_new(context, &inputs);
    scorer->places = palloc0(sizeof(int) * Max(scorer->inputs, 1));
    scorer->values = palloc0(sizeof(NullableDatum) * Max(scorer->inputs, 1));
    for (int i = 0; i < scorer->inputs; ++i)
      for (int k = 0; k < count; ++k)
        if (strcmp(names[k], inputs.children[i]->name) == 0) {
          scorer->places[i] = k;
          insitu_rows_bind(scorer->rows, i, types[k]);
        }
  }
  PG_FINALLY();
  {
    inputs.release(&inputs);
  }
  PG_END_TRY();
  scorer->names = palloc(sizeof(char*) * Max(scorer->outputs.n_children, 1));
  for (int64 i = 0; i < scorer->outputs.n_children; ++i)
    scorer->names[i] = insitu_from_utf8(scorer->outputs.children[i]->name, strlen(scorer->outputs.children[i]->name));
  MemoryContextSwitchTo(before);
  return scorer;
}

int insitu_scorer_outputs(const InsituScorer* scorer) { return (int)scorer->outputs.n_children; }
const char* insitu_scorer_name(const InsituScorer* scorer, int output) { return scorer->names[output]; }

bool insitu_scorer_is_number(const InsituScorer* scorer, int output) {
  const struct ArrowSchema* column = scorer->outputs.children[output];
  return !column->dictionary && strlen(column->format) == 1 && strchr("bsSilfg", column->format[0]);
}

void insitu_scorer_add(InsituScorer* scorer, const NullableDatum* row) {
  for (int i = 0; i < scorer->inputs; ++i) scorer->values[i] = row[scorer->places[i]];
  (void)insitu_rows_add(scorer->rows, scorer->values);
}

void insitu_scorer_predict(InsituScorer* scorer) {
  struct ArrowArray* rows = insitu_rows_take(scorer->rows);
  release_array(&scorer->found);
  if (rows && insitu_predictor_predict(scorer->predictor->object, rows, &scorer->found) != 0) insitu_raise();
}

static bool bit_at(const void* bits, int64 at) { return ((const uint8*)bits)[at >> 3] >> (at & 7) & 1; }

static bool is_there(const struct ArrowArray* array, int64 at) {
  return array->null_count == 0 || !array->buffers[0] || bit_at(array->buffers[0], at);
}

bool insitu_scorer_number(const InsituScorer* scorer, int output, int64 row, double* value) {
  const struct ArrowArray* column = scorer->found.children[output];
  const int64 at = column->offset + scorer->found.offset + row;
  const void* values = column->buffers[1];
  if (!is_there(column, at)) return false;
  switch (scorer->outputs.children[output]->format[0]) {
    case 'b':
      *value = bit_at(values, at);
      return true;
    case 's':
      *value = ((const int16*)values)[at];
      return true;
    case 'S':
      *value = ((const uint16*)values)[at];
      return true;
    case 'i':
      *value = ((const int32*)values)[at];
      return true;
    case 'l':
      *value = (double)((const int64*)values)[at];
      return true;
    case 'f':
      *value = ((const float*)values)[at];
      return !isnan(*value);
    default:
      *value = ((const double*)values)[at];
      return !isnan(*value);
  }
}

static char* text_at(const struct ArrowArray* texts, int64 at) {
  const int32* offsets = texts->buffers[1];
  const char* bytes = texts->buffers[2];
  return insitu_from_utf8(bytes + offsets[at], (size_t)(offsets[at + 1] - offsets[at]));
}

char* insitu_scorer_text(const InsituScorer* scorer, int output, int64 row) {
  const struct ArrowArray* column = scorer->found.children[output];
  const struct ArrowSchema* type = scorer->outputs.children[output];
  const int64 at = column->offset + scorer->found.offset + row;
  double value;
  if (insitu_scorer_is_number(scorer, output))
    return insitu_scorer_number(scorer, output, row, &value) ? float8out_internal(value) : NULL;
  if (!is_there(column, at)) return NULL;
  if (type->dictionary && strcmp(type->format, "i") == 0) {
    const int32 code = ((const int32*)column->buffers[1])[at];
    return code < 0 ? NULL : text_at(column->dictionary, column->dictionary->offset + code);
  }
  if (strcmp(type->format, "u") == 0) return text_at(column, at);
  ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                  errmsg("the prediction \"%s\" is of a type that cannot be given here", scorer->names[output])));
  pg_unreachable();
}
