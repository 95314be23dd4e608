#include "organization.h"

#include <stdlib.h>
#include <string.h>

#include "lib/store/ledger.h"

#include "owner.h"
#include "record.h"

#define TEXT_MAX ((size_t)4096)

/* "organisation X (https://host)". */
static void show_owner(struct upload_owner owner, struct smc_buf *out)
{
    (void)smc_buf_addf(out, "%s%s",
                       *owner.organization ? "organisation " : "an unknown organisation",
                       owner.organization);
    if (*owner.host)
        (void)smc_buf_addf(out, " (%s)", owner.host);
}

/* ---- what the record has ---- */

/* The sources of an endpoint, gone through for one set. */
struct search {
    const struct upload_job *job;
    struct upload_owner owner; /* the set's */
    struct smc_buf last_set;   /* of its own source: the set that it was given last, */
    struct smc_buf last_of;    /*   and whose that is, where it does not go with `owner` */
    struct smc_buf elsewhere;  /* another source that has the same organisation's; empty: none */
};

static enum smc_status look_at_source(void *ctx, const struct smci_ledger_set *set)
{
    struct search *search = ctx;
    struct upload_owner given = {set->organization, set->host};
    if (strcmp(set->source_id, search->job->settings->source_uuid) == 0) {
        if (!upload_owner_differs(given, search->owner))
            return SMC_OK;
        (void)smc_buf_addstr(&search->last_set, set->name);
        show_owner(given, &search->last_of);
    } else if (*given.organization && search->elsewhere.len == 0 &&
               strcmp(given.organization, search->owner.organization) == 0) {
        (void)smc_buf_addstr(&search->elsewhere, set->source_id);
    }
    return SMC_OK;
}

static enum smc_status address_of(const struct upload_job *job, struct smc_buf *address)
{
    return smc_buf_addf(address, "%s%s", smc_buf_str(&job->settings->origin),
                        smc_buf_str(&job->settings->prefix));
}

static enum smc_status search_record(struct search *search, struct smc_error *err)
{
    const struct upload_job *job = search->job;
    struct smc_buf endpoint = SMC_BUF_INIT(TEXT_MAX);
    bool is_given = false;
    enum smc_status rc = address_of(job, &endpoint);
    const struct smci_ledger_set own = {.endpoint = smc_buf_str(&endpoint),
                                        .source_id = job->settings->source_uuid,
                                        .organization = search->owner.organization};
    if (rc != SMC_OK)
        (void)smc_error_set(err, rc, "%s", smc_error_text(rc));
    if (rc == SMC_OK)
        rc = smci_ledger_each_source(job->ledger, own.endpoint, look_at_source, search, err);
    if (rc == SMC_OK && search->elsewhere.len > 0)
        rc = smci_ledger_has_given(job->ledger, &own, &is_given, err);
    if (is_given)
        smc_buf_reset(&search->elsewhere);
    smc_buf_clear(&endpoint);
    return rc;
}

static enum smc_status check_record(struct upload_verifier *v, struct upload_set set,
                                    struct upload_owner owner, struct smc_error *err)
{
    const char *name = v->job->files.items[set.begin].name;
    const char *source = v->job->settings->source_uuid;
    struct smc_buf shown = SMC_BUF_INIT(TEXT_MAX);
    struct search search = {.job = v->job,
                            .owner = owner,
                            .last_set = SMC_BUF_INIT(TEXT_MAX),
                            .last_of = SMC_BUF_INIT(TEXT_MAX),
                            .elsewhere = SMC_BUF_INIT(TEXT_MAX)};
    struct smc_error why = SMC_ERROR_INIT;
    enum smc_status rc = search_record(&search, &why);
    show_owner(owner, &shown);
    if (rc == SMC_OK && search.last_of.len > 0)
        upload_object(v, UPLOAD_ORGANIZATION,
                      "set %.*s is of %s, but source %s was last given set %s, of %s",
                      upload_set_digits(name), name, smc_buf_str(&shown), source,
                      smc_buf_str(&search.last_set), smc_buf_str(&search.last_of));
    else if (rc == SMC_OK && search.elsewhere.len > 0)
        upload_object(v, UPLOAD_ORGANIZATION,
                      "set %.*s is of %s, which belongs to source %s so far, not to %s",
                      upload_set_digits(name), name, smc_buf_str(&shown),
                      smc_buf_str(&search.elsewhere), source);
    else if (rc != SMC_OK && (rc == SMC_ERR_NOMEM || v->job->settings->is_skipping))
        rc = smc_error_copy(err, &why);
    else if (rc != SMC_OK) {
        upload_record_give_up(v->job, &why);
        rc = SMC_OK;
    }
    smc_buf_clear(&shown);
    smc_buf_clear(&search.last_set);
    smc_buf_clear(&search.last_of);
    smc_buf_clear(&search.elsewhere);
    return rc;
}

/* ---- what the settings and the other sets say ---- */

static enum smc_status check_wanted(struct upload_verifier *v, struct upload_set set,
                                    struct upload_owner owner, struct smc_error *err)
{
    const struct upload_settings *settings = v->job->settings;
    const char *name = v->job->files.items[set.begin].name;
    char *wanted = settings->organization_id ? strdup(settings->organization_id) : NULL;
    if (!wanted)
        return settings->organization_id
                   ? smc_error_set(err, SMC_ERR_NOMEM, "%s", smc_error_text(SMC_ERR_NOMEM))
                   : SMC_OK;
    upload_owner_normalise_id(wanted);
    if (!*owner.organization)
        upload_object(v, UPLOAD_ORGANIZATION,
                      "set %.*s: its summary does not say which organisation it is of, and %s asks "
                      "for %s",
                      upload_set_digits(name), name,
                      smci_settings_name(&settings->sources, "--organization-id"), wanted);
    else if (strcmp(owner.organization, wanted) != 0)
        upload_object(v, UPLOAD_ORGANIZATION, "set %.*s is of organisation %s, but %s asks for %s",
                      upload_set_digits(name), name, owner.organization,
                      smci_settings_name(&settings->sources, "--organization-id"), wanted);
    free(wanted);
    return SMC_OK;
}

/* Two organisations' sets in one upload would be the one's after the other's. */
static void check_others(struct upload_verifier *v, struct upload_set set,
                         struct upload_owner owner)
{
    const struct upload_files *files = &v->job->files;
    const char *name = files->items[set.begin].name;
    for (size_t i = 0; i < set.begin; i++) {
        struct upload_owner other = upload_owner_of(&files->items[i]);
        if (!upload_owner_differs(other, owner))
            continue;
        upload_object(v, UPLOAD_ORGANIZATION,
                      "set %.*s is of another organisation than set %.*s, and both would go to "
                      "source %s",
                      upload_set_digits(name), name, upload_set_digits(files->items[i].name),
                      files->items[i].name, v->job->settings->source_uuid);
        return;
    }
}

enum smc_status upload_organization_check(struct upload_verifier *v, struct upload_set set,
                                          struct smc_error *err)
{
    struct upload_owner owner = upload_owner_of(&v->job->files.items[set.end - 1]);
    enum smc_status rc = check_wanted(v, set, owner, err);
    if (rc == SMC_OK)
        rc = check_record(v, set, owner, err);
    if (rc == SMC_OK && !v->is_choosing)
        check_others(v, set, owner);
    return rc;
}
