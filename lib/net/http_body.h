/* What is taken of an answer's body: at most so much of each, and together no more than one large
 * one. For lib/net/http*.c alone.
 *
 * An answer may be small on the wire and large in memory, so caps count decompressed bytes; and one
 * that decompresses to nothing could go on for ever, so what comes over the wire is counted too.
 *
 * Bodies in flight share a room: each may have SMCI_BODY_FREE, and one alone, the first that needs
 * it, more. Another that would get beyond is paused, without a time bound, until that one has
 * ended. So calls in flight together hold at most SMC_BODY_MAX and SMCI_BODY_FREE for each of the
 * others, and what libcurl has decompressed of the 16 KB that it had read when it was paused. */
#ifndef SMCI_HTTP_BODY_H
#define SMCI_HTTP_BODY_H

#include "http_exchange.h"

/* Of an answer that is an error, no more is read: a longer one is a page, not an error's words. */
#define SMCI_ERROR_BODY_MAX ((size_t)64 * 1024)

/* Held by each call in flight without regard to the others. */
#define SMCI_BODY_FREE ((size_t)4 * 1024 * 1024)

/* Looks at a line of the head. False for one that says that the body is compressed in a way that we
 * did not ask for, or twice: of some ways 16 KB become gigabytes before anybody counts them. */
bool smci_body_is_readable(struct smci_exchange *x, const char *line, size_t len);

/* The head of an answer with this status is there: what may follow it. The body behind a success of
 * an upload says nothing, and is dropped as it comes, whatever its size. */
void smci_body_begin(struct smci_exchange *x, int status);

/* Takes bytes of a body, as CURLOPT_WRITEFUNCTION does: returns `len`, what pauses the transfer, or
 * what ends it, with the reason in the response or in `is_body_cut`. */
size_t smci_body_take(struct smci_exchange *x, const char *bytes, size_t len);

/* Whether the transfer may go on after `raw` bytes of body, as they came; the reason why not as
 * above. */
bool smci_body_is_within(struct smci_exchange *x, int64_t raw);

/* Gives back what the exchange has of the room. */
void smci_body_end(struct smci_exchange *x);

/* The one of the list that begins with `active` which may go on now, since nobody has the room:
 * the largest that is paused. It is not paused any more and has the room; NULL when there is none.
 * The caller has libcurl go on with it. */
struct smci_exchange *smci_body_next(struct smci_exchange *active);

#endif
