#include "uploading.h"

#include <unistd.h>

#include "lib/base/digest.h"
#include "lib/cli/status.h"

#include "stand_in.h"
#include "words.h"

static void advance(void *ctx, int64_t ms)
{
    struct fixture *f = ctx;
    if (f->hook && !f->line)
        f->hook(f);
    f->fake.clock.advance(&f->fake, ms);
}

static int64_t now(void *ctx)
{
    return ((struct fixture *)ctx)->fake.now_ms;
}

static int64_t wall(void *ctx)
{
    return ((struct fixture *)ctx)->fake.wall_ms;
}

struct fixture *fixture_new(void)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct sim_options opt = SIM_OPTIONS_INIT;
    opt.date = "Mon, 21 Sep 2026 14:13:20 GMT"; /* as the fake clock has it */
    if (!f)
        abort();
    fake_clock_init(&f->fake);
    f->clock = (struct smc_clock){now, wall, advance, f};
    f->dir = temp_dir_make();
    f->sim = stand_in_new(&opt);
    log_sink_init(&f->log);
    assert_int_equal(pipe(f->stop), 0);
    return f;
}

int fixture_setup(void **state)
{
    *state = fixture_new();
    return 0;
}

int fixture_teardown(void **state)
{
    struct fixture *f = *state;
    sim_stop(f->sim);
    log_sink_clear(&f->log);
    temp_dir_remove(f->dir);
    (void)close(f->stop[0]);
    (void)close(f->stop[1]);
    free(f->victim);
    free(f->out);
    free(f);
    return 0;
}

static void on_line(void *ctx)
{
    struct fixture *f = ctx;
    f->hook(f);
}

void assert_logged(const struct fixture *f, const char *text)
{
    log_sink_assert(&f->log, text);
}

void add_fault(struct fixture *f, const char *text)
{
    stand_in_fault(f->sim, text);
}

char *make_file(const struct fixture *f, const char *name, size_t size)
{
    char *path = text_format("%s/%s", f->dir, name);
    char *bytes = malloc(size ? size : 1);
    size_t name_len = strlen(name);
    bool is_json = name_len > 5 && strcmp(name + name_len - 5, ".json") == 0;
    unsigned x = 1;
    assert_non_null(bytes);
    for (const char *p = name; *p; p++)
        x = x * 31 + (unsigned char)*p;
    for (size_t i = 0; i < size; i++) {
        x = x * 1103515245 + 12345;
        bytes[i] = is_json ? (char)('a' + (x >> 16) % 26) : (char)(x >> 16);
    }
    if (is_json && size > 1)
        bytes[0] = bytes[size - 1] = '"';
    file_write(path, bytes, size);
    free(bytes);
    return path;
}

void write_text(const struct fixture *f, const char *name, const char *text)
{
    char *path = text_format("%s/%s", f->dir, name);
    file_write(path, text, strlen(text));
    free(path);
}

void make_whole_set(const struct fixture *f, const char *ts, const char *before, const char *more)
{
    static const char *const empty[] = {
        "connections",       "workbooks", "workbook_sources", "datamodels", "datamodel_sources",
        "datamodel_lineage", "datasets",  "dataset_sources",  "files",      "elements"};
    char *name = text_format("%s-members.json", ts);
    write_text(f, name, "[{}, {}]\n");
    free(name);
    for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++) {
        name = text_format("%s-%s.json", ts, empty[i]);
        write_text(f, name, "[]");
        free(name);
    }
    name = text_format("%s-summary.json", ts);
    char *text = text_format("{%s\"extraction\": {\"files\": {\"members\": {\"records\": 2, "
                             "\"bytes\": 9}, \"workbooks\": " NO_RECORD ", " OTHER_COUNTS "}%s}}",
                             before, more);
    write_text(f, name, text);
    free(name);
    free(text);
}

void make_files(const struct fixture *f, const char *const *names)
{
    for (; *names; names++)
        free(make_file(f, *names, 1000));
}

enum smc_status upload(struct fixture *f, const struct smc_clock *clock, const char *const *args,
                       struct smc_error *err)
{
    char *const no_variables[] = {NULL};
    struct words words = {.count = 0};
    size_t out_len = 0;
    struct upload_settings settings;
    words_split(&words, "castor-upload -k " TOKEN " -s " ID " --endpoint", ' ', NULL);
    words_add(&words, "%s", f->endpoint ? f->endpoint : sim_url(f->sim));
    for (; *args; args++)
        words_add(&words, "%s", *args);
    f->log.cue = f->line;
    f->log.on_cue = on_line;
    f->log.ctx = f;
    enum smc_status rc = upload_options_read(&settings, words.count, words.v, no_variables, err);
    if (rc == SMC_OK)
        rc = upload_options_check(&settings, err);
    free(f->out);
    f->out = NULL;
    FILE *out = open_memstream(&f->out, &out_len);
    assert_non_null(out);
    settings.out = out;
    struct smci_cli_ending result;
    smci_cli_ending_init(&result, SIZE_MAX);
    if (rc == SMC_OK)
        rc = upload_run(&settings, f->log.log, clock, f->stop[0], &result, err);
    if (settings.is_json)
        (void)fputs(smc_buf_str(&result.members), out);
    smci_cli_ending_clear(&result);
    (void)fclose(out);
    upload_options_clear(&settings);
    words_clear(&words);
    if (strstr(log_sink_text(&f->log), TOKEN) || strstr(err->detail, TOKEN))
        fail_msg("the token is told: %s\n%s", err->detail, log_sink_text(&f->log));
    return rc;
}

enum smc_status upload_one(struct fixture *f, const char *type, const char *path,
                           struct smc_error *err)
{
    const char *const args[] = {"-t", type, "-f", path, NULL};
    return upload(f, &f->clock, args, err);
}

enum smc_status upload_with(struct fixture *f, struct smc_error *err, const char *const *more)
{
    const char *args[16] = {"-t", "VIZ", "-d", f->dir};
    size_t count = 4;
    while (*more) {
        assert_true(count < sizeof args / sizeof args[0] - 1);
        args[count++] = *more++;
    }
    return upload(f, &f->clock, args, err);
}

enum smc_status upload_all(struct fixture *f, struct smc_error *err)
{
    static const char *const more[] = {"--parallel", "1", NULL};
    return upload_with(f, err, more);
}

void upload_and_say(struct fixture *f, const char *options, int status, const char *said,
                    const char *unsaid)
{
    struct smc_error err = SMC_ERROR_INIT;
    struct words more = {0};
    words_split(&more, options, ' ', NULL);
    enum smc_status rc = upload_with(f, &err, (const char *const *)more.v);
    words_clear(&more);
    if (smci_cli_exit_status(rc, 0) != status)
        fail_msg("%d: %s\n%s", rc, err.detail, log_sink_text(&f->log));
    assert_logged(f, said);
    if (unsaid)
        assert_lacks(log_sink_text(&f->log), unsaid);
}

long taken_count(struct fixture *f)
{
    return sim_calls(f->sim, "upload", 201);
}

const struct sim_upload *taken(struct fixture *f, long n)
{
    for (long i = 0; i < sim_upload_count(f->sim); i++)
        if (sim_upload(f->sim, i)->status == 201 && n-- == 0)
            return sim_upload(f->sim, i);
    fail_msg("not accepted");
    abort();
}

void assert_same_bytes(const struct sim_upload *upload, const char *path)
{
    size_t len = 0;
    char *bytes = file_read(path, &len);
    char hex[SMCI_DIGEST_SIZE] = "";
    struct smci_digest *digest = smci_digest_new();
    assert_int_equal(smci_digest_add(digest, bytes, len), SMC_OK);
    assert_int_equal(smci_digest_finish(digest, hex), SMC_OK);
    smci_digest_free(digest);
    free(bytes);
    assert_int_equal(upload->length, len);
    assert_string_equal(upload->sha256, hex);
    assert_true(upload->complete);
}

void assert_taken_names(struct fixture *f, const char *const *names)
{
    long n = 0;
    for (; names[n]; n++) {
        char *path = text_format("%s/%s", f->dir, names[n]);
        assert_string_equal(taken(f, n)->filename, names[n]);
        assert_same_bytes(taken(f, n), path);
        free(path);
    }
    assert_int_equal(taken_count(f), n);
}
