#include "options.h"

#include <ctype.h>
#include <string.h>

#include <sigmacat/client.h>

#include "lib/cli/configure.h"
#include "lib/cli/result.h"
#include "lib/cli/words.h"
#include "lib/net/address.h"

#include "token.h"

/* In the order of enum upload_zone. */
static const char *const zone_origins[] = {"https://ingest.castordoc.com",
                                           "https://ingest.us.castordoc.com"};

enum smc_status upload_options_read(struct upload_settings *settings, int argc, char **argv,
                                    char *const *envp, struct smc_error *err)
{
    *settings = (struct upload_settings){
        .origin = SMC_BUF_INIT(512), .prefix = SMC_BUF_INIT(1024), .secret = SMC_BUF_INIT(0)};
    enum smc_status rc =
        smci_settings_init(&settings->sources, upload_program()->table, settings, err);
    if (rc != SMC_OK)
        return rc;
    return smci_cli_configure(&settings->sources, upload_program(), argc, argv, envp, err);
}

/* ---- whether they fit together ---- */

static const char *name_of(const struct upload_settings *settings, const char *flag)
{
    return smci_settings_name(&settings->sources, flag);
}

static enum smc_status check_source_id(struct upload_settings *settings, struct smc_error *err)
{
    unsigned char uuid[SMCI_UUID_BYTES];
    if (!smci_uuid_parse(settings->source_id, uuid))
        return smc_error_set(err, SMC_ERR_USAGE,
                             "%s: '%s' is not a UUID, such as 01234567-89ab-cdef-0123-456789abcdef",
                             name_of(settings, "--source_id"),
                             smci_word_shown(settings->source_id));
    smci_uuid_print(uuid, settings->source_uuid);
    return SMC_OK;
}

static enum smc_status check_paths(const struct upload_settings *settings, struct smc_error *err)
{
    if (!settings->file_path && !settings->directory_path)
        return smc_error_set(err, SMC_ERR_USAGE,
                             "missing: --file_path (or the variable CASTOR_UPLOADER_FILE_PATH), or "
                             "--directory_path (or the variable CASTOR_UPLOADER_DIRECTORY_PATH)");
    bool is_single = settings->file_type == UPLOAD_DBT || settings->file_type == UPLOAD_LOOKML;
    if (settings->directory_path && is_single)
        return smc_error_set(err, SMC_ERR_USAGE, "%s: type %s takes one file, by --file_path",
                             name_of(settings, "--directory_path"),
                             upload_type_name(settings->file_type));
    return SMC_OK;
}

/* The project becomes one segment of the path. */
static enum smc_status check_project(const struct upload_settings *settings, struct smc_error *err)
{
    static const char *const required[] = {"--project_name"};
    if (settings->file_type != UPLOAD_LOOKML)
        return SMC_OK;
    enum smc_status rc = smci_settings_require(&settings->sources, required, 1, err);
    if (rc != SMC_OK) {
        smc_error_context(err, "type LOOKML");
        return rc;
    }
    const char *project = settings->project_name;
    const char *name = name_of(settings, "--project_name");
    if (project[strspn(project, " \t\r\n\v\f")] == '\0')
        return smc_error_set(err, SMC_ERR_USAGE, "%s: a blank name is not a Looker project", name);
    if (strcmp(project, ".") == 0 || strcmp(project, "..") == 0 || strchr(project, '/'))
        return smc_error_set(
            err, SMC_ERR_USAGE,
            "%s: '%s' can't be a Looker project: not '.' or '..', and no '/' in it", name,
            smci_word_shown(project));
    return SMC_OK;
}

/* Whether what follows the host can go before a path as it is: segments of characters that need no
 * encoding, none of them empty, '.' or '..'. `path` begins with '/', its end is at `len`. */
static bool is_prefix_path(const char *path, size_t len)
{
    for (size_t at = 0; at < len;) {
        at++;
        const char *segment = path + at;
        size_t segment_len = 0;
        while (at + segment_len < len && segment[segment_len] != '/') {
            unsigned char c = (unsigned char)segment[segment_len++];
            if (c >= 0x80 || (!isalnum(c) && !strchr("-._~!$&'()*+,;=:@%", c)))
                return false;
        }
        bool is_dots = (segment_len == 1 && segment[0] == '.') ||
                       (segment_len == 2 && segment[0] == '.' && segment[1] == '.');
        if (segment_len == 0 || is_dots)
            return false;
        at += segment_len;
    }
    return true;
}

static enum smc_status check_endpoint(struct upload_settings *settings, struct smc_error *err)
{
    const char *name = name_of(settings, "--endpoint");
    const char *text = settings->endpoint;
    const char *scheme_end = strstr(text, "://");
    const char *host = scheme_end ? scheme_end + 3 : text;
    const char *path = host + strcspn(host, "/");
    size_t path_len = strlen(path);
    while (path_len > 0 && path[path_len - 1] == '/')
        path_len--;
    if (!is_prefix_path(path, path_len))
        return smc_error_set(
            err, SMC_ERR_USAGE,
            "%s: the path after the host can't go before an upload's: no query, no "
            "spaces, no '.', '..' or empty parts; such as https://host/catalog",
            name);
    struct smc_buf origin = SMC_BUF_INIT(512);
    enum smc_status rc = smc_buf_add(&origin, text, (size_t)(path - text));
    if (rc == SMC_OK)
        rc = smc_buf_add(&settings->prefix, path, path_len);
    if (rc == SMC_ERR_CAP)
        rc = smc_error_set(err, SMC_ERR_USAGE, "%s: this address is too long", name);
    else if (rc != SMC_OK)
        rc = smc_error_set(err, rc, "%s", smc_error_text(rc));
    else
        rc = smci_origin_parse(smc_buf_str(&origin), name, &settings->origin, err);
    smc_buf_clear(&origin);
    return rc;
}

static enum smc_status check_address(struct upload_settings *settings, struct smc_error *err)
{
    smc_buf_reset(&settings->origin);
    smc_buf_reset(&settings->prefix);
    if (settings->endpoint)
        return check_endpoint(settings, err);
    enum smc_status rc = smc_buf_addstr(&settings->origin, zone_origins[settings->zone]);
    return rc == SMC_OK ? rc : smc_error_set(err, rc, "%s", smc_error_text(rc));
}

static enum smc_status check_set(const struct upload_settings *settings, struct smc_error *err)
{
    if (!settings->is_latest && !settings->set)
        return SMC_OK;
    const char *name = name_of(settings, settings->set ? "--set" : "--latest");
    bool is_batches = settings->file_type == UPLOAD_WAREHOUSE && !settings->set;
    if ((settings->file_type != UPLOAD_VIZ && !is_batches) || !settings->directory_path)
        return smc_error_set(err, SMC_ERR_USAGE,
                             "%s: sets are sent with --file_type VIZ%s, from a "
                             "directory (--directory_path)",
                             name, settings->set ? "" : " or WAREHOUSE");
    if (settings->set &&
        (!*settings->set || settings->set[strspn(settings->set, "0123456789")] != '\0'))
        return smc_error_set(err, SMC_ERR_USAGE,
                             "%s: '%s' is not a set: give the digits that its names begin with, "
                             "such as 1790000000",
                             name, smci_word_shown(settings->set));
    return SMC_OK;
}

static enum smc_status check_allow(struct upload_settings *settings, struct smc_error *err)
{
    const char *list = settings->allow;
    const char *word;
    size_t len;
    settings->allowed = 0;
    while (smci_next_name(&list, &word, &len)) {
        enum upload_objection i = UPLOAD_PARTIAL;
        while (i < UPLOAD_BROKEN && (strlen(upload_objection_name(i)) != len ||
                                     strncmp(upload_objection_name(i), word, len) != 0))
            i++;
        if (i == UPLOAD_BROKEN)
            return smc_error_set(err, SMC_ERR_USAGE,
                                 "%s: '%.*s' can't be allowed; expected one of partial, degraded, "
                                 "future, organization, or several with commas",
                                 name_of(settings, "--allow"), (int)(len < 60 ? len : 60), word);
        settings->allowed |= 1U << i;
    }
    return SMC_OK;
}

/* What is not looked at must not seem to be guarded. */
static enum smc_status check_organization(const struct upload_settings *settings,
                                          struct smc_error *err)
{
    const char *id = settings->organization_id;
    const char *name = name_of(settings, "--organization-id");
    if (!id)
        return SMC_OK;
    if (settings->file_type != UPLOAD_VIZ || !settings->directory_path)
        return smc_error_set(err, SMC_ERR_USAGE,
                             "%s: only sets have an organisation, which are sent with --file_type "
                             "VIZ, from a directory (--directory_path)",
                             name);
    if (!id[strspn(id, " \t\r\n")])
        return smc_error_set(err, SMC_ERR_USAGE, "%s: a blank text is not an organisation's id",
                             name);
    return SMC_OK;
}

static enum smc_status check_ledger(const struct upload_settings *settings, struct smc_error *err)
{
    if ((!settings->is_skipping && !settings->is_listing) || settings->state ||
        settings->directory_path)
        return SMC_OK;
    return smc_error_set(err, SMC_ERR_USAGE,
                         "%s: without a directory (--directory_path), --state has to say where the "
                         "record of what was accepted is",
                         name_of(settings, settings->is_listing ? "--list" : "--skip-uploaded"));
}

/* Whether a setting is about another kind of upload than a higher source has chosen: a profile's
 * settings for directories do not count for a file that is named by flag. */
static bool is_overruled(const struct upload_settings *settings, const char *flag)
{
    enum smci_source source = smci_settings_source(&settings->sources, flag);
    bool is_other = settings->file_path || settings->file_type != UPLOAD_VIZ;
    return is_other && (source < smci_settings_source(&settings->sources, "--file_path") ||
                        source < smci_settings_source(&settings->sources, "--file_type"));
}

static void drop_overruled(struct upload_settings *settings)
{
    if (is_overruled(settings, "--latest"))
        settings->is_latest = false;
    if (is_overruled(settings, "--set"))
        settings->set = NULL;
    if (is_overruled(settings, "--organization-id"))
        settings->organization_id = NULL;
    if (settings->file_path && !settings->state && is_overruled(settings, "--skip-uploaded"))
        settings->is_skipping = false;
}

/* Showing the ledger needs its place alone; a source id chooses from it. */
static enum smc_status check_list(struct upload_settings *settings, struct smc_error *err)
{
    enum smc_status rc = check_ledger(settings, err);
    return rc == SMC_OK && settings->source_id ? check_source_id(settings, err) : rc;
}

/* The modes that --check excludes. A variable or a file means them for runs alone. */
static enum smc_status check_mode(struct upload_settings *settings, struct smc_error *err)
{
    struct {
        const char *flag;
        bool *is_given;
    } others[] = {{"--list", &settings->is_listing}, {"--dry-run", &settings->is_dry_run}};
    for (size_t i = 0; settings->is_checking && i < sizeof others / sizeof others[0]; i++) {
        bool is_flag = smci_settings_source(&settings->sources, others[i].flag) == SMCI_FROM_FLAG;
        if (*others[i].is_given && is_flag)
            return smc_error_set(err, SMC_ERR_USAGE,
                                 "--check and %s exclude each other: give one of them",
                                 others[i].flag);
        *others[i].is_given = false;
    }
    return SMC_OK;
}

enum smc_status upload_options_check(struct upload_settings *settings, struct smc_error *err)
{
    static const char *const required[] = {"--token", "--source_id", "--file_type"};
    const struct smci_cli_result_path paths[] = {{"--report", &settings->report},
                                                 {"--metrics-file", &settings->metrics_file}};
    enum smc_status rc = check_mode(settings, err);
    if (rc == SMC_OK)
        rc = smci_cli_result_check(&settings->sources, &settings->is_json, paths, 2, err);
    if (rc != SMC_OK)
        return rc;
    if (settings->is_listing)
        return check_list(settings, err);
    size_t first = settings->is_dry_run ? 1 : 0;
    rc = smci_settings_require(&settings->sources, required + first,
                               sizeof required / sizeof required[0] - first, err);
    drop_overruled(settings);
    if (rc == SMC_OK)
        rc = check_source_id(settings, err);
    if (rc == SMC_OK)
        rc = check_set(settings, err);
    if (rc == SMC_OK)
        rc = check_allow(settings, err);
    if (rc == SMC_OK)
        rc = check_organization(settings, err);
    if (rc == SMC_OK)
        rc = check_ledger(settings, err);
    if (rc == SMC_OK)
        rc = check_paths(settings, err);
    if (rc == SMC_OK)
        rc = check_project(settings, err);
    if (rc == SMC_OK)
        rc = check_address(settings, err);
    return rc;
}

/* ---- the token ---- */

enum smc_status upload_options_load_secret(struct upload_settings *settings, int stop_fd,
                                           struct smc_log *log, struct smc_error *err)
{
    enum smc_status rc = upload_token_read(settings, stop_fd, log, &settings->secret, err);
    if (rc == SMC_OK && settings->secret.len > 0)
        settings->token = settings->secret.data;
    return rc;
}

void upload_options_clear(struct upload_settings *settings)
{
    smci_settings_clear(&settings->sources);
    smc_buf_clear(&settings->origin);
    smc_buf_clear(&settings->prefix);
    smc_buf_wipe(&settings->secret);
}
