/* Damaged state files: what an earlier run has kept is changed, byte by byte and row by row. A run
 * publishes what it would publish without that file, or ends with what is status 5 and publishes
 * nothing; what was mended is told.
 *
 * A sample of the places by default, so that it takes seconds; with SMC_LONG set a hundred times as
 * many, each page among them, and with SMC_LONG=all every byte. SMC_DAMAGE_SHOW=1 shows
 * each try, SMC_DAMAGE_FROM=n begins elsewhere. */
#include "tests/support/extraction.h"
#include "tests/support/undisturbed.h"

#include <glob.h>
#include <sqlite3.h>
#include <unistd.h>

#define PAGE    4096
#define DAMAGED "had kept in the state directory were damaged"

struct bytes {
    char *p;
    size_t len;
};

/* What a run has left, and how the next is called. */
struct kept {
    struct undisturbed whole;
    struct bytes db;
    struct bytes wal; /* none where the run ended well */
    const char *options;
};

static struct bytes read_bytes(const struct extraction *x, const char *name)
{
    struct bytes bytes = {NULL, 0};
    char *path = text_format("%s/.sigmacat/%s", x->output, name);
    if (file_exists(path))
        bytes.p = file_read(path, &bytes.len);
    free(path);
    return bytes;
}

static void write_bytes(const struct extraction *x, const char *name, struct bytes bytes)
{
    char *path = text_format("%s/.sigmacat/%s", x->output, name);
    (void)unlink(path);
    if (bytes.p)
        file_write(path, bytes.p, bytes.len);
    free(path);
}

static void remove_sets(const struct extraction *x)
{
    glob_t found;
    char *pattern = text_format("%s/[0-9]*", x->output);
    if (glob(pattern, 0, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++)
            assert_int_equal(unlink(found.gl_pathv[i]), 0);
        globfree(&found);
    }
    free(pattern);
}

static void kept_clear(struct kept *kept)
{
    undisturbed_clear(&kept->whole);
    free(kept->db.p);
    free(kept->wal.p);
}

/* ---- what runs leave ---- */

static struct kept *caught; /* for the cue, which knows only the extraction */

static void catch_and_stop(struct extraction *x)
{
    if (!caught->db.p) {
        caught->db = read_bytes(x, "state.db");
        caught->wal = read_bytes(x, "state.db-wal");
    }
    extraction_stop(x);
}

static void stop(struct extraction *x)
{
    extraction_stop(x);
}

enum shape { STOPPED, KILLED, FINISHED };

static void make(struct extraction *x, enum shape shape, struct kept *kept)
{
    *kept = (struct kept){.options = shape == FINISHED ? "--incremental" : NULL};
    extraction_plain_estate(x);
    x->sim_opt.tables = 4;
    extraction_start(x);
    if (extraction_run(x, kept->options) != SMC_OK)
        fail_msg("%s", x->err.detail);
    undisturbed_take(&kept->whole, x);
    if (shape != FINISHED) {
        extraction_fault(x, "call=elements,object=2,do=status:404");
        caught = kept;
        x->cue = "Gap: ";
        x->on_cue = shape == KILLED ? catch_and_stop : stop;
        assert_int_equal(extraction_run(x, "--concurrency 1"), SMC_ERR_CANCELLED);
        sim_faults_clear(x->sim);
        x->cue = NULL;
    }
    if (!kept->db.p)
        kept->db = read_bytes(x, "state.db");
    assert_int_equal(kept->wal.p != NULL, shape == KILLED);
}

/* ---- what becomes of it ---- */

/* Whether it was mended; else it was refused. */
static bool run_on(struct extraction *x, const struct kept *kept, struct bytes db, struct bytes wal,
                   const char *what, size_t at)
{
    remove_sets(x);
    write_bytes(x, "state.db-wal", wal);
    write_bytes(x, "state.db", db);
    enum smc_status rc = extraction_run(x, kept->options);
    if (getenv("SMC_DAMAGE_SHOW"))
        (void)fprintf(stderr, "%s at %zu: %d %s\n", what, at, rc, x->err.detail);
    if (rc == SMC_OK) {
        undisturbed_compare(&kept->whole, x, NULL);
        return true;
    }
    if (rc != SMC_ERR_STORE && rc != SMC_ERR_IO)
        fail_msg("%s at %zu: status %d: %s", what, at, rc, x->err.detail);
    long long published = 0;
    if (sscanf(x->err.detail, "the set %lld is published all the same", &published) == 1) {
        x->timestamp = published;
        undisturbed_compare(&kept->whole, x, NULL);
    } else if (extraction_count_files(x, "[0-9]*") != 0) {
        fail_msg("%s at %zu: something is left: %s", what, at, x->err.detail);
    }
    return false;
}

static struct bytes copy_of(struct bytes bytes)
{
    struct bytes copy = {malloc(bytes.len + 1), bytes.len};
    assert_non_null(copy.p);
    (void)memcpy(copy.p, bytes.p, bytes.len);
    return copy;
}

/* ---- every n-th byte, cuts, and pages that changed places ---- */

struct harm {
    const char *name;
    size_t step;      /* from place to place, by default */
    size_t long_step; /* with SMC_LONG */
    size_t all_step;  /* with SMC_LONG=all */
    void (*harm)(struct bytes *bytes, size_t at);
};

static void flip(struct bytes *bytes, size_t at)
{
    bytes->p[at] = (char)(bytes->p[at] ^ 1 << at % 8);
}

static void count_up(struct bytes *bytes, size_t at)
{
    bytes->p[at]++;
}

static void cut(struct bytes *bytes, size_t at)
{
    bytes->len = at;
}

static void clear_page(struct bytes *bytes, size_t at)
{
    (void)memset(bytes->p + at, 0, bytes->len - at < PAGE ? bytes->len - at : PAGE);
}

/* With the page that is five pages on. */
static void swap_pages(struct bytes *bytes, size_t at)
{
    char page[PAGE];
    size_t other = (at + (size_t)5 * PAGE) % (bytes->len / PAGE * PAGE);
    if (at + PAGE > bytes->len)
        return;
    (void)memcpy(page, bytes->p + at, PAGE);
    (void)memcpy(bytes->p + at, bytes->p + other, PAGE);
    (void)memcpy(bytes->p + other, page, PAGE);
}

static const struct harm harms[] = {
    {"a bit", 1999, 13, 1, flip},
    {"a byte", 2999, 29, 1, count_up},
    {"cut off", (size_t)5 * PAGE + 700, 509, 128, cut},
    {"a page of zeros", (size_t)3 * PAGE, PAGE, PAGE, clear_page},
    {"pages swapped", (size_t)2 * PAGE, PAGE, PAGE, swap_pages},
};

static size_t step_of(const struct harm *harm)
{
    const char *how = getenv("SMC_LONG");
    if (!how)
        return harm->step;
    return strcmp(how, "all") == 0 ? harm->all_step : harm->long_step;
}

static size_t first_of(size_t step)
{
    const char *from = getenv("SMC_DAMAGE_FROM");
    return from ? (size_t)strtoul(from, NULL, 10) % step : 0;
}

struct bytes_row {
    const char *name;
    enum shape shape;
};

static const struct bytes_row bytes_rows[] = {
    {"of a run that was stopped", STOPPED},
    {"of a run that was killed", KILLED},
    {"of a run that is done, with --incremental", FINISHED},
};

static void test_bytes(void **state)
{
    struct extraction *x = *state;
    const struct bytes_row *row = x->row;
    struct kept kept;
    size_t mended = 0;
    size_t all = 0;
    make(x, row->shape, &kept);
    struct bytes damaged = row->shape == KILLED ? kept.wal : kept.db;
    for (size_t i = 0; i < sizeof harms / sizeof harms[0]; i++) {
        size_t step = step_of(&harms[i]);
        for (size_t at = first_of(step); at < damaged.len; at += step, all++) {
            struct bytes copy = copy_of(damaged);
            harms[i].harm(&copy, at);
            mended += row->shape == KILLED ? run_on(x, &kept, kept.db, copy, harms[i].name, at)
                                           : run_on(x, &kept, copy, kept.wal, harms[i].name, at);
            free(copy.p);
        }
    }
    print_message("%zu of %zu damaged files were mended, the others refused\n", mended, all);
    assert_in_range(mended, all / 4, all);
    kept_clear(&kept);
}

/* ---- an index that does not fit its table ---- */

static size_t root_of(const struct extraction *x, const char *index)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *row = NULL;
    char *path = text_format("%s/.sigmacat/state.db", x->output);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(db, "SELECT rootpage FROM sqlite_schema WHERE name = ?", -1, &row, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_bind_text(row, 1, index, -1, SQLITE_STATIC), SQLITE_OK);
    assert_int_equal(sqlite3_step(row), SQLITE_ROW);
    size_t root = (size_t)sqlite3_column_int64(row, 0);
    (void)sqlite3_finalize(row);
    (void)sqlite3_close(db);
    free(path);
    return root;
}

/* What an index does not show must not count as never put there: it is made again, and all that was
 * kept is used. A failure that it hid was not forgotten, and came back as a gap. */
static void test_index(void **state)
{
    struct extraction *x = *state;
    struct kept kept;
    size_t changed = 0;
    make(x, STOPPED, &kept);
    struct bytes copy = copy_of(kept.db);
    size_t at = (root_of(x, "sqlite_autoindex_space_1") - 1) * PAGE;
    for (size_t i = at; i < at + PAGE - 8; i++)
        if (memcmp(copy.p + i, "elements", 8) == 0 && ++changed)
            copy.p[i + 7] = 't';
    assert_int_equal(changed, 1);
    assert_true(run_on(x, &kept, copy, kept.wal, "an index", at));
    assert_int_equal(extraction_count_lines(x, "WARNING - 1 of the things", DAMAGED), 1);
    assert_int_equal(extraction_count_lines(x, "answers of earlier runs were reused", NULL), 1);
    free(copy.p);
    kept_clear(&kept);
}

/* ---- rows that were changed, where SQLite sees nothing wrong ---- */

#define SPACE(kind) "(SELECT id FROM space WHERE type = 0 AND name = '" kind "')"
#define FIRST(kind) "(SELECT min(key) FROM answer WHERE space = " SPACE(kind) ")"
#define LAST(kind)  "(SELECT max(key) FROM answer WHERE space = " SPACE(kind) ")"
#define FIRST_ID    "(SELECT id FROM t WHERE key = (SELECT min(key) FROM t))"
#define LAST_ID     "(SELECT id FROM t WHERE key = (SELECT max(key) FROM t))"
#define ANSWER      "UPDATE answer SET "
#define OF_FIRST    " WHERE key = " FIRST("elements")
#define LIST_KEY(n) "(SELECT id FROM space WHERE type = 1 AND name = '" n "') * 1099511627776 + 1"

struct row_row {
    const char *name;
    const char *sql;
    int64_t damages; /* that are told; -1: any number, 0: it is as if nothing had been there */
};

static const struct row_row row_rows[] = {
    {"a byte of a page",
     "UPDATE page SET body = CAST(replace(CAST(body AS TEXT), 'elementId', 'elementIe') AS BLOB)"
     " WHERE answer = " FIRST("elements"),
     1},
    {"a page with fewer rows",
     "UPDATE page SET body = CAST('[]' AS BLOB) WHERE answer = " FIRST("elements"), 1},
    {"a page of sources with fewer rows",
     "UPDATE page SET body = CAST('[]' AS BLOB) WHERE answer = " FIRST("workbook_sources"), 1},
    {"a table's path",
     "UPDATE page SET body = CAST(replace(CAST(body AS TEXT), 'DB', 'BD') AS BLOB)"
     " WHERE answer >= " FIRST("path") " AND answer <= " LAST("path"),
     -1},
    {"pages of two objects swapped",
     "UPDATE page SET answer = -1 WHERE answer = " FIRST(
         "elements") ";"
                     "UPDATE page SET answer = " FIRST("elements") " WHERE answer = " LAST(
                         "elements") ";"
                                     "UPDATE page SET answer = " LAST(
                                         "elements") " WHERE answer = -1",
     2},
    {"ids of two answers swapped",
     "CREATE TEMP TABLE t AS SELECT key, id FROM answer WHERE space = " SPACE(
         "elements") ";"
                     "UPDATE answer SET id = '?' WHERE key = (SELECT min(key) FROM t);"
                     "UPDATE answer SET id = " FIRST_ID " WHERE key = (SELECT max(key) FROM t);"
                     "UPDATE answer SET id = " LAST_ID " WHERE key = (SELECT min(key) FROM t)",
     2},
    {"answers of two kinds swapped",
     "UPDATE space SET name = '?' WHERE id = " SPACE(
         "elements") ";"
                     "UPDATE space SET name = 'elements' WHERE id = " SPACE(
                         "workbook_sources") ";"
                                             "UPDATE space SET name = 'workbook_sources' WHERE "
                                             "name = '?'",
     8},
    {"another page's number", "UPDATE page SET page = 1 WHERE answer = " FIRST("elements"), 1},
    {"a page is gone", "DELETE FROM page WHERE answer = " FIRST("elements"), 1},
    {"a page too many",
     "INSERT INTO page SELECT answer, 1, size, seal, body FROM page"
     " WHERE answer = " FIRST("elements"),
     1},
    {"another tag", ANSWER "tag = tag || '1'" OF_FIRST, 1},
    {"no tag", ANSWER "tag = NULL" OF_FIRST, 1},
    {"another status", ANSWER "status = 404" OF_FIRST, 1},
    {"a status that is not one", ANSWER "status = 99999999999" OF_FIRST, 0},
    {"no status", ANSWER "status = NULL" OF_FIRST, 0},
    {"fewer pages", ANSWER "pages = 0" OF_FIRST, 1},
    {"more pages", ANSWER "pages = 2147483647" OF_FIRST, 1},
    {"less than no pages", ANSWER "pages = -1" OF_FIRST, 1},
    {"another time", ANSWER "fetched = fetched + 1" OF_FIRST, 1},
    {"a reason", ANSWER "reason = 'why'" OF_FIRST, 1},
    {"an answer is gone", "DELETE FROM answer WHERE key = " FIRST("elements"), 0},
    {"another client's", "UPDATE scope SET client = 'another'", 0},
    {"when the last full run began",
     "UPDATE value SET value = value + 1 WHERE name = 'full.began_s.elements'", 1},
    {"not a number", "UPDATE value SET value = 'x' WHERE name LIKE 'full.began_s.%'", 6},
    {"values swapped",
     "UPDATE value SET name = 'full.began_s.x' WHERE name = "
     "'full.began_s.path'; UPDATE value SET name = 'full.began_s.path' WHERE name = "
     "'full.began_s.elements'; UPDATE value SET name = 'full.began_s.elements' WHERE name = "
     "'full.began_s.x'",
     2},
    {"the learnt rate",
     "INSERT OR REPLACE INTO value(scope, name, value) VALUES(1, 'pace.rate',"
     " '1')",
     1},
    {"an object that is on no list",
     "DELETE FROM item; INSERT INTO item(key, space, id, tag, name, seal) SELECT " LIST_KEY(
         "workbooks") ", 999, 'planted', '', '', 0",
     0},
    {"a call of a kind that does not exist",
     "DELETE FROM item; INSERT INTO item(key, space, id, tag, name, seal) SELECT " LIST_KEY(
         "calls") ", 999, '1000000:planted', '', '', 0",
     0},
};

static void change(const struct extraction *x, const char *sql)
{
    sqlite3 *db = NULL;
    char *path = text_format("%s/.sigmacat/state.db", x->output);
    char *why = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
        fail_msg("%s", why);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    free(path);
}

static void test_row(void **state)
{
    struct extraction *x = *state;
    const struct row_row *row = x->row;
    char told[128];
    struct kept kept;
    make(x, FINISHED, &kept);
    remove_sets(x);
    change(x, row->sql);
    if (extraction_run(x, kept.options) != SMC_OK)
        fail_msg("%s", x->err.detail);
    undisturbed_compare(&kept.whole, x, NULL);
    (void)snprintf(told, sizeof told, "WARNING - %lld of the things", (long long)row->damages);
    if (row->damages > 0)
        assert_int_equal(extraction_count_lines(x, told, DAMAGED), 1);
    assert_int_equal(extraction_count_lines(x, DAMAGED, NULL), row->damages != 0);
    kept_clear(&kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_index, extraction_setup, extraction_teardown)};
    return EXTRACTION_TABLE("rows", row_rows, test_row) +
           EXTRACTION_TABLE("bytes", bytes_rows, test_bytes) +
           cmocka_run_group_tests_name("index", tests, NULL, NULL);
}
