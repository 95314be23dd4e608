/* Whose the state is: a directory, a file or a note in it that another may have put there is
 * refused or left alone, and nothing elsewhere is changed by it. */
#include "tests/support/extraction.h"
#include "tests/support/program.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/store/ledger.h"
#include "lib/store/store.h"

#define USER  4711 /* nobody else's numbers */
#define OTHER 4712
#define GROUP 4713

/* ---- directories ---- */

struct dir_row {
    const char *name;
    uid_t user; /* who runs */
    uid_t owner;
    gid_t group;
    mode_t mode;
    bool is_link;
    uid_t link_owner;
    const char *why; /* NULL: it is accepted */
};

#define BELONGS "this directory belongs to another user"

static const struct dir_row dir_rows[] = {
    {"its user's", USER, USER, USER, 0700, false, 0, NULL},
    {"readable by all", USER, USER, USER, 0755, false, 0, NULL},
    {"root's, for a group of the user's, as fsGroup makes it", USER, 0, GROUP, 02770, false, 0,
     NULL},
    {"the user's, for the user's own group", USER, USER, USER, 0770, false, 0, NULL},
    {"for a group that the user is not in", USER, USER, OTHER, 0770, false, 0,
     "a group that this user is not in may write to this directory"},
    {"for everybody", USER, USER, USER, 0707, false, 0, "everybody may write to this directory"},
    {"for everybody, as /tmp", USER, 0, 0, 01777, false, 0, "everybody may write to"},
    {"another user's", USER, OTHER, GROUP, 0770, false, 0, BELONGS},
    {"another user's, by root", 0, OTHER, OTHER, 0700, false, 0, BELONGS},
    {"root's, by root", 0, 0, 0, 0700, false, 0, NULL},
    {"a link of the user's", USER, USER, USER, 0700, true, USER, NULL},
    {"a link of root's", USER, USER, USER, 0700, true, 0, NULL},
    {"a link of another user's", USER, USER, USER, 0700, true, OTHER,
     "another user has made this link"},
    {"a link into another user's", USER, OTHER, GROUP, 0770, true, USER, BELONGS},
    {"a link into one for everybody", USER, 0, 0, 0777, true, USER, "everybody may write"},
};

struct visit {
    const struct dir_row *row;
    const char *path;
};

static bool is_refused(enum smc_status rc, const struct smc_error *err, const struct dir_row *row)
{
    if (!row->why)
        return rc == SMC_OK;
    return rc == SMC_ERR_IO && strstr(err->detail, row->why) &&
           strstr(err->detail, "or name another state directory");
}

/* As the user: returns which of the three was not as expected. */
static int visit(void *ctx)
{
    static const gid_t groups[] = {GROUP};
    const struct visit *visit = ctx;
    const struct dir_row *row = visit->row;
    struct smc_error errors[3] = {SMC_ERROR_INIT, SMC_ERROR_INIT, SMC_ERROR_INIT};
    struct smci_store *store = NULL;
    struct smci_ledger *ledger = NULL;
    if (row->user &&
        (setgroups(1, groups) != 0 || setgid(row->user) != 0 || setuid(row->user) != 0))
        return 9;
    (void)umask(022);
    enum smc_status look = smci_store_look(visit->path, &errors[0]);
    enum smc_status open = smci_store_open(&store, visit->path, "h", "c", NULL, &errors[1]);
    enum smc_status record = smci_ledger_open(&ledger, visit->path, true, &errors[2]);
    smci_store_close(store);
    smci_ledger_close(ledger);
    return !is_refused(look, &errors[0], row) + 2 * !is_refused(open, &errors[1], row) +
           4 * !is_refused(record, &errors[2], row);
}

static void test_dir(void **state)
{
    const struct dir_row *row = *state;
    if (geteuid() != 0) {
        print_message("only root can give a directory to somebody\n");
        skip();
    }
    char *dir = temp_dir_make();
    char *place = text_format("%s/place", dir);
    char *link = text_format("%s/link", dir);
    assert_int_equal(chmod(dir, 0755), 0);
    assert_int_equal(mkdir(place, 0700), 0);
    assert_int_equal(chown(place, row->owner, row->group), 0);
    assert_int_equal(chmod(place, row->mode), 0);
    assert_int_equal(symlink(place, link), 0);
    assert_int_equal(lchown(link, row->link_owner, row->link_owner), 0);
    struct visit where = {row, row->is_link ? link : place};
    int status = in_child(visit, &where);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    if (row->is_link) { /* a slash at its end leads behind it */
        char *slash = text_format("%s//", link);
        where.path = slash;
        assert_int_equal(WEXITSTATUS(in_child(visit, &where)), 0);
        free(slash);
    }
    free(place);
    free(link);
    temp_dir_remove(dir);
}

/* ---- files ---- */

enum what { HARD_LINK, SYMBOLIC_LINK, PIPE, OTHERS };

struct file_row {
    const char *name;
    const char *file;
    enum what what;
    const char *why;
};

static const struct file_row file_rows[] = {
    {"the lock is a second name", "run.lock", HARD_LINK, "has another name as well"},
    {"the lock is a link", "run.lock", SYMBOLIC_LINK, "run.lock: "},
    {"the lock is a pipe", "run.lock", PIPE, "this is not a regular file"},
    {"the lock is another user's", "run.lock", OTHERS, "this file belongs to another user"},
    {"the file is a second name", "state.db", HARD_LINK, "has another name as well"},
    {"the file is a link", "state.db", SYMBOLIC_LINK, "state.db: "},
    {"the file is a pipe", "state.db", PIPE, "this is not a regular file"},
    {"its log is a link", "state.db-wal", SYMBOLIC_LINK, "this is not a regular file"},
    {"its log is a second name", "state.db-wal", HARD_LINK, "has another name as well"},
    {"its log is a pipe", "state.db-wal", PIPE, "this is not a regular file"},
    {"its journal is a link", "state.db-journal", SYMBOLIC_LINK, "this is not a regular file"},
    {"the record is a second name", "uploads.db", HARD_LINK, "has another name as well"},
    {"the record's journal is a link", "uploads.db-journal", SYMBOLIC_LINK,
     "this is not a regular file"},
};

static void plant(const char *path, const char *victim, enum what what)
{
    if (what == HARD_LINK)
        assert_int_equal(link(victim, path), 0);
    else if (what == SYMBOLIC_LINK)
        assert_int_equal(symlink(victim, path), 0);
    else if (what == PIPE)
        assert_int_equal(mkfifo(path, 0666), 0);
    else
        file_write(path, "", 0);
    if (what == OTHERS)
        assert_int_equal(chown(path, OTHER, OTHER), 0);
}

static void test_file(void **state)
{
    static const char text[] = "what is nobody's business";
    const struct file_row *row = *state;
    struct smc_error err = SMC_ERROR_INIT;
    struct smci_store *store = NULL;
    struct smci_ledger *ledger = NULL;
    struct stat st;
    if (row->what == OTHERS && geteuid() != 0) {
        print_message("only root can give a file to somebody\n");
        skip();
    }
    char *dir = temp_dir_make();
    char *victim = text_format("%s/victim", dir);
    char *place = text_format("%s/state", dir);
    char *path = text_format("%s/%s", place, row->file);
    assert_int_equal(mkdir(place, 0700), 0);
    file_write(victim, text, strlen(text));
    assert_int_equal(chmod(victim, 0644), 0);
    plant(path, victim, row->what);
    enum smc_status rc = strncmp(row->file, "uploads", 7) == 0
                             ? smci_ledger_open(&ledger, place, true, &err)
                             : smci_store_open(&store, place, "h", "c", NULL, &err);
    assert_int_equal(rc, SMC_ERR_IO);
    assert_contains(err.detail, row->why);
    if (strcmp(row->file, "run.lock") == 0) {
        smc_error_reset(&err);
        assert_int_equal(smci_store_look(place, &err), SMC_ERR_IO);
        assert_contains(err.detail, row->why);
    }
    char *after = file_read(victim, NULL);
    assert_string_equal(after, text);
    assert_int_equal(stat(victim, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0644);
    free(after);
    free(path);
    free(place);
    free(victim);
    temp_dir_remove(dir);
}

/* ---- a note that leads elsewhere ---- */

struct note_row {
    const char *name;
    const char *publishing;
    bool is_here; /* it names this run's directory, in another way */
};

static const struct note_row note_rows[] = {
    {"a set to be removed", NULL, false},
    {"a set to be taken back", "1", false},
    {"a set to be removed here", NULL, true},
    {"a set to be taken back here", "1", true},
};

static void note(const struct extraction *x, const char *directory, const char *publishing)
{
    (void)mkdir(x->output, 0755);
    struct smci_store *store = extraction_open_store(x, NULL, NULL);
    assert_int_equal(smci_store_put_value(store, "set.directory", directory, NULL), SMC_OK);
    assert_int_equal(smci_store_put_value(store, "set.timestamp", "1700000000", NULL), SMC_OK);
    assert_int_equal(smci_store_put_value(store, "set.is_publishing", publishing, NULL), SMC_OK);
    smci_store_close(store);
}

static void test_note(void **state)
{
    static const char *const files[] = {"1700000000-workbooks.json",
                                        "1700000000-elements.json.part"};
    struct extraction *x = *state;
    const struct note_row *row = x->row;
    extraction_plain_estate(x);
    extraction_start(x);
    char *elsewhere = text_format("%s/elsewhere", x->dir);
    char *here = text_format("%s/../%s", x->output, strrchr(x->output, '/') + 1);
    const char *there = row->is_here ? here : elsewhere;
    assert_int_equal(mkdir(elsewhere, 0755), 0);
    note(x, there, row->publishing);
    text_put(there, files[0], "[]");
    text_put(there, files[1], "[]");
    if (extraction_run(x, NULL) != SMC_OK)
        fail_msg("%s", x->err.detail);
    for (size_t i = 0; i < 2; i++) {
        char *path = text_format("%s/%s", there, files[i]);
        bool is_due = row->is_here && (i == 1 || row->publishing);
        assert_int_equal(file_exists(path), !is_due);
        free(path);
    }
    assert_int_equal(extraction_count_lines(x, "this run leaves that alone", elsewhere),
                     !row->is_here && row->publishing);
    free(elsewhere);
    free(here);
}

int main(void)
{
    return RUN_TABLE("directories", dir_rows, test_dir) + RUN_TABLE("files", file_rows, test_file) +
           EXTRACTION_TABLE("notes", note_rows, test_note);
}
