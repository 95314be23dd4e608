/* libsigmacat(3) against the headers: its synopsis is made of them, its text tells every function
 * and status, and its example is examples/library/owners.c.
 *
 * Run from the project's folder. With "synopsis" or "example" as its argument it prints the
 * lines that belong between the page's two comments of that name. */
#include "tests/support/support.h"

#include <ctype.h>
#include <glob.h>

#define PAGE    "lib/libsigmacat.3"
#define EXAMPLE "examples/library/owners.c"

#define NAME_BYTES 64

/* In the order in which a reader needs them. */
static const char *const headers[] = {"api",  "error",        "buf",    "log",  "clock",
                                      "json", "client_types", "client", "pages"};
#define HEADER_COUNT (sizeof headers / sizeof headers[0])

static char *header_read(size_t at)
{
    char *path = text_format("include/sigmacat/%s.h", headers[at]);
    char *text = file_read(path, NULL);
    free(path);
    return text;
}

static void add_text(struct smc_buf *out, const char *text)
{
    assert_int_equal(smc_buf_addstr(out, text), SMC_OK);
}

/* ---- the example ---- */

/* A program's text as lines of a manual page. */
static char *make_example(void)
{
    struct smc_buf out = SMC_BUF_INIT(65536);
    char *program = file_read(EXAMPLE, NULL);
    for (const char *at = program; *at; at++) {
        bool is_line_start = at == program || at[-1] == '\n';
        if (is_line_start && (*at == '.' || *at == '\''))
            add_text(&out, "\\&");
        if (*at == '\\')
            add_text(&out, "\\e");
        else
            assert_int_equal(smc_buf_add(&out, at, 1), SMC_OK);
    }
    free(program);
    return out.data;
}

/* ---- the synopsis ---- */

/* The next function that callers see, on one line from its type to its last parenthesis; to be
 * freed. NULL: none. Those that are given a size are called by an inline function, which stands
 * for them. */
static char *next_declaration(const char **at)
{
    static const char *const marks[] = {"\nSMC_API ", "\nstatic inline "};
    struct smc_buf out = SMC_BUF_INIT(4096);
    const char *exported = strstr(*at, marks[0]);
    const char *inlined = strstr(*at, marks[1]);
    bool is_inline = inlined && (!exported || inlined < exported);
    const char *start = is_inline ? inlined : exported;
    if (!start)
        return NULL;
    start += strlen(marks[is_inline]);
    *at = start + strcspn(start, ";{");
    for (const char *c = start; c < *at; c++) {
        bool is_space = isspace((unsigned char)*c) != 0;
        if (!is_space || out.data[out.len - 1] != ' ')
            assert_int_equal(smc_buf_add(&out, is_space ? " " : c, 1), SMC_OK);
    }
    if (!strstr(out.data, "_sized("))
        return out.data;
    smc_buf_clear(&out);
    return next_declaration(at);
}

/* Parts a declaration: "TYPE " and, behind it, the name; the arguments. */
static void part(char *declaration, char **name, char **arguments)
{
    char *open = strchr(declaration, '(');
    *arguments = open + 1;
    *strchr(open, ')') = '\0';
    *open = '\0';
    *name = open;
    while (isalnum((unsigned char)(*name)[-1]) || (*name)[-1] == '_')
        (*name)--;
}

static void add_word(struct smc_buf *out, const char *word, size_t len)
{
    const char *quote = memchr(word, ' ', len) ? "\"" : "";
    assert_int_equal(smc_buf_addf(out, " %s%.*s%s", quote, (int)len, word, quote), SMC_OK);
}

static void add_function(struct smc_buf *out, char *declaration)
{
    char *name;
    char *arguments;
    part(declaration, &name, &arguments);
    size_t type_len = (size_t)(name - declaration);
    while (declaration[type_len - 1] == ' ')
        type_len--;
    add_text(out, ".Ft");
    add_word(out, declaration, type_len);
    add_text(out, "\n.Fn");
    add_word(out, name, strlen(name));
    for (char *word; (word = strsep(&arguments, ",")) != NULL;) {
        word += strspn(word, " ");
        add_word(out, word, strlen(word));
    }
    add_text(out, "\n");
}

static char *make_synopsis(void)
{
    struct smc_buf out = SMC_BUF_INIT(65536);
    for (size_t i = 0; i < HEADER_COUNT; i++) {
        char *text = header_read(i);
        const char *at = text;
        size_t before = out.len;
        assert_int_equal(smc_buf_addf(&out, ".In sigmacat/%s.h\n", headers[i]), SMC_OK);
        size_t begun = out.len;
        for (char *declaration; (declaration = next_declaration(&at)) != NULL;) {
            add_function(&out, declaration);
            free(declaration);
        }
        if (out.len == begun) /* types alone, for another header */
            smc_buf_cut(&out, before);
        free(text);
    }
    return out.data;
}

/* ---- tests ---- */

/* What stands between the page's comments "NAME: begin" and "NAME: end". */
static void assert_block(const char *name, char *want)
{
    char *page = file_read(PAGE, NULL);
    char *begin = text_format(".\\\" %s: begin\n", name);
    char *end = text_format(".\\\" %s: end\n", name);
    char *from = strstr(page, begin);
    char *to = strstr(page, end);
    assert_true(from && to && from < to);
    *to = '\0';
    assert_string_equal(from + strlen(begin), want);
    free(end);
    free(begin);
    free(page);
    free(want);
}

static void test_synopsis(void **state)
{
    (void)state;
    assert_block("synopsis", make_synopsis());
}

static void test_example(void **state)
{
    (void)state;
    assert_block("example", make_example());
}

static void test_all_headers(void **state)
{
    glob_t found;
    (void)state;
    assert_int_equal(glob("include/sigmacat/*.h", 0, NULL, &found), 0);
    assert_int_equal(found.gl_pathc, HEADER_COUNT);
    globfree(&found);
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

/* The text behind the synopsis tells what each function does. */
static void test_functions(void **state)
{
    char *page = file_read(PAGE, NULL);
    const char *text = strstr(page, ".\\\" synopsis: end\n");
    size_t count = 0;
    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < HEADER_COUNT; i++) {
        char *header = header_read(i);
        const char *at = header;
        for (char *declaration; (declaration = next_declaration(&at)) != NULL; count++) {
            char *name;
            char *arguments;
            part(declaration, &name, &arguments);
            if (!has_macro(text, ".Fn", name))
                fail_msg("%s does not tell what %s does", PAGE, name);
            free(declaration);
        }
        free(header);
    }
    assert_true(count > 40);
    free(page);
}

/* Whatever the page names is there. */
static void test_names(void **state)
{
    struct smc_buf all = SMC_BUF_INIT(1 << 20);
    char *page = file_read(PAGE, NULL);
    char name[NAME_BYTES];
    (void)state;
    for (size_t i = 0; i < HEADER_COUNT; i++) {
        char *text = header_read(i);
        add_text(&all, text);
        free(text);
    }
    for (const char *at = page; (at = strstr(at, "\n.Fn ")) != NULL; at++) {
        assert_int_equal(sscanf(at, " .Fn %63[A-Za-z0-9_]", name), 1);
        char *call = text_format("%s(", name);
        if (!strstr(smc_buf_str(&all), call))
            fail_msg("no header has %s", name);
        free(call);
    }
    free(page);
    smc_buf_clear(&all);
}

static void test_statuses(void **state)
{
    char *header = file_read("include/sigmacat/error.h", NULL);
    char *page = file_read(PAGE, NULL);
    char name[NAME_BYTES];
    size_t count = 0;
    (void)state;
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

/* The number and the text are one version. */
static void test_version(void **state)
{
    int major = -1;
    int minor = -1;
    int patch = -1;
    (void)state;
    assert_int_equal(sscanf(SMC_VERSION, "%d.%d.%d", &major, &minor, &patch), 3);
    assert_int_equal(SMC_VERSION_NUM, major * 10000 + minor * 100 + patch);
    assert_int_equal(smc_version(), SMC_VERSION_NUM);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_headers), cmocka_unit_test(test_synopsis),
        cmocka_unit_test(test_functions),   cmocka_unit_test(test_names),
        cmocka_unit_test(test_statuses),    cmocka_unit_test(test_example),
        cmocka_unit_test(test_version),
    };
    if (argc == 2) {
        char *text = strcmp(argv[1], "synopsis") == 0 ? make_synopsis() : make_example();
        (void)fputs(text, stdout);
        free(text);
        return 0;
    }
    return cmocka_run_group_tests_name("libsigmacat(3)", tests, NULL, NULL);
}
