/* A host that owns the loop, in C: it brings rows in pieces of its own, fills, saves, loads and merges states, and
 * gets the reply of the request over the same rows, to the bit. Ends with an error where something does not hold. */
#include <insitu/insitu.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
struct ArrowArrayStream {
  int (*get_schema)(struct ArrowArrayStream*, struct ArrowSchema*);
  int (*get_next)(struct ArrowArrayStream*, struct ArrowArray*);
  const char* (*get_last_error)(struct ArrowArrayStream*);
  void (*release)(struct ArrowArrayStream*);
  void* private_data;
};

#define CHECK(condition)                                                                              \
  do {                                                                                                \
    if (!(condition)) {                                                                               \
      fprintf(stderr, "line %d: %s (%s)\n", __LINE__, #condition, insitu_last_error());               \
      exit(1);                                                                                        \
    }                                                                                                 \
  } while (0)

/* The rows: y, x, w numbers; f a factor of three levels; t a text of two; z is read by nobody. */
enum { kRows = 210001, kSplit = 65536, kSplits = (kRows + kSplit - 1) / kSplit, kColumns = 6 };
static double y[kRows], x[kRows], w[kRows], z[kRows];
static int32_t f[kRows], offsets[kRows + 1];
static char texts[2 * kRows];
static uint8_t no_y[(kRows + 7) / 8 + 1], no_f[(kRows + 7) / 8 + 1]; /* bits: there is a value */
static const char* kNames[kColumns] = {"y", "x", "w", "f", "t", "z"};
static const char* kFormats[kColumns] = {"g", "g", "g", "i", "u", "g"};
static int32_t level_offsets[] = {0, 3, 6, 9};
static const char kLevels[] = "redbluesea"; /* "red", "blu", "ese": three letters each */

static void make_rows(double shift) {
  uint32_t random = 1;
  memset(no_y, 255, sizeof no_y), memset(no_f, 255, sizeof no_f);
  offsets[0] = 0;
  for (int i = 0; i < kRows; ++i) {
    random = random * 1664525u + 1013904223u;
    x[i] = shift + (double)(random >> 8) / 16777216.0;
    random = random * 1664525u + 1013904223u;
    f[i] = (int32_t)((random >> 16) % 3);
    w[i] = 1 + (random >> 5) % 4;
    y[i] = 3 * (x[i] - shift) + f[i] + (double)(random >> 8) / 33554432.0;
    z[i] = NAN;
    if (i % 97 == 5) no_y[i / 8] &= (uint8_t)~(1 << i % 8);
    if (i % 101 == 7) y[i] = NAN;
    if (i % 89 == 11) no_f[i / 8] &= (uint8_t)~(1 << i % 8);
    const int longer = (random >> 20) % 2;
    texts[offsets[i]] = longer ? 'v' : 'u';
    if (longer) texts[offsets[i] + 1] = 'v';
    offsets[i + 1] = offsets[i] + 1 + longer;
  }
}

static int live; /* arrays and schemas that have not been released */

static void release_schema(struct ArrowSchema* schema) {
  for (int64_t i = 0; i < schema->n_children; ++i) {
    free(schema->children[i]->dictionary);
    free(schema->children[i]);
  }
  free(schema->children);
  schema->release = NULL;
  --live;
}

static void keep(struct ArrowSchema* schema) { schema->release = NULL; }

static void schema_of_rows(struct ArrowSchema* out) {
  memset(out, 0, sizeof *out);
  out->format = "+s", out->name = "", out->n_children = kColumns;
  out->children = calloc(kColumns, sizeof *out->children);
  for (int i = 0; i < kColumns; ++i) {
    struct ArrowSchema* child = out->children[i] = calloc(1, sizeof *child);
    child->format = kFormats[i], child->name = kNames[i], child->flags = 2, child->release = keep;
    if (i != 3) continue;
    child->dictionary = calloc(1, sizeof *child);
    child->dictionary->format = "u", child->dictionary->name = "", child->dictionary->release = keep;
  }
  out->release = release_schema;
  ++live;
}

static void keep_array(struct ArrowArray* array) { array->release = NULL; }

static void release_rows(struct ArrowArray* rows) {
  for (int64_t i = 0; i < rows->n_children; ++i) {
    if (rows->children[i]->dictionary) free(rows->children[i]->dictionary->buffers);
    free(rows->children[i]->dictionary);
    free(rows->children[i]->buffers);
    free(rows->children[i]);
  }
  free(rows->children);
  free(rows->buffers);
  rows->release = NULL;
  --live;
}

/* `count` rows from `begin` on, without copying. */
static void rows_from(int begin, int count, struct ArrowArray* out) {
  const void* values[kColumns] = {y, x, w, f, offsets, z};
  memset(out, 0, sizeof *out);
  out->length = count, out->n_buffers = 1, out->n_children = kColumns;
  out->buffers = calloc(1, sizeof *out->buffers);
  out->children = calloc(kColumns, sizeof *out->children);
  for (int i = 0; i < kColumns; ++i) {
    struct ArrowArray* child = out->children[i] = calloc(1, sizeof *child);
    child->length = count, child->offset = begin, child->null_count = i == 0 || i == 3 ? -1 : 0;
    child->n_buffers = i == 4 ? 3 : 2, child->release = keep_array;
    child->buffers = calloc(3, sizeof *child->buffers);
    child->buffers[0] = i == 0 ? no_y : i == 3 ? no_f : NULL;
    child->buffers[1] = values[i];
    if (i == 4) child->buffers[2] = texts;
    if (i != 3) continue;
    struct ArrowArray* levels = child->dictionary = calloc(1, sizeof *levels);
    levels->length = 3, levels->n_buffers = 3, levels->release = keep_array;
    levels->buffers = calloc(3, sizeof *levels->buffers);
    levels->buffers[1] = level_offsets, levels->buffers[2] = kLevels;
  }
  out->release = release_rows;
  ++live;
}

static int stream_row;
static int get_schema(struct ArrowArrayStream* stream, struct ArrowSchema* out) {
  (void)stream;
  schema_of_rows(out);
  return 0;
}
static int get_next(struct ArrowArrayStream* stream, struct ArrowArray* out) {
  (void)stream;
  memset(out, 0, sizeof *out);
  const int count = kRows - stream_row < 50000 ? kRows - stream_row : 50000;
  if (count > 0) rows_from(stream_row, count, out);
  stream_row += count;
  return 0;
}
static const char* no_error(struct ArrowArrayStream* stream) {
  (void)stream;
  return "";
}
static void release_stream(struct ArrowArrayStream* stream) { stream->release = NULL; }

/* The request over all rows as a data frame. */
static insitu_reply* run(const char* options) {
  char document[2000];
  snprintf(document, sizeof document, "{\"data\": {\"type\": \"frame\", \"stream\": 0}, \"reportProgress\": 0, %s}",
           options);
  struct ArrowArrayStream stream = {get_schema, get_next, no_error, release_stream, NULL};
  stream_row = 0;
  insitu_request* request = insitu_request_new(document);
  CHECK(request && insitu_request_add_stream(request, &stream) == 0);
  insitu_reply* reply = insitu_run(request, NULL);
  CHECK(reply);
  insitu_request_free(request);
  return reply;
}

static insitu_analysis* analysis_of(const char* options, const char* levels) {
  char document[2000];
  snprintf(document, sizeof document, "{%s%s}", options, levels);
  struct ArrowSchema schema;
  schema_of_rows(&schema);
  insitu_analysis* analysis = insitu_analysis_new(document, &schema);
  schema.release(&schema);
  return analysis;
}

static void fill(insitu_accumulator* accumulator, int split, int* piece) {
  struct ArrowSchema schema;
  schema_of_rows(&schema);
  const int end = (split + 1) * kSplit < kRows ? (split + 1) * kSplit : kRows;
  for (int row = split * kSplit; row < end;) {
    *piece = (*piece * 31 + 7) % 9973; /* rows of a call; sometimes none */
    const int count = end - row < *piece ? end - row : *piece;
    struct ArrowArray rows;
    rows_from(row, count, &rows);
    CHECK(insitu_accumulator_add(accumulator, (uint64_t)split, &schema, &rows) == 0 && !rows.release);
    row += count;
  }
  schema.release(&schema);
}

/* Saved and loaded, as on the way to another process. */
static insitu_accumulator* moved(insitu_accumulator* accumulator, const insitu_analysis* analysis) {
  insitu_bytes* bytes = insitu_accumulator_save(accumulator);
  CHECK(bytes);
  size_t size = 0;
  const void* data = insitu_bytes_data(bytes, &size);
  insitu_accumulator* loaded = insitu_accumulator_load(analysis, data, size);
  CHECK(loaded && size > 0);
  insitu_bytes_free(bytes);
  insitu_accumulator_free(accumulator);
  return loaded;
}

static insitu_analysis* elsewhere(const insitu_analysis* analysis) {
  insitu_bytes* bytes = insitu_analysis_save(analysis);
  CHECK(bytes);
  size_t size = 0;
  const void* data = insitu_bytes_data(bytes, &size);
  insitu_analysis* loaded = insitu_analysis_load(data, size);
  CHECK(loaded);
  CHECK(insitu_analysis_pass(loaded) == insitu_analysis_pass(analysis));
  insitu_bytes_free(bytes);
  return loaded;
}

/* Passes until there is a reply; `passes` is how many are expected. Two accumulators, one of them of a copy of the
 * analysis that has ended before its states are used, and splits from the last to the first. */
static insitu_reply* accumulate(insitu_analysis* analysis, int passes) {
  insitu_reply* reply = NULL;
  int piece = 1;
  for (int pass = 1; !reply; ++pass) {
    CHECK(insitu_analysis_pass(analysis) == pass && pass <= passes);
    insitu_analysis* copy = elsewhere(analysis);
    insitu_accumulator* even = insitu_accumulator_new(analysis);
    insitu_accumulator* odd = insitu_accumulator_new(copy);
    CHECK(even && odd);
    insitu_analysis_free(copy);
    for (int split = kSplits - 1; split >= 0; --split) fill(split % 2 ? odd : even, split, &piece);
    even = moved(even, analysis);
    insitu_accumulator* early = moved(even, analysis);
    CHECK(insitu_accumulator_merge(early, odd) == 0);
    insitu_accumulator_free(odd);
    CHECK(insitu_analysis_finish(analysis, early, kSplits, NULL, &reply) == 0);
    CHECK((reply != NULL) == (pass == passes));
    insitu_accumulator_free(early);
  }
  return reply;
}

static void same(const insitu_reply* one, const insitu_reply* other) {
  if (strcmp(insitu_reply_document(one), insitu_reply_document(other)) != 0)
    fprintf(stderr, "%s\n\n%s\n", insitu_reply_document(one), insitu_reply_document(other));
  CHECK(strcmp(insitu_reply_document(one), insitu_reply_document(other)) == 0);
  CHECK(insitu_reply_array_count(one) == insitu_reply_array_count(other));
  for (size_t i = 0; i < insitu_reply_array_count(one); ++i) {
    size_t rows = 0, columns = 0, other_rows = 0, other_columns = 0;
    const double* values = insitu_reply_array(one, i, &rows, &columns);
    const double* others = insitu_reply_array(other, i, &other_rows, &other_columns);
    CHECK(rows == other_rows && columns == other_columns);
    CHECK(rows * columns == 0 || memcmp(values, others, rows * columns * sizeof *values) == 0);
  }
}

static void agrees(const char* options, const char* levels, int passes) {
  insitu_reply* expected = run(options);
  insitu_analysis* analysis = analysis_of(options, levels);
  CHECK(analysis);
  insitu_reply* found = accumulate(analysis, passes);
  same(found, expected);
  insitu_reply_free(found);
  insitu_reply_free(expected);
  insitu_analysis_free(analysis);
  CHECK(live == 0);
}

#define BOTH ", \"levels\": {\"f\": [\"red\", \"blu\", \"ese\"], \"t\": [\"u\", \"vv\"]}"
#define WRONG(failing, code, words)                                                                   \
  CHECK(!(failing) && insitu_last_error_code() == (code) && strstr(insitu_last_error(), words))

static void the_reply_is_that_of_the_request(void) {
  make_rows(0);
  /* Texts get their levels in the order in which they come; here they come so. */
  const int u_first = texts[0] == 'u';
  const char* levels = u_first ? BOTH : ", \"levels\": {\"f\": [\"red\", \"blu\", \"ese\"], \"t\": [\"vv\", \"u\"]}";
  agrees("\"op\": \"lin_mod\", \"formula\": \"y ~ x + f + t:x\", \"covCoef\": true", levels, 1);
  agrees("\"op\": \"lin_mod\", \"formula\": \"y ~ f:t\", \"cube\": true, \"pweights\": \"w\"", levels, 1);
  agrees("\"op\": \"summary\", \"formula\": \"y ~ f + t:x\", \"print\": [\"print\"]", levels, 1);
  agrees("\"op\": \"cov_cor\", \"formula\": \"~ x + y + f\", \"type\": \"Cor\", \"fweights\": \"w\"", levels, 1);
  /* What is not declared takes a pass of its own: levels, and ranges of F(). */
  agrees("\"op\": \"lin_mod\", \"formula\": \"y ~ x + t\"", "", 2);
  agrees("\"op\": \"summary\", \"formula\": \"y ~ F(w)\"", levels, 2);
  agrees("\"op\": \"summary\", \"formula\": \"y ~ F(w, 1, 4)\"", levels, 1);
  /* Digits at risk: rxLinMod goes over the rows once more. */
  make_rows(1e7);
  agrees("\"op\": \"lin_mod\", \"formula\": \"y ~ x + I(x^2)\"", "", 2);
}

/* Rows in the columns of insitu_analysis_schema() need no schema; splits that everybody counts from 0 are appended, and
 * those that are missing filled. */
static void splits_without_an_order(void) {
  make_rows(0);
  insitu_analysis* analysis = analysis_of("\"op\": \"cov_cor\", \"formula\": \"~ x + w\"", "");
  insitu_reply* expected = run("\"op\": \"cov_cor\", \"formula\": \"~ x + w\"");
  CHECK(analysis);
  struct ArrowSchema schema;
  CHECK(insitu_analysis_schema(analysis, &schema) == 0 && schema.n_children == kColumns);
  for (int i = 0; i < kColumns; ++i) CHECK(strcmp(schema.children[i]->name, kNames[i]) == 0);
  schema.release(&schema);
  insitu_accumulator* all = insitu_accumulator_new(analysis);
  uint64_t count = 7;
  CHECK(insitu_accumulator_splits(all, &count) == 0 && count == 0);
  for (int split = 0; split < kSplits; ++split) {
    insitu_accumulator* part = insitu_accumulator_new(analysis);
    const int begin = split * kSplit, rest = kRows - begin;
    struct ArrowArray rows;
    rows_from(begin, rest < kSplit ? rest : kSplit, &rows);
    CHECK(insitu_accumulator_add(part, 0, NULL, &rows) == 0);
    CHECK(insitu_accumulator_append(all, part) == 0);
    CHECK(insitu_accumulator_splits(part, &count) == 0 && count == 0);
    insitu_accumulator_free(part);
    CHECK(insitu_accumulator_splits(all, &count) == 0 && count == (uint64_t)split + 1);
  }
  WRONG(!insitu_accumulator_append(all, all), INSITU_INVALID_ARGUMENT, "itself");
  insitu_reply* reply = NULL;
  CHECK(insitu_analysis_finish(analysis, all, kSplits, NULL, &reply) == 0 && reply);
  same(reply, expected);
  CHECK(insitu_reply_whole(reply) && strstr(insitu_reply_whole(reply), "\"values\":["));
  insitu_reply_free(reply), insitu_reply_free(expected);

  insitu_accumulator* gaps = insitu_accumulator_new(analysis);
  int piece = 1;
  fill(gaps, 1, &piece);
  CHECK(insitu_accumulator_fill(gaps, 9) == 0 && insitu_accumulator_splits(gaps, &count) == 0 && count == 9);
  CHECK(insitu_analysis_finish(analysis, gaps, 9, NULL, &reply) == 0 && reply);
  insitu_reply_free(reply);
  insitu_accumulator_free(gaps), insitu_accumulator_free(all);
  insitu_analysis_free(analysis);
  CHECK(live == 0);
}

static void mistakes_are_sentences(void) {
  make_rows(0);
  const char* model = "\"op\": \"lin_mod\", \"formula\": \"y ~ x + f\"";
  WRONG(analysis_of("\"op\": \"lin_mod\", \"formula\": \"y ~ xx\"", ""), INSITU_INVALID_ARGUMENT, "xx");
  WRONG(analysis_of("\"op\": \"info\"", ""), INSITU_INVALID_ARGUMENT, "no method");
  WRONG(analysis_of(model, ", \"rowSelection\": \"x > 0\""), INSITU_INVALID_ARGUMENT, "rowSelection");
  WRONG(analysis_of(model, ", \"covCoeff\": true"), INSITU_INVALID_ARGUMENT, "did you mean");
  WRONG(analysis_of(model, ", \"levels\": {\"x\": [\"a\"]}"), INSITU_INVALID_ARGUMENT, "'x'");
  WRONG(analysis_of(model, ", \"levels\": [1]"), INSITU_INVALID_ARGUMENT, "levels");

  insitu_analysis* analysis = analysis_of(model, BOTH);
  insitu_analysis* other = analysis_of("\"op\": \"lin_mod\", \"formula\": \"y ~ x\"", "");
  CHECK(analysis && other);
  insitu_accumulator* one = insitu_accumulator_new(analysis);
  insitu_accumulator* two = insitu_accumulator_new(analysis);
  insitu_accumulator* foreign = insitu_accumulator_new(other);
  int piece = 1;
  fill(one, 0, &piece), fill(one, 1, &piece), fill(two, 1, &piece), fill(foreign, 2, &piece);
  WRONG(!insitu_accumulator_merge(one, two), INSITU_DATA, "split 1 was computed twice");
  WRONG(!insitu_accumulator_merge(one, foreign), INSITU_INVALID_ARGUMENT, "different analyses");
  WRONG(!insitu_accumulator_merge(one, one), INSITU_INVALID_ARGUMENT, "itself");
  WRONG(!insitu_accumulator_merge(one, NULL), INSITU_INVALID_ARGUMENT, "next is NULL");
  insitu_reply* reply = NULL;
  WRONG(!insitu_analysis_finish(analysis, foreign, 1, NULL, &reply), INSITU_INVALID_ARGUMENT, "another analysis");
  WRONG(!insitu_analysis_finish(analysis, one, 3, NULL, &reply), INSITU_DATA, "expected 3");
  insitu_accumulator* late = insitu_accumulator_new(analysis);
  fill(late, 2, &piece);
  CHECK(insitu_accumulator_merge(one, late) == 0); /* the two others are still there */
  CHECK(insitu_analysis_finish(analysis, one, 3, NULL, &reply) == 0 && reply);
  insitu_reply_free(reply);

  /* Rows that are not those announced. */
  struct ArrowSchema schema;
  struct ArrowArray rows;
  schema_of_rows(&schema);
  schema.children[1]->format = "l"; /* the same bytes as whole numbers */
  rows_from(0, 10, &rows);
  WRONG(!insitu_accumulator_add(late, 3, &schema, &rows), INSITU_DATA, "variable 'x'");
  CHECK(!rows.release);
  schema.children[1]->format = "g", schema.children[1]->name = "xyz";
  rows_from(0, 10, &rows);
  WRONG(!insitu_accumulator_add(late, 3, &schema, &rows), INSITU_DATA, "'x' is not among these rows");
  rows_from(0, 10, &rows);
  WRONG(!insitu_accumulator_add(NULL, 3, &schema, &rows), INSITU_INVALID_ARGUMENT, "accumulator is NULL");
  schema.children[1]->name = "x";
  rows_from(0, 10, &rows);
  CHECK(insitu_accumulator_add(late, 3, &schema, &rows) == 0); /* nothing was added before */
  insitu_analysis* narrow = analysis_of(model, ", \"levels\": {\"f\": [\"red\"]}");
  insitu_accumulator* few = insitu_accumulator_new(narrow);
  rows_from(0, 10, &rows);
  CHECK(insitu_accumulator_add(few, 0, &schema, &rows) == 0); /* looked at when a chunk is full */
  WRONG(insitu_accumulator_save(few), INSITU_DATA, "not among its 1 levels");
  WRONG(insitu_accumulator_save(few), INSITU_INVALID_ARGUMENT, "begin anew");
  insitu_accumulator_free(few);
  insitu_analysis_free(narrow);
  schema.release(&schema);

  insitu_accumulator_free(one), insitu_accumulator_free(two), insitu_accumulator_free(late);
  insitu_accumulator_free(foreign);
  insitu_analysis_free(analysis), insitu_analysis_free(other);
  CHECK(live == 0);
}

static void damaged_states_are_refused(void) {
  make_rows(0);
  const char* model = "\"op\": \"lin_mod\", \"formula\": \"y ~ x + f\"";
  insitu_analysis* analysis = analysis_of(model, BOTH);
  insitu_analysis* other = analysis_of("\"op\": \"lin_mod\", \"formula\": \"y ~ x + f\", \"covCoef\": true", BOTH);
  insitu_accumulator* accumulator = insitu_accumulator_new(analysis);
  int piece = 1;
  fill(accumulator, 0, &piece);
  insitu_bytes* saved = insitu_accumulator_save(accumulator);
  insitu_bytes* whole = insitu_analysis_save(analysis);
  size_t size = 0, whole_size = 0;
  const char* data = insitu_bytes_data(saved, &size);
  const char* analysis_data = insitu_bytes_data(whole, &whole_size);
  WRONG(insitu_accumulator_load(other, data, size), INSITU_DATA, "another analysis");
  WRONG(insitu_accumulator_load(analysis, analysis_data, whole_size), INSITU_DATA, "");
  WRONG(insitu_analysis_load(data, size), INSITU_DATA, "");
  WRONG(insitu_accumulator_load(analysis, NULL, 5), INSITU_INVALID_ARGUMENT, "data is NULL");
  char* copy = malloc(size > whole_size ? size : whole_size);
  for (size_t at = 0; at < size; ++at) {
    memcpy(copy, data, size);
    copy[at] ^= (char)(1 << at % 8);
    WRONG(insitu_accumulator_load(analysis, copy, size), INSITU_DATA, "");
    WRONG(insitu_accumulator_load(analysis, data, at), INSITU_DATA, "");
  }
  for (size_t at = 0; at < whole_size; ++at) {
    memcpy(copy, analysis_data, whole_size);
    copy[at] ^= (char)(1 << at % 8);
    WRONG(insitu_analysis_load(copy, whole_size), INSITU_DATA, "");
    WRONG(insitu_analysis_load(analysis_data, at), INSITU_DATA, "");
  }
  free(copy);
  insitu_bytes_free(saved), insitu_bytes_free(whole);
  insitu_accumulator_free(accumulator);
  insitu_analysis_free(analysis), insitu_analysis_free(other);
}

int main(void) {
  the_reply_is_that_of_the_request();
  splits_without_an_order();
  mistakes_are_sentences();
  damaged_states_are_refused();
  return 0;
}
