/* Bytes that are written compressed, as a text: gzip (RFC 1952) in base64 with padding (RFC 4648,
 * 4), which a browser unpacks by itself. Memory does not grow with what is written. */
#ifndef CLI_PACKED_H
#define CLI_PACKED_H

#include <stddef.h>

#include <sigmacat/buf.h>

struct smci_cli_output;
struct smci_packed;

/* Begins to write onto `out`, which is borrowed until smci_packed_end. SMC_ERR_NOMEM. */
enum smc_status smci_packed_new(struct smci_packed **packed, struct smci_cli_output *out,
                                struct smc_error *err);

/* What fails is told by smci_packed_end. */
void smci_packed_add(struct smci_packed *packed, const void *bytes, size_t len);

/* Writes what is left and frees; NULL is harmless. SMC_ERR_INTERNAL when zlib fails, SMC_ERR_NOMEM;
 * failures of `out` are its own. */
enum smc_status smci_packed_end(struct smci_packed *packed, struct smc_error *err);

/* Appends the base64 of these bytes alone. */
void smci_base64(const void *bytes, size_t len, struct smc_buf *text);

#endif
