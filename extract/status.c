#include "status.h"

#include <errno.h>
#include <unistd.h>

#include "lib/cli/terminal.h"

#include "status_view.h"

static enum smc_status print(const struct status_view *view, FILE *out, struct smc_error *err)
{
    struct smc_buf text = SMC_BUF_INIT(1000000);
    bool has_color = *smci_cli_color(fileno(out), SMCI_CLI_GOOD) != '\0';
    status_view_text(view, has_color, &text);
    enum smc_status rc = smc_buf_status(&text);
    errno = 0;
    if (rc != SMC_OK)
        (void)smc_error_set(err, rc, "%s", smc_error_text(rc));
    else if (fputs(smc_buf_str(&text), out) == EOF || fflush(out) != 0)
        rc = smc_error_set_errno(err, SMC_ERR_IO, errno, "can't write to standard output");
    smc_buf_clear(&text);
    return rc;
}

enum smc_status status_tell(const struct extract_settings *settings, const struct smc_log *log,
                            const struct smc_clock *clock, FILE *out, struct smc_buf *members,
                            struct smc_error *err)
{
    struct status_view view;
    enum smc_status rc = status_view_make(&view, settings, clock ? clock : smc_clock_system(), err);
    if (rc == SMC_OK)
        rc = members ? status_view_json(&view, log, members, err)
                     : print(&view, out ? out : stdout, err);
    if (rc == SMC_OK)
        rc = smc_error_copy(err, &view.trouble);
    status_view_clear(&view);
    return rc;
}
