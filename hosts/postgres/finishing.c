#include "finishing.h"

#include <utils/builtins.h>

/* Kept by malloc until the engine has returned: reporting one may jump. */
typedef struct Warnings {
  int count;
  char* texts[20];
} Warnings;

static void keep_warning(void* user, const char* text) {
  Warnings* warnings = user;
  if (warnings->count == lengthof(warnings->texts)) return;
  warnings->texts[warnings->count] = strdup(text);
  if (warnings->texts[warnings->count]) ++warnings->count;
}

static void end_warnings(void* object) {
  Warnings* warnings = object;
  for (int i = 0; i < warnings->count; ++i) free(warnings->texts[i]);
  warnings->count = 0;
}

static insitu_accumulator* states_of(insitu_analysis* analysis, const bytea* state) {
  return state ? insitu_accumulator_load(analysis, VARDATA_ANY(state), VARSIZE_ANY_EXHDR(state))
               : insitu_accumulator_new(analysis);
}

bool insitu_finish_pass(insitu_analysis* analysis, const bytea* state, int64 splits, InsituHeld* reply) {
  const MemoryContext context = CurrentMemoryContext;
  InsituHeld* accumulator = insitu_hold(context, insitu_free_accumulator);
  InsituHeld* kept = insitu_hold(context, end_warnings);
  Warnings* warnings = palloc0(sizeof *warnings);
  insitu_callbacks callbacks = {0};
  insitu_reply* found = NULL;
  uint64_t count = 0;
  kept->object = warnings;
  callbacks.user = warnings;
  callbacks.interrupted = insitu_interrupted;
  callbacks.warning = keep_warning;
  accumulator->object = states_of(analysis, state);
  if (!accumulator->object) insitu_raise();
  if (splits >= 0) {
    count = (uint64_t)splits;
  } else {
    if (insitu_accumulator_splits(accumulator->object, &count) != 0) insitu_raise();
    count = Max(count, 1);
    if (insitu_accumulator_fill(accumulator->object, count) != 0) insitu_raise();
  }
  if (insitu_analysis_finish(analysis, accumulator->object, count, &callbacks, &found) != 0) insitu_raise();
  reply->object = found;
  for (int i = 0; i < warnings->count; ++i)
    ereport(WARNING, (errmsg("%s", insitu_from_utf8(warnings->texts[i], strlen(warnings->texts[i])))));
  insitu_let_go(kept);
  insitu_let_go(accumulator);
  return found != NULL;
}

struct varlena* insitu_reply_json(InsituHeld* reply) {
  const char* whole = insitu_reply_whole(reply->object);
  size_t size;
  if (!whole) insitu_raise();
  size = strlen(whole);
  if (size > MaxAllocSize / 2)
    ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("the reply has %zu bytes, too many for a value of the server", size)));
  return cstring_to_text(insitu_from_utf8(whole, size));
}

bytea* insitu_saved_analysis(const insitu_analysis* analysis) {
  InsituHeld* held = insitu_hold(CurrentMemoryContext, insitu_free_bytes);
  size_t size;
  const void* data;
  bytea* found;
  held->object = insitu_analysis_save(analysis);
  if (!held->object) insitu_raise();
  data = insitu_bytes_data(held->object, &size);
  found = insitu_bytea(data, size, "the pass");
  insitu_let_go(held);
  return found;
}
