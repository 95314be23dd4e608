/* Where a secret must never be seen: the built programs run against the stand-in, with a secret
 * that can't be overlooked, and everything that they show and leave is searched for it. */
#include "tests/support/support.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/program.h"
#include "tests/support/stand_in.h"

#define SECRET "tiger.burning.bright"
/* In other forms, which no text may have either: percent-encoded, with the escapes of JSON, and
 * "sim-client:" SECRET in base64. */
#define ENCODED "tiger%252Eburning%252ebright" /* %25: a fault has it so */
#define ESCAPED "tiger\\u002eburning\\u002Ebright"
#define BASE64  "c2ltLWNsaWVudDp0aWdlci5idXJuaW5nLmJyaWdodA=="

/* Another one, which is given in the wrong place; no program can know of it. */
#define LOOSE "0123456789abcdef_burning_0123456789"

#define BEARER "sim.1." /* how the stand-in's tokens begin */
#define UUID   "01234567-89ab-cdef-0123-456789abcdef"

enum which { EXTRACT, UPLOAD };

/* How it is given. */
enum way {
    BY_FLAG,
    BY_FLAG_ATTACHED,
    BY_LETTER_ATTACHED,
    BY_VARIABLE,
    BY_VARIABLE_IN_LOWER_CASE,
    BY_FILE,
    BY_STANDARD_INPUT,
    BY_COMMAND,
    BY_COMMAND_THAT_LOOKS /* at its environment and its parent's command line */
};

struct run_row {
    const char *name;
    enum which program;
    enum way way;
    const char *more;   /* further words, divided by spaces */
    const char *fault;  /* NULL: none */
    int status;         /* the exit's; 143: it is looked at while it runs, then stopped */
    const char *secret; /* NULL: the right one */
};

#define SILENT_E "call=workbooks,do=silent"
#define SILENT_U "call=upload,do=silent"

/* It is looked at while it runs, however the secret was given. */
#define RUNNING(name, program, fault)                                                              \
    {name ", running: flag", program, BY_FLAG, "", fault, 143, NULL},                              \
        {name ", running: flag=", program, BY_FLAG_ATTACHED, "", fault, 143, NULL},                \
        {name ", running: attached to the letter",                                                 \
         program,                                                                                  \
         BY_LETTER_ATTACHED,                                                                       \
         "",                                                                                       \
         fault,                                                                                    \
         143,                                                                                      \
         NULL},                                                                                    \
        {name ", running: variable", program, BY_VARIABLE, "", fault, 143, NULL},                  \
        {name ", running: lower case", program, BY_VARIABLE_IN_LOWER_CASE, "", fault, 143, NULL},  \
        {name ", running: file", program, BY_FILE, "", fault, 143, NULL},                          \
        {name ", running: stdin", program, BY_STANDARD_INPUT, "", fault, 143, NULL},               \
        {name ", running: command", program, BY_COMMAND, "", fault, 143, NULL},                    \
    {                                                                                              \
        name ", running: what a command sees", program, BY_COMMAND_THAT_LOOKS, "", fault, 143,     \
            NULL                                                                                   \
    }

static const struct run_row rows[] = {
    RUNNING("extract", EXTRACT, SILENT_E),
    {"extract: error", EXTRACT, BY_FLAG, "--log-level error", NULL, 0, NULL},
    {"extract: warn", EXTRACT, BY_FILE, "--log-level warn", NULL, 0, NULL},
    {"extract: info", EXTRACT, BY_COMMAND, "--log-level info", NULL, 0, NULL},
    {"extract: debug", EXTRACT, BY_VARIABLE, "--log-level debug", NULL, 0, NULL},
    {"extract: debug, as JSON", EXTRACT, BY_FLAG, "--log-level debug --log-format json", NULL, 0,
     NULL},
    {"extract: with gaps", EXTRACT, BY_FLAG, "--log-level debug",
     "call=elements,object=0,do=status:400,code=invalid", 0, NULL},
    {"extract: a gap whose answer repeats it", EXTRACT, BY_FLAG, "--log-level debug",
     "call=elements,object=0,do=status:400,code=" SECRET, 0, NULL},
    {"extract: an error whose answer repeats it", EXTRACT, BY_FLAG, "--log-level debug",
     "call=members,do=status:400,body=bad " SECRET, 7, NULL},
    {"extract: the token call's 400 repeats the form", EXTRACT, BY_FLAG, "--log-level debug",
     "call=token,do=status:400,body=grant_type=x&client_secret=" SECRET, 3, NULL},
    {"extract: its 500 does, byte for byte encoded", EXTRACT, BY_FLAG,
     "--log-level debug --retries 0", "call=token,do=status:500,body=" ENCODED, 4, NULL},
    {"extract: its redirect does", EXTRACT, BY_FLAG, "--log-level debug",
     "call=token,do=redirect:https://example.com/" SECRET, 7, NULL},
    {"extract: its 500 has a token", EXTRACT, BY_FLAG, "--log-level debug --retries 0",
     "call=token,do=status:500,body=" BEARER "new", 4, NULL},
    {"extract: a listing's 400 has it percent-encoded", EXTRACT, BY_FLAG, "--log-level debug",
     "call=members,do=status:400,body=bad " ENCODED, 7, NULL},
    {"extract: a listing's 400 has it as JSON", EXTRACT, BY_FLAG, "--log-level debug",
     "call=members,do=status:400,body=bad " ESCAPED, 7, NULL},
    {"extract: a listing's 400 has it in base64", EXTRACT, BY_FLAG, "--log-level debug",
     "call=members,do=status:400,body=bad Basic " BASE64, 7, NULL},
    {"extract: a gap's reason has it percent-encoded", EXTRACT, BY_FLAG, "--log-level debug",
     "call=elements,object=0,do=status:400,body=bad " ENCODED, 0, NULL},
    {"extract: a gap's code has it as JSON", EXTRACT, BY_FLAG, "--log-level debug",
     "call=elements,object=0,do=status:400,code=" ESCAPED, 0, NULL},
    {"extract: a gap's reason has it, in a log of JSON", EXTRACT, BY_FLAG,
     "--log-level debug --log-format json",
     "call=elements,object=0,do=status:400,body=bad " ENCODED, 0, NULL},
    {"extract: a retry's reason has it, in a log of JSON", EXTRACT, BY_FLAG,
     "--log-level debug --log-format json --retry-base 0",
     "call=members,attempt=1,do=status:503,body=bad " ESCAPED, 0, NULL},
    {"extract: a redirect has it", EXTRACT, BY_FLAG, "--log-level debug",
     "call=members,do=redirect:https://example.com/" ENCODED "/", 7, NULL},
    {"extract: a listing's 500 has another's token", EXTRACT, BY_FLAG,
     "--log-level debug --retries 0",
     "call=members,do=status:500,body={\"access_token\":\"" BEARER "new\"}", 4, NULL},
    {"extract: a wrong secret", EXTRACT, BY_FLAG, "--log-level debug", NULL, 3, SECRET ".wrong"},
    {"extract: broken answers", EXTRACT, BY_FLAG, "--log-level debug --retries 0",
     "call=token,do=broken", 4, NULL},
    {"extract: no secret: a space in it", EXTRACT, BY_FLAG, "", NULL, 2, SECRET " x"},
    {"extract: no secret: two lines", EXTRACT, BY_FILE, "", NULL, 2, SECRET "\nx"},
    {"extract: no secret: two lines printed", EXTRACT, BY_COMMAND, "", NULL, 2, SECRET "\nx"},
    {"extract: a loose word after it", EXTRACT, BY_FLAG, SECRET, NULL, 2, NULL},
    {"extract: a mistyped flag", EXTRACT, BY_FLAG, "--api-tokn=" SECRET, NULL, 2, NULL},
    {"extract: as a number", EXTRACT, BY_FILE, "--retries " LOOSE, NULL, 2, NULL},
    {"extract: as a time", EXTRACT, BY_FILE, "--timeout " LOOSE, NULL, 2, NULL},
    {"extract: as a rate", EXTRACT, BY_FILE, "--max-rate " LOOSE, NULL, 2, NULL},
    {"extract: as a share", EXTRACT, BY_FILE, "--max-gaps " LOOSE, NULL, 2, NULL},
    {"extract: as a choice", EXTRACT, BY_FILE, "--log-level " LOOSE, NULL, 2, NULL},
    {"extract: as a flag's value", EXTRACT, BY_FILE, "--incremental=" LOOSE, NULL, 2, NULL},
    {"extract: as a file's name", EXTRACT, BY_FILE, "--only " LOOSE, NULL, 2, NULL},
    {"extract: as a listing", EXTRACT, BY_FILE, "--accept-short-listing " LOOSE, NULL, 2, NULL},
    {"extract: as a configuration file", EXTRACT, BY_FILE, "--config " LOOSE, NULL, 5, NULL},
    {"extract: as certificates", EXTRACT, BY_FILE, "--cacert " SECRET, NULL, 5, NULL},
    {"extract: as credentials", EXTRACT, BY_FILE, "--credentials " LOOSE, NULL, 0, NULL},
    {"extract: as a host", EXTRACT, BY_FILE, "--host " LOOSE "/x", NULL, 2, NULL},
    {"extract: as a loose word", EXTRACT, BY_FILE, LOOSE, NULL, 2, NULL},
    {"extract: as an option", EXTRACT, BY_FILE, "--" LOOSE, NULL, 2, NULL},
    RUNNING("upload", UPLOAD, SILENT_U),
    {"upload: debug", UPLOAD, BY_FILE, "--log-level debug", NULL, 0, NULL},
    {"upload: debug, as JSON", UPLOAD, BY_VARIABLE, "--log-level debug --log-format json", NULL, 0,
     NULL},
    {"upload: a wrong token", UPLOAD, BY_FLAG, "--log-level debug", NULL, 3, SECRET ".wrong"},
    {"upload: the answer repeats it", UPLOAD, BY_FLAG, "--log-level debug",
     "call=upload,do=status:400,body=bad " SECRET, 7, NULL},
    {"upload: the answer repeats it, percent-encoded", UPLOAD, BY_FLAG, "--log-level debug",
     "call=upload,do=status:400,body=bad " ENCODED, 7, NULL},
    {"upload: the answer repeats it, as JSON", UPLOAD, BY_FLAG, "--log-level debug --json",
     "call=upload,do=status:400,body=bad " ESCAPED, 7, NULL},
    {"upload: the answer repeats it, in base64", UPLOAD, BY_FLAG, "--log-level debug",
     "call=upload,do=status:400,body=bad " BASE64, 7, NULL},
    {"upload: a redirect has it", UPLOAD, BY_FLAG, "--log-level debug",
     "call=upload,do=redirect:https://example.com/" ENCODED "/", 7, NULL},
    {"upload: no token: a space in it", UPLOAD, BY_VARIABLE, "", NULL, 2, SECRET " x"},
    {"upload: as a source id", UPLOAD, BY_FILE, "-s " LOOSE, NULL, 2, NULL},
    {"upload: as a type", UPLOAD, BY_FILE, "-t " LOOSE, NULL, 2, NULL},
    {"upload: as a zone", UPLOAD, BY_FILE, "-z " LOOSE, NULL, 2, NULL},
    {"upload: as a file", UPLOAD, BY_FILE, "-f " LOOSE, NULL, 5, NULL},
    {"upload: as a project", UPLOAD, BY_FILE, "-t LOOKML --project_name " LOOSE "/x", NULL, 2,
     NULL},
    {"upload: as an endpoint", UPLOAD, BY_FILE, "--endpoint " LOOSE "/?", NULL, 2, NULL},
    {"upload: a mistyped flag", UPLOAD, BY_FLAG, "--tokken=" SECRET, NULL, 2, NULL},
};

struct names {
    const char *program;
    const char *flag;
    const char *letter;
    const char *variable;
    const char *lower_variable;
};

static const struct names names[] = {
    {"castor-extract-sigma", "--api-token", "-a", "CASTOR_SIGMA_API_TOKEN",
     "castor_sigma_api_token"},
    {"castor-upload", "--token", "-k", "CASTOR_UPLOADER_TOKEN", "castor_uploader_token"},
};

struct fixture {
    const struct run_row *row;
    struct sim *sim;
    char *dir;
    char *output; /* what the program writes */
    char *token;  /* the file of the secret */
    struct words argv;
    struct words envp;
    struct program p;
};

/* ---- what is searched ---- */

static void check_bytes(const char *where, const char *bytes, size_t len)
{
    if (memmem(bytes, len, SECRET, strlen(SECRET)))
        fail_msg("the secret is in %s", where);
    static const char *const parts[] = {"burning", "BURNING", "idXJuaW5n", "%74%69%67"};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (memmem(bytes, len, parts[i], strlen(parts[i])))
            fail_msg("a part of the secret (%s) is in %s", parts[i], where);
    if (memmem(bytes, len, BEARER, strlen(BEARER)))
        fail_msg("the bearer token is in %s", where);
}

static void check_file(const char *path)
{
    size_t len;
    char *bytes = file_read(path, &len);
    check_bytes(path, bytes, len);
    free(bytes);
}

/* Returns how many files there were. Those of the state are for their owner alone. */
static int check_tree(const char *dir, bool is_state)
{
    int count = 0;
    DIR *entries = opendir(dir);
    for (const struct dirent *e = entries ? readdir(entries) : NULL; e; e = readdir(entries)) {
        struct stat st;
        char *path = text_format("%s/%s", dir, e->d_name);
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 && lstat(path, &st) == 0) {
            bool is_dir = S_ISDIR(st.st_mode);
            if (is_state && (st.st_mode & 077) != 0)
                fail_msg("%s has mode %o", path, st.st_mode & 0777);
            if (is_dir)
                count += check_tree(path, is_state || strcmp(e->d_name, ".sigmacat") == 0);
            else if (S_ISREG(st.st_mode))
                check_file(path);
            count += !is_dir;
        }
        free(path);
    }
    if (entries)
        (void)closedir(entries);
    return count;
}

/* As another user one can't even open it. */
static void check_proc(pid_t pid, const char *what)
{
    char *path = text_format("/proc/%d/%s", (int)pid, what);
    if (access(path, R_OK) == 0 || errno != EACCES)
        check_file(path);
    free(path);
}

static void check_running(const struct fixture *f)
{
    struct rlimit limit = {1, 1};
    struct stat st;
    check_proc(f->p.pid, "cmdline");
    check_proc(f->p.pid, "environ");
    assert_int_equal(prlimit(f->p.pid, RLIMIT_CORE, NULL, &limit), 0);
    assert_int_equal(limit.rlim_cur, 0);
    assert_int_equal(limit.rlim_max, 0);
#ifndef __SANITIZE_ADDRESS__
    /* What can't be dumped belongs to root; for root itself see test_cli.c. */
    char *path = text_format("/proc/%d/maps", (int)f->p.pid);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_uid, 0);
    free(path);
#else
    (void)st;
#endif
}

/* ---- the program ---- */

static void add_secret(struct fixture *f)
{
    const struct names *n = &names[f->row->program];
    const char *secret = f->row->secret ? f->row->secret : SECRET;
    char *path = f->token;
    char *text = text_format("%s\n", secret);
    file_write(path, text, strlen(text));
    free(text);
    if (chmod(path, 0600) != 0)
        fail_msg("chmod failed");
    switch (f->row->way) {
    case BY_FLAG:
        words_add(&f->argv, "%s", n->flag);
        words_add(&f->argv, "%s", secret);
        break;
    case BY_FLAG_ATTACHED:
        words_add(&f->argv, "%s=%s", n->flag, secret);
        break;
    case BY_LETTER_ATTACHED:
        words_add(&f->argv, "%s%s", n->letter, secret);
        break;
    case BY_VARIABLE:
        words_add(&f->envp, "%s=%s", n->variable, secret);
        break;
    case BY_VARIABLE_IN_LOWER_CASE:
        words_add(&f->envp, "%s=%s", n->lower_variable, secret);
        break;
    case BY_FILE:
        words_add(&f->argv, "%s-file=%s", n->flag, path);
        break;
    case BY_STANDARD_INPUT:
        words_add(&f->argv, "%s-file=-", n->flag);
        break;
    case BY_COMMAND:
        words_add(&f->argv, "%s-command=cat '%s'", n->flag, path);
        break;
    case BY_COMMAND_THAT_LOOKS:
        words_add(&f->argv, "%s-command=env >&2; cat /proc/$PPID/cmdline >&2; cat '%s'", n->flag,
                  path);
        break;
    }
    /* No business of this program, and of its commands. */
    words_add(&f->envp, "%s=%s", names[f->row->program == EXTRACT ? UPLOAD : EXTRACT].variable,
              SECRET);
    /* Beaten by the flag, and to be taken away all the same. */
    if (f->row->way != BY_VARIABLE && f->row->way != BY_VARIABLE_IN_LOWER_CASE)
        words_add(&f->envp, "%s=%s", n->variable, SECRET);
}

static void start(struct fixture *f)
{
    bool is_extract = f->row->program == EXTRACT;
    char *report = text_format("%s/report.json", f->output);
    char *path = program_path(names[f->row->program].program);
    const char *const filled[] = {"@URL", sim_url(f->sim), "@OUT", f->output, NULL};
    if (!is_extract)
        file_write(report, "[]", 2);
    words_add(&f->argv, "%s", path);
    words_split(&f->argv,
                is_extract ? "-H @URL -c sim-client -o @OUT --report @OUT/report.json"
                           : "--endpoint @URL -t VIZ -s " UUID " -f @OUT/report.json",
                ' ', filled);
    add_secret(f);
    words_split(&f->argv, f->row->more, ' ', NULL);
    words_add(&f->envp, "PATH=/usr/bin:/bin");
    program_start(&f->p, &f->argv, &f->envp, f->row->way == BY_STANDARD_INPUT ? f->token : NULL);
    free(path);
    free(report);
}

/* Until the stand-in has got the secret: extract's token call, upload's first call. */
static void await_secret(struct fixture *f)
{
    bool is_extract = f->row->program == EXTRACT;
    while (program_runs(&f->p)) {
        if (is_extract ? sim_calls(f->sim, "token", 200) > 0 : sim_max_in_flight(f->sim) > 0)
            return;
        (void)poll(NULL, 0, 1);
    }
    program_clear(&f->p);
    fail_msg("the program sent nothing");
}

/* ---- a row ---- */

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct sim_options opt = SIM_OPTIONS_INIT;
    if (!f)
        return -1;
    f->row = *state;
    f->dir = temp_dir_make();
    f->output = text_format("%s/out", f->dir);
    f->token = text_format("%s/token", f->dir);
    opt.client_secret = SECRET;
    opt.upload_token = SECRET;
    opt.workbooks = 4;
    opt.tables = 3;
    f->sim = stand_in_new(&opt);
    stand_in_fault(f->sim, f->row->fault);
    *state = f;
    return mkdir(f->output, 0700);
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    program_clear(&f->p);
    sim_stop(f->sim);
    words_clear(&f->argv);
    words_clear(&f->envp);
    free(f->token);
    free(f->output);
    temp_dir_remove(f->dir);
    free(f);
    return 0;
}

static void test_run_row(void **state)
{
    struct fixture *f = *state;
    start(f);
    if (f->row->status == 143) {
        await_secret(f);
        check_running(f);
        assert_int_equal(kill(f->p.pid, SIGTERM), 0);
    }
    int status = program_end(&f->p);
    if (status != f->row->status)
        fail_msg("status %d: %s", status, f->p.err);
    check_bytes("the log", f->p.err, f->p.err_len);
    check_bytes("the output", f->p.out, f->p.out_len);
    int files = check_tree(f->output, false);
    bool is_full = f->row->program == EXTRACT && status == 0;
    assert_in_range(files, is_full ? 14 : 0, 100); /* twelve, the report, the state */
    /* A check that looked at nothing would find nothing. */
    if (f->row->way == BY_COMMAND_THAT_LOOKS)
        assert_non_null(memmem(f->p.err, f->p.err_len, "PATH=/usr/bin:/bin", 18));
}

int main(void)
{
    return RUN_TABLE_WITH("secrets: where they are not", rows, test_run_row, setup, teardown);
}
