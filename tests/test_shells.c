/* The completions of this build, each tried in its own shell: what is offered for a line that is
 * being typed.
 *
 * Run from the project's folder. bash and zsh sit at a terminal of their own and are given the
 * keys, one of which puts all that is offered into the line; a function with the program's name
 * then tells the words. fish is asked. No program is to be found there, least of all ours. */
#include "tests/support/program.h"
#include "tests/support/support.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "extract/options.h"
#include "upload/options.h"

#define OFFERED_MAX 96

/* A shell that says nothing for so long hangs. */
#define PATIENCE_MS 600000

#define X "castor-extract-sigma"
#define U "castor-upload"

struct row {
    const char *name;
    const char *program;
    const char *before;   /* the words before the one that is being typed, a space after each */
    const char *typed;    /* that one */
    const char *want;     /* what is offered for it, sorted, with '|' between */
    const char *variable; /* an assignment to one; "": none */
    bool is_not_fish;     /* fish knows one spelling of an option alone */
};

#define ALL_FLAGS "(all flags)"

static const struct row rows[] = {
    {"part of an option", X, "", "--lo", "--log-file|--log-format|--log-level|--log-time", "",
     false},
    {"options of extract", X, "", "--", ALL_FLAGS, "", false},
    {"options of upload", U, "", "--", ALL_FLAGS, "", false},
    {"option with a _", U, "", "--fi", "--file_path|--file_type", "", false},
    {"option after a value", U, "--zone EU ", "--la", "--latest", "", false},
    {"option after a flag", X, "--help ", "--vers", "--version", "", false},
    {"choice", U, "--zone ", "", "EU|US", "", false},
    {"choice of a letter", U, "-t ", "V", "VIZ", "", false},
    {"choice after =", U, "", "--zone=E", "EU", "", false},
    {"choice right after =", U, "", "--zone=", "EU|US", "", false},
    {"the other spelling", U, "--file-type ", "V", "VIZ", "", true},
    {"the other spelling, =", X, "", "--log_level=d", "debug", "", true},
    {"directory", U, "--directory_path ", "s", "sub b|sub-a", "", false},
    {"directory after =", X, "", "--output=s", "sub b|sub-a", "", false},
    {"file", U, "-f ", "s", "sample.json|sub b|sub-a", "", false},
    {"file after =", X, "", "--cacert=sa", "sample.json", "", false},
    {"region", X, "--host ", "azure-c", "azure-ca", "", false},
    {"regions", X, "-H ", "aws-u", "aws-uk|aws-us-east|aws-us-west", "", false},
    {"list", X, "--only ", "me", "members", "", false},
    {"list, another word", X, "--skip ", "files,me", "files,members", "", false},
    {"list after =", X, "", "--only=files,dataset", "files,dataset_sources|files,datasets", "",
     false},
    {"list, a word that is on it", X, "--only ", "files,members,fi", "", "", false},
    {"listings", X, "--accept-short-listing ", "data", "datamodels|datasets", "", false},
    {"secret", X, "--api-token ", "", "", "", false},
    {"command", U, "--token-command ", "", "", "", false},
    {"text", U, "--source_id ", "", "", "", false},
    {"number", X, "--retries=2 --keep ", "", "", "", false},
    {"profiles", X, "--profile ", "", "acme|default|quoted|un.usual-1", "", false},
    {"profile", U, "--profile ", "d", "default", "", false},
    {"profile of --config", U, "--config other.yaml --profile ", "", "only-here", "", false},
    {"profile of --config=", U, "--config=other.yaml ", "--profile=o", "only-here", "", false},
    {"profile of ~/", U, "--config ~/home.yaml --profile ", "", "at-home", "", false},
    {"profile, a quoted path", U, "--config \"sub b/x.yaml\" --profile ", "", "in-sub", "", false},
    {"profile of the variable", X, "--profile ", "", "only-here", "SIGMACAT_CONFIG=other.yaml",
     false},
    {"--config beats the variable", X, "--config ~/home.yaml --profile ", "", "at-home",
     "SIGMACAT_CONFIG=other.yaml", false},
    {"profile of XDG_CONFIG_HOME", U, "--profile ", "", "in-xdg", "XDG_CONFIG_HOME=$HOME/xdg",
     false},
    {"a relative one does not count", U, "--profile ", "d", "default", "XDG_CONFIG_HOME=../xdg",
     false},
    {"no file, no profile", X, "--config none.yaml --profile ", "", "", "", false},
    {"a pipe is not waited for", X, "--config pipe --profile ", "", "", "", false},
};

#define ROW_COUNT (sizeof rows / sizeof rows[0])

/* ---- shells ---- */

struct shell {
    const char *name;
    const char *program;
    const char *needed; /* another file that must be there; NULL: none */
    const char *const *args;
    const char *setup; /* what it reads first */
    bool is_asked;     /* there are no keys */
};

/* ^T puts all that is offered into the line. What the functions print last tells that they are
 * done; it stands in no line that is typed. */
#define AT_TERMINAL                                                                                \
    "castor-extract-sigma() { printf '%s\\n' \"$@\" '<line>' >>\"$OUT\"; printf '<done>'; }\n"     \
    "castor-upload() { castor-extract-sigma \"$@\"; }\n"                                           \
    "printf '<done>'\n"

static const char *const bash_args[] = {"--norc", "--noprofile", "-i", NULL};
static const char *const zsh_args[] = {"-f", "-i", NULL};
static const char *const fish_args[] = {"--no-config", "../setup", NULL};

static const struct shell shells[] = {
    {"bash", "bash", NULL, bash_args,
     "bind '\"\\C-t\": insert-completions'\n"
     ". $COMPLETIONS/castor-extract-sigma.bash\n"
     ". $COMPLETIONS/castor-upload.bash\n" AT_TERMINAL,
     false},
    {"bash with bash-completion", "bash", "/usr/share/bash-completion/bash_completion", bash_args,
     "bind '\"\\C-t\": insert-completions'\n"
     "BASH_COMPLETION_USER_DIR=$HOME/installed\n"
     ". /usr/share/bash-completion/bash_completion\n" AT_TERMINAL,
     false},
    {"zsh", "zsh", NULL, zsh_args,
     "fpath=($COMPLETIONS $fpath)\n"
     "autoload -Uz compinit && compinit -u -D\n"
     "zstyle ':completion:all:*' completer _all_matches _complete\n"
     "zstyle ':completion:all:*' insert yes\n"
     "zstyle ':completion:all:*' old-matches no\n"
     "zle -C all complete-word _generic\n"
     "bindkey '^T' all\n" AT_TERMINAL,
     false},
    {"fish", "fish", NULL, fish_args,
     "source $COMPLETIONS/castor-extract-sigma.fish\n"
     "source $COMPLETIONS/castor-upload.fish\n",
     true},
};

struct answers {
    char *text; /* all that was offered; of each row, a line '<line>' at its end */
    char *of[ROW_COUNT];
    bool is_there;    /* the shell */
    bool has_started; /* a program, or what stands in a file */
};

static bool is_installed(const struct shell *shell)
{
    const char *at = getenv("PATH");
    bool is_found = false;
    while (at && *at && !is_found) {
        size_t len = strcspn(at, ":");
        char *path = text_format("%.*s/%s", (int)len, at, shell->program);
        is_found = access(path, X_OK) == 0;
        free(path);
        at += len + (at[len] == ':');
    }
    return is_found && (!shell->needed || access(shell->needed, R_OK) == 0);
}

/* ---- the place where they run ---- */

static const char config[] = "# profiles:\n"
                             "defaults:\n"
                             "  sigma:\n"
                             "    concurrency: 5\n"
                             "profiles: # of ours\n"
                             "  # none: yet\n"
                             "\n"
                             "  acme:\n"
                             "    sigma:\n"
                             "      host: aws-us-west\n"
                             "  \"quoted\":\n"
                             "    upload: {zone: US}\n"
                             "  $(>ran):\n"
                             "    upload: {zone: US}\n"
                             "  un.usual-1 :\n"
                             "    upload:\n"
                             "\n"
                             "# a comment\n"
                             "      zone: EU\n"
                             "  default:\n"
                             "      sigma:\n"
                             "        client_id: x\n"
                             "others:\n"
                             "  none:\n";

static void put_program(const char *dir, const char *name)
{
    char *path = text_format("%s/bin/%s", dir, name);
    char *script = text_format("#!/bin/sh\n>'%s/ran'\n", dir);
    text_put(dir, path + strlen(dir) + 1, script);
    assert_int_equal(chmod(path, 0700), 0);
    free(script);
    free(path);
}

static void put_installed(const char *dir, const char *name)
{
    char *file = text_format("completions/%s.bash", name);
    char *from = program_path(file);
    char *to = text_format("installed/completions/%s", name);
    char *text = file_read(from, NULL);
    text_put(dir, to, text);
    free(text);
    free(to);
    free(from);
    free(file);
}

static void make_place(const char *dir)
{
    text_put(dir, ".config/sigmacat/config.yaml", config);
    text_put(dir, "home.yaml", "profiles:\n at-home:\n");
    text_put(dir, "xdg/sigmacat/config.yaml", "profiles:\n  in-xdg: {}\n");
    text_put(dir, "here/other.yaml", "profiles:\n    only-here:\n        sigma:\n");
    text_put(dir, "here/sub b/x.yaml", "profiles:\n  in-sub:\n");
    text_put(dir, "here/sub-a/y", "");
    text_put(dir, "here/sample.json", "[]");
    char *pipe = text_format("%s/here/pipe", dir);
    assert_int_equal(mkfifo(pipe, 0600), 0);
    free(pipe);
    put_program(dir, X);
    put_program(dir, U);
    put_installed(dir, X);
    put_installed(dir, U);
}

/* Empty variables count as not set. */
static void add_variables(struct smc_buf *out, const struct row *row)
{
    (void)smc_buf_addf(out, "export SIGMACAT_CONFIG= XDG_CONFIG_HOME= %s\n", row->variable);
}

/* What is typed into a shell, or what asks fish. */
static void add_line(struct smc_buf *out, const struct shell *shell, const struct row *row)
{
    if (shell->is_asked)
        (void)smc_buf_addf(out, "complete -C '%s %s%s' >>$OUT\necho '<line>' >>$OUT\n",
                           row->program, row->before, row->typed);
    else
        (void)smc_buf_addf(out, "%s %s%s\x14\n", row->program, row->before, row->typed);
}

static void put_setup(const struct shell *shell, const char *dir)
{
    struct smc_buf text = SMC_BUF_INIT(65536);
    (void)smc_buf_addstr(&text, shell->setup);
    for (size_t i = 0; shell->is_asked && i < ROW_COUNT; i++) {
        add_variables(&text, &rows[i]);
        add_line(&text, shell, &rows[i]);
    }
    text_put(dir, "setup", smc_buf_str(&text));
    smc_buf_clear(&text);
}

/* ---- a terminal ---- */

struct session {
    const struct shell *shell;
    const char *dir;
    const char *terminal;
};

static int be_shell(void *ctx)
{
    const struct session *s = ctx;
    struct words argv = {.count = 0};
    struct words envp = {.count = 0};
    char *built = program_path("completions");
    char *completions = realpath(built, NULL);
    char *work = text_format("%s/here", s->dir);
    struct winsize size = {.ws_col = 2000, .ws_row = 50};
    words_add(&argv, "%s", s->shell->program);
    for (size_t i = 0; s->shell->args[i]; i++)
        words_add(&argv, "%s", s->shell->args[i]);
    words_split(&envp,
                "OUT=@DIR/out|HOME=@DIR|PATH=@DIR/bin|COMPLETIONS=@COMPLETIONS|TERM=dumb|LC_ALL=C",
                '|',
                (const char *const[]){"@DIR", s->dir, "@COMPLETIONS",
                                      completions ? completions : "", NULL});
    (void)alarm(0); /* it would go on in the shell */
    (void)setsid();
    int fd = open(s->terminal, O_RDWR);
    if (fd < 0 || ioctl(fd, TIOCSWINSZ, &size) != 0 || dup2(fd, 0) < 0 || dup2(fd, 1) < 0 ||
        dup2(fd, 2) < 0 || chdir(work) != 0)
        return 126;
    if (fd > 2)
        (void)close(fd);
    (void)execvpe(s->shell->program, argv.v, envp.v);
    return 127;
}

/* Reads until `mark`, or until the shell is gone. False when it hangs. */
static bool wait_for(int master, const char *mark, struct smc_buf *shown)
{
    struct pollfd ready = {.fd = master, .events = POLLIN};
    smc_buf_reset(shown);
    while (!mark || !strstr(smc_buf_str(shown), mark)) {
        char bytes[4096];
        if (poll(&ready, 1, PATIENCE_MS) <= 0)
            return false;
        ssize_t got = read(master, bytes, sizeof bytes);
        if (got <= 0)
            return mark == NULL;
        if (smc_buf_add(shown, bytes, (size_t)got) != SMC_OK)
            return false;
    }
    return true;
}

static bool type(int master, const char *text, const char *mark, struct smc_buf *shown)
{
    return write(master, text, strlen(text)) == (ssize_t)strlen(text) &&
           wait_for(master, mark, shown);
}

static bool type_rows(const struct shell *shell, int master, struct smc_buf *shown)
{
    bool is_fine = type(master, ". ../setup\n", "<done>", shown);
    for (size_t i = 0; is_fine && i < ROW_COUNT; i++) {
        struct smc_buf lines = SMC_BUF_INIT(4096);
        add_variables(&lines, &rows[i]);
        add_line(&lines, shell, &rows[i]);
        is_fine = type(master, smc_buf_str(&lines), "<done>", shown);
        smc_buf_clear(&lines);
    }
    return is_fine && type(master, "exit\n", NULL, shown);
}

/* Containers and chroots may have none. */
static bool has_terminal(void)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    bool has = master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0;
    const char *name = has ? ptsname(master) : NULL;
    has = name && access(name, R_OK | W_OK) == 0;
    if (master >= 0)
        (void)close(master);
    return has;
}

/* Runs the shell to its end. What it showed last is told when that fails. */
static bool run_shell(const struct shell *shell, const char *dir)
{
    struct smc_buf shown = SMC_BUF_INIT(1 << 20);
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0)
        fail_msg("no terminal");
    char *terminal = text_format("%s", ptsname(master));
    struct session session = {shell, dir, terminal};
    pid_t pid = child_start(be_shell, &session);
    bool is_fine =
        shell->is_asked ? wait_for(master, NULL, &shown) : type_rows(shell, master, &shown);
    if (!is_fine)
        (void)kill(pid, SIGKILL);
    (void)close(master);
    (void)child_end(pid);
    if (!is_fine)
        print_error("%s: %s\n", shell->name, smc_buf_str(&shown));
    smc_buf_clear(&shown);
    free(terminal);
    return is_fine;
}

/* ---- what was offered ---- */

static int compare(const void *one, const void *other)
{
    return strcmp(*(char *const *)one, *(char *const *)other);
}

/* Words of a line that end with a space; one in double quotes may have some in it. */
static size_t count_words(const char *text)
{
    size_t count = 0;
    bool is_quoted = false;
    for (; *text; text++) {
        is_quoted ^= *text == '"';
        count += *text == ' ' && !is_quoted;
    }
    return count;
}

/* A word that was offered, without its description (fish), the option that it is joined to, and the
 * slash after a directory. */
static char *bare_word(char *line, const char *typed)
{
    line[strcspn(line, "\t")] = '\0';
    const char *equals = strchr(typed, '=');
    if (equals && strncmp(line, typed, (size_t)(equals - typed) + 1) == 0)
        line += equals - typed + 1;
    size_t len = strlen(line);
    if (len > 0 && line[len - 1] == '/')
        line[len - 1] = '\0';
    return line;
}

/* One row's lines, sorted, with '|' between; without those that say what was typed anyway. */
static char *offered(const struct shell *shell, const struct row *row, char *text)
{
    char *words[OFFERED_MAX];
    size_t count = 0;
    size_t skipped = shell->is_asked ? 0 : count_words(row->before);
    const char *equals = strchr(row->typed, '=');
    const char *typed = equals ? equals + 1 : row->typed;
    struct smc_buf out = SMC_BUF_INIT(65536);
    char *rest = NULL;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        if (skipped > 0) {
            skipped--;
            continue;
        }
        char *word = bare_word(line, row->typed);
        if (strcmp(word, typed) != 0 && count < OFFERED_MAX)
            words[count++] = word;
    }
    qsort(words, count, sizeof words[0], compare);
    (void)smc_buf_reserve(&out, 1);
    for (size_t i = 0; i < count; i++)
        (void)smc_buf_addf(&out, "%s%s", i == 0 ? "" : "|", words[i]);
    return out.data;
}

static void divide(const struct shell *shell, struct answers *answers)
{
    static const char end[] = "<line>\n";
    char *at = answers->text;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        char *stop = at ? strstr(at, end) : NULL;
        if (!stop)
            return;
        *stop = '\0';
        answers->of[i] = offered(shell, &rows[i], at);
        at = stop + sizeof end - 1;
    }
}

static void ask(const struct shell *shell, struct answers *answers)
{
    memset(answers, 0, sizeof *answers);
    answers->is_there = is_installed(shell) && has_terminal();
    if (!answers->is_there)
        return;
    char *dir = temp_dir_make();
    char *out = text_format("%s/out", dir);
    char *ran = text_format("%s/ran", dir);
    char *ran_here = text_format("%s/here/ran", dir);
    make_place(dir);
    put_setup(shell, dir);
    if (run_shell(shell, dir) && file_exists(out)) {
        answers->text = file_read(out, NULL);
        divide(shell, answers);
    }
    answers->has_started = file_exists(ran) || file_exists(ran_here);
    free(ran_here);
    free(ran);
    free(out);
    temp_dir_remove(dir);
}

/* ---- tests ---- */

struct test {
    char *name;
    const struct answers *answers;
    const char *shell;
    size_t row;
};

static char *all_flags(const char *program)
{
    const struct smci_settings_table *table =
        strcmp(program, X) == 0 ? extract_program()->table : upload_program()->table;
    const char *flags[OFFERED_MAX];
    struct smc_buf out = SMC_BUF_INIT(65536);
    size_t count = 0;
    for (; count < table->count && count < OFFERED_MAX; count++)
        flags[count] = table->rows[count].flag;
    qsort(flags, count, sizeof flags[0], compare);
    for (size_t i = 0; i < count; i++)
        (void)smc_buf_addf(&out, "%s%s", i == 0 ? "" : "|", flags[i]);
    return out.data;
}

static void test_row(void **state)
{
    const struct test *test = *state;
    const struct row *row = &rows[test->row];
    if (!test->answers->is_there) {
        print_message("%s is not installed here, or there is no terminal for it\n", test->shell);
        skip();
    }
    assert_non_null(test->answers->of[test->row]);
    char *want =
        strcmp(row->want, ALL_FLAGS) == 0 ? all_flags(row->program) : text_format("%s", row->want);
    assert_string_equal(test->answers->of[test->row], want);
    free(want);
}

static void test_nothing_was_started(void **state)
{
    const struct test *test = *state;
    if (!test->answers->is_there)
        skip();
    assert_false(test->answers->has_started);
}

static int try_shell(const struct shell *shell)
{
    struct answers answers;
    struct test tests[ROW_COUNT];
    size_t count = 0;
    ask(shell, &answers);
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (!rows[i].is_not_fish || strcmp(shell->program, "fish") != 0)
            tests[count++] = (struct test){.name = text_format("%s: %s", shell->name, rows[i].name),
                                           .answers = &answers,
                                           .shell = shell->name,
                                           .row = i};
    int failed = run_table(shell->name, tests, sizeof tests[0], count, test_row);
    struct test last = {.name = text_format("%s: nothing was started", shell->name),
                        .answers = &answers};
    failed += run_table(shell->name, &last, sizeof last, 1, test_nothing_was_started);
    free(last.name);
    for (size_t i = 0; i < count; i++)
        free(tests[i].name);
    for (size_t i = 0; i < ROW_COUNT; i++)
        free(answers.of[i]);
    free(answers.text);
    return failed;
}

int main(void)
{
    int failed = 0;
    for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++)
        failed += try_shell(&shells[i]);
    return failed;
}
