#include "status_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sigmacat/buf.h>
#include <sigmacat/json.h>

#include "lib/base/digest.h"
#include "lib/base/dir.h"
#include "lib/json/write.h"

#define FORMAT   1
#define FILE_MAX ((size_t)1024 * 1024)

static const char *const state_names[] = {"none",   "running", "published",
                                          "failed", "stopped", "killed"};

const char *status_state_name(enum status_state state)
{
    return state_names[state];
}

enum smc_status status_scope(const char *host, const char *client_id,
                             char scope[STATUS_SCOPE_BYTES], struct smc_error *err)
{
    char hex[SMCI_DIGEST_SIZE] = "";
    struct smci_digest *digest = smci_digest_new();
    bool is_made = digest && smci_digest_add(digest, host, strlen(host) + 1) == SMC_OK &&
                   smci_digest_add(digest, client_id, strlen(client_id)) == SMC_OK &&
                   smci_digest_finish(digest, hex) == SMC_OK;
    smci_digest_free(digest);
    hex[STATUS_SCOPE_BYTES - 1] = '\0';
    (void)memcpy(scope, hex, STATUS_SCOPE_BYTES);
    return is_made
               ? SMC_OK
               : smc_error_set(err, SMC_ERR_NOMEM, "SHA-256: out of memory, or libcrypto has none");
}

/* The caller frees it. NULL: memory ran out. */
static char *path_of(const char *state)
{
    return smci_dir_path(state, STATUS_FILE);
}

/* ---- reading ---- */

static int64_t take_int(struct smc_json_span object, const char *name, int64_t fallback)
{
    int64_t number = fallback;
    return smc_json_int64(smc_json_member(object, name), &number) ? number : fallback;
}

static bool take_bool(struct smc_json_span object, const char *name)
{
    struct smc_json_span value = smc_json_member(object, name);
    return value.len == 4 && memcmp(value.p, "true", 4) == 0;
}

/* Cut to `size`. */
static void take_text(struct smc_json_span object, const char *name, char *text, size_t size)
{
    struct smc_buf decoded = SMC_BUF_INIT(FILE_MAX);
    struct smc_json_span value = smc_json_member(object, name);
    *text = '\0';
    if (smc_json_type_of(value) == SMC_JSON_STRING && smc_json_decode(value, &decoded) == SMC_OK)
        (void)snprintf(text, size, "%s", smc_buf_str(&decoded));
    smc_buf_clear(&decoded);
}

static enum status_state take_state(struct smc_json_span object)
{
    for (size_t i = 0; i < sizeof state_names / sizeof state_names[0]; i++)
        if (smc_json_equals(smc_json_member(object, "state"), state_names[i]))
            return (enum status_state)i;
    return STATUS_NONE;
}

static void take_kinds(struct smc_json_span list, struct status_run *run)
{
    struct smc_json_walk walk;
    struct smc_json_span one;
    if (smc_json_type_of(list) != SMC_JSON_ARRAY || !smc_json_walk_begin(&walk, list))
        return;
    while (run->kind_count < STATUS_KINDS_MAX && smc_json_walk_next(&walk, NULL, &one, NULL)) {
        struct status_kind *kind = &run->kinds[run->kind_count++];
        take_text(one, "name", kind->name, sizeof kind->name);
        kind->done = take_int(one, "done", 0);
        kind->total = take_int(one, "total", -1);
    }
}

static void take_run(struct smc_json_span object, struct status_run *run)
{
    *run = (struct status_run){.state = take_state(object),
                               .pid = take_int(object, "pid", 0),
                               .began_s = take_int(object, "began", 0),
                               .updated_s = take_int(object, "updated", 0),
                               .ended_s = take_int(object, "ended", 0),
                               .exit_status = take_int(object, "exit_status", 0),
                               .calls = take_int(object, "calls", 0),
                               .refused = take_int(object, "refused", 0),
                               .waits_until_s = take_int(object, "waits_until", 0),
                               .gaps = take_int(object, "gaps", 0),
                               .is_degraded = take_bool(object, "degraded"),
                               .is_partial = take_bool(object, "partial"),
                               .set = take_int(object, "set", 0)};
    take_text(object, "error", run->error, sizeof run->error);
    take_kinds(smc_json_member(object, "kinds"), run);
}

static void take_entry(struct smc_json_span object, struct status_entry *entry)
{
    struct smc_json_span rate = smc_json_member(object, "rate");
    take_text(object, "scope", entry->scope, sizeof entry->scope);
    take_text(object, "host", entry->host, sizeof entry->host);
    take_text(object, "profile", entry->profile, sizeof entry->profile);
    take_text(object, "organization_id", entry->organization, sizeof entry->organization);
    take_text(object, "directory", entry->directory, sizeof entry->directory);
    take_run(smc_json_member(object, "run"), &entry->run);
    take_run(smc_json_member(object, "run_before"), &entry->before);
    entry->published_s = take_int(object, "published", 0);
    entry->published_set = take_int(object, "published_set", 0);
    entry->kept = take_int(object, "kept_answers", 0);
    entry->kept_from_s = take_int(object, "kept_from", 0);
    entry->kept_until_s = take_int(object, "kept_until", 0);
    entry->rate = (struct status_rate){.rate = take_int(rate, "rate", 0),
                                       .least = take_int(rate, "least", 0),
                                       .most = take_int(rate, "most", 0),
                                       .at_once = take_int(rate, "at_once", 0),
                                       .learnt_s = take_int(rate, "learnt", 0)};
}

static enum smc_status damaged(const char *path, struct smc_error *err)
{
    return smc_error_set(err, SMC_ERR_STORE, "%s: the file is damaged; the next run replaces it",
                         path);
}

static enum smc_status take_file(struct smc_json_span root, const char *path,
                                 struct status_file *file, struct smc_error *err)
{
    char version[32];
    struct smc_json_walk walk;
    struct smc_json_span one;
    int64_t format = take_int(root, "format", 0);
    struct smc_json_span list = smc_json_member(root, "entries");
    take_text(root, "version", version, sizeof version);
    if (format > FORMAT)
        return smc_error_set(err, SMC_ERR_STORE,
                             "%s: the file is of a newer version of this program%s%s; use that one",
                             path, *version ? ", " : "", version);
    if (format < 1 || smc_json_type_of(list) != SMC_JSON_ARRAY || !smc_json_walk_begin(&walk, list))
        return damaged(path, err);
    while (file->count < STATUS_ENTRIES_MAX && smc_json_walk_next(&walk, NULL, &one, NULL))
        take_entry(one, &file->entries[file->count++]);
    return SMC_OK;
}

/* SMC_ERR_IO with ENOENT: there is none. */
static enum smc_status read_text(const char *path, struct smc_buf *text, struct smc_error *err)
{
    struct stat st;
    char piece[16384];
    ssize_t got = -1;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return smc_error_set_errno(err, SMC_ERR_IO, errno, "%s: can't be read", path);
    enum smc_status rc = SMC_OK;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        rc = smc_error_set(err, SMC_ERR_IO, "%s: this is not a regular file", path);
    while (rc == SMC_OK && (got = read(fd, piece, sizeof piece)) > 0)
        rc = smc_buf_add(text, piece, (size_t)got);
    if (rc == SMC_OK && got < 0)
        rc = smc_error_set_errno(err, SMC_ERR_IO, errno, "%s: can't be read", path);
    else if (rc == SMC_ERR_CAP)
        rc = damaged(path, err);
    (void)close(fd);
    return rc;
}

static enum smc_status read_file(const char *path, struct status_file *file, struct smc_error *err)
{
    struct smc_json_span root;
    struct smc_buf text = SMC_BUF_INIT(FILE_MAX);
    enum smc_status rc = read_text(path, &text, err);
    if (rc == SMC_OK && smc_json_scan(smc_buf_str(&text), text.len, &root, NULL) != SMC_OK)
        rc = damaged(path, err);
    if (rc == SMC_OK)
        rc = take_file(root, path, file, err);
    smc_buf_clear(&text);
    return rc;
}

enum smc_status status_file_read(const char *state, struct status_file **file,
                                 struct smc_error *err)
{
    struct smc_error why = SMC_ERROR_INIT;
    char *path = path_of(state);
    struct status_file *made = calloc(1, sizeof *made);
    enum smc_status rc = SMC_ERR_NOMEM;
    if (path && made)
        rc = read_file(path, made, &why);
    else
        (void)smc_error_set(&why, rc, "out of memory");
    bool is_absent = rc == SMC_ERR_IO && (why.sys_errno == ENOENT || why.sys_errno == ENOTDIR);
    *file = rc == SMC_OK ? made : NULL;
    if (rc != SMC_OK)
        free(made);
    free(path);
    return is_absent || rc == SMC_OK ? SMC_OK : smc_error_copy(err, &why);
}

/* ---- writing ---- */

static void put_kinds(struct smci_writer *json, const struct status_run *run)
{
    smci_write_array(json, "kinds");
    for (size_t i = 0; i < run->kind_count; i++) {
        smci_write_object(json, NULL);
        smci_write_text(json, "name", run->kinds[i].name);
        smci_write_int(json, "done", run->kinds[i].done);
        smci_write_int(json, "total", run->kinds[i].total);
        smci_write_close(json);
    }
    smci_write_close(json);
}

static void put_run(struct smci_writer *json, const char *name, const struct status_run *run)
{
    smci_write_object(json, name);
    smci_write_text(json, "state", state_names[run->state]);
    smci_write_int(json, "pid", run->pid);
    smci_write_int(json, "began", run->began_s);
    smci_write_int(json, "updated", run->updated_s);
    smci_write_int(json, "ended", run->ended_s);
    smci_write_int(json, "exit_status", run->exit_status);
    smci_write_text(json, "error", run->error);
    smci_write_int(json, "calls", run->calls);
    smci_write_int(json, "refused", run->refused);
    smci_write_int(json, "waits_until", run->waits_until_s);
    smci_write_int(json, "gaps", run->gaps);
    smci_write_bool(json, "degraded", run->is_degraded);
    smci_write_bool(json, "partial", run->is_partial);
    smci_write_int(json, "set", run->set);
    put_kinds(json, run);
    smci_write_close(json);
}

static void put_entry(struct smci_writer *json, const struct status_entry *entry)
{
    smci_write_object(json, NULL);
    smci_write_text(json, "scope", entry->scope);
    smci_write_text(json, "host", entry->host);
    smci_write_text(json, "profile", entry->profile);
    smci_write_text(json, "organization_id", entry->organization);
    smci_write_text(json, "directory", entry->directory);
    put_run(json, "run", &entry->run);
    if (entry->before.state != STATUS_NONE)
        put_run(json, "run_before", &entry->before);
    smci_write_int(json, "published", entry->published_s);
    smci_write_int(json, "published_set", entry->published_set);
    smci_write_int(json, "kept_answers", entry->kept);
    smci_write_int(json, "kept_from", entry->kept_from_s);
    smci_write_int(json, "kept_until", entry->kept_until_s);
    smci_write_object(json, "rate");
    smci_write_int(json, "rate", entry->rate.rate);
    smci_write_int(json, "least", entry->rate.least);
    smci_write_int(json, "most", entry->rate.most);
    smci_write_int(json, "at_once", entry->rate.at_once);
    smci_write_int(json, "learnt", entry->rate.learnt_s);
    smci_write_close(json);
    smci_write_close(json);
}

static enum smc_status compose(const struct status_file *file, struct smc_buf *text,
                               struct smc_error *err)
{
    struct smci_writer json = smci_write_begin(text, SMCI_WRITE_LINES);
    smci_write_int(&json, "format", FORMAT);
    smci_write_text(&json, "program", "castor-extract-sigma");
    smci_write_text(&json, "version", SMC_VERSION);
    smci_write_array(&json, "entries");
    for (size_t i = 0; i < file->count; i++)
        put_entry(&json, &file->entries[i]);
    return smci_write_end(&json, err);
}

static enum smc_status write_all(const char *path, const struct smc_buf *text,
                                 struct smc_error *err)
{
    int fd = -1;
    enum smc_status rc = smci_private_file(path, &fd, err);
    if (rc != SMC_OK)
        return rc;
    errno = EIO; /* of a write that ends before its end */
    if (ftruncate(fd, 0) != 0 || write(fd, text->data, text->len) != (ssize_t)text->len)
        rc = smc_error_set_errno(err, SMC_ERR_IO, errno, "%s: can't be written", path);
    (void)close(fd);
    return rc;
}

enum smc_status status_file_write(const char *state, const struct status_file *file,
                                  struct smc_error *err)
{
    struct smc_buf text = SMC_BUF_INIT(FILE_MAX);
    char *path = path_of(state);
    char *part = smci_dir_path(state, STATUS_FILE ".part");
    enum smc_status rc = path && part ? compose(file, &text, err)
                                      : smc_error_set(err, SMC_ERR_NOMEM, "out of memory");
    if (rc == SMC_OK)
        rc = write_all(part, &text, err);
    if (rc == SMC_OK && rename(part, path) != 0)
        rc = smc_error_set_errno(err, SMC_ERR_IO, errno, "%s: can't be replaced", path);
    if (rc != SMC_OK && part)
        (void)unlink(part);
    smc_buf_clear(&text);
    free(path);
    free(part);
    return rc;
}
