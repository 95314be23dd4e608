#include "newest_set.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sigmacat/buf.h>
#include <sigmacat/json.h>

#include "lib/set/site.h"

#include "assets.h"

/* Ours has a few KiB. */
#define SUMMARY_MAX ((size_t)1024 * 1024)

enum set_state { SET_WHOLE, SET_PARTIAL, SET_DEGRADED, SET_BROKEN };

static bool read_summary(const struct smci_site *site, int64_t timestamp, struct smc_buf *text)
{
    char name[SMCI_SITE_NAME_BYTES];
    char piece[16384];
    ssize_t got;
    enum smc_status rc = SMC_OK;
    smci_site_name(site, timestamp, site->count - 1, "", name);
    int fd = openat(site->dir_fd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return false;
    while (rc == SMC_OK && (got = read(fd, piece, sizeof piece)) > 0)
        rc = smc_buf_add(text, piece, (size_t)got);
    (void)close(fd);
    return rc == SMC_OK && text->len > 0;
}

/* Whether each file that Catalog asks for is there, as is what the summary counts besides, and has as many bytes as the summary says, if it does. */
static bool has_files(const struct smci_site *site, int64_t timestamp, struct smc_json_span files)
{
    for (size_t i = 0; i + 1 < site->count; i++) {
        char name[SMCI_SITE_NAME_BYTES];
        struct stat st;
        int64_t bytes = 0;
        struct smc_json_span file = smc_json_member(files, site->names[i]);
        if (i >= FEED_COUNT && !file.p)
            continue;
        smci_site_name(site, timestamp, i, "", name);
        if (fstatat(site->dir_fd, name, &st, 0) != 0)
            return false;
        if (files.p && (!smc_json_int64(smc_json_member(file, "bytes"), &bytes) ||
                        bytes != (int64_t)st.st_size))
            return false;
    }
    return true;
}

/* Whatever it says but "nothing" counts, as it does for castor-upload. */
static bool is_degraded(struct smc_json_span extraction)
{
    struct smc_json_walk walk;
    struct smc_json_span first;
    struct smc_json_span degraded = smc_json_member(extraction, "degraded");
    if (!degraded.p || smc_json_type_of(degraded) == SMC_JSON_NULL ||
        (degraded.len == 5 && memcmp(degraded.p, "false", 5) == 0))
        return false;
    return !smc_json_walk_begin(&walk, degraded) || smc_json_walk_next(&walk, NULL, &first, NULL);
}

static enum set_state state_of(const struct smci_site *site, int64_t timestamp)
{
    struct smc_buf text = SMC_BUF_INIT(SUMMARY_MAX);
    struct smc_json_span root;
    enum set_state state = SET_BROKEN;
    if (read_summary(site, timestamp, &text) &&
        smc_json_scan(smc_buf_str(&text), text.len, &root, NULL) == SMC_OK) {
        struct smc_json_span extraction = smc_json_member(root, "extraction");
        struct smc_json_span partial = smc_json_member(extraction, "partial");
        if (partial.len == 4 && memcmp(partial.p, "true", 4) == 0)
            state = SET_PARTIAL;
        else if (!has_files(site, timestamp, smc_json_member(extraction, "files")))
            state = SET_BROKEN;
        else
            state = is_degraded(extraction) ? SET_DEGRADED : SET_WHOLE;
    }
    smc_buf_clear(&text);
    return state;
}

static void choose(const struct smci_site *site, const struct smci_sightings *seen, int64_t now_s,
                   struct newest_set *found)
{
    for (size_t i = seen->count; i-- > 0 && found->timestamp == 0;) {
        int64_t timestamp = seen->all[i].timestamp;
        if (!(seen->all[i].what & SMCI_SEEN_SUMMARY))
            continue;
        if (timestamp - SMCI_SITE_AHEAD_S > now_s) {
            found->ahead++;
            continue;
        }
        enum set_state state = state_of(site, timestamp);
        if (state == SET_WHOLE)
            found->timestamp = timestamp;
        found->partial += state == SET_PARTIAL;
        found->degraded += state == SET_DEGRADED;
        found->broken += state == SET_BROKEN;
    }
}

enum smc_status newest_set_find(const char *directory, int64_t now_s, struct newest_set *found,
                                struct smc_error *err)
{
    const char *names[FEED_COUNT + 1]; /* what Catalog asks for: extras don't make a set whole */
    struct smci_sightings seen = SMCI_SIGHTINGS_INIT;
    *found = (struct newest_set){.timestamp = 0};
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return SMC_OK;
    if (fd < 0)
        return smc_error_set_errno(err, SMC_ERR_IO, errno, "%s: can't be read as a directory",
                                   directory);
    const struct smci_site site = {
        .directory = directory, .dir_fd = fd, .names = names, .count = FEED_COUNT + 1};
    for (enum asset_id i = 0; i < FEED_COUNT; i++)
        names[i] = asset_of(i)->name;
    names[FEED_COUNT] = "summary";
    enum smc_status rc = smci_site_look(&site, &seen, err);
    if (rc == SMC_OK)
        choose(&site, &seen, now_s, found);
    smci_sightings_clear(&seen);
    (void)close(fd);
    return rc;
}
