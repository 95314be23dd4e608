#include "configure.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PATH_MAX_BYTES 65536

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

/* The user's own file, by the XDG Base Directory Specification: a relative directory counts as none. */
static enum smc_status add_user_file(char *const *envp, struct smc_buf *path)
{
    const char *dir = variable(envp, "XDG_CONFIG_HOME");
    const char *home = variable(envp, "HOME");
    if (dir && *dir == '/')
        return smc_buf_addf(path, "%s/" USER_FILE, dir);
    return home ? smc_buf_addf(path, "%s/.config/" USER_FILE, home) : SMC_OK;
}

static enum smc_status fail_without_file(const struct smc_settings *settings, const char *user_file,
                                         struct smc_error *err)
{
    return smc_fail(err, SMC_ERR_USAGE,
                    "%s: a profile stands in a configuration file, and there is none: looked for "
                    "%s%s" SYSTEM_FILE "; --config names another",
                    smc_settings_name(settings, "--profile"), user_file, *user_file ? " and " : "");
}

static enum smc_status read_file(struct smc_settings *settings,
                                 const struct smc_cli_program *program, const char *path,
                                 const char *profile, char *const *envp, struct smc_error *err)
{
    static const char *const parts[] = {"sigma", "upload", NULL};
    struct smc_settings_file file = {.path = path,
                                     .part = program->part,
                                     .parts = parts,
                                     .profile = profile,
                                     .profile_from = smc_settings_name(settings, "--profile"),
                                     .home = variable(envp, "HOME")};
    return smc_settings_read_file(settings, &file, err);
}

enum smc_status smc_cli_configure(struct smc_settings *settings,
                                  const struct smc_cli_program *program,
                                  const struct smc_cli_choice *choice, int argc, char **argv,
                                  char *const *envp, struct smc_error *err)
{
    enum smc_status rc = smc_settings_read(settings, argc, argv, envp, err);
    if (rc != SMC_OK || smc_settings_is_query(settings))
        return rc;
    const char *profile = *choice->profile;
    if (*choice->config)
        return read_file(settings, program, *choice->config, profile, envp, err);
    struct smc_buf user_file = SMC_BUF_INIT(PATH_MAX_BYTES);
    rc = add_user_file(envp, &user_file);
    if (rc != SMC_OK)
        rc = smc_fail(err, rc, "XDG_CONFIG_HOME or HOME: %s", smc_strerror(rc));
    else if (user_file.len > 0 && access(smc_buf_str(&user_file), F_OK) == 0)
        rc = read_file(settings, program, smc_buf_str(&user_file), profile, envp, err);
    else if (access(SYSTEM_FILE, F_OK) == 0)
        rc = read_file(settings, program, SYSTEM_FILE, profile, envp, err);
    else if (profile)
        rc = fail_without_file(settings, smc_buf_str(&user_file), err);
    smc_buf_clear(&user_file);
    return rc;
}

void smc_cli_warn_of_file(const struct smc_settings *settings, struct smc_log *log)
{
    if (settings->is_exposed)
        smc_logf(
            log, SMC_LOG_WARN,
            "%s can be changed by others than its owner, or holds a secret that they can read: "
            "run chmod 600 on it",
            smc_buf_str(&settings->file));
}
