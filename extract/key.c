#include "key.h"

#include <string.h>

#include "lib/base/num.h"

static bool is_plain(const char *text, size_t len)
{
    return text[0] != '=' && memchr(text, '\0', len) == NULL;
}

enum smc_status key_make(struct smc_json_span id, struct smc_buf *key, bool *has_id)
{
    enum smc_json_type type = smc_json_type_of(id);
    size_t from = key->len;
    *has_id = type == SMC_JSON_NUMBER || (type == SMC_JSON_STRING && id.len > 2);
    if (!*has_id)
        return SMC_OK;
    if (type == SMC_JSON_STRING) {
        enum smc_status rc = smc_json_decode(id, key);
        if (rc != SMC_OK || is_plain(key->data + from, key->len - from))
            return rc;
        smc_buf_cut(key, from);
    }
    enum smc_status rc = smc_buf_add(key, "=", 1);
    return rc == SMC_OK ? smc_buf_add(key, id.p, id.len) : rc;
}

enum smc_status key_json(const char *key, struct smc_buf *out)
{
    if (key[0] == '=')
        return smc_buf_addstr(out, key + 1);
    return smc_json_encode(key, strlen(key), out);
}

/* An unpaired surrogate, which UTF-8 does not have, is kept in the bytes ED A0..BF xx. */
static bool has_surrogate(const char *key)
{
    for (const unsigned char *p = (const unsigned char *)key; *p; p++)
        if (p[0] == 0xed && p[1] >= 0xa0)
            return true;
    return false;
}

bool key_is_addressable(const char *key)
{
    return key[0] != '=' && strcmp(key, ".") != 0 && strcmp(key, "..") != 0 && !has_surrogate(key);
}

bool key_take_number(const char **text, int64_t max, int64_t *number)
{
    char digits[24];
    size_t len = strcspn(*text, ":");
    if (len >= sizeof digits || (*text)[len] != ':')
        return false;
    (void)memcpy(digits, *text, len);
    digits[len] = '\0';
    *text += len + 1;
    return smci_parse_int64(digits, number) && *number >= 0 && *number <= max;
}
