#include "support.h"

#include <errno.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

static int64_t fake_now(void *ctx)
{
    return ((struct fake_clock *)ctx)->now_ms;
}

static int64_t fake_wall(void *ctx)
{
    return ((struct fake_clock *)ctx)->wall_ms;
}

static void fake_advance(void *ctx, int64_t ms)
{
    struct fake_clock *fake = ctx;
    fake->now_ms += ms;
    fake->wall_ms += ms;
    fake->advanced_ms += ms;
}

void fake_clock_init(struct fake_clock *fake)
{
    *fake = (struct fake_clock){.now_ms = 1000000, .wall_ms = INT64_C(1790000000000)};
    fake->clock = (struct smc_clock){fake_now, fake_wall, fake_advance, fake};
}

char *temp_dir_make(void)
{
    const char *base = getenv("TMPDIR");
    char *path = text_format("%s/sigmacat-test-XXXXXX", base && *base ? base : "/tmp");
    if (!mkdtemp(path))
        fail_msg("mkdtemp(%s) failed", path);
    return path;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

void temp_dir_remove(char *path)
{
    if (path)
        (void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(path);
}

void file_write(const char *path, const void *bytes, size_t len)
{
    FILE *fp = fopen(path, "wb");
    if (!fp)
        fail_msg("can't write %s", path);
    size_t put = fwrite(bytes, 1, len, fp);
    if (fclose(fp) != 0 || put != len)
        fail_msg("can't write %s", path);
}

char *file_read(const char *path, size_t *len)
{
    FILE *fp = fopen(path, "rb");
    if (!fp)
        fail_msg("can't read %s", path);
    struct smc_buf buf = SMC_BUF_INIT(SIZE_MAX);
    char chunk[65536];
    size_t got;
    while ((got = fread(chunk, 1, sizeof chunk, fp)) > 0)
        if (smc_buf_add(&buf, chunk, got) != SMC_OK)
            fail_msg("out of memory");
    (void)fclose(fp);
    if (smc_buf_reserve(&buf, 1) != SMC_OK)
        fail_msg("out of memory");
    if (len)
        *len = buf.len;
    return buf.data;
}

bool file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

void text_put(const char *dir, const char *name, const char *text)
{
    char *path = text_format("%s/%s", dir, name);
    for (char *slash = path + strlen(dir) + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = '\0';
        if (mkdir(path, 0700) != 0 && errno != EEXIST)
            fail_msg("can't make %s", path);
        *slash = '/';
    }
    file_write(path, text, strlen(text));
    if (chmod(path, 0600) != 0)
        fail_msg("can't set the mode of %s", path);
    free(path);
}

void text_check(const char *text, const char *part, bool is_wanted, const char *file, int line)
{
    if ((strstr(text, part) != NULL) == is_wanted)
        return;
    print_error("'%s' is %s:\n%s\n", part, is_wanted ? "not in" : "in", text);
    _fail(file, line);
}

char *text_format(const char *fmt, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, fmt);
    int len = vasprintf(&text, fmt, args);
    va_end(args);
    if (len < 0)
        fail_msg("out of memory");
    return text;
}

int run_table_with(const char *group, const void *rows, size_t row_size, size_t count,
                   CMUnitTestFunction test, CMFixtureFunction setup, CMFixtureFunction teardown)
{
    struct CMUnitTest *tests = calloc(count, sizeof *tests);
    if (!tests)
        return 1;
    for (size_t i = 0; i < count; i++) {
        const void *row = (const char *)rows + i * row_size;
        /* cmocka hands it out as *state without writing to it */
        tests[i] = (struct CMUnitTest){*(const char *const *)row, test, setup, teardown,
                                       (void *)(uintptr_t)row};
    }
    int failed = _cmocka_run_group_tests(group, tests, count, NULL, NULL);
    free(tests);
    return failed;
}

int run_table(const char *group, const void *rows, size_t row_size, size_t count,
              CMUnitTestFunction test)
{
    return run_table_with(group, rows, row_size, count, test, NULL, NULL);
}
