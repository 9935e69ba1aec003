/* insitu_analysis, insitu_finish: the steps of a fit. insitu_fit: all of them over a query. */
#include "finishing.h"

#include <catalog/pg_type.h>
#include <executor/spi.h>
#include <funcapi.h>
#include <miscadmin.h>
#include <utils/builtins.h>
#include <utils/lsyscache.h>
#include <utils/plancache.h>

PG_FUNCTION_INFO_V1(insitu_analysis_of_query);
PG_FUNCTION_INFO_V1(insitu_finish_state);
PG_FUNCTION_INFO_V1(insitu_fit_query);

enum { kMostArguments = FUNC_MAX_ARGS - 3 };

static char* argument_text(FunctionCallInfo fcinfo, int argument, const char* name) {
  if (PG_ARGISNULL(argument))
    ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s is NULL", name)));
  return text_to_cstring(PG_GETARG_TEXT_PP(argument));
}

static const char* whole_utf8(const char* text) {
  size_t size;
  const char* found = insitu_to_utf8(text, strlen(text), &size);
  return found == text ? text : pnstrdup(found, size);
}

/* Plans the query, which gives the types of its columns, and does not run it. Within SPI. */
static InsituHeld* analysis_of(const char* document, const char* query, int* columns) {
  InsituHeld* held = insitu_hold(CurrentMemoryContext, insitu_free_analysis);
  const SPIPlanPtr plan = SPI_prepare(query, 0, NULL);
  List* sources = plan ? SPI_plan_get_plan_sources(plan) : NIL;
  TupleDesc rows = list_length(sources) == 1 ? ((CachedPlanSource*)linitial(sources))->resultDesc : NULL;
  const char** names;
  Oid* types;
  if (!plan || !rows)
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("query is not one statement that gives rows"),
                    errhint("Give a SELECT, as in 'SELECT y, x FROM t'.")));
  names = palloc(sizeof(char*) * Max(rows->natts, 1));
  types = palloc(sizeof(Oid) * Max(rows->natts, 1));
  for (int i = 0; i < rows->natts; ++i) {
    const Form_pg_attribute column = TupleDescAttr(rows, i);
    names[i] = whole_utf8(NameStr(column->attname));
    types[i] = column->atttypid;
    if (!insitu_format_of(types[i]))
      ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
                      errmsg("column \"%s\" of the query is of type %s, which has no counterpart in the engine",
                             NameStr(column->attname), format_type_be(types[i])),
                      errhint("Leave it out, or cast it to a number, boolean, text, date or timestamp.")));
  }
  *columns = rows->natts;
  held->object = insitu_analysis_new(whole_utf8(document), insitu_schema_of(rows->natts, names, types));
  if (!held->object) insitu_raise();
  return held;
}

/* A copy that outlives SPI. */
static struct varlena* kept(const struct varlena* value) {
  struct varlena* copy = SPI_palloc(VARSIZE(value));
  memcpy(copy, value, VARSIZE(value));
  return copy;
}

Datum insitu_analysis_of_query(PG_FUNCTION_ARGS) {
  const char* document = argument_text(fcinfo, 0, "document");
  const char* query = argument_text(fcinfo, 1, "query");
  struct varlena* found;
  int columns;
  SPI_connect();
  found = kept(insitu_saved_analysis(analysis_of(document, query, &columns)->object));
  SPI_finish();
  PG_RETURN_BYTEA_P(found);
}

Datum insitu_finish_state(PG_FUNCTION_ARGS) {
  const MemoryContext context = CurrentMemoryContext;
  InsituHeld* analysis = insitu_hold(context, insitu_free_analysis);
  InsituHeld* reply = insitu_hold(context, insitu_free_reply);
  const bytea* pass;
  TupleDesc type;
  Datum values[2] = {0, 0};
  bool nulls[2] = {true, true};
  const int64 splits = PG_ARGISNULL(2) ? -1 : PG_GETARG_INT64(2);
  if (get_call_result_type(fcinfo, NULL, &type) != TYPEFUNC_COMPOSITE) elog(ERROR, "insitu_finish has no row type");
  if (PG_ARGISNULL(0)) ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("pass is NULL: give what insitu_analysis gave")));
  if (!PG_ARGISNULL(2) && splits < 1)
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("splits is " INT64_FORMAT ": it is their number, at least 1", splits)));
  pass = PG_GETARG_BYTEA_PP(0);
  analysis->object = insitu_analysis_load(VARDATA_ANY(pass), VARSIZE_ANY_EXHDR(pass));
  if (!analysis->object) insitu_raise();
  if (insitu_finish_pass(analysis->object, PG_ARGISNULL(1) ? NULL : PG_GETARG_BYTEA_PP(1), splits, reply)) {
    values[1] = PointerGetDatum(insitu_reply_json(reply));
    nulls[1] = false;
  } else {
    values[0] = PointerGetDatum(insitu_saved_analysis(analysis->object));
    nulls[0] = false;
  }
  PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(type), values, nulls)));
}

/* The columns get names of ours, so that theirs need not be told apart. */
static char* statement_of(Oid function, const char* query, int columns) {
  StringInfoData names, statement;
  const bool as_row = columns > kMostArguments;
  initStringInfo(&names);
  initStringInfo(&statement);
  for (int i = 0; i < columns; ++i) appendStringInfo(&names, "%sc%d", i ? ", " : "", i + 1);
  appendStringInfo(&statement, "SELECT %s.insitu_pass($1, NULL::pg_catalog.int8, %s%s%s) FROM (%s\n) AS q(%s)",
                   quote_identifier(get_namespace_name(get_func_namespace(function))), as_row ? "ROW(" : "", names.data,
                   as_row ? ")" : "", query, names.data);
  return statement.data;
}

Datum insitu_fit_query(PG_FUNCTION_ARGS) {
  const char* document = argument_text(fcinfo, 0, "document");
  const char* query = argument_text(fcinfo, 1, "query");
  InsituHeld *analysis, *reply;
  struct varlena* found;
  char* statement;
  int columns;
  bool done;
  SPI_connect();
  analysis = analysis_of(document, query, &columns);
  reply = insitu_hold(CurrentMemoryContext, insitu_free_reply);
  statement = statement_of(fcinfo->flinfo->fn_oid, query, columns);
  do {
    Oid type = BYTEAOID;
    Datum pass = PointerGetDatum(insitu_saved_analysis(analysis->object));
    bool isnull;
    Datum state;
    CHECK_FOR_INTERRUPTS();
    /* Read only: all passes see the rows of one snapshot, and the query can change nothing. */
    if (SPI_execute_with_args(statement, 1, &type, &pass, NULL, true, 0) != SPI_OK_SELECT || SPI_processed != 1)
      elog(ERROR, "the pass over the query failed");
    state = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
    done = insitu_finish_pass(analysis->object, isnull ? NULL : DatumGetByteaPP(state), -1, reply);
    SPI_freetuptable(SPI_tuptable);
    pfree(DatumGetPointer(pass));
  } while (!done);
  found = kept(insitu_reply_json(reply));
  SPI_finish();
  PG_RETURN_DATUM(PointerGetDatum(found));
}
