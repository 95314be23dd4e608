/* Where a secret must never be seen: the built programs run against the stand-in, with a secret
 * that can't be overlooked, and everything that they show and leave is searched for it. */
#include "tests/support/support.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/sim/sim.h"

#define SECRET "tiger.burning.bright"
#define BEARER "sim.1." /* how the stand-in's tokens begin */
#define UUID   "01234567-89ab-cdef-0123-456789abcdef"

#define WORDS_MAX 32
#define HANG_MS   60000

enum program { EXTRACT, UPLOAD };

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
    enum program program;
    enum way way;
    const char *more;   /* further words, divided by spaces */
    const char *fault;  /* NULL: none */
    int status;         /* the exit's; 143: it is looked at while it runs, then stopped */
    const char *secret; /* NULL: the right one */
};

#define SILENT_E "call=workbooks,do=silent"
#define SILENT_U "call=upload,do=silent"

static const struct run_row rows[] = {
    {"extract, running: flag", EXTRACT, BY_FLAG, "", SILENT_E, 143, NULL},
    {"extract, running: flag=", EXTRACT, BY_FLAG_ATTACHED, "", SILENT_E, 143, NULL},
    {"extract, running: -aTOKEN", EXTRACT, BY_LETTER_ATTACHED, "", SILENT_E, 143, NULL},
    {"extract, running: variable", EXTRACT, BY_VARIABLE, "", SILENT_E, 143, NULL},
    {"extract, running: lower case", EXTRACT, BY_VARIABLE_IN_LOWER_CASE, "", SILENT_E, 143, NULL},
    {"extract, running: file", EXTRACT, BY_FILE, "", SILENT_E, 143, NULL},
    {"extract, running: stdin", EXTRACT, BY_STANDARD_INPUT, "", SILENT_E, 143, NULL},
    {"extract, running: command", EXTRACT, BY_COMMAND, "", SILENT_E, 143, NULL},
    {"extract, running: what a command sees", EXTRACT, BY_COMMAND_THAT_LOOKS, "", SILENT_E, 143,
     NULL},
    {"extract: error", EXTRACT, BY_FLAG, "--log-level error", NULL, 0, NULL},
    {"extract: warn", EXTRACT, BY_FILE, "--log-level warn", NULL, 0, NULL},
    {"extract: info", EXTRACT, BY_COMMAND, "--log-level info", NULL, 0, NULL},
    {"extract: debug", EXTRACT, BY_VARIABLE, "--log-level debug", NULL, 0, NULL},
    {"extract: debug, as JSON", EXTRACT, BY_FLAG, "--log-level debug --log-format json", NULL, 0,
     NULL},
    {"extract: with gaps", EXTRACT, BY_FLAG, "--log-level debug",
     "call=elements,do=status:400,code=invalid", 0, NULL},
    {"extract: a gap whose answer repeats it", EXTRACT, BY_FLAG, "--log-level debug",
     "call=elements,do=status:400,code=" SECRET, 0, NULL},
    {"extract: an error whose answer repeats it", EXTRACT, BY_FLAG, "--log-level debug",
     "call=members,do=status:400,body=bad " SECRET, 4, NULL},
    {"extract: a wrong secret", EXTRACT, BY_FLAG, "--log-level debug", NULL, 3, SECRET ".wrong"},
    {"extract: broken answers", EXTRACT, BY_FLAG, "--log-level debug --retries 0",
     "call=token,do=broken", 4, NULL},
    {"extract: no secret: a space in it", EXTRACT, BY_FLAG, "", NULL, 2, SECRET " x"},
    {"extract: no secret: two lines", EXTRACT, BY_FILE, "", NULL, 2, SECRET "\nx"},
    {"extract: no secret: two lines printed", EXTRACT, BY_COMMAND, "", NULL, 2, SECRET "\nx"},
    {"extract: a loose word after it", EXTRACT, BY_FLAG, SECRET, NULL, 2, NULL},
    {"extract: a mistyped flag", EXTRACT, BY_FLAG, "--api-tokn=" SECRET, NULL, 2, NULL},
    {"upload, running: flag", UPLOAD, BY_FLAG, "", SILENT_U, 143, NULL},
    {"upload, running: flag=", UPLOAD, BY_FLAG_ATTACHED, "", SILENT_U, 143, NULL},
    {"upload, running: -kTOKEN", UPLOAD, BY_LETTER_ATTACHED, "", SILENT_U, 143, NULL},
    {"upload, running: variable", UPLOAD, BY_VARIABLE, "", SILENT_U, 143, NULL},
    {"upload, running: lower case", UPLOAD, BY_VARIABLE_IN_LOWER_CASE, "", SILENT_U, 143, NULL},
    {"upload, running: file", UPLOAD, BY_FILE, "", SILENT_U, 143, NULL},
    {"upload, running: stdin", UPLOAD, BY_STANDARD_INPUT, "", SILENT_U, 143, NULL},
    {"upload, running: command", UPLOAD, BY_COMMAND, "", SILENT_U, 143, NULL},
    {"upload, running: what a command sees", UPLOAD, BY_COMMAND_THAT_LOOKS, "", SILENT_U, 143,
     NULL},
    {"upload: debug", UPLOAD, BY_FILE, "--log-level debug", NULL, 0, NULL},
    {"upload: debug, as JSON", UPLOAD, BY_VARIABLE, "--log-level debug --log-format json", NULL, 0,
     NULL},
    {"upload: a wrong token", UPLOAD, BY_FLAG, "--log-level debug", NULL, 3, SECRET ".wrong"},
    {"upload: the answer repeats it", UPLOAD, BY_FLAG, "--log-level debug",
     "call=upload,do=status:400,body=bad " SECRET, 4, NULL},
    {"upload: no token: a space in it", UPLOAD, BY_VARIABLE, "", NULL, 2, SECRET " x"},
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
    char *output;  /* what the program writes */
    char *token;   /* the file of the secret */
    char *program; /* its path */
    char *argv[WORDS_MAX];
    char *envp[WORDS_MAX];
    int argc;
    int envc;
    pid_t pid;
    int err_fd; /* the program's standard error */
    struct smc_buf err_text;
};

/* ---- what is searched ---- */

static void check_bytes(const char *where, const char *bytes, size_t len)
{
    if (memmem(bytes, len, SECRET, strlen(SECRET)))
        fail_msg("the secret is in %s", where);
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
    check_proc(f->pid, "cmdline");
    check_proc(f->pid, "environ");
    assert_int_equal(prlimit(f->pid, RLIMIT_CORE, NULL, &limit), 0);
    assert_int_equal(limit.rlim_cur, 0);
    assert_int_equal(limit.rlim_max, 0);
#ifndef __SANITIZE_ADDRESS__
    /* What can't be dumped belongs to root; for root itself see test_cli.c. */
    char *path = text_format("/proc/%d/maps", (int)f->pid);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_uid, 0);
    free(path);
#else
    (void)st;
#endif
}

/* ---- the program ---- */

static char *program_path(const char *name)
{
    char self[4096];
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    self[len > 0 ? len : 0] = '\0';
    for (int i = 0; i < 2 && strrchr(self, '/'); i++) /* BUILD/tests/NAME */
        *strrchr(self, '/') = '\0';
    return text_format("%s/%s", self, name);
}

static void add(char **words, int *count, char *word)
{
    assert_in_range(*count, 0, WORDS_MAX - 2);
    words[(*count)++] = word;
    words[*count] = NULL;
}

static void add_arg(struct fixture *f, const char *word)
{
    add(f->argv, &f->argc, text_format("%s", word));
}

static void add_variable(struct fixture *f, const char *name, const char *value)
{
    add(f->envp, &f->envc, text_format("%s=%s", name, value));
}

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
        add_arg(f, n->flag);
        add_arg(f, secret);
        break;
    case BY_FLAG_ATTACHED:
        add(f->argv, &f->argc, text_format("%s=%s", n->flag, secret));
        break;
    case BY_LETTER_ATTACHED:
        add(f->argv, &f->argc, text_format("%s%s", n->letter, secret));
        break;
    case BY_VARIABLE:
        add_variable(f, n->variable, secret);
        break;
    case BY_VARIABLE_IN_LOWER_CASE:
        add_variable(f, n->lower_variable, secret);
        break;
    case BY_FILE:
        add(f->argv, &f->argc, text_format("%s-file=%s", n->flag, path));
        break;
    case BY_STANDARD_INPUT:
        add(f->argv, &f->argc, text_format("%s-file=-", n->flag));
        break;
    case BY_COMMAND:
        add(f->argv, &f->argc, text_format("%s-command=cat '%s'", n->flag, path));
        break;
    case BY_COMMAND_THAT_LOOKS:
        add(f->argv, &f->argc,
            text_format("%s-command=env >&2; cat /proc/$PPID/cmdline >&2; cat '%s'", n->flag,
                        path));
        break;
    }
    /* Beaten by the flag, and to be taken away all the same. */
    if (f->row->way != BY_VARIABLE && f->row->way != BY_VARIABLE_IN_LOWER_CASE)
        add_variable(f, n->variable, SECRET);
}

static void add_words(struct fixture *f)
{
    static const char *const extract[] = {"-H", NULL,       "-c", "sim-client", "-o",
                                          NULL, "--report", NULL, NULL};
    static const char *const upload[] = {"--endpoint", NULL, "-t", "VIZ", "-s",
                                         UUID,         "-f", NULL, NULL};
    bool is_extract = f->row->program == EXTRACT;
    char *file = text_format("%s/report.json", f->output);
    const char *values[] = {sim_url(f->sim), is_extract ? f->output : file, file};
    if (!is_extract)
        file_write(file, "[]", 2);
    add_arg(f, names[f->row->program].program);
    const char *const *words = is_extract ? extract : upload;
    for (int i = 0, value = 0; i < 8; i++)
        add_arg(f, words[i] ? words[i] : values[value++]);
    free(file);
    add_secret(f);
    char *more = text_format("%s", f->row->more);
    char *rest = NULL;
    for (char *word = strtok_r(more, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        add_arg(f, word);
    free(more);
    add_variable(f, "PATH", "/usr/bin:/bin");
}

static void start(struct fixture *f)
{
    int ends[2];
    int in = open(f->row->way == BY_STANDARD_INPUT ? f->token : "/dev/null", O_RDONLY | O_CLOEXEC);
    char *path = text_format("%s/stdout", f->output);
    int out = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    free(path);
    if (in < 0 || out < 0 || pipe2(ends, O_CLOEXEC) != 0)
        fail_msg("can't open what the program needs");
    f->pid = fork();
    if (f->pid == 0) {
        if (dup2(in, 0) == 0 && dup2(out, 1) == 1 && dup2(ends[1], 2) == 2)
            (void)execve(f->program, f->argv, f->envp);
        _exit(99);
    }
    (void)close(in);
    (void)close(out);
    (void)close(ends[1]);
    f->err_fd = ends[0];
}

/* Takes what the program says, for at most `ms`. False at its end. */
static bool listen_to(struct fixture *f, int ms)
{
    char chunk[4096];
    struct pollfd p = {.fd = f->err_fd, .events = POLLIN};
    if (poll(&p, 1, ms) != 1)
        return true;
    ssize_t got = read(f->err_fd, chunk, sizeof chunk);
    if (got > 0 && smc_buf_add(&f->err_text, chunk, (size_t)got) != SMC_OK)
        fail_msg("out of memory");
    return got > 0;
}

/* Until the stand-in has got the secret: extract's token call, upload's first call. */
static void await_secret(struct fixture *f)
{
    bool is_extract = f->row->program == EXTRACT;
    for (int i = 0; i < HANG_MS / 10; i++) {
        if (is_extract ? sim_calls(f->sim, "token", 200) > 0 : sim_max_in_flight(f->sim) > 0)
            return;
        if (!listen_to(f, 10))
            break;
    }
    fail_msg("the program sent nothing: %s", smc_buf_str(&f->err_text));
}

static int await_end(struct fixture *f)
{
    int status = -1;
    while (listen_to(f, HANG_MS))
        ;
    if (waitpid(f->pid, &status, 0) != f->pid)
        fail_msg("waitpid failed");
    f->pid = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + status;
}

/* ---- a row ---- */

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct sim_options opt = SIM_OPTIONS_INIT;
    char why[256] = "";
    if (!f)
        return -1;
    f->row = *state;
    f->err_fd = -1;
    smc_buf_init(&f->err_text, SIZE_MAX);
    f->dir = temp_dir_make();
    f->output = text_format("%s/out", f->dir);
    f->token = text_format("%s/token", f->dir);
    f->program = program_path(names[f->row->program].program);
    opt.client_secret = SECRET;
    opt.upload_token = SECRET;
    opt.workbooks = 4;
    opt.tables = 3;
    f->sim = sim_start(&opt, why, sizeof why);
    if (f->sim && f->row->fault && sim_fault(f->sim, f->row->fault, why, sizeof why) != 0)
        print_error("%s\n", why);
    *state = f;
    return f->sim && !*why && mkdir(f->output, 0700) == 0 ? 0 : -1;
}

static void free_words(char **words)
{
    for (; *words; words++)
        free(*words);
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    if (f->pid > 0) {
        (void)kill(f->pid, SIGKILL);
        (void)waitpid(f->pid, NULL, 0);
    }
    if (f->err_fd >= 0)
        (void)close(f->err_fd);
    sim_stop(f->sim);
    free_words(f->argv);
    free_words(f->envp);
    smc_buf_clear(&f->err_text);
    free(f->program);
    free(f->token);
    free(f->output);
    temp_dir_remove(f->dir);
    free(f);
    return 0;
}

static void test_run_row(void **state)
{
    struct fixture *f = *state;
    add_words(f);
    start(f);
    if (f->row->status == 143) {
        await_secret(f);
        check_running(f);
        assert_int_equal(kill(f->pid, SIGTERM), 0);
    }
    int status = await_end(f);
    if (status != f->row->status)
        fail_msg("status %d: %s", status, smc_buf_str(&f->err_text));
    check_bytes("the log", smc_buf_str(&f->err_text), f->err_text.len);
    int files = check_tree(f->output, false);
    bool is_full = f->row->program == EXTRACT && status == 0;
    assert_in_range(files, is_full ? 14 : 1, 100); /* twelve, the report, the state */
    /* A check that looked at nothing would find nothing. */
    if (f->row->way == BY_COMMAND_THAT_LOOKS)
        assert_non_null(memmem(f->err_text.data, f->err_text.len, "PATH=/usr/bin:/bin", 18));
}

int main(void)
{
    struct CMUnitTest tests[sizeof rows / sizeof rows[0]];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        tests[i] = (struct CMUnitTest){rows[i].name, test_run_row, setup, teardown,
                                       (void *)(uintptr_t)&rows[i]};
    return cmocka_run_group_tests_name("secrets: where they are not", tests, NULL, NULL);
}
