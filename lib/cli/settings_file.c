#include "settings_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "given_path.h"

static enum smc_status read_bytes(const char *path, int fd, struct smc_buf *text,
                                  struct smc_error *err)
{
    enum smc_status rc = smc_buf_read(text, fd);
    if (rc == SMC_ERR_IO)
        return smc_error_set_errno(err, rc, errno, "can't read the configuration file %s",
                                   smci_path_shown(path));
    if (rc == SMC_ERR_CAP)
        return smc_error_set(err, SMC_ERR_USAGE,
                             "%s: more than %zu bytes, which can't be a configuration file",
                             smci_path_shown(path), SMCI_SETTINGS_FILE_MAX);
    return rc;
}

/* libyaml calls a tab, also one in an otherwise empty line, a character that can't start a
 * token: nobody would know what is meant. */
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
                                 "%s:%d:%d: a tab: YAML is indented with spaces only",
                                 smci_path_shown(path), line_number, (int)(tab - line) + 1);
        const char *next = memchr(at, '\n', (size_t)(end - at));
        line = next ? next + 1 : end;
    }
    return SMC_OK;
}

enum smc_status smci_settings_read_file(struct smci_settings *settings,
                                        const struct smci_settings_file *file,
                                        struct smc_error *err)
{
    struct smc_buf text = SMC_BUF_INIT(SMCI_SETTINGS_FILE_MAX);
    bool holds_secret = false;
    int fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return smc_error_set_errno(err, SMC_ERR_IO, errno, "can't read the configuration file %s",
                                   errno == ENOENT ? smci_path_shown_missing(file->path)
                                                   : smci_path_shown(file->path));
    enum smc_status rc = read_bytes(file->path, fd, &text, err);
    if (rc == SMC_OK)
        rc = check_tabs(file->path, &text, err);
    if (rc == SMC_OK)
        rc = smci_settings_read_keys(settings, file, text.data, text.len, &holds_secret, err);
    if (rc == SMC_OK)
        rc = smc_buf_addstr(&settings->file, file->path);
    bool is_exposed =
        smci_file_is_writable_by_others(fd) || (holds_secret && smci_secret_is_exposed(fd));
    if (rc == SMC_OK && is_exposed)
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
