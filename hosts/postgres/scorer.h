/* A model made ready for rows of the server. */
#ifndef INSITU_SCORER_H
#define INSITU_SCORER_H

#include "insitu_pg.h"

typedef struct InsituScorer InsituScorer;

/* Of rows with these columns; it ends with the context. `options`: JSON or NULL. */
extern InsituScorer* insitu_scorer_new(MemoryContext context, const bytea* model,
                                       const char* options, int count, const char* const* names,
                                       const Oid* types);
extern int insitu_scorer_outputs(const InsituScorer* scorer);
extern const char* insitu_scorer_name(const InsituScorer* scorer,
                                      int output); /* of the server's encoding */
extern bool insitu_scorer_is_number(const InsituScorer* scorer, int output);
/* One row, with all columns; then, for those that were added, their predictions. */
extern void insitu_scorer_add(InsituScorer* scorer, const NullableDatum* row);
extern void insitu_scorer_predict(InsituScorer* scorer);
extern bool insitu_scorer_number(const InsituScorer* scorer, int output, int64 row,
                                 double* value); /* false: missing */
extern char* insitu_scorer_text(const InsituScorer* scorer, int output,
                                int64 row); /* NULL: missing */

#endif
