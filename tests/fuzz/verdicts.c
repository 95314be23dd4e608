/* For against_python.py: reads texts, each behind its length as four bytes, least significant first,
 * and answers each by one byte: Y where the scanner takes it for JSON, N where not. */
#include <stdio.h>
#include <stdlib.h>

#include <sigmacat/json.h>

#include "lib/json/validate.h"

#define TEXT_MAX ((size_t)1 << 20)

static enum smc_status in_pieces(const char *text, size_t len)
{
    struct smci_validator v;
    struct smc_error err = SMC_ERROR_INIT;
    smci_validator_init(&v);
    for (size_t i = 0; i < len; i++)
        if (smci_validator_add(&v, text + i, 1, &err) != SMC_OK)
            return err.code;
    return smci_validator_end(&v, &err);
}

int main(void)
{
    unsigned char head[4];
    while (fread(head, 1, sizeof head, stdin) == sizeof head) {
        size_t len = head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16 | (size_t)head[3] << 24;
        char *text = len <= TEXT_MAX ? malloc(len + 1) : NULL;
        if (!text || fread(text, 1, len, stdin) != len)
            return 1;
        struct smc_json_span value;
        struct smc_error err = SMC_ERROR_INIT;
        enum smc_status rc = smc_json_scan(text, len, &value, &err);
        enum smc_status piecewise = in_pieces(text, len);
        free(text);
        /* Depth alone may differ: a file may be twice as deep as an answer. */
        if ((rc == SMC_OK) != (piecewise == SMC_OK) && rc != SMC_ERR_CAP)
            return 2;
        if (putchar(rc == SMC_OK        ? 'Y'
                    : rc == SMC_ERR_CAP ? 'D'
                                        : 'N') == EOF ||
            fflush(stdout) != 0)
            return 1;
    }
    return 0;
}
