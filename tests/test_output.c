#include "support/log_sink.h"
#include "support/program.h"
#include "support/support.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/set/fileset.h"
#include "lib/set/recover.h"

#include "lib/base/dir.h"

#define START INT64_C(1790000000)

/* ---- system calls that fail when told: they stand before libc's for the code under test ---- */

static struct {
    int fsync_at, fsync_errno; /* which call fails, from 1; 0: none */
    int close_at, close_errno;
    int rename_at, rename_errno; /* -1 for each of them; KILLED for an errno: it kills */
    int link_errno;
    int interrupts; /* of write, before it works */
    size_t short_bytes;
    int fsyncs, closes, renames;
    int synced;        /* fsyncs before the last rename */
    char removed[256]; /* names, each with a blank */
} fault;

#define KILLED (-1)

int fsync(int fd)
{
    if (++fault.fsyncs != fault.fsync_at)
        return (int)syscall(SYS_fsync, fd);
    errno = fault.fsync_errno;
    return -1;
}

int close(int fd)
{
    int result = (int)syscall(SYS_close, fd);
    if (++fault.closes != fault.close_at)
        return result;
    errno = fault.close_errno;
    return -1;
}

ssize_t write(int fd, const void *bytes, size_t len)
{
    if (fault.interrupts > 0) {
        fault.interrupts--;
        errno = EINTR;
        return -1;
    }
    if (fault.short_bytes && len > fault.short_bytes)
        len = fault.short_bytes;
    return syscall(SYS_write, fd, bytes, len);
}

/* Names that are taken back. */
int renameat(int from_fd, const char *from, int to_fd, const char *to)
{
    size_t len = strlen(fault.removed);
    (void)snprintf(fault.removed + len, sizeof fault.removed - len, "%s ", from);
    return (int)syscall(SYS_renameat2, from_fd, from, to_fd, to, 0);
}

int renameat2(int from_fd, const char *from, int to_fd, const char *to, unsigned int flags)
{
    fault.synced = fault.fsyncs;
    if (++fault.renames == fault.rename_at || fault.rename_at == -1) {
        if (fault.rename_errno == KILLED)
            (void)raise(SIGKILL);
        errno = fault.rename_errno;
        return -1;
    }
    return (int)syscall(SYS_renameat2, from_fd, from, to_fd, to, flags);
}

int linkat(int from_fd, const char *from, int to_fd, const char *to, int flags)
{
    if (!fault.link_errno)
        return (int)syscall(SYS_linkat, from_fd, from, to_fd, to, flags);
    errno = fault.link_errno;
    return -1;
}

/* ---- what the tests share ---- */

struct fixture {
    char *dir;
    struct smci_fileset *set;
    struct log_sink log;
    struct smc_error err;
};

static struct fixture *fixture_make(void)
{
    (void)memset(&fault, 0, sizeof fault);
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->dir = temp_dir_make();
    log_sink_init(&f->log);
    return f;
}

static int setup(void **state)
{
    *state = fixture_make();
    return 0;
}

static void fixture_free(struct fixture *f)
{
    smci_fileset_free(f->set);
    (void)memset(&fault, 0, sizeof fault);
    log_sink_clear(&f->log);
    temp_dir_remove(f->dir);
    free(f);
}

static int teardown(void **state)
{
    fixture_free(*state);
    return 0;
}

static enum smc_status open_names(struct fixture *f, const char *const *names, size_t count)
{
    enum smc_status rc = smci_fileset_open(&f->set, f->dir, names, count, f->log.log, &f->err);
    return rc == SMC_OK ? smci_fileset_begin(f->set, START, &f->err) : rc;
}

static void open_set(struct fixture *f)
{
    static const char *const names[] = {"x", "array", "text", "unfinished", "summary"};
    if (open_names(f, names, sizeof names / sizeof names[0]) != SMC_OK)
        fail_msg("%s", f->err.detail);
    assert_int_equal(smci_fileset_timestamp(f->set), START);
}

static void end_set(struct fixture *f)
{
    smci_fileset_free(f->set);
    f->set = NULL;
}

static struct smci_part *begin(struct fixture *f, const char *name)
{
    struct smci_part *file = NULL;
    if (smci_fileset_file(f->set, name, &file, &f->err) != SMC_OK)
        fail_msg("%s", f->err.detail);
    return file;
}

static void add(struct fixture *f, struct smci_part *file, const char *record)
{
    assert_int_equal(smci_part_record(file, &f->err), SMC_OK);
    assert_int_equal(smci_part_write(file, record, strlen(record), &f->err), SMC_OK);
}

static const char *const letters[] = {"a", "b", "c", "d"};

/* A set of `count` finished files a, b, c, ... of one record each. */
static void finished_set(struct fixture *f, int count)
{
    assert_int_equal(open_names(f, letters, (size_t)count), SMC_OK);
    for (int i = 0; i < count; i++) {
        struct smci_part *file = begin(f, letters[i]);
        add(f, file, "{}");
        assert_int_equal(smci_part_finish(file, &f->err), SMC_OK);
    }
}

static char *path_of(const struct fixture *f, const char *name)
{
    return text_format("%s/%" PRId64 "-%s", f->dir, START, name);
}

static bool has(const struct fixture *f, const char *name)
{
    char *path = path_of(f, name);
    bool exists = file_exists(path);
    free(path);
    return exists;
}

static void assert_content(const struct fixture *f, const char *name, const char *expected)
{
    char *path = path_of(f, name);
    char *text = file_read(path, NULL);
    assert_string_equal(text, expected);
    free(text);
    free(path);
}

static void put(const struct fixture *f, const char *name, const char *text)
{
    char *path = path_of(f, name);
    file_write(path, text, strlen(text));
    free(path);
}

static void assert_says(const struct fixture *f, enum smc_status code, const char *text)
{
    assert_int_equal(f->err.code, code);
    assert_contains(f->err.detail, text);
}

/* ---- one file ---- */

struct text_row {
    const char *name;
    const char *records[4];
    const char *expected;
};
static const struct text_row texts[] = {
    {"no record", {0}, "[]\n"},
    {"one record", {"{\"a\":1}"}, "[\n{\"a\":1}\n]\n"},
    {"three records", {"1", "2", "3"}, "[\n1,\n2,\n3\n]\n"},
    {"a record of no bytes", {""}, "[\n\n]\n"},
};

static void test_text(void **state)
{
    const struct text_row *row = *state;
    struct fixture *f = fixture_make();
    open_set(f);
    struct smci_part *file = begin(f, "x");
    int64_t records = 0;
    for (; row->records[records]; records++)
        add(f, file, row->records[records]);
    assert_int_equal(smci_part_finish(file, &f->err), SMC_OK);
    assert_content(f, "x.json.part", row->expected);
    assert_int_equal(smci_part_records(file), records);
    assert_int_equal(smci_part_bytes(file), strlen(row->expected));
    fixture_free(f);
}

struct size_row {
    const char *name;
    size_t record_bytes;
    int records;
    int interrupts;
    size_t short_bytes;
};
static const struct size_row sizes[] = {
    {"many small", 7, 30000, 0, 0},
    {"just the buffer", 65536, 3, 0, 0},
    {"one less than the buffer", 65535, 3, 0, 0},
    {"larger than the buffer", 200001, 3, 0, 0},
    {"5 MB in one", 5000000, 1, 0, 0},
    {"short writes", 100000, 3, 0, 4097},
    {"one byte a write", 3000, 2, 0, 1},
    {"interrupted", 100000, 3, 5, 0},
    {"interrupted, short", 70000, 3, 3, 1000},
};

static void test_size(void **state)
{
    const struct size_row *row = *state;
    struct fixture *f = fixture_make();
    struct smc_buf expected = SMC_BUF_INIT(SIZE_MAX);
    char *record = malloc(row->record_bytes);
    assert_non_null(record);
    open_set(f);
    struct smci_part *file = begin(f, "x");
    fault.interrupts = row->interrupts;
    fault.short_bytes = row->short_bytes;
    for (int i = 0; i < row->records; i++) {
        (void)memset(record, 'a' + i % 26, row->record_bytes);
        assert_int_equal(smci_part_record(file, &f->err), SMC_OK);
        assert_int_equal(smci_part_write(file, record, row->record_bytes, &f->err), SMC_OK);
        assert_int_equal(smc_buf_addstr(&expected, i ? ",\n" : "[\n"), SMC_OK);
        assert_int_equal(smc_buf_add(&expected, record, row->record_bytes), SMC_OK);
    }
    assert_int_equal(smc_buf_addstr(&expected, "\n]\n"), SMC_OK);
    assert_int_equal(smci_part_finish(file, &f->err), SMC_OK);
    assert_int_equal(smci_part_bytes(file), expected.len);
    assert_content(f, "x.json.part", expected.data);
    free(record);
    smc_buf_clear(&expected);
    fixture_free(f);
}

static void test_plain_text(void **state)
{
    struct fixture *f = *state;
    open_set(f);
    struct smci_part *file = begin(f, "summary");
    assert_int_equal(smci_part_text(file, "{}\n", 3, &f->err), SMC_OK);
    assert_int_equal(smci_part_finish(file, &f->err), SMC_OK);
    assert_int_equal(smci_part_bytes(file), 3);
    assert_content(f, "summary.json.part", "{}\n");
}

static void test_misuse(void **state)
{
    struct fixture *f = *state;
    struct smci_part *none = NULL;
    open_set(f);
    assert_int_equal(smci_fileset_file(f->set, "a/b", &none, NULL), SMC_ERR_INTERNAL);
    assert_int_equal(smci_fileset_file(f->set, "", &none, NULL), SMC_ERR_INTERNAL);
    assert_null(none);
    struct smci_part *array = begin(f, "array");
    assert_int_equal(smci_part_write(array, "1", 1, NULL), SMC_ERR_INTERNAL);
    add(f, array, "1");
    assert_int_equal(smci_part_text(array, "1", 1, NULL), SMC_ERR_INTERNAL);
    struct smci_part *text = begin(f, "text");
    assert_int_equal(smci_part_text(text, "1", 1, NULL), SMC_OK);
    assert_int_equal(smci_part_text(text, "1", 1, NULL), SMC_ERR_INTERNAL);
    assert_int_equal(smci_part_record(text, NULL), SMC_ERR_INTERNAL);
    assert_int_equal(smci_part_finish(text, NULL), SMC_OK);
    assert_int_equal(smci_part_finish(text, NULL), SMC_ERR_INTERNAL);
    assert_int_equal(smci_fileset_publish(f->set, &f->err), SMC_ERR_INTERNAL);
    assert_says(f, SMC_ERR_INTERNAL, "array.json: it is not finished");
    assert_int_equal(smci_part_finish(array, NULL), SMC_OK);
    assert_int_equal(smci_fileset_publish(f->set, NULL), SMC_OK);
    assert_int_equal(smci_fileset_publish(f->set, NULL), SMC_ERR_INTERNAL);
    assert_int_equal(smci_fileset_file(f->set, "late", &none, NULL), SMC_ERR_INTERNAL);
}

/* ---- the set ---- */

struct mode_row {
    const char *name;
    mode_t umask, expected;
};
static const struct mode_row modes[] = {
    {"umask 000", 0, 0640},
    {"umask 022", 022, 0640},
    {"umask 027", 027, 0640},
    {"umask 077", 077, 0600},
};

static void test_mode(void **state)
{
    const struct mode_row *row = *state;
    struct fixture *f = fixture_make();
    mode_t before = umask(row->umask);
    finished_set(f, 1);
    (void)umask(before);
    assert_int_equal(smci_fileset_publish(f->set, &f->err), SMC_OK);
    char *path = path_of(f, "a.json");
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, row->expected);
    free(path);
    fixture_free(f);
}

static void test_publish(void **state)
{
    struct fixture *f = *state;
    finished_set(f, 3);
    assert_true(has(f, "a.json.part"));
    assert_false(has(f, "a.json"));
    assert_string_equal(log_sink_text(&f->log), "");
    fault.fsyncs = 0;
    assert_int_equal(smci_fileset_publish(f->set, &f->err), SMC_OK);
    assert_int_equal(fault.renames, 3);
    assert_int_equal(fault.fsyncs, 2);
    char *expected = text_format("INFO - Wrote output file: %s/1790000000-a.json (7 bytes)\n"
                                 "INFO - Wrote output file: %s/1790000000-b.json (7 bytes)\n"
                                 "INFO - Wrote output file: %s/1790000000-c.json (7 bytes)\n",
                                 f->dir, f->dir, f->dir);
    assert_string_equal(log_sink_text(&f->log), expected);
    free(expected);
    end_set(f);
    assert_content(f, "a.json", "[\n{}\n]\n");
    assert_true(has(f, "c.json"));
    assert_false(has(f, "c.json.part"));
}

static void test_free_removes(void **state)
{
    struct fixture *f = *state;
    open_set(f);
    (void)begin(f, "unfinished");
    put(f, "other.json.part", "of somebody else");
    assert_true(has(f, "unfinished.json.part") && has(f, "summary.json.part"));
    end_set(f);
    smci_fileset_free(NULL);
    assert_false(has(f, "unfinished.json.part") || has(f, "summary.json.part"));
    assert_true(has(f, "other.json.part"));
}

static void test_part_is_symlink(void **state)
{
    struct fixture *f = *state;
    struct smci_part *file = NULL;
    open_set(f);
    put(f, "victim", "precious");
    char *victim = path_of(f, "victim");
    char *part = path_of(f, "x.json.part");
    assert_int_equal(symlink(victim, part), 0);
    assert_int_equal(smci_fileset_file(f->set, "x", &file, &f->err), SMC_ERR_IO);
    assert_says(f, SMC_ERR_IO, "x.json.part: can't create it");
    assert_null(file);
    assert_content(f, "victim", "precious");
    free(victim);
    free(part);
}

struct taken_row {
    const char *name;
    const char *file; /* what is in the way */
    bool is_dangling; /* a link to nothing */
    int rename_errno;
    int link_errno;
};
static const struct taken_row taken[] = {
    {"the first is taken", "a.json", false, 0, 0},
    {"one in the middle is taken", "b.json", false, 0, 0},
    {"the last is taken", "c.json", false, 0, 0},
    {"by a link to nothing", "b.json", true, 0, 0},
    {"without renameat2", "c.json", false, ENOSYS, 0},
    {"by a link, without renameat2", "c.json", true, EINVAL, 0},
    {"without links either", "c.json", false, EINVAL, EPERM},
    {"by a link, without links either", "c.json", true, EINVAL, EOPNOTSUPP},
};

static void test_taken(void **state)
{
    const struct taken_row *row = *state;
    struct fixture *f = fixture_make();
    finished_set(f, 3);
    char *path = path_of(f, row->file);
    if (row->is_dangling)
        assert_int_equal(symlink("nowhere", path), 0);
    else
        file_write(path, "old", 3);
    fault.rename_at = row->rename_errno ? -1 : 0;
    fault.rename_errno = row->rename_errno;
    fault.link_errno = row->link_errno;
    assert_int_equal(smci_fileset_publish(f->set, &f->err), SMC_ERR_IO);
    assert_says(f, SMC_ERR_IO, row->file);
    assert_says(f, SMC_ERR_IO, "left alone");
    assert_string_equal(log_sink_text(&f->log), "");
    end_set(f);
    for (char name[] = "a.json"; name[0] <= 'c'; name[0]++)
        assert_int_equal(has(f, name), !row->is_dangling && strcmp(name, row->file) == 0);
    struct stat st;
    assert_int_equal(lstat(path, &st), 0);
    if (!row->is_dangling)
        assert_content(f, row->file, "old");
    assert_false(has(f, "c.json.part"));
    free(path);
    fixture_free(f);
}

struct publish_row {
    const char *name;
    int fsync_at, fsync_errno, rename_at, rename_errno, link_errno;
    const char *says; /* NULL: published */
};
static const struct publish_row publishes[] = {
    {"the first rename fails", 0, 0, 1, EIO, 0, "a.json.part: can't rename it"},
    {"the last rename fails", 0, 0, 3, EROFS, 0, "c.json.part: can't rename it"},
    {"the first sync of the directory fails", 1, EIO, 0, 0, 0, "can't sync the directory"},
    {"the last sync of the directory fails", 2, ENOSPC, 0, 0, 0, "can't sync the directory"},
    {"a file system without renameat2", 0, 0, -1, ENOSYS, 0, NULL},
    {"one that does not know the flag", 0, 0, -1, EINVAL, 0, NULL},
    {"one without links either", 0, 0, -1, EINVAL, EPERM, NULL},
    {"one that can't sync a directory", 1, EINVAL, 0, 0, 0, NULL},
};

static void test_publish_fault(void **state)
{
    const struct publish_row *row = *state;
    struct fixture *f = fixture_make();
    finished_set(f, 3);
    fault.fsyncs = 0;
    fault.fsync_at = row->fsync_at;
    fault.fsync_errno = row->fsync_errno;
    fault.rename_at = row->rename_at;
    fault.rename_errno = row->rename_errno;
    fault.link_errno = row->link_errno;
    assert_int_equal(smci_fileset_publish(f->set, &f->err), row->says ? SMC_ERR_IO : SMC_OK);
    if (row->says)
        assert_says(f, SMC_ERR_IO, row->says);
    end_set(f);
    for (char name[] = "a.json"; name[0] <= 'c'; name[0]++)
        assert_int_equal(has(f, name), row->says == NULL);
    for (char part[] = "a.json.part"; part[0] <= 'c'; part[0]++)
        assert_false(has(f, part));
    fixture_free(f);
}

/* A summary without the rest would count as a whole set: it is taken back first, and on the disk. */
static void test_undone_backwards(void **state)
{
    struct fixture *f = *state;
    finished_set(f, 4);
    fault.fsyncs = 0;
    fault.fsync_at = 2; /* the directory, after the last rename */
    fault.fsync_errno = EIO;
    assert_int_equal(smci_fileset_publish(f->set, &f->err), SMC_ERR_IO);
    assert_int_equal(fault.fsyncs, 3);
    assert_string_equal(fault.removed,
                        "1790000000-d.json 1790000000-c.json 1790000000-b.json 1790000000-a.json ");
}

static void recover(struct fixture *f, bool *is_complete)
{
    const struct smci_site site = {f->dir, open(f->dir, O_RDONLY | O_DIRECTORY), letters, 3};
    assert_true(site.dir_fd >= 0);
    if (smci_recover(&site, START, true, is_complete, f->log.log, &f->err) != SMC_OK)
        fail_msg("%s", f->err.detail);
    (void)close(site.dir_fd);
}

/* The rest must be on the disk before the summary, which is last, gets its name. */
static void test_synced_before_the_summary(void **state)
{
    struct fixture *f = *state;
    bool is_complete = false;
    finished_set(f, 3);
    fault.fsyncs = 0;
    assert_int_equal(smci_fileset_publish(f->set, &f->err), SMC_OK);
    assert_int_equal(fault.synced, 1);
    end_set(f);
    char *name = path_of(f, "c.json");
    char *part = path_of(f, "c.json.part");
    assert_int_equal(rename(name, part), 0);
    free(name);
    free(part);
    fault.fsyncs = 0;
    recover(f, &is_complete);
    assert_true(is_complete && has(f, "c.json"));
    assert_int_equal(fault.synced, 1);
    assert_int_equal(fault.fsyncs, 2);
}

/* ---- killed ---- */

struct kill_row {
    const char *name;
    int rename_at; /* killed in place of this rename; 0: before publishing */
};
static const struct kill_row kills[] = {
    {"killed while writing", 0},
    {"killed at the first rename", 1},
    {"killed at the second rename", 2},
    {"killed at the last rename", 3},
};

static int die(void *ctx)
{
    struct fixture *f = ctx;
    finished_set(f, 3);
    if (fault.rename_at == 0)
        (void)raise(SIGKILL);
    return (int)smci_fileset_publish(f->set, &f->err);
}

static void test_killed(void **state)
{
    const struct kill_row *row = *state;
    struct fixture *f = fixture_make();
    fault.rename_at = row->rename_at;
    fault.rename_errno = KILLED;
    int status = in_child(die, f);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    char name[] = "a.json";
    for (int i = 1; i <= 3; i++, name[0]++) {
        assert_int_equal(has(f, name), i < row->rename_at);
        if (has(f, name))
            assert_content(f, name, "[\n{}\n]\n");
    }
    assert_false(has(f, "c.json"));
    assert_true(has(f, "c.json.part"));
    /* One whose publication had begun can be finished; any other is left over. */
    fault.rename_at = 0;
    bool is_publishing = row->rename_at > 0;
    bool is_complete = false;
    if (is_publishing)
        recover(f, &is_complete);
    assert_int_equal(is_complete, is_publishing);
    assert_int_equal(open_names(f, letters, 3), SMC_OK);
    assert_int_equal(smci_fileset_timestamp(f->set), START + is_publishing);
    end_set(f);
    for (char file[] = "a.json"; file[0] <= 'c'; file[0]++)
        assert_int_equal(has(f, file), is_publishing);
    for (char part[] = "a.json.part"; part[0] <= 'c'; part[0]++)
        assert_false(has(f, part));
    fixture_free(f);
}

/* ---- disks that fail ---- */

struct disk_row {
    const char *name;
    int fsync_at, close_at, error;
    const char *says;
};
static const struct disk_row disks[] = {
    {"fsync says the disk failed", 1, 0, EIO, "x.json.part: can't sync it"},
    {"fsync says there is no space", 1, 0, ENOSPC, "x.json.part: can't sync it"},
    {"close says there is no space", 0, 1, EDQUOT, "x.json.part: can't close it"},
};

static void test_disk(void **state)
{
    const struct disk_row *row = *state;
    struct fixture *f = fixture_make();
    open_set(f);
    struct smci_part *file = begin(f, "x");
    add(f, file, "1");
    fault.fsyncs = fault.closes = 0;
    fault.fsync_at = row->fsync_at;
    fault.fsync_errno = fault.close_errno = row->error;
    fault.close_at = row->close_at;
    assert_int_equal(smci_part_finish(file, &f->err), SMC_ERR_IO);
    assert_says(f, SMC_ERR_IO, row->says);
    assert_int_equal(f->err.sys_errno, row->error);
    assert_int_equal(smci_part_finish(file, NULL), SMC_ERR_IO);
    assert_int_equal(smci_fileset_publish(f->set, NULL), SMC_ERR_INTERNAL);
    fixture_free(f);
}

/* Writes until it fails, then empties the file and finishes it. Returns 0 when all is as expected,
 * 77 to be skipped. */
static int fill(void *ctx)
{
    struct fixture *f = ctx;
    static const char block[10000];
    struct smci_part *file = NULL;
    static const char *const names[] = {"x", "summary"};
    if (open_names(f, names, 2) != SMC_OK ||
        smci_fileset_file(f->set, "x", &file, &f->err) != SMC_OK)
        return 1;
    enum smc_status rc = SMC_OK;
    for (int i = 0; rc == SMC_OK && i < 1000; i++) {
        rc = smci_part_record(file, &f->err);
        if (rc == SMC_OK)
            rc = smci_part_write(file, block, sizeof block, &f->err);
    }
    if (rc != SMC_ERR_IO || !strstr(f->err.detail, "1790000000-x.json.part: can't write it"))
        return 2;
    if (f->err.sys_errno != EFBIG && f->err.sys_errno != ENOSPC)
        return 3;
    if (smci_part_record(file, NULL) != SMC_ERR_IO || smci_part_finish(file, NULL) != SMC_ERR_IO)
        return 4;
    smci_fileset_free(f->set);
    return has(f, "x.json.part") ? 6 : 0;
}

static int fill_limited(void *ctx)
{
    struct fixture *f = ctx;
    const struct rlimit limit = {300000, 300000};
    (void)signal(SIGXFSZ, SIG_IGN);
    return setrlimit(RLIMIT_FSIZE, &limit) == 0 ? fill(f) : 77;
}

static int fill_tmpfs(void *ctx)
{
    struct fixture *f = ctx;
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("tmpfs", f->dir, "tmpfs", 0, "size=300k") != 0)
        return 77;
    return fill(f);
}

static void assert_child(int status)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        skip();
    assert_int_equal(status, 0);
}

static void test_size_limit(void **state)
{
    assert_child(in_child(fill_limited, *state));
}

static void test_full_disk(void **state)
{
    assert_child(in_child(fill_tmpfs, *state));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_plain_text),
        TEST(test_misuse),
        TEST(test_publish),
        TEST(test_undone_backwards),
        TEST(test_synced_before_the_summary),
        TEST(test_free_removes),
        TEST(test_part_is_symlink),
        TEST(test_size_limit),
        TEST(test_full_disk),
    };
    int failed = cmocka_run_group_tests_name("output", tests, NULL, NULL);
    failed += RUN_TABLE("texts", texts, test_text) + RUN_TABLE("sizes", sizes, test_size);
    failed += RUN_TABLE("modes", modes, test_mode) + RUN_TABLE("taken", taken, test_taken) +
              RUN_TABLE("disks", disks, test_disk);
    failed += RUN_TABLE("publishes", publishes, test_publish_fault) +
              RUN_TABLE("kills", kills, test_killed);
    return failed;
}
