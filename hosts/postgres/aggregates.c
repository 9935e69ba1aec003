/* insitu_pass, insitu_merge and insitu_append: aggregates whose state is an accumulator of the engine (docs/in-postgresql.md). */
#include "insitu_pg.h"

#include <miscadmin.h>
#include <nodes/primnodes.h>

PG_FUNCTION_INFO_V1(insitu_pass_row);
PG_FUNCTION_INFO_V1(insitu_pass_combine);
PG_FUNCTION_INFO_V1(insitu_pass_serialize);
PG_FUNCTION_INFO_V1(insitu_pass_deserialize);
PG_FUNCTION_INFO_V1(insitu_states_merge);
PG_FUNCTION_INFO_V1(insitu_states_append);
PG_FUNCTION_INFO_V1(insitu_states_bytes);

enum { kFirstColumn = 3, kRowsPerSplit = 65536 };
static const char kMagic[4] = "IPS1";

typedef struct State {
  const InsituPass* pass;
  bool pass_is_constant;
  InsituHeld* accumulator;
  bool numbered; /* the caller numbers the splits; else they are those of the order of arrival */
  uint64 split;
  int64 rows_of_split;
  /* Where rows are added: */
  InsituRows* rows;
  InsituComposite* composite;
} State;

/* What travels from a worker to its leader: this, the pass, the states. */
typedef struct Head {
  char magic[4];
  int32 numbered;
  int64 pass_size;
} Head;

static MemoryContext aggregate_context(FunctionCallInfo fcinfo) {
  MemoryContext context;
  if (!AggCheckCallContext(fcinfo, &context))
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("a part of an aggregate cannot be called by itself")));
  return context;
}

static State* new_state(MemoryContext context, const InsituPass* pass) {
  State* state = MemoryContextAllocZero(context, sizeof *state);
  state->pass = pass;
  state->accumulator = insitu_hold(context, insitu_free_accumulator);
  return state;
}

static void start(State* state) {
  state->accumulator->object = insitu_accumulator_new(state->pass->analysis);
  if (!state->accumulator->object) insitu_raise();
}

static void load(State* state, const char* bytes, size_t size) {
  state->accumulator->object = insitu_accumulator_load(state->pass->analysis, bytes, size);
  if (!state->accumulator->object) insitu_raise();
}

/* Whether the argument is the same for all rows, so that nobody has to look. */
static bool is_constant(FunctionCallInfo fcinfo, int argument) {
  const Aggref* call = AggGetAggref(fcinfo);
  const Expr* given;
  if (!call || list_length(call->args) <= argument) return false;
  given = list_nth_node(TargetEntry, call->args, argument)->expr;
  return IsA(given, Const) || (IsA(given, Param) && ((const Param*)given)->paramkind == PARAM_EXTERN);
}

static void bind_columns(State* state, FunctionCallInfo fcinfo) {
  const int wanted = insitu_rows_columns(state->rows);
  const int given = state->composite ? insitu_composite_count(state->composite) : fcinfo->nargs - kFirstColumn;
  if (given != wanted)
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                    errmsg("the pass announced %d columns and the rows have %d", wanted, given),
                    errhint("Give the columns of the pass in its order, one by one or as ROW(...).")));
  for (int i = 0; i < wanted; ++i)
    insitu_rows_bind(state->rows, i, state->composite ? insitu_composite_type(state->composite, i)
                                                      : get_fn_expr_argtype(fcinfo->flinfo, i + kFirstColumn));
}

static State* first_row(FunctionCallInfo fcinfo) {
  const MemoryContext context = aggregate_context(fcinfo);
  State* state;
  if (PG_ARGISNULL(1))
    ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("the pass is NULL: give what insitu_analysis gave")));
  state = new_state(context, insitu_pass_of(fcinfo->flinfo, PG_GETARG_DATUM(1)));
  start(state);
  state->pass_is_constant = is_constant(fcinfo, 0);
  state->numbered = !PG_ARGISNULL(2);
  state->rows = insitu_rows_new(context, &state->pass->schema);
  if (fcinfo->nargs == kFirstColumn + 1 && insitu_is_composite(get_fn_expr_argtype(fcinfo->flinfo, kFirstColumn)))
    state->composite = insitu_composite_new(context);
  else
    bind_columns(state, fcinfo);
  return state;
}

static void flush(State* state) {
  struct ArrowArray* array = state->rows ? insitu_rows_take(state->rows) : NULL;
  if (!array) return;
  CHECK_FOR_INTERRUPTS();
  if (insitu_accumulator_add(state->accumulator->object, state->split, NULL, array) != 0) insitu_raise();
}

static void next_split(State* state, FunctionCallInfo fcinfo) {
  if (state->numbered == PG_ARGISNULL(2))
    ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                    errmsg("split is NULL in some rows: it is a number in all of them, or in none")));
  if (state->numbered) {
    const int64 split = PG_GETARG_INT64(2);
    if (split < 0)
      ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                      errmsg("split is " INT64_FORMAT ": splits are numbered 0, 1, 2, ...", split)));
    if ((uint64)split != state->split) flush(state);
    state->split = (uint64)split;
  } else if (state->rows_of_split == kRowsPerSplit) {
    flush(state);
    ++state->split;
    state->rows_of_split = 0;
  }
  ++state->rows_of_split;
}

Datum insitu_pass_row(PG_FUNCTION_ARGS) {
  State* state = PG_ARGISNULL(0) ? first_row(fcinfo) : (State*)PG_GETARG_POINTER(0);
  const NullableDatum* values = fcinfo->args + kFirstColumn;
  if (!state->pass_is_constant && (PG_ARGISNULL(1) || !insitu_same_image(state->pass->image, PG_GETARG_DATUM(1))))
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the rows of one aggregate have different passes"),
                    errhint("Group by the pass.")));
  next_split(state, fcinfo);
  if (state->composite) {
    if (PG_ARGISNULL(kFirstColumn))
      ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("a row is NULL as a whole, not its columns")));
    if (insitu_composite_open(state->composite, PG_GETARG_DATUM(kFirstColumn))) bind_columns(state, fcinfo);
    values = insitu_composite_values(state->composite);
  }
  if (insitu_rows_add(state->rows, values)) flush(state);
  PG_RETURN_POINTER(state);
}

static void merge(State* state, State* next, bool numbers_stay) {
  flush(state);
  flush(next);
  if ((numbers_stay ? insitu_accumulator_merge : insitu_accumulator_append)(state->accumulator->object,
                                                                            next->accumulator->object) != 0)
    insitu_raise();
  insitu_let_go(next->accumulator);
}

Datum insitu_pass_combine(PG_FUNCTION_ARGS) {
  const MemoryContext context = aggregate_context(fcinfo);
  State* state = PG_ARGISNULL(0) ? NULL : (State*)PG_GETARG_POINTER(0);
  State* next = PG_ARGISNULL(1) ? NULL : (State*)PG_GETARG_POINTER(1);
  if (!next) {
    if (!state) PG_RETURN_NULL();
    PG_RETURN_POINTER(state);
  }
  if (!state) { /* what came lives shorter: its states move */
    state = new_state(context, next->pass);
    flush(next);
    state->numbered = next->numbered;
    state->accumulator->object = next->accumulator->object;
    next->accumulator->object = NULL;
    PG_RETURN_POINTER(state);
  }
  if (state->numbered != next->numbered)
    ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
                    errmsg("split is NULL in some rows: it is a number in all of them, or in none")));
  merge(state, next, state->numbered);
  PG_RETURN_POINTER(state);
}

/* The saved states, which live until the current context ends. */
static const void* saved(State* state, size_t* size, InsituHeld** held) {
  flush(state);
  *held = insitu_hold(CurrentMemoryContext, insitu_free_bytes);
  (*held)->object = insitu_accumulator_save(state->accumulator->object);
  if (!(*held)->object) insitu_raise();
  return insitu_bytes_data((*held)->object, size);
}

Datum insitu_pass_serialize(PG_FUNCTION_ARGS) {
  State* state = (State*)PG_GETARG_POINTER(0);
  Head head;
  size_t size, pass_size;
  InsituHeld* held;
  const void* bytes;
  bytea* found;
  char* at;
  (void)aggregate_context(fcinfo);
  bytes = saved(state, &size, &held);
  pass_size = VARSIZE(state->pass->bytes) - VARHDRSZ;
  if (size > MaxAllocSize - VARHDRSZ - sizeof head - pass_size)
    ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                    errmsg("the states of a worker have %zu bytes, and a value of the server has 1 GB at most", size),
                    errhint("Set max_parallel_workers_per_gather to 0, or leave split NULL.")));
  memcpy(head.magic, kMagic, sizeof kMagic);
  head.numbered = state->numbered;
  head.pass_size = (int64)pass_size;
  found = palloc(VARHDRSZ + sizeof head + pass_size + size);
  SET_VARSIZE(found, VARHDRSZ + sizeof head + pass_size + size);
  at = VARDATA(found);
  memcpy(at, &head, sizeof head);
  memcpy(at + sizeof head, VARDATA(state->pass->bytes), pass_size);
  memcpy(at + sizeof head + pass_size, bytes, size);
  insitu_let_go(held);
  PG_RETURN_BYTEA_P(found);
}

Datum insitu_pass_deserialize(PG_FUNCTION_ARGS) {
  const bytea* given = PG_GETARG_BYTEA_PP(0);
  const char* at = VARDATA_ANY(given);
  const size_t size = VARSIZE_ANY_EXHDR(given);
  Head head;
  bytea* pass;
  State* state;
  (void)aggregate_context(fcinfo);
  if (size >= sizeof head) memcpy(&head, at, sizeof head);
  if (size < sizeof head || memcmp(head.magic, kMagic, sizeof kMagic) != 0 || head.pass_size < 0 ||
      (uint64)head.pass_size > size - sizeof head)
    ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED), errmsg("the states of a worker are damaged")));
  pass = insitu_bytea(at + sizeof head, (size_t)head.pass_size, "a pass");
  state = new_state(CurrentMemoryContext, insitu_pass_of(fcinfo->flinfo, PointerGetDatum(pass)));
  pfree(pass);
  state->numbered = head.numbered != 0;
  load(state, at + sizeof head + head.pass_size, size - sizeof head - (size_t)head.pass_size);
  PG_RETURN_POINTER(state);
}

static Datum add_states(FunctionCallInfo fcinfo, bool numbers_stay) {
  const MemoryContext context = aggregate_context(fcinfo);
  State* state = PG_ARGISNULL(0) ? NULL : (State*)PG_GETARG_POINTER(0);
  State* next;
  const bytea* bytes;
  if (PG_ARGISNULL(2)) { /* of no rows */
    if (!state) PG_RETURN_NULL();
    PG_RETURN_POINTER(state);
  }
  if (PG_ARGISNULL(1))
    ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("the pass is NULL: give what insitu_analysis gave")));
  if (state && !insitu_same_image(state->pass->image, PG_GETARG_DATUM(1)))
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the rows of one aggregate have different passes"),
                    errhint("Group by the pass.")));
  bytes = PG_GETARG_BYTEA_PP(2);
  next = new_state(state ? CurrentMemoryContext : context, state ? state->pass : insitu_pass_of(fcinfo->flinfo, PG_GETARG_DATUM(1)));
  load(next, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
  if (!state) {
    if (numbers_stay) PG_RETURN_POINTER(next);
    state = new_state(context, next->pass);
    start(state);
  }
  merge(state, next, numbers_stay);
  PG_RETURN_POINTER(state);
}

Datum insitu_states_merge(PG_FUNCTION_ARGS) { return add_states(fcinfo, true); }
Datum insitu_states_append(PG_FUNCTION_ARGS) { return add_states(fcinfo, false); }

Datum insitu_states_bytes(PG_FUNCTION_ARGS) {
  size_t size;
  InsituHeld* held;
  const void* bytes;
  bytea* found;
  (void)aggregate_context(fcinfo);
  if (PG_ARGISNULL(0)) PG_RETURN_NULL();
  bytes = saved((State*)PG_GETARG_POINTER(0), &size, &held);
  found = insitu_bytea(bytes, size, "the state");
  insitu_let_go(held);
  PG_RETURN_BYTEA_P(found);
}
