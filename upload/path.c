#include "path.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "lib/net/address.h"

/* One row a type, in the order of enum upload_type: castor-upload(1), "ON THE WIRE". */
static const struct {
    const char *root;
    bool has_project;
    bool has_time;
    const char *name; /* NULL: the file's own */
} forms[] = {
    {"transformation-", false, true, "manifest.json"},
    {"visualization-", true, true, NULL},
    {"quality-", false, true, NULL},
    {"visualization-", false, false, NULL},
    {"warehouse-", false, false, NULL},
};

enum smc_status upload_path(const struct upload_settings *settings, const char *name,
                            int64_t seconds, struct smc_buf *out)
{
    int type = settings->file_type;
    const char *last = forms[type].name ? forms[type].name : name;
    (void)smc_buf_addf(out, "%s%s/", forms[type].root, settings->source_uuid);
    if (forms[type].has_project) {
        (void)smc_buf_addstr(out, "lookml/");
        (void)smci_url_encode(settings->project_name, strlen(settings->project_name), out);
        (void)smc_buf_addstr(out, "/");
    }
    if (forms[type].has_time && seconds >= 0)
        (void)smc_buf_addf(out, "%" PRId64 "-", seconds);
    return smci_url_encode(last, strlen(last), out);
}
