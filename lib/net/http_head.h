/* What the lines of an answer's head say. Knows nothing of curl. */
#ifndef SMCI_HTTP_HEAD_H
#define SMCI_HTTP_HEAD_H

#include <stddef.h>

#include "http.h"

/* Takes from one line, with or without its end, what the response keeps of a head. */
void smci_http_head_read(struct smci_http_response *response, const char *line, size_t len);

#endif
