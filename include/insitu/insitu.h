/* The C interface of the engine: a request in, a reply out, one rule for errors. Documents are JSON
 * and described in docs/requests.md; data frames cross as Arrow C streams. No exception and no C++
 * type crosses this border.
 *
 * Errors: a function that can fail returns NULL or a number that is not 0; insitu_last_error() then
 * gives the sentence and insitu_last_error_code() its kind, for the calling thread, until its next
 * call. Messages and warnings name arguments as the documents do (missingValueString, covCoef =
 * TRUE), or as Python does where the document says "face": "python". Threads: different requests
 * may run on different threads at once. insitu_cancel() may be called from any thread.
 */
#ifndef INSITU_INSITU_H
#define INSITU_INSITU_H

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#define INSITU_API __declspec(dllexport)
#else
#define INSITU_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* The Arrow C data interface (an open standard); the including program brings the definitions. */
struct ArrowSchema;
struct ArrowArray;
struct ArrowArrayStream;

typedef struct insitu_request insitu_request;
typedef struct insitu_reply insitu_reply;

/* Kinds of failure. */
enum {
  INSITU_OK = 0,
  INSITU_INTERNAL = 1,         /* a defect of the engine */
  INSITU_INVALID_ARGUMENT = 2, /* the caller asked for something that cannot be */
  INSITU_DATA = 3,             /* the data cannot be read, or contradict the request */
  INSITU_WORKER = 4,           /* a worker failed or was lost */
  INSITU_CANCELLED = 5,        /* interrupted */
  INSITU_UNSUPPORTED = 6,      /* this compute context or source cannot do it */
  INSITU_USER_CODE = 7         /* a function of the user failed */
};

typedef struct insitu_progress {
  int64_t rows_read;      /* rows of this step */
  int64_t rows_processed; /* rows so far in this pass */
  int64_t rows_total;     /* -1: not known */
  double chunk_seconds;   /* wall time of this step */
  double seconds;         /* wall time of the pass so far */
  int64_t resident_bytes; /* memory of the process */
  int32_t pass;           /* from 1 */
  int32_t finished;       /* 1: the last step of the pass */
} insitu_progress;

/* All are called on the thread that runs the request, with `user` as first argument. NULL: not
 * wanted. */
typedef struct insitu_callbacks {
  void* user;
  void (*progress)(void* user, const insitu_progress* step);
  int (*interrupted)(void* user); /* polled at least every 100 ms; not 0: stop */
  void (*warning)(void* user, const char* text);
  void (*output)(void* user, const char* text); /* text for the user's console */
} insitu_callbacks;

/* What a row function is told of its rows. */
typedef struct insitu_chunk_info {
  int64_t start_row;    /* from 1 */
  int64_t chunk_number; /* from 1; 0 for the test chunk */
  int64_t rows;
  int32_t test_chunk;
  int32_t prediction;
  const char* file_name;
} insitu_chunk_info;

/* A function of the caller that transforms rows: takes over `schema` and `rows`, fills `out` with
 * the rows that replace them and returns 0, or writes a text of at most `error_size` bytes to
 * `error` and returns another number. */
typedef int (*insitu_row_function)(void* user, struct ArrowSchema* schema, struct ArrowArray* rows,
                                   const insitu_chunk_info* info, struct ArrowArrayStream* out,
                                   char* error, size_t error_size);

/* Version of the engine and of its documents, "0.1.0". */
INSITU_API const char* insitu_version(void);
/* The same with the version of its sources and the compiler. Passes and states (below) cross
 * between processes that say the same here. */
INSITU_API const char* insitu_build(void);
/* For servers that compute what their clients send: from now on no accumulator or predictor of this
 * process takes a document that names a file to write. There is no way back. */
INSITU_API void insitu_forbid_files(void);

/* A request; `document` is copied. NULL on failure. */
INSITU_API insitu_request* insitu_request_new(const char* document);
/* Adds a data frame, named {"type": "frame", "stream": position} in the document; the stream is
 * moved from. The position counts from 0 in the order of the calls. */
INSITU_API int insitu_request_add_stream(insitu_request* request, struct ArrowArrayStream* stream);
/* Adds a function by the name that the document uses. `user` must live as long as the request. */
INSITU_API int insitu_request_add_function(insitu_request* request, const char* name,
                                           insitu_row_function function, void* user);
/* Runs the request to its end; a request runs once. `callbacks` may be NULL. NULL on failure. */
INSITU_API insitu_reply* insitu_run(insitu_request* request, const insitu_callbacks* callbacks);
/* Asks a running request to stop; it fails with INSITU_CANCELLED soon after. Any thread. */
INSITU_API void insitu_cancel(insitu_request* request);
INSITU_API void insitu_request_free(insitu_request* request);

/* The reply's JSON; lives as long as the reply. */
INSITU_API const char* insitu_reply_document(const insitu_reply* reply);
/* The document with arrays, tables and data frames in their places, as `insitu --json` prints it;
 * uses up the data frames. Lives as long as the reply. NULL on failure. */
INSITU_API const char* insitu_reply_whole(insitu_reply* reply);
/* Numbers that the document names {"$array": position}. */
INSITU_API size_t insitu_reply_array_count(const insitu_reply* reply);
/* Column-major values, NaN where missing; `columns` is 1 for a vector. NULL for a wrong position.
 */
INSITU_API const double* insitu_reply_array(const insitu_reply* reply, size_t position,
                                            size_t* rows, size_t* columns);
/* Data frames that the document names {"$frame": position}. */
INSITU_API size_t insitu_reply_frame_count(const insitu_reply* reply);
/* Moves a data frame out of the reply, once; the caller releases it. */
INSITU_API int insitu_reply_take_frame(insitu_reply* reply, size_t position,
                                       struct ArrowArrayStream* out);
INSITU_API void insitu_reply_free(insitu_reply* reply);

/* Accumulators: a method for hosts that own the loop, as the aggregate functions of a database do
 * (docs/c.md). An analysis is a method of docs/methods.md with its options; the host reads the
 * rows, once for each pass, and accumulates them, anywhere and at once; the reply is that of the
 * request, to the bit if rows and splits are the same.
 *
 * Splits: the host numbers pieces of its rows 0, 1, 2, ... in the order of the data. A split is
 * filled by one accumulator, in the order of its rows, in calls of any size; an accumulator may
 * fill many. Whatever the order in which splits are filled, saved, loaded and merged, their states
 * are merged along one tree over the numbers, so the answer depends on the splits alone. Data
 * frames have 65,536 rows in a split.
 *
 * Threads: one accumulator, one thread at a time; different ones of one analysis at once, but not
 * during insitu_analysis_finish(). They may outlive their analysis.
 */
typedef struct insitu_analysis insitu_analysis;
typedef struct insitu_accumulator insitu_accumulator;
typedef struct insitu_bytes insitu_bytes;

/* `document`: the request of a method, {"op": "lin_mod", "formula": ...} (docs/requests.md),
 * without data, context, transforms and row selection, which are the host's. "levels": {"f": ["a",
 * "b"]} declares the levels of factor (dictionary) and text columns, in order; a value that is not
 * among them is an error. `schema`: a struct of the columns, only looked at. NULL on failure, which
 * says all that the request would say before it reads rows. */
INSITU_API insitu_analysis* insitu_analysis_new(const char* document,
                                                const struct ArrowSchema* schema);
/* The pass that is to be made, from 1; it changes in insitu_analysis_finish() alone. */
INSITU_API int insitu_analysis_pass(const insitu_analysis* analysis);
/* The columns of the rows, in the order and with the types in which they need no schema (NULL in
 * insitu_accumulator_add); the caller releases it. */
INSITU_API int insitu_analysis_schema(const insitu_analysis* analysis, struct ArrowSchema* out);
/* To make the pass in another process of the same build. NULL on failure. */
INSITU_API insitu_bytes* insitu_analysis_save(const insitu_analysis* analysis);
/* INSITU_DATA for bytes that are damaged or of something else. */
INSITU_API insitu_analysis* insitu_analysis_load(const void* data, size_t size);
/* The states of splits 0 to splits - 1 are there: ends the pass and empties the accumulator. Sets
 * `*reply`, to be freed, or to NULL where the rows are needed once more: then
 * insitu_analysis_pass() is the next one, for which accumulators are made anew. INSITU_DATA where a
 * split is missing: nothing has changed, add it and call again. After another failure the pass has
 * to be made again. `callbacks` may be NULL; its `warning` and `interrupted` are used. */
INSITU_API int insitu_analysis_finish(insitu_analysis* analysis, insitu_accumulator* accumulator,
                                      uint64_t splits, const insitu_callbacks* callbacks,
                                      insitu_reply** reply);
INSITU_API void insitu_analysis_free(insitu_analysis* analysis);

/* Without any split, for the pass that is to be made. NULL on failure. */
INSITU_API insitu_accumulator* insitu_accumulator_new(const insitu_analysis* analysis);
/* The next rows of a split; none are a split, too. Another split than before ends that one. `rows`
 * is a struct array of `schema`, taken over in any case; `schema` is only looked at. Columns are
 * found by name and have the types that were announced; others are passed over. `schema` NULL: the
 * rows are those of insitu_analysis_schema(). Missing values are
 * nulls, and NaN; rows are left out as the method does it. INSITU_DATA names column and row of what
 * is wrong. After a failure in the values the accumulator can only be freed. */
INSITU_API int insitu_accumulator_add(insitu_accumulator* accumulator, uint64_t split,
                                      const struct ArrowSchema* schema, struct ArrowArray* rows);
/* Takes over the states of `next`, which may hold any other splits and is empty then. Both are as
 * they were where a split is in both (INSITU_DATA) or the passes differ (INSITU_INVALID_ARGUMENT).
 */
INSITU_API int insitu_accumulator_merge(insitu_accumulator* accumulator, insitu_accumulator* next);
/* As merge, but that the splits of `next` are numbered anew, behind those that are here: for rows
 * without an order, whose splits everybody counts from 0. */
INSITU_API int insitu_accumulator_append(insitu_accumulator* accumulator, insitu_accumulator* next);
/* One more than the highest number of a split; ends the one that is being filled. */
INSITU_API int insitu_accumulator_splits(insitu_accumulator* accumulator, uint64_t* splits);
/* Adds splits without rows for what is missing of the numbers below `splits`. */
INSITU_API int insitu_accumulator_fill(insitu_accumulator* accumulator, uint64_t splits);
/* Ends the split that is being filled. NULL on failure. */
INSITU_API insitu_bytes* insitu_accumulator_save(insitu_accumulator* accumulator);
/* What was saved in the same pass of an analysis that was made of the same document and schema.
 * Every length, number and count is checked: INSITU_DATA for all other bytes. */
INSITU_API insitu_accumulator* insitu_accumulator_load(const insitu_analysis* analysis,
                                                       const void* data, size_t size);
INSITU_API void insitu_accumulator_free(insitu_accumulator* accumulator);

/* Lives as long as the bytes; `size` is set. */
INSITU_API const void* insitu_bytes_data(const insitu_bytes* bytes, size_t* size);
INSITU_API void insitu_bytes_free(insitu_bytes* bytes);

/* Predictors: a model for hosts that own the loop. It is read once, with the transforms that it was
 * fitted with, and predicts rows in pieces of any size, each row for itself. One thread at a time.
 */
typedef struct insitu_predictor insitu_predictor;

/* `model`: a model file, or the bytes that a reply holds as base64 under "model". `document`:
 * options of rxPredict (docs/requests.md), {"type": "link"}; NULL: none. `schema`: a struct of the
 * columns of the host, only looked at. NULL on failure: INSITU_DATA for bytes that are no model. */
INSITU_API insitu_predictor* insitu_predictor_new(const void* model, size_t size,
                                                  const char* document,
                                                  const struct ArrowSchema* schema);
/* The columns that rows must have, some of the host's, and those of the predictions; the caller
 * releases them. */
INSITU_API int insitu_predictor_inputs(const insitu_predictor* predictor, struct ArrowSchema* out);
INSITU_API int insitu_predictor_outputs(const insitu_predictor* predictor, struct ArrowSchema* out);
/* `rows`: a struct array of insitu_predictor_inputs(), taken over in any case. `out`: as many rows
 * of insitu_predictor_outputs(), missing values null or NaN; the caller releases it. */
INSITU_API int insitu_predictor_predict(insitu_predictor* predictor, struct ArrowArray* rows,
                                        struct ArrowArray* out);
INSITU_API void insitu_predictor_free(insitu_predictor* predictor);

INSITU_API const char* insitu_last_error(void);
INSITU_API int insitu_last_error_code(void);

#ifdef __cplusplus
}
#endif

#endif
