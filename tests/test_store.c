#include "support/support.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/store/store.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

struct fixture {
    char *dir;   /* of the test */
    char *state; /* the state directory below it */
    struct fake_clock clock;
    struct smci_store *store;
    struct smc_error err;
};

static void open_as(struct fixture *f, const char *host, const char *client)
{
    if (smci_store_open(&f->store, f->state, host, client, &f->clock.clock, &f->err) != SMC_OK)
        fail_msg("%s", f->err.detail);
}

static void reopen(struct fixture *f)
{
    smci_store_close(f->store);
    open_as(f, "host", "client");
}

static struct fixture *fixture_make(void)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->dir = temp_dir_make();
    f->state = text_format("%s/out/.sigmacat", f->dir);
    fake_clock_init(&f->clock);
    return f;
}

static void fixture_free(struct fixture *f)
{
    smci_store_close(f->store);
    free(f->state);
    temp_dir_remove(f->dir);
    free(f);
}

static int setup(void **state)
{
    struct fixture *f = fixture_make();
    open_as(f, "host", "client");
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture_free(*state);
    return 0;
}

#define OK(call)                                                                                   \
    do {                                                                                           \
        if ((call) != SMC_OK)                                                                      \
            fail_msg("%s: %s", #call, f->err.detail);                                              \
    } while (0)

static void assert_says(const struct fixture *f, enum smc_status code, const char *text)
{
    assert_int_equal(f->err.code, code);
    assert_contains(f->err.detail, text);
}

static void put(struct fixture *f, const char *kind, const char *id, int page, const char *body)
{
    OK(smci_store_put_page(f->store, kind, id, page, body, strlen(body), &f->err));
}

static void finish(struct fixture *f, const char *kind, const char *id, const char *tag, int pages)
{
    const struct smci_outcome outcome = {.http_status = 200, .pages = pages};
    OK(smci_store_finish(f->store, kind, id, tag, &outcome, &f->err));
}

static bool is_kept(struct fixture *f, const char *kind, const char *id, const char *tag)
{
    bool found = false;
    struct smci_outcome outcome;
    OK(smci_store_get(f->store, kind, id, tag, &found, &outcome, &f->err));
    return found;
}

static void assert_page(struct fixture *f, const char *kind, const char *id, int page,
                        const char *expected)
{
    struct smc_buf body = SMC_BUF_INIT(SIZE_MAX);
    OK(smci_store_page(f->store, kind, id, page, &body, &f->err));
    assert_string_equal(smc_buf_str(&body), expected);
    smc_buf_clear(&body);
}

static bool add(struct fixture *f, const char *list, const char *id)
{
    bool added = false;
    OK(smci_list_add(f->store, list, id, NULL, NULL, &added, &f->err));
    return added;
}

static int64_t count(struct fixture *f, const char *list)
{
    struct smci_item item = {0};
    bool found = true;
    while (found)
        OK(smci_list_next(f->store, list, item.position, &found, &item, &f->err));
    return item.position;
}

/* All ids of a list, each followed by a blank; the caller frees the text. */
static char *walk(struct fixture *f, const char *list)
{
    struct smc_buf ids = SMC_BUF_INIT(SIZE_MAX);
    struct smci_item item = {0};
    bool found = true;
    while (found) {
        int64_t before = item.position;
        OK(smci_list_next(f->store, list, before, &found, &item, &f->err));
        if (found) {
            assert_int_equal(item.position, before + 1);
            assert_int_equal(smc_buf_addf(&ids, "%s ", item.id), SMC_OK);
        }
    }
    char *text = text_format("%s", smc_buf_str(&ids));
    smc_buf_clear(&ids);
    return text;
}

static void assert_list(struct fixture *f, const char *list, const char *expected)
{
    char *ids = walk(f, list);
    assert_string_equal(ids, expected);
    free(ids);
}

static void assert_value(struct fixture *f, const char *name, const char *expected)
{
    struct smc_buf value = SMC_BUF_INIT(SIZE_MAX);
    bool found = false;
    OK(smci_store_get_value(f->store, name, &found, &value, &f->err));
    assert_int_equal(found, expected != NULL);
    assert_string_equal(smc_buf_str(&value), expected ? expected : "");
    smc_buf_clear(&value);
}

/* ---- answers ---- */

static void test_answer(void **state)
{
    struct fixture *f = *state;
    put(f, "sources", "w1", 0, "page 0");
    put(f, "sources", "w1", 1, "page 1");
    assert_false(is_kept(f, "sources", "w1", NULL));
    finish(f, "sources", "w1", "12/2024", 2);
    assert_true(is_kept(f, "sources", "w1", NULL));
    assert_true(is_kept(f, "sources", "w1", "12/2024"));
    assert_false(is_kept(f, "sources", "w1", "13/2024"));
    assert_false(is_kept(f, "sources", "w1", ""));
    assert_false(is_kept(f, "sources", "w2", NULL));
    assert_false(is_kept(f, "elements", "w1", NULL));
    assert_page(f, "sources", "w1", 0, "page 0");
    assert_page(f, "sources", "w1", 1, "page 1");
}

static void test_outcome(void **state)
{
    struct fixture *f = *state;
    bool found = false;
    struct smci_outcome outcome = {.http_status = 404, .fetched_s = 5, .reason = "it is gone"};
    OK(smci_store_finish(f->store, "sources", "w1", NULL, &outcome, &f->err));
    outcome = (struct smci_outcome){0};
    OK(smci_store_finish(f->store, "sources", "w2", "", &outcome, &f->err));
    reopen(f);
    OK(smci_store_get(f->store, "sources", "w1", "", &found, &outcome, &f->err));
    assert_true(found);
    assert_int_equal(outcome.http_status, 404);
    assert_int_equal(outcome.pages, 0);
    assert_int_equal(outcome.fetched_s, INT64_C(1790000000));
    assert_string_equal(outcome.reason, "it is gone");
    OK(smci_store_get(f->store, "sources", "w2", NULL, &found, &outcome, &f->err));
    assert_true(found);
    assert_int_equal(outcome.http_status, 0);
    assert_string_equal(outcome.reason, "");
    OK(smci_store_get(f->store, "sources", "w3", NULL, &found, &outcome, &f->err));
    assert_false(found);
    assert_int_equal(outcome.fetched_s, 0);
}

static void test_answer_anew(void **state)
{
    struct fixture *f = *state;
    put(f, "sources", "w", 0, "old 0");
    put(f, "sources", "w", 1, "old 1");
    put(f, "sources", "w", 0, "newer 0");
    finish(f, "sources", "w", "1", 2);
    assert_page(f, "sources", "w", 0, "newer 0");
    /* a new answer begins: the old one is gone at once, with all its pages */
    put(f, "sources", "w", 0, "new 0");
    assert_false(is_kept(f, "sources", "w", NULL));
    assert_int_equal(smci_store_finish(f->store, "sources", "w", "2",
                                       &(struct smci_outcome){.http_status = 200, .pages = 2},
                                       NULL),
                     SMC_ERR_STORE);
    assert_false(is_kept(f, "sources", "w", NULL));
    finish(f, "sources", "w", "2", 1);
    assert_page(f, "sources", "w", 0, "new 0");
    assert_false(is_kept(f, "sources", "w", "1"));
    /* fewer pages than a try that was cut off had left */
    put(f, "sources", "x", 0, "0");
    put(f, "sources", "x", 1, "left over");
    finish(f, "sources", "x", "", 1);
    struct smc_buf body = SMC_BUF_INIT(SIZE_MAX);
    assert_int_equal(smci_store_page(f->store, "sources", "x", 1, &body, &f->err), SMC_ERR_STORE);
    assert_says(f, SMC_ERR_STORE, "pages of an answer are not there: sources");
    /* a failure takes the place of an answer */
    OK(smci_store_finish(f->store, "sources", "w", "3", &(struct smci_outcome){.http_status = 404},
                         NULL));
    assert_int_equal(smci_store_page(f->store, "sources", "w", 0, &body, NULL), SMC_ERR_STORE);
    assert_int_equal(body.len, 0);
}

static void test_unfinished_page(void **state)
{
    struct fixture *f = *state;
    struct smc_buf body = SMC_BUF_INIT(SIZE_MAX);
    put(f, "sources", "w", 0, "half");
    assert_int_equal(smci_store_page(f->store, "sources", "w", 0, &body, NULL), SMC_ERR_STORE);
    assert_int_equal(smci_store_page(f->store, "never", "w", 0, &body, NULL), SMC_ERR_STORE);
}

struct body_row {
    const char *name;
    size_t len;
};
static const struct body_row bodies[] = {
    {"no byte", 0},          {"one byte", 1},   {"a page of SQLite", 4096},
    {"70,000 bytes", 70000}, {"9 MB", 9000000},
};

/* Bodies of all byte values, twice over in one group, before and after reopening. */
static void test_body(void **state)
{
    const struct body_row *row = *state;
    struct fixture *f = fixture_make();
    open_as(f, "host", "client");
    char *bytes = malloc(row->len + 1);
    assert_non_null(bytes);
    for (size_t i = 0; i < row->len; i++)
        bytes[i] = (char)(i * 7 + i / 256);
    OK(smci_store_put_page(f->store, "k", "a", 0, bytes, row->len, &f->err));
    OK(smci_store_put_page(f->store, "k", "a", 1, bytes, row->len, &f->err));
    finish(f, "k", "a", "", 2);
    for (int round = 0; round < 2; round++) {
        struct smc_buf body = SMC_BUF_INIT(SIZE_MAX);
        assert_int_equal(smc_buf_addstr(&body, "<"), SMC_OK);
        OK(smci_store_page(f->store, "k", "a", 1, &body, &f->err));
        assert_int_equal(body.len, row->len + 1);
        assert_memory_equal(body.data + 1, bytes, row->len);
        smc_buf_clear(&body);
        reopen(f);
    }
    free(bytes);
    fixture_free(f);
}

static void test_body_cap(void **state)
{
    struct fixture *f = *state;
    struct smc_buf small = SMC_BUF_INIT(5);
    put(f, "k", "a", 0, "six by");
    finish(f, "k", "a", "", 1);
    assert_int_equal(smci_store_page(f->store, "k", "a", 0, &small, &f->err), SMC_ERR_CAP);
    assert_int_equal(small.len, 0);
    /* that was the caller's, not the store's: it goes on */
    assert_page(f, "k", "a", 0, "six by");
}

/* ---- lists ---- */

static void test_list(void **state)
{
    struct fixture *f = *state;
    bool found = true;
    struct smci_item item;
    assert_int_equal(count(f, "a"), 0);
    assert_list(f, "a", "");
    OK(smci_list_find(f->store, "a", "z", &found, &item, &f->err));
    assert_false(found);
    assert_true(add(f, "a", "z"));
    assert_true(add(f, "b", "z"));
    assert_true(add(f, "a", "m"));
    assert_false(add(f, "a", "z"));
    assert_true(add(f, "a", "a"));
    assert_false(add(f, "a", "a"));
    assert_true(add(f, "a", "b"));
    for (int round = 0; round < 2; round++) {
        assert_list(f, "a", "z m a b ");
        assert_list(f, "b", "z ");
        assert_int_equal(count(f, "a"), 4);
        OK(smci_list_find(f->store, "a", "a", &found, &item, &f->err));
        assert_true(found);
        assert_int_equal(item.position, 3);
        OK(smci_list_find(f->store, "b", "a", &found, &item, &f->err));
        assert_false(found);
        reopen(f);
    }
    assert_false(add(f, "a", "m"));
    assert_true(add(f, "a", "c"));
    assert_list(f, "a", "z m a b c ");
    OK(smci_store_forget_lists(f->store, &f->err));
    assert_int_equal(count(f, "a"), 0);
    assert_true(add(f, "b", "y"));
    reopen(f);
    assert_list(f, "a", "");
    assert_list(f, "b", "y ");
}

struct after_row {
    const char *name;
    int64_t after, expected; /* 0: none */
};
static const struct after_row afters[] = {
    {"from the start", 0, 1},
    {"a negative position", -1, 1},
    {"the least number", INT64_MIN, 1},
    {"in the middle", 1, 2},
    {"at the end", 3, 0},
    {"beyond", 4, 0},
    {"where another list begins", INT64_C(1) << 40, 0},
    {"the greatest number", INT64_MAX, 0},
};

static void test_after(void **state)
{
    const struct after_row *row = *state;
    struct fixture *f = fixture_make();
    open_as(f, "host", "client");
    const char *const ids[] = {"a", "b", "c"};
    for (size_t i = 0; i < COUNT(ids); i++) {
        assert_true(add(f, "before", i == 0 ? "x" : ids[i]));
        assert_true(add(f, "list", ids[i]));
        assert_true(add(f, "later", ids[i]));
    }
    bool found = false;
    struct smci_item item = {0};
    OK(smci_list_next(f->store, "list", row->after, &found, &item, &f->err));
    assert_int_equal(found, row->expected != 0);
    assert_int_equal(item.position, row->expected);
    if (row->expected)
        assert_string_equal(item.id, ids[row->expected - 1]);
    fixture_free(f);
}

struct item_row {
    const char *name;
    const char *id, *tag, *text;
};
static const struct item_row items[] = {
    {"plain", "w1", "12/2024", "A workbook"},
    {"quotes and wildcards", "'; DROP TABLE item;--", "%_\"", "`[x]`"},
    {"control characters", "a\nb\tc\x01", "\x1b[31m", "\r\n"},
    {"not UTF-8", "\xff\xfe", "\xc3", "\xed\xa0\x80"},
    {"emoji, right to left", "\xf0\x9f\x98\x80", "\xd7\xa9", "\xe2\x80\xae"},
    {"empty", "", "", ""},
    {"a number", "007", "1e3", "0x10"},
    {"none", "id", NULL, NULL},
};

static void test_item(void **state)
{
    const struct item_row *row = *state;
    struct fixture *f = fixture_make();
    struct smci_item item;
    bool found = false;
    open_as(f, "host", "client");
    OK(smci_list_add(f->store, "l", row->id, row->tag, row->text, NULL, &f->err));
    OK(smci_list_add(f->store, "l", row->id, "other", "other", NULL, &f->err));
    reopen(f);
    assert_int_equal(count(f, "l"), 1);
    OK(smci_list_find(f->store, "l", row->id, &found, &item, &f->err));
    assert_true(found);
    OK(smci_list_next(f->store, "l", 0, &found, &item, &f->err));
    assert_true(found);
    assert_string_equal(item.id, row->id);
    assert_string_equal(item.tag, row->tag ? row->tag : "");
    assert_string_equal(item.name, row->text ? row->text : "");
    fixture_free(f);
}

static void test_long_name(void **state)
{
    struct fixture *f = *state;
    char name[65] = {0};
    (void)memset(name, 'x', 63);
    assert_true(add(f, name, "a"));
    reopen(f);
    assert_list(f, name, "a ");
    name[63] = 'x';
    assert_int_equal(smci_list_add(f->store, name, "a", "", "", NULL, &f->err), SMC_ERR_INTERNAL);
    assert_says(f, SMC_ERR_INTERNAL, "too long");
}

/* 30,000 items in no order of their ids, all found again. */
static void test_long_list(void **state)
{
    struct fixture *f = *state;
    char id[16];
    for (uint32_t i = 0; i < 30000; i++) {
        (void)snprintf(id, sizeof id, "%08x", i * UINT32_C(2654435761));
        assert_true(add(f, "long", id));
        assert_false(add(f, "long", id));
    }
    reopen(f);
    struct smci_item item = {0};
    bool found = true;
    for (uint32_t i = 0; i < 30000; i++) {
        (void)snprintf(id, sizeof id, "%08x", i * UINT32_C(2654435761));
        OK(smci_list_next(f->store, "long", i, &found, &item, &f->err));
        assert_true(found);
        assert_int_equal(item.position, i + 1);
        assert_string_equal(item.id, id);
    }
    assert_int_equal(count(f, "long"), 30000);
}

/* ---- values ---- */

static void test_value(void **state)
{
    struct fixture *f = *state;
    struct smc_buf value = SMC_BUF_INIT(SIZE_MAX);
    bool found = false;
    assert_value(f, "rate", NULL);
    OK(smci_store_put_value(f->store, "rate", "17.5", &f->err));
    OK(smci_store_put_value(f->store, "empty", "", &f->err));
    assert_value(f, "rate", "17.5");
    OK(smci_store_put_value(f->store, "rate", "18", &f->err));
    reopen(f);
    assert_value(f, "rate", "18");
    assert_value(f, "empty", "");
    assert_int_equal(smc_buf_addstr(&value, "="), SMC_OK);
    OK(smci_store_get_value(f->store, "rate", &found, &value, &f->err));
    assert_string_equal(value.data, "=18");
    smc_buf_clear(&value);
    OK(smci_store_put_value(f->store, "rate", NULL, &f->err));
    OK(smci_store_put_value(f->store, "rate", NULL, &f->err));
    assert_value(f, "rate", NULL);
}

/* ---- scopes ---- */

struct scope_row {
    const char *name;
    const char *host, *client;
};
static const struct scope_row scopes[] = {
    {"another host", "other", "client"},
    {"another client", "host", "other"},
    {"the same letters", "hostc", "lient"},
    {"in capitals", "HOST", "client"},
    {"no client", "host", ""},
};

static void test_scope(void **state)
{
    const struct scope_row *row = *state;
    struct fixture *f = fixture_make();
    open_as(f, "host", "client");
    put(f, "k", "w", 0, "first");
    finish(f, "k", "w", "", 1);
    assert_true(add(f, "l", "first"));
    OK(smci_store_put_value(f->store, "v", "first", &f->err));
    smci_store_close(f->store);

    open_as(f, row->host, row->client);
    assert_false(is_kept(f, "k", "w", NULL));
    assert_list(f, "l", "");
    assert_value(f, "v", NULL);
    put(f, "k", "w", 0, "second");
    finish(f, "k", "w", "", 1);
    assert_true(add(f, "l", "second"));
    assert_true(add(f, "l", "first"));
    OK(smci_store_put_value(f->store, "v", "second", &f->err));
    assert_list(f, "l", "second first ");
    OK(smci_store_forget_older(f->store, NULL, INT64_MAX, &f->err));
    OK(smci_store_forget_lists(f->store, &f->err));
    assert_true(add(f, "l", "anew")); /* from position 1 on */
    assert_list(f, "l", "anew ");
    OK(smci_store_put_value(f->store, "v", NULL, &f->err));

    reopen(f);
    assert_page(f, "k", "w", 0, "first");
    assert_list(f, "l", ""); /* it was of a run that is over */
    assert_value(f, "v", "first");
    fixture_free(f);
}

/* ---- files and directories ---- */

struct umask_row {
    const char *name;
    mode_t umask;
};
static const struct umask_row umasks[] = {
    {"umask 000", 0}, {"umask 022", 022}, {"umask 0277", 0277}};

static void assert_mode(const struct fixture *f, const char *name, mode_t expected)
{
    char *path = text_format("%s/%s", f->state, name);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, expected);
    free(path);
}

static void test_modes(void **state)
{
    const struct umask_row *row = *state;
    struct fixture *f = fixture_make();
    free(f->state);
    f->state = text_format("%s/state/", f->dir);
    mode_t before = umask(row->umask);
    open_as(f, "host", "client");
    assert_true(add(f, "l", "x"));
    OK(smci_store_commit(f->store, &f->err));
    (void)umask(before);
    assert_mode(f, "", 0700);
    assert_mode(f, "run.lock", 0600);
    assert_mode(f, "state.db", 0600);
    assert_mode(f, "state.db-wal", 0600);
    fixture_free(f);
}

static void test_mode_tightened(void **state)
{
    struct fixture *f = *state;
    smci_store_close(f->store);
    f->store = NULL;
    char *path = text_format("%s/state.db", f->state);
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(chmod(f->state, 0755), 0);
    free(path);
    open_as(f, "host", "client");
    assert_mode(f, "state.db", 0600);
    assert_mode(f, "", 0755);
}

/* A name that SQLite would take for the address of a store in memory. */
static void test_odd_directory(void **state)
{
    struct fixture *f = *state;
    char *back = getcwd(NULL, 0);
    assert_non_null(back);
    smci_store_close(f->store);
    f->store = NULL;
    free(f->state);
    f->state = text_format("file:x?mode=memory");
    assert_int_equal(chdir(f->dir), 0);
    open_as(f, "host", "client");
    assert_true(add(f, "l", "x"));
    reopen(f);
    assert_list(f, "l", "x ");
    assert_int_equal(chdir(back), 0);
    free(back);
}

static void test_no_shared_memory(void **state)
{
    struct fixture *f = *state;
    char *path = text_format("%s/state.db-shm", f->state);
    assert_false(file_exists(path));
    assert_int_equal(mkdir(path, 0700), 0);
    free(path);
    assert_true(add(f, "l", "x"));
    reopen(f);
    assert_list(f, "l", "x ");
}

struct place_row {
    const char *name;
    const char *below;               /* of the test's directory, for the state */
    const char *link, *target;       /* a link made first; NULL: none */
    const char *directory, *regular; /* what else is there; NULL: nothing */
    const char *says;
};
static const struct place_row places[] = {
    {"a regular file", "x", NULL, NULL, NULL, "x", "/x: this is not a directory"},
    {"below a regular file", "x/y", NULL, NULL, NULL, "x", "/x: this is not a directory"},
    {"below /proc", "../../../../../../proc/x", NULL, NULL, NULL, NULL,
     "proc/x: can't make the directory"},
    {"the state file is a link", "", "state.db", "victim", NULL, "victim",
     "/state.db: can't open the file"},
    {"the lock is a link", "", "run.lock", "victim", NULL, "victim",
     "/run.lock: can't open the file"},
    {"the state file is a directory", "", NULL, NULL, "state.db", NULL,
     "/state.db: can't open the file"},
    {"no name", NULL, NULL, NULL, NULL, NULL, "name is empty"},
};

static void test_place(void **state)
{
    const struct place_row *row = *state;
    struct fixture *f = fixture_make();
    free(f->state);
    f->state = row->below ? text_format("%s/%s", f->dir, row->below) : text_format("%s", "");
    char *link = text_format("%s/%s", f->dir, row->link ? row->link : "");
    char *directory = text_format("%s/%s", f->dir, row->directory ? row->directory : "");
    char *regular = text_format("%s/%s", f->dir, row->regular ? row->regular : "");
    if (row->link)
        assert_int_equal(symlink(row->target, link), 0);
    if (row->directory)
        assert_int_equal(mkdir(directory, 0700), 0);
    if (row->regular)
        file_write(regular, "precious", 8);
    assert_int_equal(smci_store_open(&f->store, f->state, "h", "c", NULL, &f->err), SMC_ERR_IO);
    assert_null(f->store);
    assert_says(f, SMC_ERR_IO, row->says);
    if (row->regular) {
        char *text = file_read(regular, NULL);
        assert_string_equal(text, "precious");
        free(text);
    }
    free(link);
    free(directory);
    free(regular);
    fixture_free(f);
}

/* A large page is written in place: whole, over a smaller or larger one, and found again. */
static void test_large_page(void **state)
{
    static const size_t lens[] = {9 << 20, 5, 12 << 20, (8 << 20) + 1, 9 << 20};
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
        char *bytes = malloc(lens[i] + 1);
        assert_non_null(bytes);
        for (size_t at = 0; at < lens[i]; at++)
            bytes[at] = (char)('a' + (at * 7 + i) % 26);
        bytes[lens[i]] = '\0';
        OK(smci_store_put_page(f->store, "k", "a", 0, bytes, lens[i], &f->err));
        finish(f, "k", "a", "", 1);
        assert_page(f, "k", "a", 0, bytes);
        reopen(f);
        assert_true(is_kept(f, "k", "a", ""));
        assert_page(f, "k", "a", 0, bytes);
        free(bytes);
    }
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_answer),          TEST(test_outcome),       TEST(test_answer_anew),
        TEST(test_unfinished_page), TEST(test_body_cap),      TEST(test_list),
        TEST(test_long_name),       TEST(test_long_list),     TEST(test_value),
        TEST(test_mode_tightened),  TEST(test_odd_directory), TEST(test_no_shared_memory),
        TEST(test_large_page),
    };
    int failed = cmocka_run_group_tests_name("store", tests, NULL, NULL);
    failed += RUN_TABLE("bodies", bodies, test_body) + RUN_TABLE("afters", afters, test_after) +
              RUN_TABLE("items", items, test_item);
    failed += RUN_TABLE("scopes", scopes, test_scope) + RUN_TABLE("umasks", umasks, test_modes) +
              RUN_TABLE("places", places, test_place);
    return failed;
}
