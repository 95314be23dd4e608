#include "configure.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "lib/base/log.h"

#include "settings_env.h"
#include "settings_file.h"
#include "settings_flags.h"
#include "words.h"

#define PATH_MAX_BYTES 65536

/* More than any table has. */
#define WORDS_MAX 64

#define USER_FILE   "sigmacat/config.yaml"
#define SYSTEM_FILE "/etc/sigmacat/config.yaml"

static const char *variable(char *const *envp, const char *name)
{
    size_t len = strlen(name);
    for (; *envp; envp++)
        if (strncmp(*envp, name, len) == 0 && (*envp)[len] == '=' && (*envp)[len + 1] != '\0')
            return *envp + len + 1;
    return NULL;
}

/* The user's own file, by the XDG Base Directory Specification: a relative directory counts as
 * none. */
static enum smc_status add_user_file(char *const *envp, struct smc_buf *path)
{
    const char *dir = variable(envp, "XDG_CONFIG_HOME");
    const char *home = variable(envp, "HOME");
    if (dir && *dir == '/')
        return smc_buf_addf(path, "%s/" USER_FILE, dir);
    return home ? smc_buf_addf(path, "%s/.config/" USER_FILE, home) : SMC_OK;
}

static enum smc_status fail_without_file(const struct smci_settings *settings,
                                         const char *user_file, struct smc_error *err)
{
    return smc_error_set(err, SMC_ERR_USAGE,
                         "%s: a profile needs a configuration file, and there is none: looked for "
                         "%s%s" SYSTEM_FILE "; --config names another",
                         smci_settings_name(settings, "--profile"), user_file,
                         *user_file ? " and " : "");
}

static enum smc_status read_file(struct smci_settings *settings,
                                 const struct smci_cli_program *program, const char *path,
                                 const char *profile, char *const *envp, struct smc_error *err)
{
    static const char *const parts[] = {"sigma", "upload", NULL};
    static const struct smci_place_key directories[] = {
        {"sigma", "output"}, {"upload", "directory_path"}, {NULL, NULL}};
    struct smci_settings_file file = {.path = path,
                                      .part = program->part,
                                      .parts = parts,
                                      .directories = directories,
                                      .profile = profile,
                                      .profile_from = smci_settings_name(settings, "--profile"),
                                      .home = variable(envp, "HOME")};
    return smci_settings_read_file(settings, &file, err);
}

/* Whether a file is there, even as a link that leads nowhere: then opening it says so. Where that
 * can't be seen, another file that is taken must not be a surprise. */
static enum smc_status is_there(struct smci_settings *settings, const char *path, bool *is)
{
    struct stat st;
    *is = lstat(path, &st) == 0;
    if (*is || errno == ENOENT || errno == ENOTDIR)
        return SMC_OK;
    return smci_settings_warn(settings, "%s: can't look for this configuration file: %s", path,
                              strerror(errno));
}

static enum smc_status find_file(struct smci_settings *settings, const char *user_file,
                                 const char **found)
{
    bool is = false;
    enum smc_status rc = *user_file ? is_there(settings, user_file, &is) : SMC_OK;
    if (rc == SMC_OK && is)
        *found = user_file;
    else if (rc == SMC_OK)
        rc = is_there(settings, SYSTEM_FILE, &is);
    if (rc == SMC_OK && is && !*found)
        *found = SYSTEM_FILE;
    return rc;
}

/* A mistyped variable would do nothing, without a word. */
static enum smc_status check_variables(struct smci_settings *settings,
                                       const struct smci_cli_program *program, char *const *envp)
{
    const struct smci_settings_table *table = settings->table;
    const char *words[WORDS_MAX];
    size_t count = 0;
    enum smc_status rc = SMC_OK;
    for (size_t i = 0; i < table->count && count < WORDS_MAX; i++)
        if (table->rows[i].variable)
            words[count++] = table->rows[i].variable;
    size_t len = strlen(program->prefix);
    for (; *envp && rc == SMC_OK; envp++) {
        char name[128];
        size_t name_len = strcspn(*envp, "=");
        if (strncasecmp(*envp, program->prefix, len) != 0 || name_len >= sizeof name ||
            (*envp)[name_len] == '\0')
            continue;
        (void)snprintf(name, sizeof name, "%.*s", (int)name_len, *envp);
        bool is_known = false;
        for (size_t i = 0; i < count; i++)
            is_known = is_known || strcasecmp(words[i], name) == 0;
        const char *nearest = is_known ? NULL : smci_nearest(name, words, count);
        if (!is_known)
            rc = smci_settings_warn(settings, "the variable %s is not one of %s's%s%s%s", name,
                                    program->name, nearest ? ": did you mean " : "",
                                    nearest ? nearest : "", nearest ? "?" : "");
    }
    return rc;
}

enum smc_status smci_settings_read(struct smci_settings *settings, int argc, char **argv,
                                   char *const *envp, struct smc_error *err)
{
    struct smc_error why = SMC_ERROR_INIT;
    enum smc_status rc = smci_settings_read_flags(settings, argc, argv, &why);
    bool is_query = smci_settings_is_query(settings);
    /* Also where a flag is wrong: whoever has asked for --json there is answered in it. */
    enum smc_status env_rc = is_query ? SMC_OK : smci_settings_read_env(settings, envp, &why);
    if (rc == SMC_OK)
        rc = env_rc;
    smci_settings_empty_env(settings->table, envp);
    if (is_query || rc == SMC_OK)
        return SMC_OK;
    return smc_error_set(err, rc, "%s", why.detail);
}

enum smc_status smci_cli_configure(struct smci_settings *settings,
                                   const struct smci_cli_program *program, int argc, char **argv,
                                   char *const *envp, struct smc_error *err)
{
    enum smc_status rc = smci_settings_read(settings, argc, argv, envp, err);
    if (rc != SMC_OK || smci_settings_is_query(settings))
        return rc;
    rc = check_variables(settings, program, envp);
    if (rc != SMC_OK)
        return smc_error_set(err, rc, "%s", smc_error_text(rc));
    const char *config = smci_settings_text(settings, "--config");
    const char *profile = smci_settings_text(settings, "--profile");
    if (config)
        return read_file(settings, program, config, profile, envp, err);
    struct smc_buf user_file = SMC_BUF_INIT(PATH_MAX_BYTES);
    const char *found = NULL;
    rc = add_user_file(envp, &user_file);
    if (rc == SMC_OK)
        rc = find_file(settings, smc_buf_str(&user_file), &found);
    if (rc != SMC_OK)
        rc = smc_error_set(err, rc, "XDG_CONFIG_HOME or HOME: %s", smc_error_text(rc));
    else if (found)
        rc = read_file(settings, program, found, profile, envp, err);
    else if (profile)
        rc = fail_without_file(settings, smc_buf_str(&user_file), err);
    smc_buf_clear(&user_file);
    return rc;
}

void smci_cli_log_warnings(const struct smci_settings *settings, struct smc_log *log)
{
    const char *at = smc_buf_str(&settings->warnings);
    for (; *at; at += strcspn(at, "\n") + 1)
        smci_log_event(log, SMC_LOG_WARN, SMCI_EVENT_SETTING, NULL, "%.*s", (int)strcspn(at, "\n"),
                       at);
}
