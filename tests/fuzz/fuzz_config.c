/* Flags and variables built from the input, against the tables of both programs. A line that begins
 * with '$' is a variable, each other one a word of the command line. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "extract/options.h"
#include "upload/options.h"

#define WORDS_MAX 40

struct words {
    char program[8];
    char *text; /* what the words point into */
    char *argv[WORDS_MAX + 2];
    char *envp[WORDS_MAX + 1];
    int argc;
    int envc;
};

static void divide(struct words *words, const uint8_t *data, size_t size)
{
    *words = (struct words){.program = "program", .text = fuzz_text(data, size), .argc = 1};
    words->argv[0] = words->program;
    char *rest = words->text;
    while (rest && words->argc <= WORDS_MAX && words->envc < WORDS_MAX) {
        char *word = strsep(&rest, "\n");
        if (*word == '$')
            words->envp[words->envc++] = word + 1;
        else
            words->argv[words->argc++] = word;
    }
}

static size_t occurrences(const char *text, const char *part)
{
    size_t count = 0;
    for (; (text = strstr(text, part)) != NULL; text++)
        count++;
    return count;
}

/* Whether a text that has the secret in it must have it from there: it holds a word that no text of
 * ours has, and is not like an option, whose name may be shown. */
static bool is_telling(const char *secret)
{
    return secret && strstr(secret, "secret-secret") && secret[0] != '-';
}

/* A secret that was given once, as a flag, stands neither in argv nor in an error. */
static void check_secret(const struct words *words, const uint8_t *data, size_t size,
                         const struct smci_settings *sources, const char *flag, const char *secret,
                         const struct smc_error *err)
{
    char *input = fuzz_text(data, size);
    if (is_telling(secret) && occurrences(input, secret) == 1) {
        FUZZ_CHECK(!strstr(err->detail, secret));
        if (strcmp(smci_settings_name(sources, flag), flag) == 0)
            for (int i = 0; i < words->argc; i++)
                FUZZ_CHECK(!strstr(words->argv[i], secret));
    }
    free(input);
}

static void check_status(enum smc_status rc, const struct smc_error *err)
{
    /* A file that is named may not be there. */
    FUZZ_CHECK(rc == err->code && (rc == SMC_OK || rc == SMC_ERR_USAGE || rc == SMC_ERR_IO));
    FUZZ_CHECK((rc == SMC_OK) == (err->detail[0] == '\0'));
}

static void try_extract(const uint8_t *data, size_t size)
{
    struct words words;
    struct extract_settings s;
    struct smc_error err = SMC_ERROR_INIT;
    divide(&words, data, size);
    enum smc_status rc = extract_options_read(&s, words.argc, words.argv, words.envp, &err);
    if (rc == SMC_OK)
        rc = extract_options_check(&s, &err);
    check_status(rc, &err);
    check_secret(&words, data, size, &s.sources, "--api-token", s.api_token, &err);
    FUZZ_CHECK(s.concurrency >= 1 && s.concurrency <= 64);
    FUZZ_CHECK(s.network.retries >= 0 && s.network.retry_base_ms >= 0 &&
               s.network.timeout_ms >= 1 && s.max_time_ms >= 0);
    FUZZ_CHECK(s.logging.level >= 0 && s.logging.level <= SMC_LOG_DEBUG);
    bool has_secret = s.api_token || s.api_token_file || s.api_token_command;
    FUZZ_CHECK(rc != SMC_OK || (s.host && s.client_id && has_secret && s.output && s.origin.len));
    extract_options_clear(&s);
    extract_options_clear(&s);
    free(words.text);
}

static void try_upload(const uint8_t *data, size_t size)
{
    struct words words;
    struct upload_settings s;
    struct smc_error err = SMC_ERROR_INIT;
    divide(&words, data, size);
    enum smc_status rc = upload_options_read(&s, words.argc, words.argv, words.envp, &err);
    if (rc == SMC_OK)
        rc = upload_options_check(&s, &err);
    check_status(rc, &err);
    check_secret(&words, data, size, &s.sources, "--token", s.token, &err);
    FUZZ_CHECK(s.zone == UPLOAD_ZONE_EU || s.zone == UPLOAD_ZONE_US);
    FUZZ_CHECK(s.file_type >= -1 && s.file_type <= UPLOAD_WAREHOUSE);
    FUZZ_CHECK(!s.file_path || !s.directory_path);
    if (rc == SMC_OK) {
        bool is_quiet = s.is_dry_run || s.is_listing; /* sends nothing */
        FUZZ_CHECK(s.token || s.token_file || s.token_command || is_quiet);
        FUZZ_CHECK(s.is_listing || (s.file_type >= 0 && (s.file_path || s.directory_path)));
        FUZZ_CHECK(s.is_listing || (strlen(s.source_uuid) == 36 && s.origin.len));
        FUZZ_CHECK(s.prefix.len == 0 || s.prefix.data[0] == '/');
    }
    upload_options_clear(&s);
    upload_options_clear(&s);
    free(words.text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    try_extract(data, size);
    try_upload(data, size);
    return 0;
}
