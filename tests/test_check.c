/* --check of both programs: each failure is brought about once, and has its line, its one remedy
 * and the exit status that a run has. Nothing is written, and no secret is shown. */
#include "tests/support/support.h"

#include <ftw.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/store/store.h"

#include "extract/preflight.h"
#include "extract/run.h"
#include "lib/cli/status.h"
#include "tests/sim/sim.h"
#include "tests/support/live_clock.h"
#include "tests/support/log_sink.h"
#include "tests/support/net.h"
#include "tests/support/stand_in.h"
#include "tests/support/tls.h"
#include "tests/support/words.h"
#include "upload/options.h"
#include "upload/preflight.h"
#include "upload/run.h"

#define SECRET "sim-secret"
#define TOKEN  "sim-token"
#define ID     "01234567-89ab-cdef-0123-456789abcdef"

#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

/* Longer than a label may be: no resolver asks anybody for it. */
#define NO_NAME "https://" A64 ".example"
#define NOBODY  "https://127.0.0.1:1"

#define PARTIAL  "{\"extraction\": {\"partial\": true, \"files\": {}}}"
#define DEGRADED "{\"extraction\": {\"degraded\": [\"path\"], \"files\": {}}}"

enum tls { TLS_NONE, TLS_GOOD, TLS_UNKNOWN, TLS_OTHER_HOST, TLS_EXPIRED, TLS_OLD };

/* What is put into the folder before. */
enum scene {
    SCENE_NONE,
    SCENE_FILE,
    SCENE_LINK,
    SCENE_LOCK,
    SCENE_SET,
    SCENE_OPEN_SET,
    SCENE_PARTIAL_SET,
    SCENE_DEGRADED_SET,
    SCENE_TWO_SETS /* the newer one is partial */,
    SCENE_NO_SET
};

struct check_row {
    const char *name;
    const char *args;  /* added to the command line; divided by blanks, @ is the folder */
    const char *fault; /* of the stand-in */
    enum tls tls;
    enum scene scene;
    int64_t skew_s; /* of our clock */
    bool is_dateless;
    bool is_not_admin;
    bool is_strict; /* about excludeExplorations, too */
    bool is_slow;   /* the stand-in refuses nearly all calls */
    bool is_live;   /* only real time brings it about */
    enum smc_status status;
    const char *line;   /* how a line begins, after which */
    const char *remedy; /*   comes one with this; NULL: none comes */
    const char *more;   /* is there too; NULL: the last line that the status wants */
};

struct fixture {
    const struct check_row *row;
    char *dir;
    struct sim *sim;
    struct smci_store *store;
    struct fake_clock fake;
    struct live_clock live;
    struct log_sink log;
    char *out;
    int stop[2];
    enum smc_status status;
    struct smc_error err;
};

/* ---- life ---- */

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    if (!f || pipe(f->stop) != 0)
        return -1;
    f->row = *state;
    f->dir = temp_dir_make();
    fake_clock_init(&f->fake);
    live_clock_init(&f->live);
    log_sink_init(&f->log);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    sim_stop(f->sim);
    smci_store_close(f->store);
    log_sink_clear(&f->log);
    temp_dir_remove(f->dir);
    (void)close(f->stop[0]);
    (void)close(f->stop[1]);
    free(f->out);
    free(f);
    return 0;
}

static void forget_variables(void)
{
    static const char *const names[] = {
        "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR", "https_proxy",
        "HTTPS_PROXY",    "all_proxy",          "ALL_PROXY",     "no_proxy",     "NO_PROXY"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        (void)unsetenv(names[i]);
}

/* ---- what there is ---- */

static void make_scene(struct fixture *f)
{
    char *out = text_format("%s/out", f->dir);
    char *state = text_format("%s/out/.sigmacat", f->dir);
    char *set = text_format("%s/set", f->dir);
    assert_int_equal(mkdir(set, 0700), 0);
    switch (f->row->scene) {
    case SCENE_NONE:
        break;
    case SCENE_FILE:
        text_put(f->dir, "out", "in the way");
        break;
    case SCENE_LINK:
        assert_int_equal(symlink("nowhere", out), 0);
        break;
    case SCENE_LOCK:
        assert_int_equal(smci_store_open(&f->store, state, "h", "c", NULL, NULL), SMC_OK);
        break;
    case SCENE_SET:
        text_put(f->dir, "set/1790000000-members.json", "[{\"memberId\": \"m\"}]");
        text_put(f->dir, "set/1790000000-summary.json", "{}");
        break;
    case SCENE_OPEN_SET:
        text_put(f->dir, "set/1790000000-members.json", "[{\"memberId\":");
        break;
    case SCENE_TWO_SETS:
        text_put(f->dir, "set/1780000000-summary.json", "{\"extraction\": {\"files\": {}}}");
        text_put(f->dir, "set/1790000000-summary.json", PARTIAL);
        break;
    case SCENE_PARTIAL_SET:
        text_put(f->dir, "set/1790000000-summary.json", PARTIAL);
        break;
    case SCENE_DEGRADED_SET:
        text_put(f->dir, "set/1790000000-summary.json", DEGRADED);
        break;
    case SCENE_NO_SET:
        text_put(f->dir, "set/other.json", "[]");
        break;
    }
    free(out);
    free(state);
    free(set);
}

static void use_tls(const struct fixture *f, struct sim_options *opt, struct tls_pair *pair)
{
    enum tls tls = f->row->tls;
    tls_make(pair, tls == TLS_OTHER_HOST ? "other.example.com" : NULL, tls == TLS_EXPIRED ? -1 : 9);
    opt->tls_cert_pem = pair->cert_pem;
    opt->tls_key_pem = pair->key_pem;
    opt->tls_priority = tls == TLS_OLD ? "NORMAL:%COMPAT:-VERS-ALL:+VERS-TLS1.0" : NULL;
    if (tls != TLS_UNKNOWN)
        text_put(f->dir, "ca.pem", pair->cert_pem);
}

static void start_sim(struct fixture *f)
{
    struct sim_options opt = SIM_OPTIONS_INIT;
    struct tls_pair pair = {NULL, NULL};
    char date[64];
    time_t now = (time_t)(f->fake.wall_ms / 1000 - f->row->skew_s);
    struct tm utc;
    (void)strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&now, &utc));
    if (!f->row->is_live)
        opt.date = f->row->is_dateless ? "soon" : date;
    opt.not_admin = f->row->is_not_admin;
    opt.explorations_strict = f->row->is_strict;
    if (f->row->is_slow) {
        opt.rate = 0.0001;
        opt.now_ms = f->fake.clock.now_ms;
        opt.now_ctx = f->fake.clock.ctx;
    }
    if (f->row->tls != TLS_NONE)
        use_tls(f, &opt, &pair);
    f->sim = stand_in_new(&opt);
    stand_in_clock(&f->live, f->sim);
    tls_clear(&pair);
    stand_in_fault(f->sim, f->row->fault);
}

/* ---- running ---- */

static const struct smc_clock *clock_of(const struct fixture *f)
{
    return f->row && f->row->is_live ? &f->live.clock : &f->fake.clock;
}

/* Whether to check or to run. `out` NULL: what is printed is kept. */
static void extract(struct fixture *f, bool is_check, FILE *out)
{
    char *const envp[] = {NULL};
    struct extract_settings settings;
    struct words words = {.count = 0};
    const char *const names[] = {"@URL", sim_url(f->sim), "@", f->dir, NULL};
    size_t len = 0;
    struct smci_cli_ending result;
    smci_cli_ending_init(&result, SMC_BODY_MAX);
    words_split(&words, "castor-extract-sigma -H @URL -c sim-client -a " SECRET " -o @/out", ' ',
                names);
    words_split(&words, f->row ? f->row->args : NULL, ' ', names);
    f->err = (struct smc_error)SMC_ERROR_INIT;
    f->status = extract_options_read(&settings, words.count, words.v, envp, &f->err);
    if (f->status == SMC_OK)
        f->status = extract_options_check(&settings, &f->err);
    assert_int_equal(smc_log_hide(f->log.log, settings.api_token), SMC_OK);
    FILE *kept = out ? NULL : open_memstream(&f->out, &len);
    if (f->status == SMC_OK && is_check)
        f->status = preflight(&settings, f->log.log, out ? out : kept, f->stop[0], clock_of(f),
                              &result, &f->err);
    else if (f->status == SMC_OK)
        f->status =
            run_extraction(&settings, f->log.log, f->stop[0], clock_of(f), &result, &f->err);
    smci_cli_ending_clear(&result);
    if (kept)
        (void)fclose(kept);
    extract_options_clear(&settings);
    words_clear(&words);
}

static void upload(struct fixture *f, bool is_check)
{
    char *const envp[] = {NULL};
    struct upload_settings settings;
    struct words words = {.count = 0};
    const char *const names[] = {"@URL", sim_url(f->sim), "@", f->dir, NULL};
    size_t len = 0;
    struct smci_cli_ending result;
    smci_cli_ending_init(&result, SIZE_MAX);
    bool is_single = f->row->args && strstr(f->row->args, " -f ");
    words_split(&words, "castor-upload -k " TOKEN " -s " ID " -t VIZ --endpoint @URL", ' ', names);
    words_split(&words, is_single ? "" : "-d @/set", ' ', names);
    words_split(&words, f->row->args, ' ', names);
    words_split(&words, is_check ? "--check" : "", ' ', names);
    f->err = (struct smc_error)SMC_ERROR_INIT;
    f->status = upload_options_read(&settings, words.count, words.v, envp, &f->err);
    if (f->status == SMC_OK)
        f->status = upload_options_check(&settings, &f->err);
    FILE *out = open_memstream(&f->out, &len);
    settings.out = out;
    if (f->status == SMC_OK && is_check)
        f->status =
            upload_preflight(&settings, f->log.log, clock_of(f), f->stop[0], &result, &f->err);
    else if (f->status == SMC_OK)
        f->status = upload_run(&settings, f->log.log, clock_of(f), f->stop[0], &result, &f->err);
    smci_cli_ending_clear(&result);
    (void)fclose(out);
    upload_options_clear(&settings);
    words_clear(&words);
}

/* ---- what is looked at ---- */

static struct smc_buf *tree; /* nftw gives its callback no context */

static int add_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)type;
    (void)ftw;
    return smc_buf_addf(tree, "%s %o %lld %lld.%09ld %lld.%09ld\n", path, st->st_mode,
                        (long long)st->st_size, (long long)st->st_mtim.tv_sec, st->st_mtim.tv_nsec,
                        (long long)st->st_ctim.tv_sec, st->st_ctim.tv_nsec);
}

/* All that is in the folder, with what a write would change. */
static void take_tree(const struct fixture *f, struct smc_buf *text)
{
    tree = text;
    assert_int_equal(nftw(f->dir, add_entry, 16, FTW_PHYS), 0);
}

static size_t count_lines(const char *text, const char *start)
{
    size_t count = 0;
    for (; *text; text += strcspn(text, "\n") + 1)
        count += strncmp(text, start, strlen(start)) == 0;
    return count;
}

/* After each failure and each warning one thing to do, and nowhere else. */
static void assert_remedies(const char *out)
{
    bool is_wanted = false;
    for (const char *at = out; *at; at += strcspn(at, "\n") + 1) {
        bool is_remedy = strncmp(at, "        do: ", 12) == 0;
        if (is_remedy != is_wanted)
            fail_msg("a remedy too many or too few:\n%s", out);
        is_wanted = strncmp(at, "FAIL  ", 6) == 0 || strncmp(at, "warn  ", 6) == 0;
    }
    assert_false(is_wanted);
}

static void assert_row(const struct fixture *f)
{
    const struct check_row *row = f->row;
    const char *at = f->out;
    while (*at && strncmp(at, row->line, strlen(row->line)) != 0)
        at += strcspn(at, "\n") + 1;
    if (!*at)
        fail_msg("no line '%s' in:\n%s", row->line, f->out);
    const char *next = at + strcspn(at, "\n") + 1;
    char *remedy = text_format("%.*s", (int)strcspn(next, "\n"), next);
    if (row->remedy && !strstr(remedy, row->remedy))
        fail_msg("no '%s' after '%s' in:\n%s", row->remedy, row->line, f->out);
    free(remedy);
    assert_int_equal(count_lines(f->out, "FAIL  ") > 0, row->status != SMC_OK);
    const char *more = row->more               ? row->more
                       : row->status != SMC_OK ? " would not work: 1 of "
                                               : " would work";
    assert_contains(f->out, more);
}

static void assert_clean(const struct fixture *f)
{
    for (const char *p = f->out; *p; p++)
        if ((*p < 0x20 && *p != '\n') || *p == 0x7f)
            fail_msg("control characters in:\n%s", f->out);
    const char *const secrets[] = {SECRET, TOKEN, "sim.1."};
    for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++)
        if (strstr(f->out, secrets[i]) || strstr(log_sink_text(&f->log), secrets[i]) ||
            strstr(f->err.detail, secrets[i]))
            fail_msg("a secret is shown:\n%s%s", f->out, log_sink_text(&f->log));
}

/* ---- castor-extract-sigma ---- */

#define HOSTS    "--list-regions"
#define STRANGER " answers, but not like Sigma's API: check --host (--list-regions"

static const struct check_row extract_rows[] = {
    {"good",
     .line = "ok    readable     connections 3, workbooks 20, datamodels 6, datasets 4, "
             "files 30, members\n",
     .more = "castor-extract-sigma would work\n"},
    {"organisation", .line = "ok    organisation "},
    {"output_made", .line = "ok    output       /"},
    {"output_is_a_file", .scene = SCENE_FILE, .status = SMC_ERR_IO, .line = "FAIL  output       /",
     .remedy = "give --output a directory", .more = " would not work: 2 of "},
    {"output_below_a_file", .args = "-o @/out/below", .scene = SCENE_FILE, .status = SMC_ERR_IO,
     .line = "FAIL  output       /", .remedy = "give --output", .more = "2 of "},
    {"output_is_a_dead_link", .scene = SCENE_LINK, .status = SMC_ERR_IO,
     .line = "FAIL  output       /", .remedy = "give --output", .more = "2 of "},
    {"output_can_t_be_a_name", .args = "-o @/" A64 A64 A64 A64, .status = SMC_ERR_IO,
     .line = "FAIL  output       /", .remedy = "give --output", .more = "2 of "},
    {"state_is_a_file", .args = "-o @/set --state @/out", .scene = SCENE_FILE, .status = SMC_ERR_IO,
     .line = "FAIL  state        /", .remedy = "give --state a directory"},
    /* Not even root can make one there; for others it is a matter of rights. */
    {"state_in_proc", .args = "-o @/set --state /proc/none", .status = SMC_ERR_IO,
     .line = "FAIL  state        /proc/none: can't be written to: /proc: ",
     .remedy = "give --state a directory"},
    {"output_in_proc", .args = "-o /proc/none", .status = SMC_ERR_IO,
     .line = "FAIL  output       /proc/none: can't be written to: /proc: ",
     .remedy = "give --output a directory", .more = "\n--    not tried    space\n"},
    {"report", .args = "--report @/r.json", .line = "ok    report       /",
     .more = "/r.json can be written\n"},
    {"report_in_the_output", .args = "--report @/out/r.json", .line = "ok    report       /"},
    {"report_in_the_state", .args = "--report @/out/.sigmacat/r.json",
     .line = "ok    report       /"},
    {"report_nowhere", .args = "--report @/none/r.json", .status = SMC_ERR_IO,
     .line = "FAIL  report       /", .remedy = "give --report a file in a directory",
     .more = "/none: the directory does not exist\n"},
    {"report_is_a_directory", .args = "--report @/set", .status = SMC_ERR_IO,
     .line = "FAIL  report       /", .remedy = "give --report",
     .more = "/set: this is a directory; a file is expected\n"},
    {"report_below_a_file", .args = "-o @/set --report @/out/r.json", .scene = SCENE_FILE,
     .status = SMC_ERR_IO, .line = "FAIL  report       /", .remedy = "give --report",
     .more = "/out: this is not a directory\n"},
    {"locked", .scene = SCENE_LOCK, .line = "warn  state        /", .remedy = "wait until",
     .more = " would work, with 1 warning\n"},
    {"name", .args = "-H " NO_NAME, .status = SMC_ERR_NETWORK,
     .line = "FAIL  name         Could not resolve host: aaaa", .remedy = HOSTS},
    {"nobody_there", .args = "-H " NOBODY, .status = SMC_ERR_NETWORK,
     .line = "FAIL  connection   Failed to connect to 127.0.0.1", .remedy = "firewall"},
    {"nobody_on_this_machine", .args = "-H http://127.0.0.1:1", .status = SMC_ERR_NETWORK,
     .line = "FAIL  connection   ", .remedy = "start what is to listen"},
    {"tls", .args = "--cacert @/ca.pem", .tls = TLS_GOOD,
     .line = "ok    TLS          the certificate of 127.0.0.1:", .more = " is trusted, until 20"},
    {"tls_unknown", .tls = TLS_UNKNOWN, .status = SMC_ERR_NETWORK, .line = "FAIL  TLS          ",
     .remedy = "--cacert FILE"},
    {"tls_other_host", .args = "--cacert @/ca.pem", .tls = TLS_OTHER_HOST,
     .status = SMC_ERR_NETWORK, .line = "FAIL  TLS          ", .remedy = "the name that"},
    {"tls_expired", .args = "--cacert @/ca.pem", .tls = TLS_EXPIRED, .status = SMC_ERR_NETWORK,
     .line = "FAIL  TLS          ", .remedy = "set the clock"},
    {"tls_old", .args = "--cacert @/ca.pem", .tls = TLS_OLD, .status = SMC_ERR_NETWORK,
     .line = "FAIL  TLS          ", .remedy = "speaks TLS 1.2"},
    {"cacert_missing", .args = "--cacert @/none.pem", .status = SMC_ERR_IO,
     .line = "FAIL  certificates --cacert", .remedy = "name a PEM file"},
    {"cacert_is_none", .args = "--cacert @/out", .tls = TLS_UNKNOWN, .scene = SCENE_FILE,
     .status = SMC_ERR_IO, .line = "FAIL  TLS          ", .remedy = "give --cacert",
     .more = " would not work: 3 of "},
    {"silent", .args = "--timeout 0.2 --retries 1", .fault = "call=*,do=silent", .is_live = true,
     .status = SMC_ERR_NETWORK,
     .line = "FAIL  answer       127.0.0.1:", .remedy = "longer --timeout"},
    {"probe_once_more", .fault = "call=whoami,attempt=1,do=reset",
     .line = "ok    connection   127.0.0.1:"},
    {"probe_answered_503", .fault = "call=whoami,attempt=1,do=status:503",
     .line = "ok    connection   127.0.0.1:"},
    {"clock_good", .skew_s = 59, .line = "ok    clock        59 s from Sigma's"},
    {"clock_ahead", .skew_s = 60, .line = "warn  clock        60 s ahead of Sigma's",
     .remedy = "set the clock", .more = " would work, with 1 warning\n"},
    {"clock_behind", .skew_s = -7200, .line = "warn  clock        7200 s behind Sigma's",
     .remedy = "set the clock"},
    {"clock_unknown", .is_dateless = true, .line = "--    clock        "},
    {"wrong_secret", .args = "-a wrong-secret", .status = SMC_ERR_AUTH,
     .line = "FAIL  credentials  Sigma refused client id and secret: HTTP 401",
     .remedy = "check client id (--client-id) and secret (--api-token), and that --host is"},
    {"token_400", .fault = "call=token,do=status:400", .status = SMC_ERR_AUTH,
     .line = "FAIL  credentials  Sigma refused client id and secret: HTTP 400",
     .remedy = "look into client id (--client-id) and secret (--api-token) for"},
    {"token_403", .fault = "call=token,do=status:403", .status = SMC_ERR_AUTH,
     .line = "FAIL  credentials  ", .remedy = "REST API scope"},
    {"token_404", .fault = "call=token,do=status:404", .status = SMC_ERR_REFUSED,
     .line = "FAIL  credentials  POST /v2/auth/token: HTTP 404", .remedy = STRANGER},
    {"token_501", .fault = "call=token,do=status:501", .status = SMC_ERR_HTTP,
     .line = "FAIL  credentials  POST /v2/auth/token: HTTP 501", .remedy = STRANGER},
    {"token_html", .fault = "call=token,do=html", .status = SMC_ERR_REFUSED,
     .line =
         "FAIL  credentials  POST /v2/auth/token: HTTP 200: a web page answered and not Sigma's",
     .remedy = STRANGER},
    {"token_522", .fault = "call=token,do=status:522", .status = SMC_ERR_HTTP,
     .line = "FAIL  credentials  POST /v2/auth/token: HTTP 522", .remedy = "in some minutes, or"},
    {"token_503", .fault = "call=token,do=status:503", .status = SMC_ERR_HTTP,
     .line = "FAIL  credentials  POST /v2/auth/token: HTTP 503",
     .remedy = "check again in some minutes, or correct --host"},
    {"token_once_more", .fault = "call=token,attempt=1,do=status:503",
     .line = "ok    credentials  "},
    {"token_echoes_the_secret", .fault = "call=token,do=status:401,body=no " SECRET "\x1b[2J here",
     .status = SMC_ERR_AUTH, .line = "FAIL  credentials  Sigma refused client id and secret: HTTP",
     .remedy = "check client id"},
    {"token_refused_afterwards", .fault = "call=whoami,do=status:401", .status = SMC_ERR_AUTH,
     .line = "FAIL  credentials  Sigma refused the token that it gave: HTTP 401",
     .remedy = "check client id"},
    {"too_many_calls", .is_slow = true, .status = SMC_ERR_TIME,
     .line = "FAIL  organisation Sigma refused ", .remedy = "no other client"},
    {"time_is_over", .args = "--max-time 0.05", .fault = "call=*,do=silent", .is_live = true,
     .status = SMC_ERR_TIME, .line = "FAIL  answer       ", .remedy = "give --max-time more"},
    {"a_page_without_a_cursor", .fault = "call=files,do=nocursor", .status = SMC_ERR_HTTP,
     .line = "FAIL  readable     files: GET /v2/files: the page does not say whether more follow",
     .remedy = "tell Sigma's support"},
    {"gaps_that_are_not_allowed", .args = "--fail-on-gaps", .fault = "call=datasets,do=status:404",
     .status = SMC_ERR_GAPS, .line = "FAIL  gaps         1 are certain already",
     .remedy = "allow them by leaving out --fail-on-gaps"},
    {"gaps_that_are_allowed", .args = "--max-gaps 1", .fault = "call=datasets,do=status:404",
     .line = "ok    readable     "},
    {"workbooks_for_their_first_answer_alone", .args = "--only datamodels",
     .fault = "call=workbooks,do=status:403", .line = "ok    readable     datamodels 6\n",
     .more = "warn  rights       not an Org Admin's"},
    {"whoami_403", .fault = "call=whoami,do=status:403", .status = SMC_ERR_AUTH,
     .line = "FAIL  organisation GET /v2/whoami: HTTP 403", .remedy = "REST API scope"},
    {"whoami_500", .fault = "call=whoami,do=status:500",
     .line = "warn  organisation not known: GET /v2/whoami: HTTP 500", .remedy = "again"},
    {"whoami_of_another_form", .fault = "call=whoami,do=wrongshape",
     .line = "warn  organisation not known: ", .remedy = "again"},
    {"no_admin", .is_not_admin = true, .line = "warn  rights       not an Org Admin's",
     .remedy = "use an Org Admin's credentials"},
    {"no_admin_strict", .is_not_admin = true, .is_strict = true,
     .line = "ok    readable     connections 3, workbooks 20, "},
    {"connections_403", .fault = "call=connections,do=status:403", .status = SMC_ERR_AUTH,
     .line = "FAIL  readable     connections: GET /v2/connections: HTTP 403",
     .remedy = "use an Org Admin's credentials"},
    {"workbooks_500", .fault = "call=workbooks,do=status:500", .status = SMC_ERR_HTTP,
     .line = "FAIL  readable     workbooks: GET /v2/workbooks: HTTP 500", .remedy = "at Sigma"},
    {"rights_unknown", .fault = "call=workbooks,do=status:500", .status = SMC_ERR_HTTP,
     .line = "--    rights       not known"},
    {"members_503", .fault = "call=members,do=status:503", .status = SMC_ERR_HTTP,
     .line = "FAIL  readable     members: ", .remedy = "at Sigma"},
    {"files_of_another_form", .fault = "call=files,do=wrongshape", .status = SMC_ERR_HTTP,
     .line = "FAIL  readable     files: GET /v2/files: ", .remedy = "support"},
    {"files_broken", .fault = "call=files,do=broken", .status = SMC_ERR_SYNTAX,
     .line = "FAIL  readable     files: ", .remedy = "at Sigma"},
    {"all_else_is_told", .fault = "call=files,do=status:403", .status = SMC_ERR_AUTH,
     .line = "ok    readable     connections 3, workbooks 20, datamodels 6, datasets 4, members\n"},
    {"two_failures", .fault = "call=*,page=1,do=status:403", .status = SMC_ERR_AUTH,
     .line = "FAIL  readable     connections: ", .remedy = "", .more = " would not work: 7 of "},
    {"datasets_withdrawn", .fault = "call=datasets,do=status:410",
     .line = "ok    readable     connections 3, workbooks 20, datamodels 6, datasets "
             "(withdrawn by "},
    {"listing_refused", .fault = "call=files,do=status:401", .status = SMC_ERR_AUTH,
     .line = "FAIL  readable     ", .remedy = "check client id"},
    {"only_members", .args = "--only members", .line = "ok    readable     members\n"},
    {"only_members_rights", .args = "--only members", .line = "--    rights       not looked at"},
    {"extras", .args = "--only members --with tags",
     .line = "ok    readable     members, tags 4\n"},
    {"extras_403", .args = "--only members --with tags", .fault = "call=tags,do=status:403",
     .line = "warn  readable     tags: GET /v2/tags: HTTP 403", .remedy = "use an Org Admin's"},
    {"extras_500", .args = "--only members --with grants", .fault = "call=grants,do=status:500",
     .line = "warn  readable     grants: GET /v2/grants: HTTP 500", .remedy = "at Sigma"},
    {"only_elements", .args = "--only elements", .line = "ok    readable     workbooks 20\n"},
};

static void test_extract(void **state)
{
    struct fixture *f = *state;
    struct smc_buf before = SMC_BUF_INIT(SIZE_MAX);
    struct smc_buf after = SMC_BUF_INIT(SIZE_MAX);
    make_scene(f);
    start_sim(f);
    take_tree(f, &before);
    extract(f, true, NULL);
    take_tree(f, &after);
    assert_string_equal(smc_buf_str(&before), smc_buf_str(&after));
    smc_buf_clear(&before);
    smc_buf_clear(&after);
    assert_row(f);
    assert_remedies(f->out);
    assert_clean(f);
    if (f->status != f->row->status)
        fail_msg("status %d (%s):\n%s", (int)f->status, f->err.detail, f->out);
    assert_int_equal(f->err.code, SMC_OK); /* the lines have said it all */
    if (f->row->scene == SCENE_LOCK)
        return; /* until that run has ended */
    int checked = smci_cli_exit_status(f->status, 0);
    extract(f, false, stderr);
    if (smci_cli_exit_status(f->status, 0) != checked)
        fail_msg("a run has status %d: %s", (int)f->status, f->err.detail);
}

/* ---- castor-upload ---- */

#define FIRST "run castor-extract-sigma first, or correct --directory_path"

static const struct check_row upload_rows[] = {
    {"good", .scene = SCENE_SET, .line = "ok    files        2 with ",
     .more = "castor-upload would work, as far as can be told; the token is unproven until an "
             "upload\n"},
    {"token", .scene = SCENE_SET,
     .line = "--    token        the token is unproven until an upload\n"},
    {"no_file", .status = SMC_ERR_IO, .line = "FAIL  files        /", .remedy = FIRST},
    {"no_directory", .args = "-d @/none", .status = SMC_ERR_IO, .line = "FAIL  files        /",
     .remedy = FIRST},
    {"no_set", .args = "--latest", .scene = SCENE_NO_SET, .status = SMC_ERR_IO,
     .line = "FAIL  files        /", .remedy = FIRST},
    {"no_file_of_another_type", .args = "-t QUALITY", .status = SMC_ERR_IO,
     .line = "FAIL  files        /", .remedy = "give --directory_path a directory with .json"},
    {"not_that_set", .args = "--set 17", .scene = SCENE_TWO_SETS, .status = SMC_ERR_IO,
     .line = "FAIL  files        /", .remedy = "give --set the digits that"},
    {"partial", .scene = SCENE_PARTIAL_SET, .status = SMC_ERR_IO,
     .line = "FAIL  files        1 pro",
     .remedy = "extract without --only and --skip, or send it all the same by --allow partial"},
    {"partial_latest", .args = "--latest", .scene = SCENE_PARTIAL_SET, .status = SMC_ERR_IO,
     .line = "FAIL  files        /", .remedy = "or send it all the same by --allow partial"},
    {"partial_set", .args = "--set 1790000000", .scene = SCENE_TWO_SETS, .status = SMC_ERR_IO,
     .line = "FAIL  files        1 pro", .remedy = "or send it all the same by --allow partial"},
    {"partial_forced", .args = "--set 1790000000 --force", .scene = SCENE_TWO_SETS,
     .line = "ok    files        1 with "},
    {"partial_and_whole", .scene = SCENE_TWO_SETS, .status = SMC_ERR_IO,
     .line = "FAIL  files        1 pro", .remedy = "choose a whole set by --latest"},
    {"degraded", .scene = SCENE_DEGRADED_SET, .status = SMC_ERR_IO,
     .line = "FAIL  files        1 problem, the first: set 1790000000: its summary says that it is "
             "degraded: too much of it could not be read: path",
     .remedy = "extract again once the gaps in its report are mended, or send it all the same"},
    {"degraded_latest", .args = "--latest", .scene = SCENE_DEGRADED_SET, .status = SMC_ERR_IO,
     .line = "FAIL  files        /", .remedy = "or send it all the same by --allow degraded"},
    {"degraded_forced", .args = "--force", .scene = SCENE_DEGRADED_SET,
     .line = "ok    files        1 with "},
    {"answer", .scene = SCENE_SET,
     .line = "--    answer       HTTP 401 to GET /, which does not tell whether this is Catalog\n"},
    {"open_set", .scene = SCENE_OPEN_SET, .status = SMC_ERR_IO,
     .line = "FAIL  files        2 problems, the first: ", .remedy = "--latest"},
    {"open_set_forced", .args = "--force", .scene = SCENE_OPEN_SET,
     .line = "ok    files        1 with "},
    {"no_latest", .args = "--latest", .scene = SCENE_OPEN_SET, .status = SMC_ERR_IO,
     .line = "FAIL  files        /", .remedy = "extract again into /"},
    {"no_counts", .args = "--latest", .scene = SCENE_SET, .status = SMC_ERR_IO,
     .line = "FAIL  files        /", .remedy = "extract again into /"},
    {"single_file_missing", .args = "-t DBT -f @/none", .status = SMC_ERR_IO,
     .line = "FAIL  files        ", .remedy = "give --file_path a file"},
    {"record", .args = "--skip-uploaded", .scene = SCENE_SET, .line = "ok    record       /"},
    {"record_in_a_file", .args = "--skip-uploaded -t QUALITY --state @/out", .scene = SCENE_FILE,
     .status = SMC_ERR_IO, .line = "FAIL  record       /", .remedy = "give --state",
     .more = "2 of "},
    {"name", .args = "--endpoint " NO_NAME, .scene = SCENE_SET, .status = SMC_ERR_NETWORK,
     .line = "FAIL  name         Could not resolve host: aaaa", .remedy = "spelling of --endpoint"},
    {"nobody_there", .args = "--endpoint " NOBODY, .scene = SCENE_SET, .status = SMC_ERR_NETWORK,
     .line = "FAIL  connection   Failed to connect", .remedy = "firewall"},
    {"tls", .args = "--cacert @/ca.pem", .tls = TLS_GOOD, .scene = SCENE_SET,
     .line = "ok    TLS          the certificate of 127.0.0.1:"},
    {"tls_unknown", .tls = TLS_UNKNOWN, .scene = SCENE_SET, .status = SMC_ERR_NETWORK,
     .line = "FAIL  TLS          ", .remedy = "this is not Catalog"},
    {"cacert_missing", .args = "--cacert @/none.pem", .scene = SCENE_SET, .status = SMC_ERR_IO,
     .line = "FAIL  certificates --cacert", .remedy = "name a PEM file"},
    {"clock_ahead", .skew_s = 60, .scene = SCENE_SET,
     .line = "warn  clock        60 s ahead of Catalog's", .remedy = "set the clock"},
};

static void test_upload(void **state)
{
    struct fixture *f = *state;
    struct smc_buf before = SMC_BUF_INIT(SIZE_MAX);
    struct smc_buf after = SMC_BUF_INIT(SIZE_MAX);
    make_scene(f);
    start_sim(f);
    take_tree(f, &before);
    upload(f, true);
    take_tree(f, &after);
    assert_string_equal(smc_buf_str(&before), smc_buf_str(&after));
    smc_buf_clear(&before);
    smc_buf_clear(&after);
    assert_row(f);
    assert_remedies(f->out);
    assert_clean(f);
    assert_int_equal(f->status, f->row->status);
    assert_int_equal(f->err.code, SMC_OK);
    assert_int_equal(sim_calls(f->sim, "upload", 0), 0);
    int checked = smci_cli_exit_status(f->status, 0);
    free(f->out);
    upload(f, false);
    if (smci_cli_exit_status(f->status, 0) != checked)
        fail_msg("a run has status %d: %s", (int)f->status, f->err.detail);
}

static const struct check_row plain = {.name = "plain", .args = NULL, .scene = SCENE_SET};

static void test_upload_token_stays(void **state)
{
    static const struct net_step step = {"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nDate: "
                                         "Mon, 21 Sep 2026 14:13:20 GMT\r\n\r\n",
                                         0, NET_KEEP, false};
    struct fixture *f = *state;
    struct net_server *server = net_start(&step, 1);
    struct check_row row = plain;
    char *args = text_format("--endpoint %s/catalog", net_url(server));
    row.args = args;
    f->row = &row;
    make_scene(f);
    start_sim(f);
    upload(f, true);
    assert_int_equal(f->status, SMC_OK);
    assert_int_equal(net_requests(server), 1);
    assert_memory_equal(net_request(server, 0), "GET / HTTP/1.1\r\n", 16);
    assert_null(strcasestr(net_request(server, 0), "Authorization"));
    assert_lacks(net_request(server, 0), TOKEN);
    net_stop(server);
    free(args);
}

static void test_extract_probe_has_no_credentials(void **state)
{
    static const struct net_step step = {"HTTP/1.1 503 Down\r\nContent-Length: 0\r\n\r\n", 0,
                                         NET_KEEP, false};
    struct fixture *f = *state;
    struct net_server *server = net_start(&step, 1);
    struct check_row row = {.name = "probe"};
    char *args = text_format("-H %s --retries 0 --report -", net_url(server));
    row.args = args;
    f->row = &row;
    start_sim(f);
    extract(f, true, NULL);
    assert_int_equal(f->status, SMC_ERR_HTTP);
    assert_memory_equal(net_request(server, 0), "GET /v2/whoami HTTP/1.1\r\n", 25);
    assert_null(strcasestr(net_request(server, 0), "Authorization"));
    assert_memory_equal(net_request(server, 1), "POST /v2/auth/token HTTP/1.1\r\n", 30);
    assert_int_equal(net_requests(server), 2);
    assert_contains(f->out, "\nok    report       on standard output\n");
    net_stop(server);
    free(args);
}

/* http:// where TLS is spoken, and https:// where it is not: each is told of the other. */
static void assert_other_scheme(struct fixture *f, enum tls tls, const char *wrong,
                                const char *right)
{
    struct check_row row = {.tls = tls, .status = SMC_ERR_NETWORK};
    f->row = &row;
    start_sim(f);
    const char *host = strstr(sim_url(f->sim), "://") + 3;
    char *args = text_format("--retries 0 -H %s%s", wrong, host);
    char *remedy = text_format("give --host as %s%s", right, host);
    row.args = args;
    row.line = tls == TLS_NONE ? "FAIL  TLS          " : "FAIL  answer       ";
    row.remedy = remedy;
    extract(f, true, NULL);
    assert_row(f);
    free(args);
    free(remedy);
}

static void test_plain_where_tls_is_spoken(void **state)
{
    assert_other_scheme(*state, TLS_GOOD, "http://", "https://");
}

static void test_tls_where_none_is_spoken(void **state)
{
    assert_other_scheme(*state, TLS_NONE, "https://", "http://");
}

/* ---- how it ends ---- */

static void test_stopped(void **state)
{
    struct fixture *f = *state;
    f->row = &plain;
    make_scene(f);
    start_sim(f);
    assert_int_equal(write(f->stop[1], "!", 1), 1);
    extract(f, true, NULL);
    assert_int_equal(f->status, SMC_ERR_CANCELLED);
    assert_int_equal(f->err.code, SMC_ERR_CANCELLED);
    assert_lacks(f->out, "\ncastor-");
    free(f->out);
    upload(f, true);
    assert_int_equal(f->status, SMC_ERR_CANCELLED);
    assert_lacks(f->out, "\ncastor-");
}

static void test_output_full(void **state)
{
    struct fixture *f = *state;
    FILE *full = fopen("/dev/full", "w");
    if (!full)
        skip();
    f->row = &plain;
    start_sim(f);
    extract(f, true, full);
    assert_int_equal(f->status, SMC_ERR_IO);
    assert_contains(f->err.detail, "standard output");
    (void)fclose(full);
}

int main(void)
{
    const struct CMUnitTest others[] = {
        cmocka_unit_test_setup_teardown(test_upload_token_stays, setup, teardown),
        cmocka_unit_test_setup_teardown(test_extract_probe_has_no_credentials, setup, teardown),
        cmocka_unit_test_setup_teardown(test_plain_where_tls_is_spoken, setup, teardown),
        cmocka_unit_test_setup_teardown(test_tls_where_none_is_spoken, setup, teardown),
        cmocka_unit_test_setup_teardown(test_stopped, setup, teardown),
        cmocka_unit_test_setup_teardown(test_output_full, setup, teardown),
    };
    forget_variables();
    int failed =
        RUN_TABLE_WITH("check of an extraction", extract_rows, test_extract, setup, teardown);
    failed += RUN_TABLE_WITH("check of an upload", upload_rows, test_upload, setup, teardown);
    return failed + cmocka_run_group_tests_name("check", others, NULL, NULL);
}
