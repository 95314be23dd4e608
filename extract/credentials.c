#include "credentials.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sigmacat/json.h>

#include "lib/base/utf8.h"
#include "lib/cli/given_path.h"

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
                             "%s: %s has more than %d bytes, too many for a credentials file", name,
                             path, FILE_MAX);
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

/* Appends the text of a member, reserved first, since growing would leave copies of a secret
 * behind. A NUL or an unpaired surrogate is not taken. */
static enum smc_status read_text(struct smc_json_span value, struct smc_buf *text)
{
    if (smc_json_type_of(value) != SMC_JSON_STRING)
        return SMC_OK;
    enum smc_status rc = smc_buf_reserve(text, value.len);
    if (rc == SMC_OK)
        rc = smc_json_decode(value, text);
    const char *at = smc_buf_str(text);
    const char *end = at + text->len;
    while (at < end && *at && smci_utf8_next(&at, end))
        ;
    if (at < end)
        smc_buf_cut(text, 0);
    return rc;
}

static enum smc_status lend(struct extract_settings *settings, struct smc_json_span value, size_t i,
                            struct smc_error *err)
{
    const char *path = smci_path_shown(settings->credentials);
    const char *name = smci_settings_name(&settings->sources, "--credentials");
    char place[800];
    struct smc_buf text = SMC_BUF_INIT(FILE_MAX);
    enum smc_status rc = read_text(value, &text);
    (void)snprintf(place, sizeof place, "%s: %s: %s", name, path, members[i].member);
    if (rc != SMC_OK)
        rc = smc_error_set(err, rc, "%s", smc_error_text(rc));
    else if (text.len > 0)
        rc = smci_settings_lend(&settings->sources, "--credentials", members[i].flag, text.data,
                                place, err);
    else if (smci_settings_decider(&settings->sources, members[i].flag) == SMCI_FROM_DEFAULT)
        rc = smc_error_set(err, SMC_ERR_USAGE, "%s: %s has no text '%s'; expected: %s", name, path,
                           members[i].member, form);
    smc_buf_wipe(&text);
    return rc;
}

/* The members' values; none for one that is not there. SMC_ERR_SYNTAX also for a doubled one. */
static enum smc_status find_members(const struct smc_buf *text,
                                    struct smc_json_span found[MEMBER_COUNT], struct smc_error *err)
{
    struct smc_json_walk walk;
    struct smc_json_span whole;
    struct smc_json_span key;
    struct smc_json_span value;
    enum smc_status rc = smc_json_scan(text->data, text->len, &whole, err);
    if (rc != SMC_OK || smc_json_type_of(whole) != SMC_JSON_OBJECT ||
        !smc_json_walk_begin(&walk, whole))
        return rc;
    while (smc_json_walk_next(&walk, &key, &value, err))
        for (size_t i = 0; i < MEMBER_COUNT; i++) {
            if (!smc_json_equals(key, members[i].member))
                continue;
            if (found[i].p)
                return smc_error_set(err, SMC_ERR_SYNTAX, "'%s' is there twice", members[i].member);
            found[i] = value;
        }
    return SMC_OK;
}

static enum smc_status take(struct extract_settings *settings, const struct smc_buf *text,
                            struct smc_error *err)
{
    struct smc_error why = SMC_ERROR_INIT;
    struct smc_json_span found[MEMBER_COUNT] = {{NULL, 0}};
    enum smc_status rc = find_members(text, found, &why);
    if (rc != SMC_OK)
        return smc_error_set(err, SMC_ERR_USAGE, "%s: %s: %s; expected: %s",
                             smci_settings_name(&settings->sources, "--credentials"),
                             smci_path_shown(settings->credentials), why.detail, form);
    for (size_t i = 0; rc == SMC_OK && i < MEMBER_COUNT; i++)
        rc = lend(settings, found[i], i, err);
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
        return smc_error_set_errno(err, SMC_ERR_IO, errno, "%s: can't read %s", name,
                                   errno == ENOENT ? smci_path_shown_missing(path) : path);
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
