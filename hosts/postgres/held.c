#include "insitu_pg.h"

static void end_held(void* argument) { insitu_let_go(argument); }

InsituHeld* insitu_hold(MemoryContext context, void (*free_object)(void*)) {
  InsituHeld* held = MemoryContextAllocZero(context, sizeof *held);
  held->free_object = free_object;
  held->callback.func = end_held;
  held->callback.arg = held;
  MemoryContextRegisterResetCallback(context, &held->callback);
  return held;
}

void insitu_let_go(InsituHeld* held) {
  void* object = held->object;
  held->object = NULL;
  if (object) held->free_object(object);
}

static void release_schema(void* object) {
  struct ArrowSchema* schema = object;
  if (schema->release) schema->release(schema);
}

InsituHeld* insitu_hold_schema(MemoryContext context, struct ArrowSchema* schema) {
  InsituHeld* held = insitu_hold(context, release_schema);
  schema->release = NULL;
  held->object = schema;
  return held;
}

void insitu_free_analysis(void* object) { insitu_analysis_free(object); }
void insitu_free_accumulator(void* object) { insitu_accumulator_free(object); }
void insitu_free_predictor(void* object) { insitu_predictor_free(object); }
void insitu_free_bytes(void* object) { insitu_bytes_free(object); }
void insitu_free_reply(void* object) { insitu_reply_free(object); }
