/* libsigmacat(3) names every function, type of error and header, its signatures are those of the
 * headers, and its example is examples/library/whoami.c; that and listing.c compile and work.
 *
 * Run from the project's folder. With "page" as its argument it prints the lines that belong between
 * the page's two marker comments. */
#include "tests/support/support.h"

#include <ctype.h>
#include <glob.h>
#include <sys/wait.h>

#include "tests/sim/sim.h"
#include "tests/support/program.h"

#define PAGE    "lib/libsigmacat.3"
#define EXAMPLE "examples/library/whoami.c"
#define BEGIN   ".\\\" " EXAMPLE ": begin\n"
#define END     ".\\\" " EXAMPLE ": end\n"

#define NAME_BYTES 64

static void add(struct smc_buf *out, const char *bytes, size_t len)
{
    if (smc_buf_add(out, bytes, len) != SMC_OK)
        fail_msg("out of memory");
}

static void add_text(struct smc_buf *out, const char *text)
{
    add(out, text, strlen(text));
}

/* ---- the page's example ---- */

/* A program's text as lines of a manual page. */
static char *as_roff(const char *text)
{
    struct smc_buf out = SMC_BUF_INIT(65536);
    for (const char *at = text; *at; at++) {
        bool is_line_start = at == text || at[-1] == '\n';
        if (is_line_start && (*at == '.' || *at == '\''))
            add_text(&out, "\\&");
        if (*at == '\\')
            add_text(&out, "\\e");
        else
            add(&out, at, 1);
    }
    return out.data;
}

static void test_example(void **state)
{
    (void)state;
    char *page = file_read(PAGE, NULL);
    char *program = file_read(EXAMPLE, NULL);
    char *want = as_roff(program);
    char *begin = strstr(page, BEGIN);
    char *end = strstr(page, END);
    assert_true(begin && end && begin < end);
    *end = '\0';
    assert_string_equal(begin + strlen(BEGIN), want);
    free(want);
    free(program);
    free(page);
}

/* ---- what the headers have ---- */

/* The name before a parenthesis. */
static void name_before(const char *text, const char *parenthesis, char name[NAME_BYTES])
{
    const char *start = parenthesis;
    while (start > text && (isalnum((unsigned char)start[-1]) || start[-1] == '_'))
        start--;
    size_t len = (size_t)(parenthesis - start);
    assert_true(len > 0 && len < NAME_BYTES);
    (void)memcpy(name, start, len);
    name[len] = '\0';
}

static bool has_macro(const char *page, const char *macro, const char *name)
{
    char *line = text_format("\n%s %s", macro, name);
    bool is_found = false;
    for (const char *at = page; !is_found && (at = strstr(at, line)) != NULL; at++) {
        char then = at[strlen(line)];
        is_found = then == '\n' || then == ' ';
    }
    free(line);
    return is_found;
}

/* One public header; its name is the test's. */
static void test_header(void **state)
{
    const char *const *row = *state;
    char *header = file_read(*row, NULL);
    char *page = file_read(PAGE, NULL);
    char name[NAME_BYTES];
    assert_true(has_macro(page, ".In", *row + strlen("include/")));
    for (const char *at = header; (at = strstr(at, "\nSMC_API ")) != NULL;) {
        at = strchr(at, '(');
        assert_non_null(at);
        name_before(header, at, name);
        if (!has_macro(page, ".Fn", name) && !has_macro(page, ".Fo", name))
            fail_msg("%s does not name %s", PAGE, name);
    }
    free(page);
    free(header);
}

static void test_statuses(void **state)
{
    (void)state;
    char *header = file_read("include/sigmacat/error.h", NULL);
    char *page = file_read(PAGE, NULL);
    char name[NAME_BYTES];
    size_t count = 0;
    for (const char *at = header; (at = strstr(at, "\n    SMC_")) != NULL; at++) {
        int number = -1;
        if (sscanf(at, " %63[A-Z_] = %d", name, &number) != 2)
            continue;
        count++;
        if (!has_macro(page, ".It Dv", name))
            fail_msg("%s does not tell %s", PAGE, name);
    }
    assert_true(count > 10);
    free(page);
    free(header);
}

/* ---- signatures ---- */

/* All headers on one line, white space as single spaces. */
static char *all_headers(const glob_t *found)
{
    struct smc_buf out = SMC_BUF_INIT(1 << 20);
    for (size_t i = 0; i < found->gl_pathc; i++) {
        char *text = file_read(found->gl_pathv[i], NULL);
        for (const char *at = text; *at; at++) {
            bool is_space = isspace((unsigned char)*at) != 0;
            if (!is_space)
                add(&out, at, 1);
            else if (out.len > 0 && out.data[out.len - 1] != ' ')
                add_text(&out, " ");
        }
        free(text);
    }
    return out.data;
}

/* The rest of a macro's line, without quotes; ends it. */
static char *argument(char *line, const char *macro)
{
    char *text = line + strlen(macro);
    if (*text != '"')
        return text;
    text[strlen(text) - 1] = '\0';
    return text + 1;
}

static bool is_macro(const char *line, const char *macro)
{
    return strncmp(line, macro, strlen(macro)) == 0;
}

/* Whether ".Ft type", ".Fo name", ".Fa argument" ... say what a header says. */
static void test_signatures(void **state)
{
    (void)state;
    glob_t found;
    assert_int_equal(glob("include/sigmacat/*.h", 0, NULL, &found), 0);
    char *headers = all_headers(&found);
    char *page = file_read(PAGE, NULL);
    char *rest = page;
    const char *type = "";
    struct smc_buf signature = SMC_BUF_INIT(4096);
    size_t count = 0;
    for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
        if (is_macro(line, ".Ft ")) {
            type = argument(line, ".Ft ");
        } else if (is_macro(line, ".Fo ")) {
            smc_buf_reset(&signature);
            add_text(&signature, "SMC_API ");
            add_text(&signature, type);
            add_text(&signature, type[strlen(type) - 1] == '*' ? "" : " ");
            add_text(&signature, argument(line, ".Fo "));
            add_text(&signature, "(");
        } else if (is_macro(line, ".Fa \"") && signature.len > 0) {
            bool is_first = signature.data[signature.len - 1] == '(';
            add_text(&signature, is_first ? "" : ", ");
            add_text(&signature, argument(line, ".Fa "));
        } else if (strcmp(line, ".Fc") == 0) {
            add_text(&signature, ")");
            if (!strstr(headers, signature.data))
                fail_msg("no header has: %s", signature.data);
            count++;
        }
    }
    assert_true(count > 20);
    smc_buf_clear(&signature);
    free(page);
    free(headers);
    globfree(&found);
}

/* Whatever the page names is there. */
static void test_names(void **state)
{
    (void)state;
    glob_t found;
    assert_int_equal(glob("include/sigmacat/*.h", 0, NULL, &found), 0);
    char *headers = all_headers(&found);
    char *page = file_read(PAGE, NULL);
    char name[NAME_BYTES];
    for (const char *at = page; (at = strstr(at, "\n.F")) != NULL; at++) {
        if (sscanf(at, " .F%*1[no] %63[a-z0-9_]", name) != 1)
            continue;
        char *call = text_format("%s(", name);
        if (!strstr(headers, call))
            fail_msg("no header has %s", name);
        free(call);
    }
    free(page);
    free(headers);
    globfree(&found);
}

/* ---- the programs ---- */

/* What a build like this one asks of those who link with its library. */
static const char *flags_of_build(void)
{
    const char *build = getenv("SMC_BUILD");
#ifdef __SANITIZE_ADDRESS__
    return "-fsanitize=address,undefined";
#endif
    return build && strstr(build, "coverage") ? "--coverage" : "";
}

struct fixture {
    char *dir;
    struct sim *sim;
    int status; /* of the exit */
    char *out;
    char *err;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct sim_options opt = SIM_OPTIONS_INIT;
    char why[256];
    if (!f)
        return -1;
    opt.page_size = 3;
    f->dir = temp_dir_make();
    f->sim = sim_start(&opt, why, sizeof why);
    *state = f;
    if (!f->sim || setenv("CASTOR_SIGMA_HOST", sim_url(f->sim), 1) != 0 ||
        setenv("CASTOR_SIGMA_CLIENT_ID", "sim-client", 1) != 0 ||
        setenv("CASTOR_SIGMA_API_TOKEN", "sim-secret", 1) != 0)
        return -1;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    sim_stop(f->sim);
    free(f->out);
    free(f->err);
    temp_dir_remove(f->dir);
    free(f);
    return 0;
}

static int shell(const char *command)
{
    int status = system(command);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Compiles examples/library/NAME.c with nothing but the public headers, and runs it. */
static void run_example(struct fixture *f, const char *name, const char *args)
{
    const char *cc = getenv("CC");
    const char *pkg_config = getenv("PKG_CONFIG");
    char *library = program_path("libsigmacat.a");
    char *build = text_format(
        "%s -std=c11 -Wall -Wextra -Wpedantic -Werror %s -Iinclude -o %s/%s "
        "examples/library/%s.c %s $(%s --libs libcurl jansson sqlite3 libcrypto yaml-0.1) -lm",
        cc && *cc ? cc : "cc", flags_of_build(), f->dir, name, name, library,
        pkg_config && *pkg_config ? pkg_config : "pkg-config");
    char *run = text_format("%s/%s %s >%s/out 2>%s/err", f->dir, name, args, f->dir, f->dir);
    char *out = text_format("%s/out", f->dir);
    char *err = text_format("%s/err", f->dir);
    assert_int_equal(shell(build), 0);
    f->status = shell(run);
    f->out = file_read(out, NULL);
    f->err = file_read(err, NULL);
    free(err);
    free(out);
    free(run);
    free(build);
    free(library);
}

static void test_whoami(void **state)
{
    struct fixture *f = *state;
    run_example(f, "whoami", "");
    assert_string_equal(f->err, "");
    assert_int_equal(f->status, 0);
    char *member = sim_estate_record(f->sim, "members", 0, NULL);
    char *id = text_format("\"organizationId\":\"%.*s\"", (int)strcspn(f->out, "\n"), f->out);
    assert_int_equal(strlen(f->out), 37);
    assert_non_null(strstr(member, id));
    free(id);
    free(member);
}

static void test_whoami_refused(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(setenv("CASTOR_SIGMA_API_TOKEN", "another-secret", 1), 0);
    run_example(f, "whoami", "");
    assert_int_equal(f->status, 1);
    assert_string_equal(f->out, "");
    assert_non_null(strstr(f->err, "whoami: the credentials were refused"));
    assert_null(strstr(f->err, "another-secret"));
}

static void test_whoami_failed(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(sim_fault(f->sim, "call=whoami,do=status:404", NULL, 0), 0);
    run_example(f, "whoami", "");
    assert_int_equal(f->status, 1);
    assert_string_equal(f->out, "");
    assert_non_null(strstr(f->err, "whoami: GET /v2/whoami: HTTP 404"));
}

static void test_whoami_without_settings(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(unsetenv("CASTOR_SIGMA_HOST"), 0);
    run_example(f, "whoami", "");
    assert_int_equal(f->status, 1);
    assert_non_null(strstr(f->err, "whoami: CASTOR_SIGMA_HOST: "));
}

static void test_listing(void **state)
{
    struct fixture *f = *state;
    struct smc_buf want = SMC_BUF_INIT(1 << 20);
    run_example(f, "listing", "members");
    assert_string_equal(f->err, "");
    assert_int_equal(f->status, 0);
    for (long i = 0; i < sim_estate_count(f->sim, "members"); i++) {
        char *record = sim_estate_record(f->sim, "members", i, NULL);
        for (char *at = record; *at; at++)
            if (*at == '\n' || *at == '\r')
                *at = ' ';
        add_text(&want, record);
        add_text(&want, "\n");
        free(record);
    }
    assert_string_equal(f->out, smc_buf_str(&want));
    assert_int_equal(sim_calls(f->sim, "members", 200), 3);
    smc_buf_clear(&want);
}

static void test_listing_cut_short(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(sim_fault(f->sim, "call=members,page=2,do=nocursor", NULL, 0), 0);
    run_example(f, "listing", "members");
    assert_int_equal(f->status, 1);
    assert_non_null(strstr(f->err, "listing: the answer is no page of a listing"));
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "page") == 0) {
        char *program = file_read(EXAMPLE, NULL);
        char *text = as_roff(program);
        (void)fputs(text, stdout);
        free(text);
        free(program);
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_example),
        cmocka_unit_test(test_statuses),
        cmocka_unit_test(test_signatures),
        cmocka_unit_test(test_names),
        cmocka_unit_test_setup_teardown(test_whoami, setup, teardown),
        cmocka_unit_test_setup_teardown(test_whoami_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_whoami_failed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_whoami_without_settings, setup, teardown),
        cmocka_unit_test_setup_teardown(test_listing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_listing_cut_short, setup, teardown),
    };
    glob_t found;
    if (glob("include/sigmacat/*.h", 0, NULL, &found) != 0)
        return 1;
    int failed = run_table("libsigmacat(3) has all of", found.gl_pathv, sizeof found.gl_pathv[0],
                           found.gl_pathc, test_header);
    globfree(&found);
    return failed + cmocka_run_group_tests_name("libsigmacat(3)", tests, NULL, NULL);
}
