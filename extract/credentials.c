#include "credentials.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/cli/given_path.h"
#include "lib/json/tree.h"

/* A longer one is taken for a wrong file. */
#define FILE_MAX 16384

/* Its members, and the settings that they stand for. */
static const struct {
    const char *member;
    const char *flag;
} members[] = {{"host", "--host"}, {"clientId", "--client-id"}, {"apiToken", "--api-token"}};

#define MEMBER_COUNT (sizeof members / sizeof members[0])

static const char form[] = "{\"apiToken\": \"...\", \"clientId\": \"...\", \"host\": \"...\"}";

static enum smc_status read_bytes(const char *name, const char *path, int fd, struct smc_buf *text,
                                  struct smc_error *err)
{
    enum smc_status rc = smc_buf_read(text, fd);
    if (rc == SMC_ERR_IO)
        return smc_error_set_errno(err, rc, errno, "%s: can't read %s", name, path);
    if (rc == SMC_ERR_CAP)
        return smc_error_set(err, SMC_ERR_USAGE,
                             "%s: %s has more than %d bytes, which is no such file", name, path,
                             FILE_MAX);
    if (rc == SMC_OK && text->len == 0)
        return smc_error_set(err, SMC_ERR_IO, "%s: %s is empty", name, path);
    return rc == SMC_OK ? rc : smc_error_set(err, rc, "out of memory");
}

/* Whether all of it was given by itself, at the same place or a higher one. */
static bool is_unneeded(const struct smci_settings *settings)
{
    enum smci_source source = smci_settings_source(settings, "--credentials");
    for (size_t i = 0; i < MEMBER_COUNT; i++)
        if (smci_settings_decider(settings, members[i].flag) < source)
            return false;
    return true;
}

static enum smc_status lend(struct extract_settings *settings, struct smci_tree *root, size_t i,
                            struct smc_error *err)
{
    const char *text = smci_tree_text(root, members[i].member);
    const char *path = smci_path_shown(settings->credentials);
    const char *name = smci_settings_name(&settings->sources, "--credentials");
    char place[800];
    if (text && *text) {
        (void)snprintf(place, sizeof place, "%s: %s: %s", name, path, members[i].member);
        return smci_settings_lend(&settings->sources, "--credentials", members[i].flag, text, place,
                                  err);
    }
    if (smci_settings_decider(&settings->sources, members[i].flag) != SMCI_FROM_DEFAULT)
        return SMC_OK;
    return smc_error_set(err, SMC_ERR_USAGE, "%s: %s has no text '%s': expected is %s", name, path,
                         members[i].member, form);
}

static enum smc_status take(struct extract_settings *settings, const struct smc_buf *text,
                            struct smc_error *err)
{
    const char *name = smci_settings_name(&settings->sources, "--credentials");
    struct smc_error why = SMC_ERROR_INIT;
    struct smci_tree *root = smci_tree_parse(text->data, text->len, &why);
    enum smc_status rc = SMC_OK;
    if (!root && why.code != SMC_ERR_NOMEM)
        return smc_error_set(err, SMC_ERR_USAGE, "%s: %s: %s; expected is %s", name,
                             smci_path_shown(settings->credentials), why.detail, form);
    if (!root)
        return smc_error_set(err, why.code, "out of memory");
    for (size_t i = 0; rc == SMC_OK && i < MEMBER_COUNT; i++)
        rc = lend(settings, root, i, err);
    smci_tree_free(root);
    return rc;
}

enum smc_status credentials_read(struct extract_settings *settings, struct smc_error *err)
{
    const char *path = settings->credentials;
    const char *name = smci_settings_name(&settings->sources, "--credentials");
    if (!path || is_unneeded(&settings->sources))
        return SMC_OK;
    bool is_stdin = strcmp(path, "-") == 0;
    int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return smc_error_set_errno(err, SMC_ERR_IO, errno, "%s: can't read %s", name, path);
    struct smc_buf text = SMC_BUF_INIT(FILE_MAX);
    enum smc_status rc = read_bytes(name, path, fd, &text, err);
    if (rc == SMC_OK)
        rc = take(settings, &text, err);
    if (rc == SMC_OK && smci_secret_is_exposed(fd))
        rc = smci_settings_warn(&settings->sources,
                                "%s: %s can be read by others than its owner: run chmod 600 on it",
                                name, smci_path_shown(path));
    smc_buf_wipe(&text);
    if (!is_stdin)
        (void)close(fd);
    return rc;
}
