/* insitu_predict and its kin: a model over one row at a time, or over the rows of a query. */
#include "scorer.h"

#include <access/htup_details.h>
#include <catalog/pg_type.h>
#include <executor/spi.h>
#include <funcapi.h>
#include <miscadmin.h>
#include <utils/array.h>
#include <utils/builtins.h>
#include <utils/tuplestore.h>

PG_FUNCTION_INFO_V1(insitu_predict_numbers);
PG_FUNCTION_INFO_V1(insitu_predict_texts);
PG_FUNCTION_INFO_V1(insitu_predict_names);
PG_FUNCTION_INFO_V1(insitu_predict_query);

enum { kBatch = 8192 };

/* The scorer of a call, as long as model, options and type of the rows stay. */
typedef struct Ready {
  MemoryContext context; /* of all below but the composite */
  InsituScorer* scorer;
  struct varlena *model, *options; /* as they came */
  bool constant;
  InsituComposite* composite;
} Ready;

static struct varlena* image_of(MemoryContext context, Datum value) {
  struct varlena* copy = MemoryContextAlloc(context, VARSIZE_ANY(DatumGetPointer(value)));
  memcpy(copy, DatumGetPointer(value), VARSIZE_ANY(DatumGetPointer(value)));
  return copy;
}

static bool options_stay(const Ready* ready, FunctionCallInfo fcinfo) {
  if (PG_ARGISNULL(2)) return !ready->options;
  return ready->options && insitu_same_image(ready->options, PG_GETARG_DATUM(2));
}

static void make_ready(Ready* ready, FunctionCallInfo fcinfo) {
  const InsituComposite* row = ready->composite;
  const int count = insitu_composite_count(row);
  const char** names = palloc(sizeof(char*) * Max(count, 1));
  Oid* types = palloc(sizeof(Oid) * Max(count, 1));
  const bytea* model = PG_GETARG_BYTEA_PP(0);
  size_t size;
  const char* options = PG_ARGISNULL(2) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(2));
  if (options) options = insitu_to_utf8(options, strlen(options), &size);
  ready->scorer = NULL; /* until it is whole */
  if (ready->context) MemoryContextDelete(ready->context);
  ready->context = NULL;
  ready->context = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "insitu model", ALLOCSET_SMALL_SIZES);
  for (int i = 0; i < count; ++i) {
    names[i] = insitu_composite_name(row, i);
    types[i] = insitu_composite_type(row, i);
  }
  ready->model = image_of(ready->context, PG_GETARG_DATUM(0));
  ready->options = PG_ARGISNULL(2) ? NULL : image_of(ready->context, PG_GETARG_DATUM(2));
  ready->constant = get_fn_expr_arg_stable(fcinfo->flinfo, 0) && get_fn_expr_arg_stable(fcinfo->flinfo, 2);
  ready->scorer = insitu_scorer_new(ready->context, model, options, count, names, types);
}

/* The scorer with the row in it. NULL: there is no model or no row. */
static InsituScorer* scorer_of(FunctionCallInfo fcinfo, bool with_row) {
  Ready* ready = fcinfo->flinfo->fn_extra;
  bool another;
  if (PG_ARGISNULL(0) || PG_ARGISNULL(1)) return NULL;
  if (!ready) {
    ready = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof *ready);
    ready->composite = insitu_composite_new(fcinfo->flinfo->fn_mcxt);
    fcinfo->flinfo->fn_extra = ready;
  }
  another = insitu_composite_open(ready->composite, PG_GETARG_DATUM(1));
  if (another || !ready->scorer ||
      (!ready->constant && !(insitu_same_image(ready->model, PG_GETARG_DATUM(0)) && options_stay(ready, fcinfo))))
    make_ready(ready, fcinfo);
  if (with_row) {
    insitu_scorer_add(ready->scorer, insitu_composite_values(ready->composite));
    insitu_scorer_predict(ready->scorer);
  }
  return ready->scorer;
}

static Datum array_of(Datum* values, bool* nulls, int count, Oid type) {
  int dimensions[1], first[1] = {1};
  dimensions[0] = count;
  if (type == FLOAT8OID)
    return PointerGetDatum(
        construct_md_array(values, nulls, 1, dimensions, first, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
  return PointerGetDatum(construct_md_array(values, nulls, 1, dimensions, first, TEXTOID, -1, false, TYPALIGN_INT));
}

static void require_number(const InsituScorer* scorer, int output) {
  if (!insitu_scorer_is_number(scorer, output))
    ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
                    errmsg("the prediction \"%s\" is a text, not a number", insitu_scorer_name(scorer, output)),
                    errhint("Use insitu_predict_text, or declare the column as text.")));
}

Datum insitu_predict_numbers(PG_FUNCTION_ARGS) {
  const InsituScorer* scorer = scorer_of(fcinfo, true);
  const int count = scorer ? insitu_scorer_outputs(scorer) : 0;
  Datum* values = palloc(sizeof(Datum) * Max(count, 1));
  bool* nulls = palloc(Max(count, 1));
  if (!scorer) PG_RETURN_NULL();
  for (int i = 0; i < count; ++i) {
    double value = 0;
    require_number(scorer, i);
    nulls[i] = !insitu_scorer_number(scorer, i, 0, &value);
    values[i] = Float8GetDatum(value);
  }
  return array_of(values, nulls, count, FLOAT8OID);
}

Datum insitu_predict_texts(PG_FUNCTION_ARGS) {
  const InsituScorer* scorer = scorer_of(fcinfo, true);
  const int count = scorer ? insitu_scorer_outputs(scorer) : 0;
  Datum* values = palloc(sizeof(Datum) * Max(count, 1));
  bool* nulls = palloc(Max(count, 1));
  if (!scorer) PG_RETURN_NULL();
  for (int i = 0; i < count; ++i) {
    char* text = insitu_scorer_text(scorer, i, 0);
    nulls[i] = !text;
    values[i] = text ? CStringGetTextDatum(text) : (Datum)0;
  }
  return array_of(values, nulls, count, TEXTOID);
}

Datum insitu_predict_names(PG_FUNCTION_ARGS) {
  const InsituScorer* scorer = scorer_of(fcinfo, false);
  const int count = scorer ? insitu_scorer_outputs(scorer) : 0;
  Datum* values = palloc(sizeof(Datum) * Max(count, 1));
  if (!scorer) PG_RETURN_NULL();
  for (int i = 0; i < count; ++i) values[i] = CStringGetTextDatum(insitu_scorer_name(scorer, i));
  return array_of(values, NULL, count, TEXTOID);
}

/* Where a column of the answer comes from: a prediction, or else a column of the query. */
typedef struct Origin {
  int output, column; /* -1: not that */
} Origin;

static Origin origin_of(const Form_pg_attribute wanted, const InsituScorer* scorer, TupleDesc rows) {
  const char* name = NameStr(wanted->attname);
  Origin origin = {-1, -1};
  Oid type = InvalidOid;
  for (int i = 0; i < insitu_scorer_outputs(scorer) && origin.output < 0; ++i)
    if (strcmp(insitu_scorer_name(scorer, i), name) == 0) origin.output = i;
  for (int i = 0; i < rows->natts && origin.output < 0 && origin.column < 0; ++i)
    if (strcmp(NameStr(TupleDescAttr(rows, i)->attname), name) == 0) origin.column = i;
  if (origin.output >= 0)
    type = insitu_scorer_is_number(scorer, origin.output) ? FLOAT8OID : TEXTOID;
  else if (origin.column >= 0)
    type = TupleDescAttr(rows, origin.column)->atttypid;
  else {
    StringInfoData known;
    initStringInfo(&known);
    for (int i = 0; i < insitu_scorer_outputs(scorer); ++i)
      appendStringInfo(&known, "%s%s", i ? ", " : "", insitu_scorer_name(scorer, i));
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
                    errmsg("column \"%s\" is neither a prediction nor a column of the query", name),
                    errhint("Predictions are: %s.", known.data)));
  }
  if (type != wanted->atttypid)
    ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
                    errmsg("column \"%s\" is declared as %s and comes as %s", name, format_type_be(wanted->atttypid),
                           format_type_be(type))));
  return origin;
}

static Datum cell(const InsituScorer* scorer, const Origin* origin, int64 row, const Datum* values, const bool* nulls, bool* isnull) {
  if (origin->output < 0) {
    *isnull = nulls[origin->column];
    return values[origin->column];
  }
  if (insitu_scorer_is_number(scorer, origin->output)) {
    double value = 0;
    *isnull = !insitu_scorer_number(scorer, origin->output, row, &value);
    return Float8GetDatum(value);
  } else {
    char* text = insitu_scorer_text(scorer, origin->output, row);
    *isnull = !text;
    return text ? CStringGetTextDatum(text) : (Datum)0;
  }
}

static void score_batch(InsituScorer* scorer, const SPITupleTable* table, uint64 count, TupleDesc answer, const Origin* origins,
                        Tuplestorestate* store) {
  const int columns = table->tupdesc->natts;
  Datum *values = palloc(sizeof(Datum) * Max(columns, 1)), *found = palloc(sizeof(Datum) * Max(answer->natts, 1));
  bool *nulls = palloc(Max(columns, 1)), *missing = palloc(Max(answer->natts, 1));
  NullableDatum* row = palloc(sizeof(NullableDatum) * Max(columns, 1));
  const MemoryContext each = AllocSetContextCreate(CurrentMemoryContext, "insitu row", ALLOCSET_DEFAULT_SIZES);
  for (uint64 k = 0; k < count; ++k) {
    heap_deform_tuple(table->vals[k], table->tupdesc, values, nulls);
    for (int i = 0; i < columns; ++i) row[i].value = values[i], row[i].isnull = nulls[i];
    insitu_scorer_add(scorer, row);
  }
  insitu_scorer_predict(scorer);
  for (uint64 k = 0; k < count; ++k) {
    const MemoryContext before = MemoryContextSwitchTo(each);
    heap_deform_tuple(table->vals[k], table->tupdesc, values, nulls);
    for (int i = 0; i < answer->natts; ++i) found[i] = cell(scorer, &origins[i], (int64)k, values, nulls, &missing[i]);
    tuplestore_putvalues(store, answer, found, missing);
    MemoryContextSwitchTo(before);
    MemoryContextReset(each);
  }
  MemoryContextDelete(each);
}

/* The answer's descriptor and store, which live as long as the statement. */
static Tuplestorestate* open_answer(ReturnSetInfo* info, TupleDesc* answer) {
  MemoryContext before;
  Tuplestorestate* store;
  if (!info || !IsA(info, ReturnSetInfo) || !(info->allowedModes & SFRM_Materialize) || !info->expectedDesc)
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("insitu_predict_rows stands in FROM, with the columns that it gives"),
                    errhint("As in FROM insitu_predict_rows(...) AS p(id bigint, \"y_Pred\" double precision).")));
  before = MemoryContextSwitchTo(info->econtext->ecxt_per_query_memory);
  store = tuplestore_begin_heap(true, false, work_mem);
  *answer = CreateTupleDescCopy(info->expectedDesc);
  MemoryContextSwitchTo(before);
  info->returnMode = SFRM_Materialize;
  info->setResult = store;
  info->setDesc = *answer;
  return store;
}

static InsituScorer* scorer_of_query(const bytea* model, const char* options, TupleDesc rows) {
  const char** names = palloc(sizeof(char*) * Max(rows->natts, 1));
  Oid* types = palloc(sizeof(Oid) * Max(rows->natts, 1));
  for (int i = 0; i < rows->natts; ++i) {
    const char* name = NameStr(TupleDescAttr(rows, i)->attname);
    size_t size;
    const char* utf8 = insitu_to_utf8(name, strlen(name), &size);
    names[i] = pnstrdup(utf8, size);
    types[i] = TupleDescAttr(rows, i)->atttypid;
  }
  return insitu_scorer_new(CurrentMemoryContext, model, options, rows->natts, names, types);
}

Datum insitu_predict_query(PG_FUNCTION_ARGS) {
  const bytea* model;
  const char *query, *options;
  TupleDesc answer;
  Tuplestorestate* store;
  InsituScorer* scorer;
  Portal portal;
  Origin* origins;
  size_t size;
  if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
    ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("model or query is NULL")));
  model = PG_GETARG_BYTEA_PP(0);
  query = text_to_cstring(PG_GETARG_TEXT_PP(1));
  options = PG_ARGISNULL(2) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(2));
  if (options) options = insitu_to_utf8(options, strlen(options), &size);
  store = open_answer((ReturnSetInfo*)fcinfo->resultinfo, &answer);
  SPI_connect();
  portal = SPI_cursor_open_with_args(NULL, query, 0, NULL, NULL, NULL, true, 0);
  if (!portal->tupDesc)
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("query is not one statement that gives rows")));
  scorer = scorer_of_query(model, options, portal->tupDesc);
  origins = palloc(sizeof(Origin) * Max(answer->natts, 1));
  for (int i = 0; i < answer->natts; ++i) origins[i] = origin_of(TupleDescAttr(answer, i), scorer, portal->tupDesc);
  for (;;) {
    CHECK_FOR_INTERRUPTS();
    SPI_cursor_fetch(portal, true, kBatch);
    if (SPI_processed == 0) break;
    score_batch(scorer, SPI_tuptable, SPI_processed, answer, origins, store);
    SPI_freetuptable(SPI_tuptable);
  }
  SPI_cursor_close(portal);
  SPI_finish();
  PG_RETURN_NULL();
}
