#include "owner.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/uuid.h"
#include "lib/cli/regions.h"
#include "lib/net/address.h"

#define TEXT_MAX ((size_t)4096)

/* ---- what the summary says ---- */

/* A JSON string that has a text in it; else NULL, which is also given when memory runs out (`rc`
 * tells). The caller frees it. */
static char *text_of(struct smc_json_span value, enum smc_status *rc)
{
    struct smc_buf text = SMC_BUF_INIT(TEXT_MAX);
    char *copy = NULL;
    bool is_text = smc_json_type_of(value) == SMC_JSON_STRING &&
                   smc_json_decode(value, &text) == SMC_OK && text.len > 0 &&
                   strlen(smc_buf_str(&text)) == text.len;
    if (is_text) {
        copy = strdup(smc_buf_str(&text));
        if (!copy)
            *rc = SMC_ERR_NOMEM;
    }
    if (smc_buf_status(&text) == SMC_ERR_NOMEM)
        *rc = SMC_ERR_NOMEM;
    smc_buf_clear(&text);
    return copy;
}

void upload_owner_normalise_id(char *id)
{
    unsigned char uuid[SMCI_UUID_BYTES];
    if (id && smci_uuid_parse(id, uuid))
        smci_uuid_print(uuid, id);
}

/* Whatever else is said of the same host is the same: letter case, its own scheme's port, the dot
 * at its end. `origin` is as smci_origin_parse gives it. */
static void normalise_origin(char *origin)
{
    const char *const usual = smci_origin_is_plain(origin) ? ":80" : ":443";
    for (char *at = origin; *at; at++)
        *at = (char)tolower((unsigned char)*at);
    char *host = strstr(origin, "://");
    if (!host)
        return;
    host += strlen("://");
    char *port = strrchr(host, ':');
    if (!port || strchr(port, ']')) /* of an IPv6 address */
        port = host + strlen(host);
    if (strcmp(port, usual) == 0)
        *port = '\0';
    if (port > host && port[-1] == '.')
        (void)memmove(port - 1, port, strlen(port) + 1);
}

/* The host as the extraction has understood it; what it would not take stays as it is. */
static char *host_of(struct smc_json_span value, enum smc_status *rc)
{
    struct smc_buf origin = SMC_BUF_INIT(TEXT_MAX);
    char *given = text_of(value, rc);
    char *host = NULL;
    if (!given)
        return NULL;
    enum smc_status parsed = smci_origin_parse(smci_region_host(given), "host", &origin, NULL);
    if (parsed == SMC_ERR_NOMEM)
        *rc = parsed;
    if (parsed == SMC_OK) {
        host = strdup(smc_buf_str(&origin));
        free(given);
    } else {
        host = given;
    }
    if (host)
        normalise_origin(host);
    else
        *rc = SMC_ERR_NOMEM;
    smc_buf_clear(&origin);
    return host;
}

enum smc_status upload_owner_note(struct upload_file *file, const struct upload_summary *summary)
{
    enum smc_status rc = SMC_OK;
    free(file->organization);
    free(file->host);
    file->organization = text_of(summary->organization, &rc);
    file->host = host_of(summary->host, &rc);
    upload_owner_normalise_id(file->organization);
    return rc;
}

/* ---- whether they go together ---- */

struct upload_owner upload_owner_of(const struct upload_file *file)
{
    return (struct upload_owner){file->organization ? file->organization : "",
                                 file->host ? file->host : ""};
}

bool upload_owner_differs(struct upload_owner a, struct upload_owner b)
{
    if (*a.organization && *b.organization)
        return strcmp(a.organization, b.organization) != 0;
    return *a.host && *b.host && strcmp(a.host, b.host) != 0;
}
