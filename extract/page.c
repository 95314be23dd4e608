#include "page.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/digest.h"
#include "lib/cli/output.h"
#include "lib/cli/packed.h"
#include "lib/set/site.h"

#include "page_data.h"
#include "page_embedded.h"
#include "page_rows.h"

/* ---- the page around the data ---- */

/* Appends 'sha256-...' for an inline text (https://www.w3.org/TR/CSP3/#match-element-to-source-list). */
static enum smc_status add_hash(const char *text, struct smc_buf *policy)
{
    char hex[SMCI_DIGEST_SIZE] = "";
    unsigned char bytes[(SMCI_DIGEST_SIZE - 1) / 2];
    struct smci_digest *digest = smci_digest_new();
    enum smc_status rc = digest ? smci_digest_add(digest, text, strlen(text)) : SMC_ERR_NOMEM;
    if (rc == SMC_OK)
        rc = smci_digest_finish(digest, hex);
    smci_digest_free(digest);
    for (size_t i = 0; rc == SMC_OK && i < sizeof bytes; i++) {
        const char pair[3] = {hex[2 * i], hex[2 * i + 1], '\0'};
        bytes[i] = (unsigned char)strtoul(pair, NULL, 16);
    }
    if (rc != SMC_OK)
        return rc;
    (void)smc_buf_addstr(policy, "'sha256-");
    smci_base64(bytes, sizeof bytes, policy);
    return smc_buf_addstr(policy, "'");
}

/* Nothing is loaded from anywhere, and nothing runs or is styled but what we wrote. */
static enum smc_status make_policy(struct smc_buf *policy)
{
    (void)smc_buf_addstr(policy, "default-src 'none'; base-uri 'none'; form-action 'none'; "
                                 "script-src ");
    enum smc_status rc = add_hash(page_script, policy);
    (void)smc_buf_addstr(policy, "; style-src ");
    return rc == SMC_OK ? add_hash(page_style, policy) : rc;
}

/* What stands before `mark`, which is then passed over. */
static void add_until(struct smci_cli_output *out, const char **html, const char *mark)
{
    const char *at = strstr(*html, mark);
    size_t len = at ? (size_t)(at - *html) : strlen(*html);
    smci_cli_output_add(out, *html, len);
    *html += len + (at ? strlen(mark) : 0);
}

static enum smc_status add_data(const struct page *page, int dir_fd, struct smci_cli_output *out,
                                struct smc_error *err)
{
    struct smci_packed *packed;
    const struct page_rows rows = {dir_fd, page->timestamp, page->has_emails, page->stop_fd};
    enum smc_status rc = smci_packed_new(&packed, out, err);
    if (rc != SMC_OK)
        return rc;
    rc = page_data_add(page, dir_fd, packed, err);
    if (rc == SMC_OK)
        rc = page_rows_add(&rows, packed, err);
    smci_packed_add(packed, "}", 1);
    enum smc_status ended = smci_packed_end(packed, rc == SMC_OK ? err : NULL);
    return rc == SMC_OK ? ended : rc;
}

static enum smc_status add_all(const struct page *page, int dir_fd, struct smci_cli_output *out,
                               struct smc_error *err)
{
    const char *html = page_html;
    struct smc_buf policy = SMC_BUF_INIT(1024);
    enum smc_status rc = make_policy(&policy);
    if (rc != SMC_OK) {
        smc_buf_clear(&policy);
        return smc_error_set(err, rc, "the page's policy: %s", smc_error_text(rc));
    }
    add_until(out, &html, "@POLICY@");
    smci_cli_output_add(out, policy.data, policy.len);
    smc_buf_clear(&policy);
    add_until(out, &html, "@STYLE@");
    smci_cli_output_text(out, page_style);
    add_until(out, &html, "@DATA@");
    rc = add_data(page, dir_fd, out, err);
    add_until(out, &html, "@SCRIPT@");
    smci_cli_output_text(out, page_script);
    smci_cli_output_text(out, html);
    return rc;
}

static int open_directory(const char *directory, struct smc_error *err)
{
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        (void)smc_error_set(err, SMC_ERR_IO, "%s: %s", directory, strerror(errno));
    return fd;
}

/* A file here is not what it was: that is of this machine, and not an answer's fault. */
static enum smc_status say_damaged(const struct page *page, struct smc_error *err)
{
    smc_error_context(err, "%s: a file of the set is damaged", page->directory);
    if (err)
        err->code = SMC_ERR_IO;
    return SMC_ERR_IO;
}

enum smc_status page_write(const struct page *page, struct smc_error *err)
{
    struct smci_cli_output *out = NULL;
    int dir_fd = open_directory(page->directory, err);
    if (dir_fd < 0)
        return SMC_ERR_IO;
    enum smc_status rc = smci_cli_output_open(&out, page->path, page->stop_fd, err);
    if (rc == SMC_OK)
        rc = add_all(page, dir_fd, out, err);
    (void)close(dir_fd);
    if (rc == SMC_OK)
        return smci_cli_output_commit(out, err);
    smci_cli_output_abort(out);
    return rc == SMC_ERR_SYNTAX || rc == SMC_ERR_CAP ? say_damaged(page, err) : rc;
}

/* ---- which set ---- */

enum smc_status page_newest(const char *directory, int64_t *timestamp, struct smc_error *err)
{
    static const char *const names[] = {"summary"};
    struct smci_sightings seen = SMCI_SIGHTINGS_INIT;
    struct smci_site site = {directory, open_directory(directory, err), names, 1};
    if (site.dir_fd < 0)
        return SMC_ERR_IO;
    enum smc_status rc = smci_site_look(&site, &seen, err);
    (void)close(site.dir_fd);
    *timestamp = 0;
    for (size_t i = 0; rc == SMC_OK && i < seen.count; i++)
        if (seen.all[i].what & SMCI_SEEN_SUMMARY)
            *timestamp = seen.all[i].timestamp;
    smci_sightings_clear(&seen);
    if (rc == SMC_OK && *timestamp == 0)
        rc = smc_error_set(err, SMC_ERR_IO, "%s: there is not one complete set", directory);
    return rc;
}
