/* A configuration file's bytes, and the paths in it. */
#include "yaml.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* So much of a long name is shown. */
#define SHOWN_MAX 200

const char *smci_path_shown(const char *path)
{
    size_t len = strlen(path);
    return len > SHOWN_MAX ? path + len - SHOWN_MAX : path;
}

enum smc_status smci_config_path(const struct smci_settings_file *file, const char *text,
                                 struct smc_buf *out, struct smc_error *err)
{
    bool is_home = text[0] == '~' && (text[1] == '\0' || text[1] == '/');
    if (text[0] == '~' && (!is_home || !file->home))
        return smc_error_set(
            err, SMC_ERR_USAGE,
            is_home ? "'~' means nothing here, since HOME is not set: give the whole path"
                    : "'~' is understood alone and before '/': give the whole path");
    if (is_home) {
        enum smc_status rc = smc_buf_addstr(out, file->home);
        return rc == SMC_OK ? smc_buf_addstr(out, text + 1) : rc;
    }
    if (text[0] == '$')
        return smc_error_set(
            err, SMC_ERR_USAGE,
            "variables are not replaced here: write ~/ for the home directory, or the "
            "whole path");
    const char *slash = strrchr(file->path, '/');
    enum smc_status rc = SMC_OK;
    if (text[0] != '/' && strcmp(text, "-") != 0 && slash)
        rc = smc_buf_add(out, file->path, (size_t)(slash - file->path) + 1);
    return rc == SMC_OK ? smc_buf_addstr(out, text) : rc;
}

static enum smc_status read_bytes(const char *path, int fd, struct smc_buf *text,
                                  struct smc_error *err)
{
    enum smc_status rc = smc_buf_read(text, fd);
    if (rc == SMC_ERR_IO)
        return smc_error_set_errno(err, rc, errno, "can't read the configuration file %s",
                                   smci_path_shown(path));
    if (rc == SMC_ERR_CAP)
        return smc_error_set(err, SMC_ERR_USAGE,
                             "%s: more than %zu bytes, which is no configuration file",
                             smci_path_shown(path), SMCI_CONFIG_MAX);
    return rc;
}

/* libyaml calls a tab, also one in an otherwise empty line, a character that can't start a token: nobody
 * would know what is meant. */
static enum smc_status check_tabs(const char *path, const struct smc_buf *text,
                                  struct smc_error *err)
{
    const char *end = text->data + text->len;
    int line_number = 1;
    for (const char *line = text->data; line < end; line_number++) {
        const char *at = line;
        const char *tab = NULL;
        for (; at < end && (*at == ' ' || *at == '\t'); at++)
            if (*at == '\t' && !tab)
                tab = at;
        if (tab)
            return smc_error_set(err, SMC_ERR_USAGE,
                                 "%s:%d:%d: a tab: YAML is indented with spaces alone",
                                 smci_path_shown(path), line_number, (int)(tab - line) + 1);
        const char *next = memchr(at, '\n', (size_t)(end - at));
        line = next ? next + 1 : end;
    }
    return SMC_OK;
}

static bool has_mode(int fd, mode_t for_group, mode_t for_others)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return false;
    return (st.st_mode & for_others) != 0 ||
           ((st.st_mode & for_group) != 0 && st.st_uid == geteuid());
}

bool smci_secret_is_exposed(int fd)
{
    return has_mode(fd, S_IRGRP, S_IROTH);
}

/* Who can change it can send the secret to another host; so a secret elsewhere is no excuse. */
static bool is_exposed(int fd, bool holds_secret)
{
    return has_mode(fd, S_IWGRP, S_IWOTH) || (holds_secret && smci_secret_is_exposed(fd));
}

enum smc_status smci_settings_read_file(struct smci_settings *settings,
                                        const struct smci_settings_file *file,
                                        struct smc_error *err)
{
    struct smc_buf text = SMC_BUF_INIT(SMCI_CONFIG_MAX);
    bool holds_secret = false;
    int fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return smc_error_set_errno(err, SMC_ERR_IO, errno, "can't read the configuration file %s",
                                   smci_path_shown(file->path));
    enum smc_status rc = read_bytes(file->path, fd, &text, err);
    if (rc == SMC_OK)
        rc = check_tabs(file->path, &text, err);
    if (rc == SMC_OK)
        rc = smci_config_parse(settings, file, text.data, text.len, &holds_secret, err);
    if (rc == SMC_OK)
        rc = smc_buf_addstr(&settings->file, file->path);
    if (rc == SMC_OK && is_exposed(fd, holds_secret))
        rc =
            smci_settings_warn(settings,
                               "%s can be changed by others than its owner, or holds a secret that "
                               "they can read: run chmod 600 on it",
                               smci_path_shown(file->path));
    if (rc == SMC_ERR_NOMEM)
        (void)smc_error_set(err, rc, "out of memory");
    smc_buf_wipe(&text);
    (void)close(fd);
    return rc;
}
