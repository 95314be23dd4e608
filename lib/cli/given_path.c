#include "given_path.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SHOWN_MAX 200

const char *smci_path_shown(const char *path)
{
    size_t len = strlen(path);
    return len > SHOWN_MAX ? path + len - SHOWN_MAX : path;
}

const char *smci_path_shown_missing(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    size_t len = strlen(name);
    bool is_likely_secret = len >= 40 || (len >= 20 && !strchr(name, '.'));
    return is_likely_secret ? "(a name that is not shown, since it looks like a secret itself)"
                            : smci_path_shown(path);
}

enum smc_status smci_path_resolve(const char *text, const char *base, const char *home,
                                  struct smc_buf *out, struct smc_error *err)
{
    bool is_home = text[0] == '~' && (text[1] == '\0' || text[1] == '/');
    if (text[0] == '~' && (!is_home || !home))
        return smc_error_set(
            err, SMC_ERR_USAGE,
            is_home ? "'~' means nothing here, since HOME is not set: give the whole path"
                    : "'~' is understood only alone or before '/': give the whole path");
    if (text[0] == '$')
        return smc_error_set(
            err, SMC_ERR_USAGE,
            "variables are not replaced here: write ~/ for the home directory, or the "
            "whole path");
    if (is_home)
        return smc_buf_addf(out, "%s%s", home, text + 1);
    const char *slash = strrchr(base, '/');
    bool is_relative = text[0] != '/' && strcmp(text, "-") != 0;
    return smc_buf_addf(out, "%.*s%s", is_relative && slash ? (int)(slash - base) + 1 : 0, base,
                        text);
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

bool smci_file_is_writable_by_others(int fd)
{
    return has_mode(fd, S_IWGRP, S_IWOTH);
}
