/* The two uses of /v2/whoami: who the organisation is, and whether the API is up at all. */
#ifndef EXTRACT_WHOAMI_H
#define EXTRACT_WHOAMI_H

struct run;

/* Asks for the organisation's id; a failure other than 401 and 403 is a gap. */
void whoami_ask(struct run *run);

/* A call has failed for a while, and none has succeeded since it began: if this one fails too, the
 * API is down and the run ends (SMC_ERR_NETWORK). One probe at a time. */
void whoami_probe(struct run *run);

#endif
