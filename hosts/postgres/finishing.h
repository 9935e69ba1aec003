/* The end of a pass, for the functions that make one step of a fit and for the one that makes all.
 */
#ifndef INSITU_FINISHING_H
#define INSITU_FINISHING_H

#include "insitu_pg.h"

/* Ends the pass with `state`, NULL where there were no rows. `splits` < 0: as many as there are,
 * and those that are missing had no rows. True: `reply` holds the result, else the rows are needed
 * once more. Warnings of the engine become those of the server. */
extern bool insitu_finish_pass(insitu_analysis* analysis, const bytea* state, int64 splits,
                               InsituHeld* reply);
/* The reply as a value of type json, in the context at hand. */
extern struct varlena* insitu_reply_json(InsituHeld* reply);
extern bytea* insitu_saved_analysis(const insitu_analysis* analysis);

#endif
