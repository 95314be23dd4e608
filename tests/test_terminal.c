/* Both programs at a terminal of their own: what is drawn, how often, and what is left of it. */
#include "support/extraction.h"
#include "support/program.h"

#include <fcntl.h>
#include <glob.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROWS    200
#define COLUMNS 120
#define DRAWN   "\r\x1b[K"

/* What a terminal would show of the bytes, so far as these programs move its cursor. */
struct screen {
    char rows[ROWS][COLUMNS + 1];
    size_t row, column;
    size_t draws;  /* of the line at the bottom, and clearings */
    size_t widest; /* of these lines */
    struct smc_buf bytes;
};

static void show(struct screen *s, char c)
{
    if (c == '\r') {
        s->column = 0;
    } else if (c == '\n') {
        s->row++;
        assert_true(s->row < ROWS);
    } else {
        if (s->column == COLUMNS) { /* a line that wraps can't be cleared */
            s->row++;
            s->column = 0;
        }
        s->rows[s->row][s->column++] = c;
    }
}

static void render(struct screen *s)
{
    const char *text = smc_buf_str(&s->bytes);
    for (const char *at = text; *at; at++) {
        if (*at != '\x1b') {
            show(s, *at);
            continue;
        }
        const char *end = at + 2 + strspn(at + 2, "0123456789;");
        assert_int_equal(at[1], '[');
        assert_non_null(strchr("Km", *end));
        if (*end == 'K') {
            size_t width = strnlen(s->rows[s->row], COLUMNS);
            s->widest = width > s->widest ? width : s->widest;
            memset(s->rows[s->row] + s->column, 0, COLUMNS - s->column);
            s->draws++;
        }
        at = end;
    }
}

/* ---- a program at a terminal ---- */

struct at_terminal {
    pid_t pid;
    int master;
    struct screen screen;
};

static void start(struct at_terminal *t, const struct words *argv, int columns)
{
    struct winsize size = {.ws_row = 24, .ws_col = (unsigned short)columns};
    *t = (struct at_terminal){.pid = 0};
    smc_buf_init(&t->screen.bytes, (size_t)4 << 20);
    t->pid = forkpty(&t->master, NULL, NULL, &size);
    if (t->pid == 0) {
        signals_by_default();
        (void)execv(argv->v[0], argv->v);
        _exit(127);
    }
    assert_true(t->pid > 0);
}

/* Reads on until `text` has come `count` times, or the program has closed its terminal. */
static bool read_until(struct at_terminal *t, const char *text, size_t count)
{
    char piece[4096];
    ssize_t got;
    for (;;) {
        size_t seen = 0;
        for (const char *at = smc_buf_str(&t->screen.bytes); text && (at = strstr(at, text)); at++)
            seen++;
        if (text && seen >= count)
            return true;
        got = read(t->master, piece, sizeof piece);
        if (got <= 0)
            return false;
        assert_int_equal(smc_buf_add(&t->screen.bytes, piece, (size_t)got), SMC_OK);
    }
}

/* Its exit status, and the screen as it was left. */
static int end(struct at_terminal *t)
{
    int status = 0;
    (void)read_until(t, NULL, 0);
    assert_int_equal(waitpid(t->pid, &status, 0), t->pid);
    (void)close(t->master);
    render(&t->screen);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void clear(struct at_terminal *t)
{
    smc_buf_clear(&t->screen.bytes);
}

static bool has_row(const struct screen *s, const char *begin)
{
    for (size_t i = 0; i <= s->row; i++)
        if (strncmp(s->rows[i], begin, strlen(begin)) == 0)
            return true;
    return false;
}

/* Nothing but the log and the table is left: a piece of the line at the bottom is not. */
static void assert_clean(const struct screen *s)
{
    static const char *const begins[] = {"INFO - ", "WARNING - ", "ERROR - ", "  ", NULL};
    for (size_t i = 0; i <= s->row; i++) {
        bool is_known = s->rows[i][0] == '\0';
        for (size_t k = 0; begins[k]; k++)
            is_known = is_known || strncmp(s->rows[i], begins[k], strlen(begins[k])) == 0;
        /* What follows a row that was too long for the window is a part of it. */
        is_known = is_known || (i > 0 && strlen(s->rows[i - 1]) == COLUMNS);
        if (!is_known)
            fail_msg("left on the screen: '%s'", s->rows[i]);
        if (strstr(s->rows[i], "calls, ") && strstr(s->rows[i], "/s"))
            fail_msg("a line of progress is left: '%s'", s->rows[i]);
    }
}

static void add_extract(const struct extraction *x, struct words *argv, const char *more)
{
    char *path = program_path("castor-extract-sigma");
    words_split(
        argv, "@PATH|-H|@URL|-c|sim-client|-a|sim-secret|-o|@OUT", '|',
        (const char *const[]){"@PATH", path, "@URL", sim_url(x->sim), "@OUT", x->output, NULL});
    if (*more)
        words_split(argv, more, '|', (const char *const[]){NULL});
    free(path);
}

static int run(struct extraction *x, struct at_terminal *t, const char *more)
{
    struct words argv = {.count = 0};
    add_extract(x, &argv, more);
    start(t, &argv, COLUMNS);
    int status = end(t);
    words_clear(&argv);
    return status;
}

/* ---- the tests ---- */

static void test_extraction(void **state)
{
    struct extraction *x = *state;
    struct at_terminal t;
    (void)setenv("TERM", "xterm", 1);
    (void)unsetenv("NO_COLOR");
    extraction_plain_estate(x);
    extraction_start(x);
    assert_int_equal(run(x, &t, ""), 0);
    assert_true(t.screen.draws > 1);
    assert_clean(&t.screen);
    assert_true(has_row(&t.screen, "  workbooks "));
    assert_true(has_row(&t.screen, "  in all "));
    assert_non_null(strstr(smc_buf_str(&t.screen.bytes), " \x1b[32mis complete\x1b[0m."));
    assert_null(strstr(smc_buf_str(&t.screen.bytes), "changed"));
    /* What the table has, the log does not say once more. */
    assert_true(has_row(&t.screen, "  Read with "));
    assert_false(has_row(&t.screen, "INFO - Done in"));
    clear(&t);
}

/* As if the set had had one file, which is gone since. */
static void forget_files(const struct extraction *x)
{
    static const char one[] = "[{\"id\": \"gone\"}]";
    char *pattern = text_format("%s/*-files.json", x->output);
    glob_t found;
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    assert_int_equal(found.gl_pathc, 1);
    int fd = open(found.gl_pathv[0], O_WRONLY | O_TRUNC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, one, sizeof one - 1), sizeof one - 1);
    (void)close(fd);
    globfree(&found);
    free(pattern);
}

/* The second run says what changed; colours are left out when they are not wanted. */
static void test_changes(void **state)
{
    struct extraction *x = *state;
    struct at_terminal t;
    (void)setenv("NO_COLOR", "1", 1);
    extraction_plain_estate(x);
    extraction_start(x);
    assert_int_equal(run(x, &t, ""), 0);
    clear(&t);
    forget_files(x);
    assert_int_equal(run(x, &t, "--keep|1"), 0);
    bool is_told = false;
    for (size_t i = 0; i <= t.screen.row; i++) {
        long records;
        long came;
        long gone;
        long changed;
        is_told = is_told || (sscanf(t.screen.rows[i], " files %ld %*s %*s %ld %ld %ld", &records,
                                     &came, &gone, &changed) == 4 &&
                              came == records && records > 0 && gone == 1 && changed == 0);
    }
    assert_true(is_told);
    assert_non_null(strstr(smc_buf_str(&t.screen.bytes), "  Since set "));
    (void)unsetenv("NO_COLOR");
    clear(&t);
}

static void test_not_drawn(void **state)
{
    struct extraction *x = *state;
    struct at_terminal t;
    extraction_plain_estate(x);
    extraction_start(x);
    (void)setenv("TERM", "dumb", 1);
    assert_int_equal(run(x, &t, ""), 0);
    assert_null(strchr(smc_buf_str(&t.screen.bytes), '\x1b'));
    clear(&t);
    (void)setenv("TERM", "xterm", 1);
    assert_int_equal(run(x, &t, "--progress|never|--log-level|error"), 0);
    assert_string_equal(smc_buf_str(&t.screen.bytes), "");
    clear(&t);
    /* The level of the log is another matter. */
    assert_int_equal(run(x, &t, "--log-level|error"), 0);
    assert_true(t.screen.draws > 1);
    assert_string_equal(t.screen.rows[0], "");
    clear(&t);
}

static int send(const struct extraction *x, struct at_terminal *t, const char *more)
{
    struct words argv = {.count = 0};
    char *path = program_path("castor-upload");
    words_split(
        &argv,
        "@PATH|--endpoint|@URL|-k|sim-token|-s|01234567-89ab-cdef-0123-456789abcdef|-t|VIZ|"
        "--latest|--force|-d|@OUT",
        '|',
        (const char *const[]){"@PATH", path, "@URL", sim_url(x->sim), "@OUT", x->output, NULL});
    words_split(&argv, more, '|', NULL);
    start(t, &argv, COLUMNS);
    int status = end(t);
    words_clear(&argv);
    free(path);
    return status;
}

/* The table counts files by what became of them; the log has the names. */
static void test_upload(void **state)
{
    struct extraction *x = *state;
    struct at_terminal t;
    extraction_plain_estate(x);
    extraction_start(x);
    assert_int_equal(run(x, &t, ""), 0);
    clear(&t);
    extraction_fault(x, "call=upload,object=*-members.json,attempt=1,do=status:400");
    assert_int_equal(send(x, &t, "--parallel|1"), 7);
    assert_clean(&t.screen);
    assert_true(has_row(&t.screen, "  sent                 10 "));
    assert_true(has_row(&t.screen, "  held back             1 "));
    assert_true(has_row(&t.screen, "  failed                1 "));
    assert_true(has_row(&t.screen, "  in all               12 "));
    assert_true(has_row(&t.screen, "  Upload not complete: 11 calls in "));
    clear(&t);
    assert_int_equal(send(x, &t, "--skip-uploaded"), 0);
    assert_true(has_row(&t.screen, "  sent                  2 "));
    assert_true(has_row(&t.screen, "  accepted before      10 "));
    assert_non_null(
        strstr(smc_buf_str(&t.screen.bytes), "Upload \x1b[32mcomplete\x1b[0m: 2 calls in "));
    clear(&t);
    assert_int_equal(send(x, &t, "--skip-uploaded|-q"), 0);
    assert_false(has_row(&t.screen, "  in all"));
    clear(&t);
}

/* Nobody is asked for what is lacking, though there is somebody to ask. */
static void test_no_prompt(void **state)
{
    static const char *const lines[] = {"castor-extract-sigma|-H|@URL|-c|sim-client|-o|@OUT",
                                        "castor-upload|-s|01234567-89ab-cdef-0123-456789abcdef|-t|"
                                        "VIZ|-d|@OUT|--endpoint|@URL"};
    struct extraction *x = *state;
    extraction_start(x);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct at_terminal t;
        struct words argv = {.count = 0};
        words_split(&argv, lines[i], '|',
                    (const char *const[]){"@URL", sim_url(x->sim), "@OUT", x->output, NULL});
        char *path = program_path(argv.v[0]);
        free(argv.v[0]);
        argv.v[0] = path;
        start(&t, &argv, COLUMNS);
        assert_int_equal(end(&t), 2);
        assert_true(has_row(&t.screen, "ERROR - "));
        clear(&t);
        words_clear(&argv);
    }
}

/* There is room behind the line for what the terminal shows of Ctrl-C, which would wrap. */
static void test_narrow(void **state)
{
    struct extraction *x = *state;
    struct at_terminal t;
    struct words argv = {.count = 0};
    extraction_plain_estate(x);
    x->sim_opt.latency_ms = 20;
    extraction_start(x);
    add_extract(x, &argv, "");
    for (int i = 0; i < 2; i++) { /* the second has changes to tell */
        start(&t, &argv, 40);
        assert_int_equal(end(&t), 0);
        assert_true(t.screen.widest > 20 && t.screen.widest <= 37);
        assert_true(has_row(&t.screen, "  file                 records     size"));
        for (size_t k = 0; k <= t.screen.row; k++)
            if (strncmp(t.screen.rows[k], "  file ", 7) == 0)
                assert_true(strlen(t.screen.rows[k]) < 40);
        assert_int_equal(has_row(&t.screen, "  Since set "), i == 1);
        clear(&t);
    }
    words_clear(&argv);
}

/* What the terminal shows of Ctrl-C is cleared with the line that it came to stand in. */
static void test_ctrl_c(void **state)
{
    struct extraction *x = *state;
    struct at_terminal t;
    struct words argv = {.count = 0};
    struct winsize narrow = {.ws_row = 24, .ws_col = 30};
    extraction_plain_estate(x);
    extraction_start(x);
    extraction_fault(x, "call=elements,do=silent"); /* so that it goes on until it is stopped */
    add_extract(x, &argv, "");
    start(&t, &argv, COLUMNS);
    assert_true(read_until(&t, "Fetched page", 1));
    (void)ioctl(t.master, TIOCSWINSZ, &narrow);
    assert_true(read_until(&t, DRAWN, 8));
    assert_int_equal(write(t.master, "\x03", 1), 1);
    assert_int_equal(end(&t), 130);
    assert_clean(&t.screen);
    for (size_t i = 0; i <= t.screen.row; i++)
        assert_null(strstr(t.screen.rows[i], "^C"));
    words_clear(&argv);
    clear(&t);
}

#define AT_TERMINAL(test)                                                                          \
    cmocka_unit_test_setup_teardown(test, extraction_setup, extraction_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        AT_TERMINAL(test_extraction), AT_TERMINAL(test_changes), AT_TERMINAL(test_not_drawn),
        AT_TERMINAL(test_upload),     AT_TERMINAL(test_narrow),  AT_TERMINAL(test_no_prompt),
        AT_TERMINAL(test_ctrl_c),
    };
    return cmocka_run_group_tests_name("terminal", tests, NULL, NULL);
}
