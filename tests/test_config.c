/* The configuration file: what it says, whom it goes before, and each mistake in it. */
#include "tests/support/support.h"
#include "tests/support/words.h"

#include <sys/stat.h>
#include <unistd.h>

#include "lib/cli/configure.h"

#include "lib/cli/given_path.h"
#include "lib/cli/settings_file.h"

/* ---- a table as a program has one ---- */

struct target {
    const char *host;
    const char *token;
    const char *token_file;
    const char *names;
    const char *config;
    int count;
    bool is_loud;
    bool is_help;
};

#define PLACE(member) .offset = offsetof(struct target, member)

static const struct smci_setting setting_rows[] = {
    {.flag = "--host-name", .variable = "T_HOST", .type = SMCI_SETTING_TEXT, PLACE(host)},
    {.flag = "--token",
     .variable = "T_TOKEN",
     .type = SMCI_SETTING_SECRET,
     PLACE(token),
     .group = 1},
    {.flag = "--token-file",
     .variable = "T_TOKEN_FILE",
     .type = SMCI_SETTING_PATH,
     PLACE(token_file),
     .group = 1},
    {.flag = "--names", .type = SMCI_SETTING_LIST, PLACE(names)},
    {.flag = "--count",
     .variable = "T_COUNT",
     .type = SMCI_SETTING_WHOLE,
     PLACE(count),
     .min = 1,
     .max = 9,
     .fallback = "5"},
    {.flag = "--loud", .type = SMCI_SETTING_FLAG, PLACE(is_loud)},
    {.flag = "--config", .type = SMCI_SETTING_PATH, PLACE(config), .is_unkeyed = true},
    {.flag = "--help", .type = SMCI_SETTING_FLAG, PLACE(is_help), .is_query = true},
};

static const struct smci_setting_synonym synonyms[] = {{"--key-file", "--token-file"},
                                                       {NULL, NULL}};

static const struct smci_settings_table table = {
    setting_rows, sizeof setting_rows / sizeof setting_rows[0], synonyms};

struct fixture {
    struct target target;
    struct smci_settings settings;
    struct smc_error err;
};

/* Reads the words of a command line and variables, divided by '|', then the text as the file. */
static enum smc_status read_all(struct fixture *f, const char *args, const char *env,
                                const char *text, size_t len, const char *profile)
{
    static const char *const parts[] = {"mine", "others", NULL};
    static const struct smci_place_key directories[] = {
        {"mine", "token_file"}, {"others", "output"}, {NULL, NULL}};
    struct smci_settings_file file = {.path = "dir/conf.yaml",
                                      .part = "mine",
                                      .parts = parts,
                                      .directories = directories,
                                      .profile = profile,
                                      .profile_from = "--profile",
                                      .home = "/home/me"};
    struct words argv = {.count = 0};
    struct words envp = {.count = 0};
    bool holds_secret;
    words_add(&argv, "program");
    words_split(&argv, args, '|', NULL);
    words_split(&envp, env, '|', NULL);
    f->err = (struct smc_error)SMC_ERROR_INIT;
    enum smc_status rc = smci_settings_init(&f->settings, &table, &f->target, &f->err);
    if (rc == SMC_OK)
        rc = smci_settings_read(&f->settings, argv.count, argv.v, envp.v, &f->err);
    if (rc == SMC_OK)
        rc = smci_settings_read_keys(&f->settings, &file, text, len, &holds_secret, &f->err);
    words_clear(&argv);
    words_clear(&envp);
    return rc;
}

static void add(struct smc_buf *out, const char *name, const char *value)
{
    if (value)
        assert_int_equal(smc_buf_addf(out, "%s=%s ", name, value), SMC_OK);
}

/* What is not a default. */
static char *describe(const struct target *target)
{
    struct smc_buf out = SMC_BUF_INIT(4096);
    assert_int_equal(smc_buf_reserve(&out, 1), SMC_OK);
    add(&out, "host", target->host);
    add(&out, "token", target->token);
    add(&out, "token_file", target->token_file);
    add(&out, "names", target->names);
    if (target->count != 5)
        assert_int_equal(smc_buf_addf(&out, "count=%d ", target->count), SMC_OK);
    if (target->is_loud)
        assert_int_equal(smc_buf_addstr(&out, "loud "), SMC_OK);
    out.data[out.len] = '\0';
    return out.data;
}

/* ---- what comes of a text ---- */

struct row {
    const char *name;
    const char *text;
    const char *want; /* values, or "! " and the error behind "dir/conf.yaml:" */
};

#define IN_DEFAULTS "defaults:\n  mine:\n    "

static const struct row rows[] = {
    {"nothing", "", ""},
    {"comments alone", "# none\n\n", ""},
    {"a document's start and end", "---\n" IN_DEFAULTS "host_name: a\n...\n", "host=a "},
    {"defaults", IN_DEFAULTS "host_name: a\n", "host=a "},
    {"in braces", "{defaults: {mine: {host_name: a, count: 3}}}", "host=a count=3 "},
    {"quoted", IN_DEFAULTS "host_name: \"a b: c # d\"\n", "host=a b: c # d "},
    {"a number as text", IN_DEFAULTS "host_name: 0123\n", "host=0123 "},
    {"a word that means none, in quotes", IN_DEFAULTS "host_name: 'null'\n", "host=null "},
    {"a flag: true", IN_DEFAULTS "loud: true\n", "loud "},
    {"a flag: yes", IN_DEFAULTS "loud: yes\n", "loud "},
    {"a flag: off", IN_DEFAULTS "loud: off\n", ""},
    {"a list", IN_DEFAULTS "names: [a, b]\n", "names=a,b "},
    {"a list in lines", IN_DEFAULTS "names:\n    - a\n    - b\n", "names=a,b "},
    {"a list as a text", IN_DEFAULTS "names: a,b\n", "names=a,b "},
    {"a relative path begins at the file", IN_DEFAULTS "token_file: t\n", "token_file=dir/t "},
    {"an absolute path", IN_DEFAULTS "token_file: /t\n", "token_file=/t "},
    {"a path at home", IN_DEFAULTS "token_file: ~/t\n", "token_file=/home/me/t "},
    {"standard input is not a path", IN_DEFAULTS "token_file: '-'\n", "token_file=- "},
    {"parts and profiles may be empty", "defaults:\n  mine:\nprofiles:\n  p:\n  q: ~\n", ""},
    {"another program's settings", "defaults:\n  others:\n    whatever: [1, 2]\n    x: y\n", ""},
    {"the profile named default",
     "profiles:\n  p: {mine: {count: 2}}\n  default: {mine: {count: 3}}", "count=3 "},
    {"no profile", "profiles:\n  p: {mine: {count: 2}}\n", ""},
    {"carriage returns", "defaults:\r\n  mine:\r\n    host_name: a\r\n", "host=a "},
    {"a byte order mark", "\xef\xbb\xbf" IN_DEFAULTS "host_name: a\n", "host=a "},

    {"no keys", "hello", "! 1:1: a configuration file: keys and values are expected, not a single"},
    {"a list at the top", "- a\n",
     "! 1:1: a configuration file: keys and values are expected, not a l"},
    {"unknown at the top", "x: y\n",
     "! 1:1: unknown key 'x': 'defaults' and 'profiles' are expected"},
    {"mistyped at the top", "profile:\n", "! 1:1: unknown key 'profile': did you mean 'profiles'?"},
    {"a setting at the top", "host_name: a\n", "! 1:1: unknown key 'host_name'"},
    {"unknown part", "defaults:\n  host_name: a\n", "! 2:3: unknown key 'host_name': 'sigma' and"},
    {"mistyped part", "defaults:\n  mien: {}\n", "! 2:3: unknown key 'mien': did you mean 'mine'?"},
    {"unknown setting", IN_DEFAULTS "xyzzy: 1\n",
     "! 3:5: unknown key 'xyzzy': sigmacat.yaml(5) has the keys"},
    {"mistyped setting", IN_DEFAULTS "host_nmae: 1\n",
     "! 3:5: unknown key 'host_nmae': did you mean 'host_name'?"},
    {"a hyphen in a key", IN_DEFAULTS "host-name: 1\n",
     "! 3:5: unknown key 'host-name': did you mean 'host_name'?"},
    {"camel case in a key", IN_DEFAULTS "hostName: 1\n",
     "! 3:5: unknown key 'hostName': did you mean 'host_name'?"},
    {"a flag without a key", IN_DEFAULTS "config: x\n", "! 3:5: unknown key 'config'"},
    {"a query", IN_DEFAULTS "help: true\n", "! 3:5: unknown key 'help'"},
    {"merging", IN_DEFAULTS "<<: {host_name: a}\n", "! 3:5: unknown key '<<'"},

    {"doubled setting", IN_DEFAULTS "count: 1\n    count: 2\n", "! 4:5: 'count' is here twice"},
    {"doubled part", "defaults:\n  mine: {}\n  mine: {}\n", "! 3:3: 'mine' is here twice"},
    {"doubled at the top", "defaults:\ndefaults:\n", "! 2:1: 'defaults' is here twice"},
    {"doubled profile", "profiles:\n  p:\n  p:\n", "! 3:3: 'p' is here twice"},
    {"doubled in another's part", "defaults: {others: {a: 1, a: 2}}", "! 1:27: 'a' is here twice"},

    {"a list for a text", IN_DEFAULTS "host_name: [a]\n",
     "! 3:16: host_name: a single value is expected, not a list"},
    {"keys for a text", IN_DEFAULTS "host_name: {a: b}\n",
     "! 3:16: host_name: a single value is expected, not keys"},
    {"keys in a list", IN_DEFAULTS "names: [{a: b}]\n",
     "! 3:13: names: a single value is expected"},
    {"keys for another's setting", "defaults: {others: {a: {b: c}}}", "! 1:24: a: a single value"},
    {"a text for keys", "defaults: x\n", "! 1:11: defaults: keys and values are expected"},
    {"a list for a profile", "profiles: {p: [a]}\n", "! 1:15: p: keys and values are expected"},
    {"no number", IN_DEFAULTS "count: many\n",
     "! 3:12: count: 'many' is not a whole number from 1 to 9"},
    {"a number out of bounds", IN_DEFAULTS "count: 10\n", "! 3:12: count: '10' is not a whole"},
    {"neither true nor false", IN_DEFAULTS "loud: maybe\n",
     "! 3:11: loud: 'maybe' is neither true"},
    {"a secret with a line's end", IN_DEFAULTS "token: |\n      abc\n",
     "! 3:12: token: a space or a"},
    {"also of a profile that does not count", "profiles: {p: {mine: {count: x}}}",
     "! 1:30: count: 'x' is not a whole number"},

    {"empty", IN_DEFAULTS "host_name:\n", "! 3:15: host_name: the value is empty"},
    {"empty in quotes", IN_DEFAULTS "host_name: ''\n", "! 3:16: host_name: the value is empty"},
    {"null", IN_DEFAULTS "host_name: null\n", "! 3:16: host_name: the value is empty"},
    {"an empty list", IN_DEFAULTS "names: []\n", "! 3:13: names: the list is empty"},
    {"an empty name in a list", IN_DEFAULTS "names: [a, '']\n",
     "! 3:16: names: the value is empty"},
    {"a NUL", IN_DEFAULTS "host_name: \"a\\0b\"\n", "! 3:16: host_name: a NUL can't be part"},
    {"another's home", IN_DEFAULTS "token_file: ~you/t\n", "! 3:17: token_file: '~' is understood"},
    {"a variable of the shell", IN_DEFAULTS "token_file: $HOME/t\n",
     "! 3:17: token_file: variables are not replaced here: write ~/"},
    {"no space behind a colon", "defaults:\n  mine:\n    host_name:a\n",
     "! 3:5: mine: keys and values are expected, not a single value (is a space missing after"},
    {"a word of another program", IN_DEFAULTS "key_file: x\n",
     "! 3:5: unknown key 'key_file': did you mean 'token_file'?"},
    {"two that exclude each other in a profile that does not count",
     "profiles: {p: {mine: {token: a, token_file: b}}}",
     "! 1:45: token_file and token of the same part exclude each other"},
    {"two that exclude each other", IN_DEFAULTS "token: a\n    token_file: b\n",
     "! 4:17: token_file and token of the same part exclude each other: keep one of them"},

    {"an alias", IN_DEFAULTS "host_name: *a\n", "! 3:16: aliases ('*name') are not supported"},
    {"an alias as a key", IN_DEFAULTS "*a : x\n", "! 3:5: aliases ('*name') are not supported"},
    {"an anchor", "defaults: &a\n  mine: {}\n", "! 1:11: anchors ('&name') are not supported"},
    {"an anchor at a list", IN_DEFAULTS "names: &a [b]\n", "! 3:12: anchors ('&name')"},
    {"a cycle", "&x [*x]\n", "! 1:1: anchors ('&name') are not supported"},
    {"a tag", IN_DEFAULTS "host_name: !!str x\n", "! 3:16: tags ('!name') are not supported"},
    {"a list as a key", "? [a]\n: b\n", "! 1:3: a list can't be a key"},
    {"an empty key", "'': b\n", "! 1:1: this can't be a key"},
    {"a second document", "defaults: {}\n---\nx: 1\n", "! 2:1: a second document begins here"},
    {"an empty second document", "defaults: {}\n---\n", "! 2:1: a second document begins here"},

    {"not closed", IN_DEFAULTS "host_name: \"a\n",
     "! 3:16: this is not YAML: the quote that begins here is not closed"},
    {"two colons", IN_DEFAULTS "host_name: a: b\n",
     "! 3:17: this is not YAML: mapping values are not allowed in this context (indent with "
     "spaces"},
    {"wrongly indented", "defaults:\n  mine:\n    host_name: a\n   count: 2\n",
     "! 4:4: this is not YAML"},
    {"a special character", IN_DEFAULTS "host_name: @a\n",
     "! 3:16: this is not YAML: found character"},
    {"a later version of YAML", "%YAML 3.0\n---\na: b\n", "! 1:1: this is not YAML"},
    {"no UTF-8", "defaults: \xff\n", "! 1:11: invalid leading UTF-8 octet: a configuration file"},
    {"a control character", "defaults: \x01\n",
     "! 1:11: control characters are not allowed: a conf"},
};

static void test_row(void **state)
{
    const struct row *row = *state;
    struct fixture f;
    enum smc_status rc = read_all(&f, "", "", row->text, strlen(row->text), NULL);
    if (row->want[0] == '!') {
        char *want = text_format("dir/conf.yaml:%s", row->want + 2);
        assert_int_equal(rc, SMC_ERR_USAGE);
        if (strncmp(f.err.detail, want, strlen(want)) != 0)
            assert_string_equal(f.err.detail, want);
        free(want);
    } else {
        char *got = describe(&f.target);
        assert_string_equal(f.err.detail, "");
        assert_int_equal(rc, SMC_OK);
        assert_string_equal(got, row->want);
        free(got);
    }
    smci_settings_clear(&f.settings);
}

/* ---- whom it goes before ---- */

struct rank_row {
    const char *name;
    const char *args;
    const char *env;
    const char *text;
    const char *profile;
    const char *want;
};

#define BOTH "{defaults: {mine: {count: 1, token: d}}, profiles: {p: {mine: {count: 2}}}}"

static const struct rank_row rank_rows[] = {
    {"defaults", "", "", BOTH, NULL, "token=d count=1 "},
    {"a profile goes before them", "", "", BOTH, "p", "token=d count=2 "},
    {"a variable goes before it", "", "T_COUNT=3", BOTH, "p", "token=d count=3 "},
    {"a flag goes before that", "--count|4", "T_COUNT=3", BOTH, "p", "token=d count=4 "},
    {"whatever the order in the file", "", "",
     "{profiles: {p: {mine: {count: 2}}}, defaults: {mine: {count: 1}}}", "p", "count=2 "},
    {"a flag cancels what it excludes", "--token-file|f", "", BOTH, "p", "token_file=f count=2 "},
    {"so does a variable", "", "T_TOKEN_FILE=f", BOTH, "p", "token_file=f count=2 "},
    {"so does a profile", "", "",
     "{defaults: {mine: {token: d}}, profiles: {p: {mine: {token_file: /f}}}}", "p",
     "token_file=/f "},
    {"also where it stands first", "", "",
     "{profiles: {p: {mine: {token_file: /f}}}, defaults: {mine: {token: d}}}", "p",
     "token_file=/f "},
    {"a wrong value under a right one", "--count|4", "", "{defaults: {mine: {count: x}}}", NULL,
     "! dir/conf.yaml:1:27: count: 'x' is not a whole number from 1 to 9"},
    {"a mistyped profile", "", "", "{profiles: {acme: , globex: }}", "acem",
     "! --profile: there is no profile 'acem' in dir/conf.yaml: did you mean 'acme'?"},
    {"a profile that is not there", "", "", "{profiles: {acme: , globex: }}", "initech",
     "! --profile: there is no profile 'initech' in dir/conf.yaml, which has acme, globex"},
    {"a profile in a file without any", "", "", "", "acme",
     "! --profile: there is no profile 'acme' in dir/conf.yaml, which has none"},
    {"a comma in a profile's name", "", "", "{profiles: {'a,b': }}", NULL,
     "! dir/conf.yaml:1:13: a profile's name can't have a comma in it"},
};

static void test_rank_row(void **state)
{
    const struct rank_row *row = *state;
    struct fixture f;
    enum smc_status rc =
        read_all(&f, row->args, row->env, row->text, strlen(row->text), row->profile);
    if (row->want[0] == '!') {
        assert_int_equal(rc, SMC_ERR_USAGE);
        assert_string_equal(f.err.detail, row->want + 2);
    } else {
        char *got = describe(&f.target);
        assert_string_equal(f.err.detail, "");
        assert_string_equal(got, row->want);
        free(got);
    }
    smci_settings_clear(&f.settings);
}

/* ---- single cases ---- */

static void test_where_a_value_came_from(void **state)
{
    (void)state;
    static const char text[] = "profiles:\n  default:\n    mine:\n      host_name: a\n";
    struct fixture f;
    assert_int_equal(read_all(&f, "", "", text, strlen(text), NULL), SMC_OK);
    assert_string_equal(smci_settings_name(&f.settings, "--host-name"),
                        "dir/conf.yaml:4:18: host_name");
    assert_int_equal(smci_settings_source(&f.settings, "--host-name"), SMCI_FROM_PROFILE);
    assert_string_equal(smc_buf_str(&f.settings.profile), "default");
    smci_settings_clear(&f.settings);
}

/* What is missing may be in a profile. */
static void test_required_names_the_profiles(void **state)
{
    (void)state;
    static const char text[] = "profiles: {acme: {mine: {host_name: a}}, globex: }\n";
    static const char *const required[] = {"--host-name"};
    struct fixture f;
    assert_int_equal(read_all(&f, "", "", text, strlen(text), NULL), SMC_OK);
    assert_int_equal(smci_settings_require(&f.settings, required, 1, &f.err), SMC_ERR_USAGE);
    assert_string_equal(f.err.detail, "missing: --host-name (or the variable T_HOST); no profile "
                                      "was chosen: --profile takes one of acme, globex");
    smci_settings_clear(&f.settings);
}

static void test_lent_values(void **state)
{
    (void)state;
    static const char text[] = "{defaults: {mine: {token: low, names: x}}}";
    struct fixture f;
    /* From a flag: before variables and the file, not before a flag. */
    assert_int_equal(read_all(&f, "--count|4|--loud", "T_HOST=v", text, strlen(text), NULL),
                     SMC_OK);
    assert_int_equal(smci_settings_lend(&f.settings, "--loud", "--host-name", "h", "L", &f.err),
                     SMC_OK);
    assert_int_equal(smci_settings_lend(&f.settings, "--loud", "--count", "8", "L", &f.err),
                     SMC_OK);
    assert_int_equal(smci_settings_lend(&f.settings, "--loud", "--token-file", "t", "L", &f.err),
                     SMC_OK);
    assert_string_equal(f.target.host, "h");
    assert_int_equal(f.target.count, 4);
    assert_null(f.target.token);
    assert_string_equal(f.target.token_file, "t");
    /* From the file's defaults: not before a variable. */
    assert_int_equal(smci_settings_lend(&f.settings, "--names", "--host-name", "x", "L", &f.err),
                     SMC_OK);
    assert_string_equal(f.target.host, "h");
    assert_int_equal(smci_settings_lend(&f.settings, "--nothing", "--count", "8", "L", &f.err),
                     SMC_ERR_INTERNAL);
    smci_settings_clear(&f.settings);
}

/* ---- what two profiles share ---- */

#define SAME(name, profile)                                                                        \
    "dir/conf.yaml:" name ": profile " profile " has the same directory: give each its own, or "   \
    "what one writes is sent by the other\n"

struct share_row {
    const char *name;
    const char *text; /* in which @ is a directory that is there, # a link to it */
    const char *profile;
    const char *want;
};

static const struct share_row share_rows[] = {
    {"a copied profile", "profiles:\n  a: {mine: {token_file: t}}\n  b: {mine: {token_file: t}}\n",
     "a", SAME("2:26: token_file", "b")},
    {"the other of the two",
     "profiles:\n  a: {mine: {token_file: t}}\n  b: {mine: {token_file: t}}\n", "b",
     SAME("3:26: token_file", "a")},
    {"one that is neither",
     "defaults: {mine: {token_file: /x}}\nprofiles:\n  a: {mine: {token_file: t}}\n"
     "  b: {mine: {token_file: t}}\n  c: {mine: {token_file: /x}}\n",
     "c", ""},
    {"two spellings of one that is there",
     "profiles:\n  a: {mine: {token_file: @/}}\n  b: {mine: {token_file: @/./../d//}}\n", "a",
     SAME("2:26: token_file", "b")},
    {"through a link", "profiles:\n  a: {mine: {token_file: '#'}}\n  b: {mine: {token_file: @}}\n",
     "a", SAME("2:26: token_file", "b")},
    {"one that is still to be made, through a link",
     "profiles:\n  a: {mine: {token_file: '#/new//x/'}}\n  b: {mine: {token_file: @/new//x}}\n",
     "a", SAME("2:26: token_file", "b")},
    {"one in the other",
     "profiles:\n  a: {mine: {token_file: @/new}}\n  b: {mine: {token_file: @/new/x}}\n", "a", ""},
    {"another's of the defaults",
     "defaults: {mine: {token_file: @}}\nprofiles:\n  a: {mine: {token_file: @}}\n  b:\n", "a",
     SAME("3:26: token_file", "b")},
    {"both of the defaults", "defaults: {mine: {token_file: @}}\nprofiles:\n  a:\n  b:\n", "b",
     SAME("1:31: token_file", "a")},
    {"defaults that come last", "profiles:\n  a:\n  b:\ndefaults: {mine: {token_file: @}}\n", "b",
     SAME("4:31: token_file", "a")},
    {"the other program's",
     "profiles:\n  a: {mine: {token_file: @}}\n  b: {others: {output: @/}}\n", "a",
     SAME("2:26: token_file", "b")},
    {"the other program's of the wanted one",
     "profiles:\n  a: {others: {output: @}}\n  b: {mine: {token_file: @/}}\n", "a",
     SAME("2:24: output", "b")},
    {"the other program's of the defaults",
     "defaults: {others: {output: @}}\nprofiles:\n  a:\n  b: {mine: {token_file: @/}}\n", "a",
     SAME("1:29: output", "b")},
    {"a profile's own two",
     "profiles:\n  a: {mine: {token_file: @}, others: {output: '#'}}\n  b: {mine: {token_file: "
     "x}}\n",
     "a", ""},
    {"both of both, said once of each",
     "profiles:\n  a: {mine: {token_file: @}, others: {output: '#'}}\n"
     "  b: {others: {output: @}, mine: {token_file: '#'}}\n  c: {mine: {token_file: @}}\n",
     "a", SAME("2:26: token_file", "b") SAME("2:26: token_file", "c")},
    {"other keys", "profiles:\n  a: {mine: {host_name: @}}\n  b: {mine: {host_name: @}}\n", "a",
     ""},
};

/* With each '@' and '#' replaced. */
static char *fill_in(const char *text, const char *dir, const char *link)
{
    struct smc_buf out = SMC_BUF_INIT(65536);
    for (; *text; text++)
        if (*text == '@' || *text == '#')
            (void)smc_buf_addstr(&out, *text == '@' ? dir : link);
        else
            (void)smc_buf_add(&out, text, 1);
    char *copy = text_format("%s", smc_buf_str(&out));
    smc_buf_clear(&out);
    return copy;
}

static void test_share_row(void **state)
{
    const struct share_row *row = *state;
    struct fixture f;
    char *base = temp_dir_make();
    char *dir = text_format("%s/d", base);
    char *link = text_format("%s/l", base);
    char *text = fill_in(row->text, dir, link);
    assert_int_equal(mkdir(dir, 0700), 0);
    assert_int_equal(symlink("d", link), 0);
    if (read_all(&f, "", "", text, strlen(text), row->profile) != SMC_OK)
        fail_msg("%s", f.err.detail);
    assert_string_equal(smc_buf_str(&f.settings.warnings), row->want);
    smci_settings_clear(&f.settings);
    free(text);
    free(link);
    free(dir);
    temp_dir_remove(base);
}

/* A flag's directory may be another profile's. */
static void test_share_by_flag(void **state)
{
    (void)state;
    static const char text[] =
        "profiles:\n  a: {mine: {token_file: x}}\n  b: {mine: {token_file: /}}\n";
    struct fixture f;
    assert_int_equal(read_all(&f, "--token-file|/.", "", text, strlen(text), "a"), SMC_OK);
    assert_string_equal(
        smc_buf_str(&f.settings.warnings),
        "--token-file: profile b has the same directory: give each its own, or what "
        "one writes is sent by the other\n");
    smci_settings_clear(&f.settings);
}

static void test_a_secret_is_in_no_error(void **state)
{
    (void)state;
    static const char *const texts[] = {IN_DEFAULTS "token: tiger tiger\n",
                                        IN_DEFAULTS "token: [tiger]\n",
                                        IN_DEFAULTS "token: tiger\n    token: tiger\n",
                                        IN_DEFAULTS "token: \"tiger\n",
                                        IN_DEFAULTS "token: tiger: tiger\n",
                                        IN_DEFAULTS "token: tiger\n    token_file: tiger\n"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct fixture f;
        assert_int_equal(read_all(&f, "", "", texts[i], strlen(texts[i]), NULL), SMC_ERR_USAGE);
        assert_lacks(f.err.detail, "tiger");
        smci_settings_clear(&f.settings);
    }
}

/* libyaml 0.2.5 has no bound; ours is that nothing nests. */
static void test_deep_nesting(void **state)
{
    (void)state;
    size_t len = 900000;
    char *text = malloc(len + 1);
    assert_non_null(text);
    memset(text, '[', len);
    struct fixture f;
    assert_int_equal(read_all(&f, "", "", text, len, NULL), SMC_ERR_USAGE);
    smci_settings_clear(&f.settings);
    free(text);
}

/* The value fits, and what is made of it does not. */
static void test_a_path_that_is_too_long(void **state)
{
    (void)state;
    char *text = text_format("{defaults: {mine: {token_file: %065534d}}}", 1);
    struct fixture f;
    assert_int_equal(read_all(&f, "", "", text, strlen(text), NULL), SMC_ERR_USAGE);
    assert_string_equal(f.err.detail, "dir/conf.yaml:1:32: token_file: the path is too long");
    smci_settings_clear(&f.settings);
    free(text);
}

/* ---- from the disk ---- */

static enum smc_status read_file(struct fixture *f, const char *path)
{
    static const char *const parts[] = {"mine", NULL};
    struct smci_settings_file file = {.path = path, .part = "mine", .parts = parts};
    f->err = (struct smc_error)SMC_ERROR_INIT;
    assert_int_equal(smci_settings_init(&f->settings, &table, &f->target, &f->err), SMC_OK);
    return smci_settings_read_file(&f->settings, &file, &f->err);
}

struct mode_row {
    const char *name;
    mode_t mode;
    const char *text;
    bool is_exposed;
};

static const struct mode_row mode_rows[] = {
    {"0600 with a secret", 0600, IN_DEFAULTS "token: a\n", false},
    {"0644 without a secret", 0644, IN_DEFAULTS "host_name: a\n", false},
    {"0644 with a secret", 0644, IN_DEFAULTS "token: a\n", true},
    {"0640 with a secret", 0640, IN_DEFAULTS "token: a\n", true},
    {"0620", 0620, IN_DEFAULTS "host_name: a\n", true},
    {"0602", 0602, "", true},
};

static void test_mode_row(void **state)
{
    const struct mode_row *row = *state;
    struct fixture f;
    char *dir = temp_dir_make();
    char *path = text_format("%s/config.yaml", dir);
    file_write(path, row->text, strlen(row->text));
    assert_int_equal(chmod(path, row->mode), 0);
    assert_int_equal(read_file(&f, path), SMC_OK);
    assert_int_equal(f.settings.warnings.len > 0, row->is_exposed);
    assert_string_equal(smc_buf_str(&f.settings.file), path);
    smci_settings_clear(&f.settings);
    free(path);
    temp_dir_remove(dir);
}

static void test_a_file_that_is_not_there(void **state)
{
    (void)state;
    struct fixture f;
    char *dir = temp_dir_make();
    char *path = text_format("%s/none.yaml", dir);
    assert_int_equal(read_file(&f, path), SMC_ERR_IO);
    assert_contains(f.err.detail, "none.yaml: No such file or directory");
    smci_settings_clear(&f.settings);
    assert_int_equal(read_file(&f, dir), SMC_ERR_IO);
    assert_contains(f.err.detail, "Is a directory");
    smci_settings_clear(&f.settings);
    free(path);
    temp_dir_remove(dir);
}

struct bytes_row {
    const char *name;
    const char *text; /* NULL: more bytes than a file may have */
    const char *want; /* behind the path; NULL: it is taken */
};

static const struct bytes_row bytes_rows[] = {
    {"a tab before a key", "defaults:\n\tmine:\n",
     ":2:1: a tab: YAML is indented with spaces only"},
    {"a tab behind spaces", "defaults:\n  \tmine:\n", ":2:3: a tab"},
    {"a tab in an empty line", "defaults:\n\t\n  mine: {}\n", ":2:1: a tab"},
    {"a tab behind a colon", "defaults:\n  mine: {host_name:\ta}\n", NULL},
    {"too many bytes", NULL, ": more than 1048576 bytes, which can't be a configuration file"},
};

static void test_bytes_row(void **state)
{
    const struct bytes_row *row = *state;
    struct fixture f;
    char *dir = temp_dir_make();
    char *path = text_format("%s/config.yaml", dir);
    size_t many = SMCI_SETTINGS_FILE_MAX + 1;
    char *text = calloc(1, many + 1);
    assert_non_null(text);
    memset(text, '#', many);
    file_write(path, row->text ? row->text : text, row->text ? strlen(row->text) : many);
    enum smc_status rc = read_file(&f, path);
    assert_int_equal(rc, row->want ? SMC_ERR_USAGE : SMC_OK);
    if (row->want)
        assert_contains(f.err.detail, row->want);
    smci_settings_clear(&f.settings);
    free(text);
    free(path);
    temp_dir_remove(dir);
}

/* The end of the path is what tells files apart; the text behind it must not be cut off. */
static void test_a_long_path(void **state)
{
    (void)state;
    char path[600];
    memset(path, 'd', sizeof path);
    (void)snprintf(path + 580, 20, "/config.yaml");
    assert_true(strlen(smci_path_shown(path)) <= 200);
    assert_contains(smci_path_shown(path), "/config.yaml");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_where_a_value_came_from),
        cmocka_unit_test(test_required_names_the_profiles),
        cmocka_unit_test(test_lent_values),
        cmocka_unit_test(test_share_by_flag),
        cmocka_unit_test(test_a_secret_is_in_no_error),
        cmocka_unit_test(test_deep_nesting),
        cmocka_unit_test(test_a_path_that_is_too_long),
        cmocka_unit_test(test_a_file_that_is_not_there),
        cmocka_unit_test(test_a_long_path),
    };
    int failed = RUN_TABLE("config", rows, test_row);
    failed += RUN_TABLE("config ranks", rank_rows, test_rank_row);
    failed += RUN_TABLE("config modes", mode_rows, test_mode_row);
    failed += RUN_TABLE("config bytes", bytes_rows, test_bytes_row);
    failed += RUN_TABLE("config shares", share_rows, test_share_row);
    failed += cmocka_run_group_tests_name("config", tests, NULL, NULL);
    return failed;
}
