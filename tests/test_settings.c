/* The settings table: each rule of parsing is a row. */
#include "tests/support/support.h"

#include "lib/cli/configure.h"

#include "lib/cli/words.h"
#include "tests/support/words.h"

struct target {
    const char *text;
    const char *secret;
    const char *file;
    const char *folder;
    int64_t wait_ms;
    int64_t pause_ms;
    double rate;
    int count;
    int mode;
    int kind;
    bool is_loud;
    bool is_help;
    bool is_version;
};

#define IN(type, member) SMCI_SETTING_IN(type, struct target, member)

static const char *const modes[] = {"red", "GREEN", "blue", NULL};

/* clang-format off */
static const struct smci_setting setting_rows[] = {
    {.flag = "--text", .letter = 't', .metavar = "TEXT",
     .variable = "T_TEXT", IN(TEXT, text),
     .is_fixed = true, .help = "a text"},
    {.flag = "--secret_word", .letter = 'k', .metavar = "WORD",
     .variable = "T_SECRET", IN(SECRET, secret),
     .is_fixed = true, .help = "a secret"},
    {.flag = "--file", .letter = 'f', .metavar = "FILE",
     .variable = "T_FILE", IN(TEXT, file), .group = 1,
     .is_fixed = true, .help = "a file"},
    {.flag = "--folder", .letter = 'd', .metavar = "DIR",
     .variable = "T_FOLDER", IN(TEXT, folder), .group = 1,
     .is_fixed = true, .help = "a folder"},
    {.flag = "--count", .letter = 'n', .metavar = "N", .fallback = "5", .min = 1, .max = 9,
     .variable = "T_COUNT", IN(WHOLE, count),
     .help = "a number"},
    {.flag = "--wait", .metavar = "SECONDS", .fallback = "60", .min = 1,
     .variable = "T_WAIT", .alias = "OLD_WAIT", IN(SECONDS, wait_ms),
     .help = "a time"},
    {.flag = "--pause", .metavar = "SECONDS",
     .variable = "T_PAUSE", IN(SECONDS, pause_ms),
     .help = "a time that may be nothing"},
    {.flag = "--rate", .metavar = "R",
     .variable = "T_RATE", IN(DECIMAL, rate),
     .help = "a rate"},
    {.flag = "--mode", .metavar = "MODE", .fallback = "red",
     .variable = "T_MODE", IN(CHOICE, mode), .choices = modes,
     .help = "a choice"},
    {.flag = "--kind-of", .metavar = "MODE",
     .variable = "T_KIND", IN(CHOICE, kind), .choices = modes,
     .help = "a choice without a default"},
    {.flag = "--loud", .letter = 'l',
     .variable = "T_LOUD", IN(FLAG, is_loud),
     .help = "a flag"},
    {.flag = "--help", .letter = 'h',
     IN(FLAG, is_help),
     .is_query = true, .help = "help"},
    {.flag = "--version",
     IN(FLAG, is_version),
     .is_query = true, .help = "version"},
};
/* clang-format on */

static const struct smci_settings_table table = {
    setting_rows, sizeof setting_rows / sizeof setting_rows[0], NULL};

/* A command line and an environment, their words divided by '|', and what comes of them: all values
 * that are not the defaults, or "! " and the text of the error. */
struct row {
    const char *name;
    const char *args;
    const char *env;
    const char *want;
};

static const struct row rows[] = {
    {"nothing: the defaults", "", "", ""},

    {"--flag value", "--text|hello", "", "text=hello"},
    {"--flag=value", "--text=hello", "", "text=hello"},
    {"--flag=value: only the first = divides", "--text=a=b", "", "text=a=b"},
    {"-x value", "-t|hello", "", "text=hello"},
    {"-xvalue", "-thello", "", "text=hello"},
    {"-x=value", "-t=hello", "", "text=hello"},
    {"a value may begin with a hyphen", "-t|-hello", "", "text=-hello"},
    {"a value may be one hyphen", "-t|-", "", "text=-"},
    {"a value may begin with two hyphens", "--text|--hello", "", "text=--hello"},
    {"a value may have spaces", "--text|a b", "", "text=a b"},
    {"the last of a repeated flag wins", "-t|a|--text|b|-tc", "", "text=c"},
    {"a repeated flag must be right each time", "-n|x|-n|3", "",
     "! --count: 'x' is not a whole number from 1 to 9"},
    {"-- ends", "-t|a|--", "", "text=a"},

    {"a hyphen for an underscore", "--secret-word|tiger", "", "secret=tiger"},
    {"an underscore as in the table", "--secret_word|tiger", "", "secret=tiger"},
    {"an underscore for a hyphen", "--kind_of|red", "", "kind=0"},
    {"a hyphen as in the table", "--kind-of=blue", "", "kind=2"},

    {"shortened", "--cou|3", "", "count=3"},
    {"shortened, with =", "--cou=3", "", "count=3"},
    {"shortened to one of the fixed ones, whatever else fits", "--t|x", "", "text=x"},
    {"shortened, with the other hyphen", "--secret-w|x", "", "secret=x"},
    {"shortened, fits two fixed ones", "--f|x", "",
     "! option '--f' is ambiguous: it could be any of --file, --folder"},
    {"in full, though it begins another", "--file|x", "", "file=x"},
    {"shortened, fits none", "--xyzzy|x", "", "! unknown option '--xyzzy': see --help"},
    {"shortened to nothing", "--=x", "", "! '--=' names no option: see --help"},

    {"no option", "hello", "", "! 'hello' does not belong to any option: see --help"},
    {"a hyphen alone is not an option", "-", "", "! '-' does not belong to any option: see --help"},
    {"an empty word is not an option", "-t|x||-l", "",
     "! '' does not belong to any option: see --help"},
    {"no option after --", "--|--text", "", "! '--text' does not belong to any option: see --help"},
    {"no option after a secret: it may be a part of it", "-k|open|sesame", "",
     "! word 3 of the command line does not belong to any option: quote values that have spaces, "
     "see "
     "--help"},
    {"mistyped", "--conut|3", "", "! unknown option '--conut': did you mean '--count'?"},
    {"mistyped: no value is shown", "--secret_wrod=tiger", "",
     "! unknown option '--secret_wrod': did you mean '--secret_word'?"},
    {"mistyped: the other hyphen is not an error", "--secret-wrod|x", "",
     "! unknown option '--secret-wrod': did you mean '--secret_word'?"},
    {"a long one with one hyphen", "-count|3", "",
     "! unknown option '-count': did you mean '--count'?"},
    {"an unknown letter", "-x", "", "! unknown option '-x': see --help"},
    {"an unknown letter: no value is shown", "-xtiger", "", "! unknown option '-x': see --help"},
    {"the first error is told", "--conut|3|-x", "",
     "! unknown option '--conut': did you mean '--count'?"},

    {"without its value", "--text", "", "! option '--text' needs a value: TEXT"},
    {"a letter without its value", "-n", "", "! option '-n' needs a value: N"},
    {"an option in place of the value", "--text|--count|3", "",
     "! option '--text' needs a value (TEXT), but '--count' follows"},
    {"an option in place of the value: its own is not shown", "--text|--secret_word=tiger", "",
     "! option '--text' needs a value (TEXT), but '--secret_word' follows"},
    {"a letter in place of the value", "--text|-n|3", "",
     "! option '--text' needs a value (TEXT), but '-n' follows"},
    {"-- in place of the value", "--text|--", "",
     "! option '--text' needs a value (TEXT), but '--' follows"},
    {"an empty value", "--text|", "", "! --text: the value is empty"},
    {"an empty value after =", "--text=", "", "! --text: the value is empty"},
    {"a flag with a value", "--loud=yes", "", "loud"},
    {"a flag that is switched off", "--loud|--loud=false", "T_LOUD=true", ""},
    {"a flag with a wrong value", "--loud=maybe", "",
     "! --loud: 'maybe' is neither true nor false"},
    {"a flag with an empty value", "--loud=", "", "! --loud: the value is empty"},
    {"a letter's flag with a value", "-l=no", "T_LOUD=true", ""},

    {"flag", "--loud", "", "loud"},
    {"flag by letter", "-l", "", "loud"},
    {"flag by variable", "", "T_LOUD=true", "loud"},
    {"flag by variable: 1", "", "T_LOUD=1", "loud"},
    {"flag by variable: off", "", "T_LOUD=off", ""},
    {"flag by variable: neither", "", "T_LOUD=maybe",
     "! T_LOUD: 'maybe' is neither true nor false"},

    {"whole number", "-n|9", "", "count=9"},
    {"whole number too large", "-n|10", "", "! --count: '10' is not a whole number from 1 to 9"},
    {"whole number too small", "-n|0", "", "! --count: '0' is not a whole number from 1 to 9"},
    {"whole number beyond all bounds", "-n|99999999999999999999", "",
     "! --count: '99999999999999999999' is not a whole number from 1 to 9"},
    {"whole number with decimals", "-n|1.5", "",
     "! --count: '1.5' is not a whole number from 1 to 9"},
    {"whole number with a tail", "-n|5x", "", "! --count: '5x' is not a whole number from 1 to 9"},
    {"whole number by variable", "", "T_COUNT=5x",
     "! T_COUNT: '5x' is not a whole number from 1 to 9"},

    {"seconds", "--wait|2", "", "wait=2000"},
    {"seconds with decimals", "--wait|0.5", "", "wait=500"},
    {"seconds of next to nothing are not nothing", "--wait|0.0001", "", "wait=1"},
    {"seconds: 0 where more is wanted", "--wait|0", "",
     "! --wait: '0' is not a number of seconds above 0 (such as 30 or 0.5)"},
    {"seconds: 0 where it may be", "--pause|0", "", ""},
    {"seconds: no number", "--pause|soon", "",
     "! --pause: 'soon' is not a number of seconds from 0 (such as 30 or 0.5)"},
    {"seconds: negative", "--pause|-1", "",
     "! --pause: '-1' is not a number of seconds from 0 (such as 30 or 0.5)"},

    {"decimal", "--rate|2.5", "", "rate=2.500"},
    {"decimal: no number", "--rate|fast", "",
     "! --rate: 'fast' is not a number from 0 on (such as 10 or 2.5)"},

    {"choice", "--mode|blue", "", "mode=2"},
    {"choice: unknown", "--mode|purple", "", "! --mode: 'purple' is not one of red, GREEN, blue"},
    {"choice: mistyped", "--mode|bleu", "",
     "! --mode: 'bleu' is not one of red, GREEN, blue: did you mean 'blue'?"},
    {"choice: the wrong case", "--mode|green", "",
     "! --mode: 'green' is not one of red, GREEN, blue: did you mean 'GREEN'?"},
    {"choice by variable", "", "T_MODE=", ""},
    {"choice by variable: unknown", "", "T_MODE=x", "! T_MODE: 'x' is not one of red, GREEN, blue"},

    {"secret", "-k|tiger", "", "secret=tiger"},
    {"secret with a space", "-k|ti ger", "",
     "! --secret_word: a space or a control character (a line end?) can't be part of it"},
    {"secret by variable, with a line end", "", "T_SECRET=tiger\r",
     "! T_SECRET: a space or a control character (a line end?) can't be part of it"},

    {"variable", "", "T_TEXT=hello", "text=hello"},
    {"variable: only the first = divides", "", "T_TEXT=a=b", "text=a=b"},
    {"variable in another case", "", "t_Text=hello", "text=hello"},
    {"variable in two cases: the exact one", "", "t_text=a|T_TEXT=b|T_text=c", "text=b"},
    {"variable in another case: named as it is", "", "t_count=x",
     "! t_count: 'x' is not a whole number from 1 to 9"},
    {"variable: empty is not set", "", "T_TEXT=|T_COUNT=", ""},
    {"variable: empty gives way to another case", "", "T_TEXT=|t_text=x", "text=x"},
    {"variable: a longer name is another", "", "T_TEXTS=x", ""},
    {"variable: a shorter name is another", "", "T_TEX=x", ""},
    {"variable: an entry without = is not one", "", "T_TEXT", ""},
    {"flag over variable", "--text|a", "T_TEXT=b", "text=a"},
    {"flag over a variable that can't be read", "--count|3", "T_COUNT=x", "count=3"},
    {"flag of the default's value over variable", "--count|5", "T_COUNT=3", ""},

    {"alias", "", "OLD_WAIT=2", "wait=2000"},
    {"alias below its variable", "", "OLD_WAIT=2|T_WAIT=3", "wait=3000"},
    {"alias where the variable is empty", "", "OLD_WAIT=2|T_WAIT=", "wait=2000"},
    {"alias below the flag", "--wait|4", "OLD_WAIT=2", "wait=4000"},
    {"alias in another case", "", "old_wait=2", "wait=2000"},
    {"alias that can't be read", "", "OLD_WAIT=x",
     "! OLD_WAIT: 'x' is not a number of seconds above 0 (such as 30 or 0.5)"},

    {"group: both flags", "--file|a|--folder|b", "",
     "! --file and --folder exclude each other: give one of them"},
    {"group: both flags, whatever the variables", "-d|b|-f|a", "T_FILE=c",
     "! --folder and --file exclude each other: give one of them"},
    {"group: both variables", "", "T_FOLDER=b|T_FILE=a",
     "! T_FILE and T_FOLDER exclude each other: give one of them"},
    {"group: the flag cancels the other's variable", "-d|b", "T_FILE=a", "folder=b"},
    {"group: the flag cancels both variables", "-d|b", "T_FILE=a|T_FOLDER=c", "folder=b"},
    {"group: one flag twice", "-d|b|-d|c", "", "folder=c"},
    {"group: one variable", "", "T_FILE=a", "file=a"},

    {"--help", "--help", "", "help"},
    {"-h", "-h", "", "help"},
    {"--version", "--version", "", "version"},
    {"--help wins over what is wrong before it", "--conut|x|-n|y|--help", "", "help"},
    {"--help wins over what is wrong after it", "--help|stray|--file|a|--folder|b", "",
     "help file=a"},
    {"--help wins over wrong variables", "--help", "T_COUNT=x", "help"},
    {"--help wins over a missing value", "--text|--help", "", "help"},
    {"--version wins over an empty value", "--text|--version", "", "version"},
    {"--help after -- is a word like others", "--|--help", "",
     "! '--help' does not belong to any option: see --help"},
    {"--help with a value is wrong", "--help=x", "", "! option '--help' takes no value"},
};

/* ---- running a row ---- */

static char *describe(const struct target *t)
{
    struct smc_buf out = SMC_BUF_INIT(4096);
    enum smc_status rc = smc_buf_addstr(&out, "");
    if (t->is_help)
        rc |= smc_buf_addstr(&out, "help ");
    if (t->is_version)
        rc |= smc_buf_addstr(&out, "version ");
    if (t->is_loud)
        rc |= smc_buf_addstr(&out, "loud ");
    if (t->text)
        rc |= smc_buf_addf(&out, "text=%s ", t->text);
    if (t->secret)
        rc |= smc_buf_addf(&out, "secret=%s ", t->secret);
    if (t->file)
        rc |= smc_buf_addf(&out, "file=%s ", t->file);
    if (t->folder)
        rc |= smc_buf_addf(&out, "folder=%s ", t->folder);
    if (t->count != 5)
        rc |= smc_buf_addf(&out, "count=%d ", t->count);
    if (t->wait_ms != 60000)
        rc |= smc_buf_addf(&out, "wait=%lld ", (long long)t->wait_ms);
    if (t->pause_ms != 0)
        rc |= smc_buf_addf(&out, "pause=%lld ", (long long)t->pause_ms);
    if (t->rate > 0)
        rc |= smc_buf_addf(&out, "rate=%.3f ", t->rate);
    if (t->mode != 0)
        rc |= smc_buf_addf(&out, "mode=%d ", t->mode);
    if (t->kind != -1)
        rc |= smc_buf_addf(&out, "kind=%d ", t->kind);
    if (rc != SMC_OK)
        fail_msg("out of memory");
    if (out.len > 0)
        out.data[out.len - 1] = '\0';
    return out.data;
}

/* What a test works on; freed by tear_down, since a failed assertion jumps. */
struct fixture {
    struct target target;
    struct smci_settings settings;
    char *got;
    struct words argv;
    struct words envp;
};

static void set_up(struct fixture *f, const char *args, const char *env)
{
    memset(f, 0, sizeof *f);
    words_add(&f->argv, "program");
    words_split(&f->argv, args, '|', NULL);
    words_split(&f->envp, env, '|', NULL);
    assert_int_equal(smci_settings_init(&f->settings, &table, &f->target, NULL), SMC_OK);
}

static void tear_down(struct fixture *f)
{
    smci_settings_clear(&f->settings);
    smci_settings_clear(&f->settings);
    words_clear(&f->argv);
    words_clear(&f->envp);
    free(f->got);
}

static enum smc_status read_all(struct fixture *f, struct smc_error *err)
{
    return smci_settings_read(&f->settings, f->argv.count, f->argv.v, f->envp.v, err);
}

static void test_row(void **state)
{
    const struct row *row = *state;
    struct fixture f;
    struct smc_error err = SMC_ERROR_INIT;
    set_up(&f, row->args, row->env);
    enum smc_status rc = read_all(&f, &err);
    assert_int_equal(rc, err.code);
    if (rc == SMC_OK) {
        f.got = describe(&f.target);
    } else {
        assert_int_equal(rc, SMC_ERR_USAGE);
        f.got = text_format("! %s", err.detail);
    }
    assert_string_equal(f.got, row->want);
    tear_down(&f);
}

/* ---- secrets ---- */

static const struct row secret_rows[] = {
    {"the bytes of -k value", "-k|tiger|-l", "", "-k|*****|-l"},
    {"the bytes of -kvalue", "-ktiger", "", "-k*****"},
    {"the bytes of -k=value", "-k=tiger", "", "-k=*****"},
    {"the bytes of --secret_word value", "--secret_word|tiger", "", "--secret_word|*****"},
    {"the bytes of --secret-word=value", "--secret-word=tiger", "", "--secret-word=*****"},
    {"the bytes of a shortened flag's value", "--s=tiger", "", "--s=*****"},
    {"the bytes of each of many", "-k|a|-k|b", "", "-k|*|-k|*"},
    {"the bytes of a wrong one", "-k|ti ger", "", "-k|******"},
    {"the bytes after an error", "--conut|-k|tiger", "", "--conut|-k|*****"},
    {"the bytes with --help", "--help|-k|tiger", "", "--help|-k|*****"},
    {"other values stay", "-t|tiger", "", "-t|tiger"},
};

static void test_secret_row(void **state)
{
    const struct row *row = *state;
    struct fixture f;
    struct smc_error err = SMC_ERROR_INIT;
    set_up(&f, row->args, row->env);
    (void)read_all(&f, &err);
    assert_lacks(err.detail, "tiger");
    struct smc_buf got = SMC_BUF_INIT(1024);
    for (int i = 1; i < f.argv.count; i++)
        assert_int_equal(smc_buf_addf(&got, "%s%s", i > 1 ? "|" : "", f.argv.v[i]), SMC_OK);
    f.got = got.data;
    assert_string_equal(f.got, row->want);
    tear_down(&f);
}

/* An environment before and after the settings were read. */
static const struct row secret_variable_rows[] = {
    {"a secret's variable", "", "T_SECRET=tiger", "T_SECRET="},
    {"in another case, and twice", "", "t_secret=tiger|T_Secret=lion", "t_secret=|T_Secret="},
    {"not used, since the flag was given", "-k|lion", "T_SECRET=tiger", "T_SECRET="},
    {"a wrong one", "", "T_SECRET=ti ger", "T_SECRET="},
    {"after an error of another", "", "T_COUNT=x|T_SECRET=tiger", "T_COUNT=x|T_SECRET="},
    {"after an error of the command line", "--conut", "T_SECRET=tiger", "T_SECRET="},
    {"with --help", "--help", "T_SECRET=tiger", "T_SECRET="},
    {"others stay", "", "T_TEXT=tiger|T_SECRETS=lion|PATH=/bin",
     "T_TEXT=tiger|T_SECRETS=lion|PATH=/bin"},
};

static void test_secret_variable_row(void **state)
{
    const struct row *row = *state;
    struct fixture f;
    struct smc_error err = SMC_ERROR_INIT;
    set_up(&f, row->args, row->env);
    enum smc_status rc = read_all(&f, &err);
    struct smc_buf got = SMC_BUF_INIT(1024);
    for (int i = 0; f.envp.v[i]; i++)
        assert_int_equal(smc_buf_addf(&got, "%s%s", i > 0 ? "|" : "", f.envp.v[i]), SMC_OK);
    f.got = got.data;
    assert_string_equal(f.got, row->want);
    if (rc == SMC_OK && *row->args == '\0' && strstr(row->env, "T_SECRET=tiger"))
        assert_string_equal(f.target.secret, "tiger");
    tear_down(&f);
}

static void test_secret_survives_the_overwriting(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f, "-k|tiger", "");
    assert_int_equal(read_all(&f, NULL), SMC_OK);
    assert_string_equal(f.target.secret, "tiger");
    smci_settings_clear(&f.settings);
    assert_null(f.target.secret);
    tear_down(&f);
}

/* ---- questions ---- */

static void test_names_of_sources(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f, "-t|x", "t_count=3|OLD_WAIT=4");
    assert_int_equal(read_all(&f, NULL), SMC_OK);
    assert_string_equal(smci_settings_name(&f.settings, "--text"), "--text");
    assert_string_equal(smci_settings_name(&f.settings, "--count"), "t_count");
    assert_string_equal(smci_settings_name(&f.settings, "--wait"), "OLD_WAIT");
    assert_string_equal(smci_settings_name(&f.settings, "--mode"), "--mode");
    assert_int_equal(smci_settings_source(&f.settings, "--text"), SMCI_FROM_FLAG);
    assert_int_equal(smci_settings_source(&f.settings, "--count"), SMCI_FROM_VARIABLE);
    assert_int_equal(smci_settings_source(&f.settings, "--mode"), SMCI_FROM_DEFAULT);
    assert_int_equal(smci_settings_source(&f.settings, "--unheard-of"), SMCI_FROM_DEFAULT);
    tear_down(&f);
}

static void test_required(void **state)
{
    (void)state;
    static const char *const flags[] = {"--text", "--secret_word", "--mode"};
    struct fixture f;
    struct smc_error err = SMC_ERROR_INIT;
    set_up(&f, "--mode|red", "");
    assert_int_equal(read_all(&f, &err), SMC_OK);
    assert_int_equal(smci_settings_require(&f.settings, flags, 3, &err), SMC_ERR_USAGE);
    assert_string_equal(err.detail, "missing: --text (or the variable T_TEXT), --secret_word (or "
                                    "the variable T_SECRET); and no configuration file was found");
    assert_int_equal(smci_settings_require(&f.settings, flags + 2, 1, NULL), SMC_OK);
    tear_down(&f);
}

static void test_one_of_a_group_is_enough(void **state)
{
    (void)state;
    static const char *const flags[] = {"--file", "--text"};
    struct fixture f;
    struct smc_error err = SMC_ERROR_INIT;
    set_up(&f, "", "T_FOLDER=x");
    assert_int_equal(read_all(&f, &err), SMC_OK);
    assert_int_equal(smci_settings_require(&f.settings, flags, 1, NULL), SMC_OK);
    assert_int_equal(smci_settings_require(&f.settings, flags, 2, &err), SMC_ERR_USAGE);
    assert_string_equal(
        err.detail,
        "missing: --text (or the variable T_TEXT); and no configuration file was found");
    tear_down(&f);
}

static void test_a_default_that_does_not_fit(void **state)
{
    (void)state;
    static const struct smci_setting wrong[] = {
        {.flag = "--count", .metavar = "N", IN(WHOLE, count), .max = 9, .fallback = "10"},
    };
    static const struct smci_settings_table wrong_table = {wrong, 1, NULL};
    struct target target;
    struct smci_settings settings;
    struct smc_error err = SMC_ERROR_INIT;
    enum smc_status rc = smci_settings_init(&settings, &wrong_table, &target, &err);
    smci_settings_clear(&settings);
    assert_int_equal(rc, SMC_ERR_INTERNAL);
    assert_contains(err.detail, "the default of --count: '10' is not a whole number");
}

static void test_a_very_long_word(void **state)
{
    (void)state;
    struct fixture f;
    struct smc_error err = SMC_ERROR_INIT;
    char word[2000] = "--";
    memset(word + 2, 'x', sizeof word - 3);
    set_up(&f, word, "");
    assert_int_equal(read_all(&f, &err), SMC_ERR_USAGE);
    assert_contains(err.detail, "see --help");
    tear_down(&f);
}

/* ---- mistyped words ---- */

struct typo_row {
    const char *name;
    const char *one;
    const char *other;
    int distance;
};

static const struct typo_row typo_rows[] = {
    {"equal", "output", "output", 0},
    {"swapped", "outptu", "output", 1},
    {"changed", "outpat", "output", 1},
    {"left out", "otput", "output", 1},
    {"added", "outputt", "output", 1},
    {"empty", "", "abc", 3},
    {"both empty", "", "", 0},
    {"other hyphen", "a_b", "a-b", 0},
    {"nothing alike", "abc", "xyzzy", 5},
    {"swapped twice", "uoptut", "output", 2},
};

static void test_typo_row(void **state)
{
    const struct typo_row *row = *state;
    size_t one = strlen(row->one);
    size_t other = strlen(row->other);
    assert_int_equal(smci_word_distance(row->one, one, row->other, other), row->distance);
    assert_int_equal(smci_word_distance(row->other, other, row->one, one), row->distance);
}

static void test_the_first_of_two_that_are_as_near(void **state)
{
    (void)state;
    static const char *const words[] = {"cat", "cut", "dog"};
    assert_string_equal(smci_nearest("cot", words, 3), "cat");
    assert_null(smci_nearest("bird", words, 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_secret_survives_the_overwriting),
        cmocka_unit_test(test_names_of_sources),
        cmocka_unit_test(test_required),
        cmocka_unit_test(test_one_of_a_group_is_enough),
        cmocka_unit_test(test_a_default_that_does_not_fit),
        cmocka_unit_test(test_a_very_long_word),
        cmocka_unit_test(test_the_first_of_two_that_are_as_near),
    };
    int failed = RUN_TABLE("config", rows, test_row);
    failed += RUN_TABLE("config secrets", secret_rows, test_secret_row);
    failed +=
        RUN_TABLE("config secrets' variables", secret_variable_rows, test_secret_variable_row);
    failed += RUN_TABLE("config typos", typo_rows, test_typo_row);
    failed += cmocka_run_group_tests_name("config questions", tests, NULL, NULL);
    return failed;
}
