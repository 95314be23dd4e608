/* The configuration file. A mistake has a place and a text, what is taken can be shown, and what
 * was shown is taken again and says the same. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "extract/options.h"
#include "lib/cli/configure.h"
#include "lib/cli/show.h"
#include "lib/cli/settings_keys.h"

static enum smc_status read_text(struct extract_settings *target, struct smci_settings *settings,
                                 const char *text, size_t len, struct smc_error *err)
{
    static const char *const parts[] = {"sigma", "upload", NULL};
    const struct smci_settings_file file = {
        .path = "config.yaml", .part = "sigma", .parts = parts, .home = "/home/me"};
    bool holds_secret;
    FUZZ_CHECK(smci_settings_init(settings, extract_program()->table, target, err) == SMC_OK);
    enum smc_status rc = smci_settings_read_keys(settings, &file, text, len, &holds_secret, err);
    FUZZ_CHECK(rc == err->code && (rc == SMC_OK || rc == SMC_ERR_USAGE));
    FUZZ_CHECK(rc == SMC_OK || strncmp(err->detail, "config.yaml:", 12) == 0);
    return rc;
}

static bool is_same(const struct smci_settings *one, const struct smci_settings *other, size_t i)
{
    const struct smci_setting *row = &one->table->rows[i];
    const char *a = one->values[i].text;
    const char *b = other->values[i].text;
    if (row->type == SMCI_SETTING_SECRET)
        return (a != NULL) == (b != NULL);
    if (!a) /* a default is shown as well, and is then given */
        return !b || (row->fallback && strcmp(b, row->fallback) == 0) ||
               (row->type == SMCI_SETTING_FLAG && strcmp(b, "false") == 0);
    if (strchr(a, '@')) /* what stands before it may be a password, and is not shown */
        return b && strchr(b, '@');
    return b && strcmp(a, b) == 0;
}

/* Shows the settings as the defaults of a file, one column further in, and reads that. */
static void check_shown(const struct smci_settings *settings)
{
    struct extract_settings target;
    struct smci_settings again = SMCI_SETTINGS_INIT;
    struct smc_error err = SMC_ERROR_INIT;
    struct smc_buf shown = SMC_BUF_INIT(SIZE_MAX);
    struct smc_buf text = SMC_BUF_INIT(SIZE_MAX);
    FUZZ_CHECK(smci_cli_settings_text(settings, extract_program(), &shown) == SMC_OK);
    FUZZ_CHECK(smc_buf_addstr(&text, "defaults:\n ") == SMC_OK);
    for (const char *at = strstr(shown.data, "\nsigma:") + 1; *at; at++)
        FUZZ_CHECK(smc_buf_addf(&text, "%c%s", *at, *at == '\n' ? " " : "") == SMC_OK);
    FUZZ_CHECK(read_text(&target, &again, text.data, text.len, &err) == SMC_OK);
    for (size_t i = 0; i < settings->table->count; i++)
        FUZZ_CHECK(is_same(settings, &again, i));
    smc_buf_clear(&shown);
    smc_buf_clear(&text);
    smci_settings_clear(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct extract_settings target;
    struct smci_settings settings = SMCI_SETTINGS_INIT;
    struct smc_error err = SMC_ERROR_INIT;
    if (read_text(&target, &settings, (const char *)data, size, &err) == SMC_OK)
        check_shown(&settings);
    smci_settings_clear(&settings);
    return 0;
}
