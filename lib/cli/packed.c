#include "packed.h"

#include <stdlib.h>

/* Bytes that are read are const. */
#define ZLIB_CONST
#include <zlib.h>

#include "output.h"

#define GZIP_WINDOW (15 + 16) /* the largest window, in gzip's form */
#define MEM_LEVEL   8
#define GROUP       3 /* bytes that make four characters */
#define PIECE       ((size_t)GROUP * 8192)

struct smci_packed {
    z_stream zip;
    struct smci_cli_output *out;
    struct smc_buf text;
    enum smc_status status;
    unsigned char piece[PIECE];
};

/* ---- base64 ---- */

static void add_group(const unsigned char *bytes, size_t len, struct smc_buf *text)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned all = (unsigned)bytes[0] << 16 | (len > 1 ? (unsigned)bytes[1] << 8 : 0U) |
                   (len > 2 ? (unsigned)bytes[2] : 0U);
    char group[4] = {alphabet[all >> 18], alphabet[all >> 12 & 63], '=', '='};
    if (len > 1)
        group[2] = alphabet[all >> 6 & 63];
    if (len > 2)
        group[3] = alphabet[all & 63];
    (void)smc_buf_add(text, group, sizeof group);
}

void smci_base64(const void *bytes, size_t len, struct smc_buf *text)
{
    const unsigned char *at = bytes;
    for (; len >= GROUP; at += GROUP, len -= GROUP)
        add_group(at, GROUP, text);
    if (len > 0)
        add_group(at, len, text);
}

/* ---- gzip ---- */

/* All pieces but the last are of whole groups. */
static void write_piece(struct smci_packed *packed)
{
    size_t len = PIECE - packed->zip.avail_out;
    smc_buf_reset(&packed->text);
    smci_base64(packed->piece, len, &packed->text);
    if (packed->status == SMC_OK)
        packed->status = smc_buf_status(&packed->text);
    if (packed->status == SMC_OK && len > 0)
        smci_cli_output_add(packed->out, packed->text.data, packed->text.len);
    packed->zip.next_out = packed->piece;
    packed->zip.avail_out = PIECE;
}

/* Until all that was given is taken; with Z_FINISH until all is out. */
static void deflate_all(struct smci_packed *packed, int flush)
{
    int rc = Z_OK;
    do {
        rc = deflate(&packed->zip, flush);
        if (packed->zip.avail_out == 0)
            write_piece(packed);
    } while (rc == Z_OK && (packed->zip.avail_in > 0 || flush == Z_FINISH));
    if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR && packed->status == SMC_OK)
        packed->status = SMC_ERR_INTERNAL;
}

enum smc_status smci_packed_new(struct smci_packed **packed, struct smci_cli_output *out,
                                struct smc_error *err)
{
    struct smci_packed *made = calloc(1, sizeof *made);
    *packed = NULL;
    if (!made || deflateInit2(&made->zip, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, MEM_LEVEL,
                              Z_DEFAULT_STRATEGY) != Z_OK) {
        free(made);
        return smc_error_set(err, SMC_ERR_NOMEM, "%s", smc_error_text(SMC_ERR_NOMEM));
    }
    made->out = out;
    made->zip.next_out = made->piece;
    made->zip.avail_out = PIECE;
    smc_buf_init(&made->text, PIECE * 2);
    *packed = made;
    return SMC_OK;
}

void smci_packed_add(struct smci_packed *packed, const void *bytes, size_t len)
{
    const unsigned char *at = bytes;
    while (len > 0 && packed->status == SMC_OK) {
        uInt part = len < PIECE ? (uInt)len : (uInt)PIECE;
        packed->zip.next_in = at;
        packed->zip.avail_in = part;
        deflate_all(packed, Z_NO_FLUSH);
        at += part;
        len -= part;
    }
}

enum smc_status smci_packed_end(struct smci_packed *packed, struct smc_error *err)
{
    if (!packed)
        return SMC_OK;
    packed->zip.avail_in = 0;
    if (packed->status == SMC_OK)
        deflate_all(packed, Z_FINISH);
    write_piece(packed);
    enum smc_status rc = packed->status;
    (void)deflateEnd(&packed->zip);
    smc_buf_clear(&packed->text);
    free(packed);
    return rc == SMC_OK ? SMC_OK : smc_error_set(err, rc, "%s", smc_error_text(rc));
}
