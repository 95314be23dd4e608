/* What others get: the library is installed into a folder, all its headers and initialisers compile
 * alone as C11 and as C++17, and the examples compile and work with what pkg-config says.
 *
 * Run from the project's folder. */
#include "tests/support/support.h"

#include <glob.h>
#include <unistd.h>

#include <sigmacat/json.h>

#include "tests/sim/sim.h"
#include "tests/support/program.h"
#include "tests/support/stand_in.h"
#include "tests/support/words.h"

#define PREFIX "/opt/smc" /* below the folder that is DESTDIR */

struct installed {
    char *dir;
    struct program program; /* the last one that ran */
};

static struct installed installed;

/* What a build like this one asks of those who link with its library. */
static const char *flags_of_build(void)
{
    const char *build = getenv("SMC_BUILD");
#ifdef __SANITIZE_ADDRESS__
    return "-fsanitize=address,undefined";
#endif
    return build && strstr(build, "coverage") ? "--coverage" : "";
}

static const char *variable(const char *name, const char *otherwise)
{
    const char *value = getenv(name);
    return value && *value ? value : otherwise;
}

/* Runs a line of shell; returns its exit status. */
static int shell(const char *line)
{
    struct words argv = {0};
    words_add(&argv, "/bin/sh");
    words_add(&argv, "-c");
    words_add(&argv, "%s", line);
    int status = program_run(&installed.program, &argv, NULL, NULL);
    words_clear(&argv);
    return status;
}

/* Runs a line in which what only the test knows is marked, and fails the test unless it is well. */
static void must(const char *marked, const char *name)
{
    const char *names[] = {"@CC",    variable("CC", "cc"),
                           "@CXX",   variable("CXX", "c++"),
                           "@PKG",   variable("PKG_CONFIG", "pkg-config"),
                           "@FLAGS", flags_of_build(),
                           "@MODE",  variable("SMC_BUILD", "build"),
                           "@DIR",   installed.dir,
                           "@NAME",  name,
                           NULL};
    char *line = text_filled(marked, names);
    if (shell(line) != 0)
        fail_msg("%s\n%s%s", line, installed.program.out, installed.program.err);
    free(line);
}

static int install(void **state)
{
    (void)state;
    installed.dir = temp_dir_make();
    /* What make told this run of itself and its jobs is not for another one. */
    must("mode=@MODE; unset MAKEFLAGS MFLAGS MAKELEVEL; mode=${mode#build}; "
         "make -s install MODE=${mode#/} DESTDIR=@DIR PREFIX=" PREFIX,
         "");
    return 0;
}

static int remove_installed(void **state)
{
    (void)state;
    program_clear(&installed.program);
    temp_dir_remove(installed.dir);
    return 0;
}

static bool has_cxx(void)
{
    char *line = text_format("command -v %s", variable("CXX", "c++"));
    bool has = shell(line) == 0;
    free(line);
    if (!has && getenv("SMC_NO_SKIP"))
        fail_msg("there is no C++ compiler: run sh .ci/deps.sh test");
    return has;
}

#define PKG                                                                                        \
    "PKG_CONFIG_PATH=@DIR" PREFIX "/lib/pkgconfig @PKG --define-variable=prefix=@DIR" PREFIX " "
#define STRICT "-Wall -Wextra -pedantic-errors -Werror @FLAGS "

/* ---- headers ---- */

/* "SMC_PAGES_OPT_INIT" is of struct smc_pages_opt. */
static void add_initialiser(struct smc_buf *out, const char *macro, int number)
{
    size_t len = strspn(macro, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");
    const char *argument = macro[len] == '(' ? "(16)" : "";
    char *type = text_format("%.*s", (int)(len - strlen("_INIT")), macro);
    for (char *at = type; *at; at++)
        if (*at != '_')
            *at = (char)(*at | 0x20);
    assert_int_equal(
        smc_buf_addf(out, "struct %s of_%d = %.*s%s;\n", type, number, (int)len, macro, argument),
        SMC_OK);
    free(type);
}

/* A file that includes one header and begins one struct by each of its initialisers. */
static void write_user(const char *header, const char *suffix)
{
    struct smc_buf out = SMC_BUF_INIT(65536);
    char *text = file_read(header, NULL);
    char *path = text_format("%s/user.%s", installed.dir, suffix);
    int count = 0;
    assert_int_equal(smc_buf_addf(&out, "#include <sigmacat/%s>\n", strrchr(header, '/') + 1),
                     SMC_OK);
    for (const char *at = text; (at = strstr(at, "\n#define SMC_")) != NULL; at++) {
        const char *macro = at + strlen("\n#define ");
        size_t len = strspn(macro, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");
        if (len > 5 && strncmp(macro + len - 5, "_INIT", 5) == 0)
            add_initialiser(&out, macro, count++);
    }
    file_write(path, out.data, out.len);
    free(path);
    free(text);
    smc_buf_clear(&out);
}

static void test_header(void **state)
{
    const char *const *header = *state;
    write_user(*header, "c");
    must("@CC -std=c11 " STRICT "$(" PKG "--cflags libsigmacat) -c @DIR/user.c -o @DIR/user.o", "");
    if (!has_cxx())
        skip();
    write_user(*header, "cpp");
    must("@CXX -std=c++17 " STRICT "$(" PKG "--cflags libsigmacat) -c @DIR/user.cpp -o @DIR/user.o",
         "");
}

/* ---- examples ---- */

#define SHARED_C                                                                                   \
    "@CC -std=c11 " STRICT "examples/library/@NAME.c $(" PKG "--cflags --libs libsigmacat) "       \
    "-Wl,-rpath,@DIR" PREFIX "/lib -o @DIR/@NAME"
/* As libsigmacat(3) says. */
#define STATIC_C                                                                                   \
    "@CC -std=c11 " STRICT "examples/library/@NAME.c $(" PKG                                       \
    "--cflags --libs-only-L libsigmacat) "                                                         \
    "-l:libsigmacat.a $(@PKG --libs libcurl libcrypto) -lm -o @DIR/@NAME"
#define SHARED_CXX                                                                                 \
    "@CXX -std=c++17 " STRICT "examples/library/@NAME.cpp $(" PKG "--cflags --libs libsigmacat) "  \
    "-Wl,-rpath,@DIR" PREFIX "/lib -o @DIR/@NAME"

struct row {
    const char *test;
    const char *compile;
    const char *name;
    const char *host;   /* NULL: the stand-in's */
    const char *secret; /* NULL: the right one */
    const char *fault;
    const char *err; /* part of what is told; NULL: it is well */
};

static const struct row rows[] = {
    {"owners", SHARED_C, "owners", NULL, NULL, NULL, NULL},
    {"owners, linked statically", STATIC_C, "owners", NULL, NULL, NULL, NULL},
    {"owners, refused", SHARED_C, "owners", NULL, "another-secret", NULL,
     "owners: the credentials were refused"},
    {"owners, a page without its cursor", SHARED_C, "owners", NULL, NULL,
     "call=workbooks,page=2,do=nocursor",
     "owners: GET /v2/workbooks: page 2 does not say whether more follow"},
    {"owners, no host", SHARED_C, "owners", "", NULL, NULL, "owners: origin: "},
    {"whoami in C++", SHARED_CXX, "whoami", NULL, NULL, NULL, NULL},
    {"whoami in C++, refused", SHARED_CXX, "whoami", NULL, "another-secret", NULL,
     "whoami: the credentials were refused"},
    {"whoami in C++, failed", SHARED_CXX, "whoami", NULL, NULL, "call=whoami,do=status:404",
     "whoami: GET /v2/whoami: HTTP 404"},
};

/* The text of a member as it stands in the record. */
static struct smc_json_span member(const char *record, const char *name)
{
    struct smc_json_span value;
    assert_int_equal(smc_json_scan(record, strlen(record), &value, NULL), SMC_OK);
    return smc_json_member(value, name);
}

/* Every workbook in order, with the names of the member that owns it. */
static void check_owners(const struct sim *sim, const char *out)
{
    struct smc_buf want = SMC_BUF_INIT(1 << 20);
    for (long i = 0; i < sim_estate_count(sim, "workbooks"); i++) {
        char *workbook = sim_estate_record(sim, "workbooks", i, NULL);
        struct smc_json_span owner = member(workbook, "ownerId");
        struct smc_json_span name = member(workbook, "name");
        long owners = 0;
        for (long j = 0; j < sim_estate_count(sim, "members"); j++) {
            char *person = sim_estate_record(sim, "members", j, NULL);
            struct smc_json_span id = member(person, "memberId");
            struct smc_json_span first = member(person, "firstName");
            struct smc_json_span last = member(person, "lastName");
            if (id.len == owner.len && memcmp(id.p, owner.p, id.len) == 0) {
                (void)smc_buf_addf(&want, "[%.*s,%.*s,%.*s]\n", (int)name.len, name.p,
                                   (int)first.len, first.p, (int)last.len, last.p);
                owners++;
            }
            free(person);
        }
        assert_int_equal(owners, 1);
        free(workbook);
    }
    assert_string_equal(out, smc_buf_str(&want));
    smc_buf_clear(&want);
}

static void check_whoami(const struct sim *sim, const char *out)
{
    char *person = sim_estate_record(sim, "members", 0, NULL);
    struct smc_json_span id = member(person, "organizationId");
    char *want = text_format("%.*s\n", (int)id.len - 2, id.p + 1);
    assert_string_equal(out, want);
    free(want);
    free(person);
}

static void test_example(void **state)
{
    const struct row *row = *state;
    struct sim_options opt = SIM_OPTIONS_INIT;
    if (row->compile[1] == 'C' && row->compile[3] == 'X' && !has_cxx())
        skip();
    opt.page_size = 3;
    struct sim *sim = stand_in_new(&opt);
    stand_in_fault(sim, row->fault);
    assert_int_equal(setenv("CASTOR_SIGMA_HOST", row->host ? row->host : sim_url(sim), 1), 0);
    assert_int_equal(setenv("CASTOR_SIGMA_CLIENT_ID", "sim-client", 1), 0);
    assert_int_equal(setenv("CASTOR_SIGMA_API_TOKEN", row->secret ? row->secret : "sim-secret", 1),
                     0);
    must(row->compile, row->name);
    char *run = text_format("%s/%s", installed.dir, row->name);
    int status = shell(run);
    const struct program *program = &installed.program;
    free(run);
    assert_lacks(program->err, "another-secret");
    assert_int_equal(status, row->err ? 1 : 0);
    if (row->err && !strstr(program->err, row->err))
        fail_msg("not told: %s, but: %s", row->err, program->err);
    if (!row->err) {
        assert_string_equal(program->err, "");
        (strcmp(row->name, "owners") == 0 ? check_owners : check_whoami)(sim, program->out);
    }
    sim_stop(sim);
}

/* ---- what else is installed ---- */

static void test_pages_of_functions(void **state)
{
    (void)state;
    must("cd @DIR" PREFIX "/share/man && test \"$(mandoc man3/smc_client_new.3)\" = "
         "\"$(mandoc man3/libsigmacat.3)\" && test $(ls man3 | grep -c '^smc_') -gt 40",
         "");
}

static void test_moved(void **state)
{
    (void)state;
    must("test \"$(" PKG "--variable=libdir libsigmacat)\" = @DIR" PREFIX "/lib", "");
    must("test \"$(PKG_CONFIG_PATH=@DIR" PREFIX
         "/lib/pkgconfig @PKG --modversion libsigmacat)\" = " SMC_VERSION,
         "");
}

static void test_uninstall(void **state)
{
    (void)state;
    must("mode=@MODE; unset MAKEFLAGS MFLAGS MAKELEVEL; mode=${mode#build}; "
         "make -s uninstall MODE=${mode#/} DESTDIR=@DIR PREFIX=" PREFIX
         " && test -z \"$(find @DIR" PREFIX " ! -type d)\"",
         "");
}

int main(void)
{
    const struct CMUnitTest rest[] = {
        cmocka_unit_test(test_pages_of_functions),
        cmocka_unit_test(test_moved),
        cmocka_unit_test(test_uninstall),
    };
    glob_t found;
    if (install(NULL) != 0 || glob("include/sigmacat/*.h", 0, NULL, &found) != 0)
        return 1;
    int failed = run_table("a header alone", found.gl_pathv, sizeof found.gl_pathv[0],
                           found.gl_pathc, test_header);
    failed += RUN_TABLE("an example", rows, test_example);
    failed += cmocka_run_group_tests_name("installed", rest, NULL, remove_installed);
    globfree(&found);
    return failed;
}
