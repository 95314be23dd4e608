/* Addresses: the origin that a person gives, and the encoding of what goes into a path. */
#ifndef SMCI_ADDRESS_H
#define SMCI_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

#include <sigmacat/buf.h>
#include <sigmacat/error.h>

/* Whether it is plain http, which smci_origin_parse lets pass for loopback only. */
bool smci_origin_is_plain(const char *origin);

/* Reads an API host as a person gives it: with or without https://, a port, a trailing slash.
 * Appends "https://host[:port]" to `origin`. Plain http:// is for loopback only. SMC_ERR_USAGE
 * for a space, path, query, user name, bad port; the text says what is wanted and begins with
 * `what`, the name of where the host came from; it never has the host, which may hold a
 * password. SMC_ERR_NOMEM. */
enum smc_status smci_origin_parse(const char *text, const char *what, struct smc_buf *origin,
                                  struct smc_error *err);

/* Appends `len` bytes with all but RFC 3986 unreserved characters percent-encoded: for one path
 * segment or one query value. Returns the status of `out`. */
enum smc_status smci_url_encode(const char *bytes, size_t len, struct smc_buf *out);

#endif
