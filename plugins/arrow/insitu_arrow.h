/* The interface of libinsitu_arrow.so: Parquet and ORC files through Arrow C++, seen as the Arrow C
 * data interface. The engine loads the library when the first such file is opened, so that programs
 * which never meet one neither need nor load Arrow. Nothing of C++ crosses this border: no
 * exception, no class, no allocator. INSITU_ARROW_ABI changes whenever a signature or a meaning
 * does.
 *
 * Functions that can fail return one of INSITU_ARROW_OK ... and leave a sentence in the handle,
 * which is valid until the next call with that handle. A handle is given even when opening fails,
 * to carry that sentence, and must be closed. */
#ifndef INSITU_ARROW_H
#define INSITU_ARROW_H

#include <stdint.h>

#define INSITU_ARROW_ABI 5

#if defined(__GNUC__)
#define INSITU_ARROW_EXPORT __attribute__((visibility("default")))
#else
#define INSITU_ARROW_EXPORT
#endif

#ifdef __cplusplus
extern "C" {
#endif

struct ArrowSchema;
struct ArrowArray;
struct ArrowArrayStream;

enum { INSITU_ARROW_PARQUET = 1, INSITU_ARROW_ORC = 2 };

enum {
  INSITU_ARROW_OK = 0,
  INSITU_ARROW_BAD_DATA = 1, /* the bytes are not what they should be */
  INSITU_ARROW_IO = 2,       /* the file cannot be opened, read or written */
  INSITU_ARROW_NO_MEMORY = 3,
  INSITU_ARROW_UNSUPPORTED = 4, /* this build of Arrow lacks the format or a codec */
  INSITU_ARROW_FAILED = 5       /* anything else */
};

/* A file whose footer has been read. Immutable once open: insitu_arrow_read may be called from
 * several threads at once. No file descriptor is held between calls. */
typedef struct InsituArrowFile InsituArrowFile;

/* A file being written, by one thread. */
typedef struct InsituArrowWriter InsituArrowWriter;

INSITU_ARROW_EXPORT int insitu_arrow_abi(void);
/* The version of Arrow that is running, for example "26.0.0". */
INSITU_ARROW_EXPORT const char* insitu_arrow_version(void);

/* The most bytes that decoding one piece (a footer, a batch) may take; 0, at first: no limit. For
 * the process, and for those that it starts from now on. */
INSITU_ARROW_EXPORT void insitu_arrow_limit(int64_t bytes);

/* The bytes of a file that is not one of this machine, as its owner reads them. */
typedef struct InsituArrowBytes {
  void* owner;
  int64_t size;
  /* Exactly `length` bytes that lie in the file: 0; else 1, and why is the owner's to know. Called
   * by the threads that read, of which there may be several, while they call a function of this
   * library or of a stream of it. */
  int (*read)(void* owner, int64_t offset, int64_t length, void* out);
  void (*release)(void* owner); /* after the last reading */
} InsituArrowBytes;

/* `bytes`: where the file's bytes come from, taken over whatever comes of it; `path` is then its
 * name in messages. NULL: a file of this machine. `worker`: a program that calls
 * insitu_arrow_serve; the file is decoded in a process of it, which ends with the last reader.
 * NULL: in this process. */
INSITU_ARROW_EXPORT int insitu_arrow_open(int kind, const char* path, const InsituArrowBytes* bytes,
                                          const char* worker, InsituArrowFile** out);
INSITU_ARROW_EXPORT void insitu_arrow_close(InsituArrowFile*);
INSITU_ARROW_EXPORT const char* insitu_arrow_file_error(const InsituArrowFile*);

/* The top-level columns as a struct, by the types of the format alone: what a writer's library
 * noted of its own types in the file's metadata is disregarded, so that every reader sees the same
 * columns. What the engine must know beyond the types is metadata of a field:
 *   insitu.calendar = julian   days before 1582-10-15, and times before, are of the Julian calendar
 *   insitu.zone                with it: the zone in which times were moved to that calendar
 *   insitu.least, insitu.greatest   bounds of a column of whole numbers, where the file's
 * statistics have them for all groups insitu.refused             why the column cannot be read */
INSITU_ARROW_EXPORT int insitu_arrow_schema(InsituArrowFile*, struct ArrowSchema* out);
/* Row groups of Parquet, stripes of ORC, and the rows of one. */
INSITU_ARROW_EXPORT int64_t insitu_arrow_groups(const InsituArrowFile*);
INSITU_ARROW_EXPORT int64_t insitu_arrow_group_rows(const InsituArrowFile*, int64_t group);

/* The rows of one group in batches of at most `batch_rows` rows (ORC: small stripes come whole),
 * with the listed columns (positions in the schema, strictly increasing; at least one, none of a
 * nested type) in that order. The file is opened by the stream's first batch; its errors are the
 * stream's. The stream may outlive the handle. */
INSITU_ARROW_EXPORT int insitu_arrow_read(const InsituArrowFile*, int64_t group,
                                          const int32_t* columns, int32_t column_count,
                                          int64_t batch_rows, struct ArrowArrayStream* out);

/* What the file's statistics say of a group, for the listed columns (as above). `nulls`: how many
 * values of each are null; -1: not known. `bounds`: one batch of two rows; no value of a column is
 * less than the first or greater than the second, NaN aside; null: not known. Known are bounds of
 * logicals, signed whole numbers, floating point numbers, dates and times in Parquet. */
INSITU_ARROW_EXPORT int insitu_arrow_statistics(const InsituArrowFile*, int64_t group,
                                                const int32_t* columns, int32_t column_count,
                                                int64_t* nulls, struct ArrowArrayStream* bounds);

/* Bytes that a column (its position in the schema, none of a nested type) takes in a group of the
 * file; -1: not known, as in ORC. */
INSITU_ARROW_EXPORT int64_t insitu_arrow_stored(const InsituArrowFile*, int64_t group,
                                                int32_t column);

/* Creates or empties the file. The schema is a struct of columns and is taken over. `worker`: as
 * for insitu_arrow_open. */
INSITU_ARROW_EXPORT int insitu_arrow_create(int kind, const char* path, struct ArrowSchema* schema,
                                            const char* worker, InsituArrowWriter** out);
/* Appends rows; the array is taken over, whatever comes of it. */
INSITU_ARROW_EXPORT int insitu_arrow_write(InsituArrowWriter*, struct ArrowArray* rows);
/* Parquet: the rows that follow begin a new row group. ORC: no effect, its writer cuts stripes by
 * their bytes. */
INSITU_ARROW_EXPORT int insitu_arrow_end_group(InsituArrowWriter*);
/* Writes the footer and closes the file. */
INSITU_ARROW_EXPORT int insitu_arrow_finish(InsituArrowWriter*);
/* Without insitu_arrow_finish before, what was written is of no use. */
INSITU_ARROW_EXPORT void insitu_arrow_destroy(InsituArrowWriter*);
INSITU_ARROW_EXPORT const char* insitu_arrow_writer_error(const InsituArrowWriter*);

/* Serves a process that has opened or created files with a `worker`, over a socket; returns when it
 * has closed it. To be called by a process that does nothing else. `limit`: see insitu_arrow_limit.
 */
INSITU_ARROW_EXPORT int insitu_arrow_serve(int socket, int64_t limit);

#ifdef __cplusplus
}
#endif
#endif
