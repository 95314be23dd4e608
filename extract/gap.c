#include "gap.h"

#include <string.h>

const char *gap_words(enum gap_remedy remedy)
{
    switch (remedy) {
    case GAP_RERUN:
        return "running again may help";
    case GAP_RIGHTS:
        return "it takes other rights: an Org Admin's credentials are needed";
    case GAP_NOTHING:
        break;
    }
    return "running again will not help while Sigma answers this way";
}

const char *gap_word(enum gap_remedy remedy)
{
    static const char *const words[] = {"rerun", "rights", "nothing"};
    return words[remedy];
}

enum gap_remedy gap_remedy(int http_status)
{
    switch (http_status) {
    case 403:
        return GAP_RIGHTS;
    case 400:
    case 404:
    case 409:
    case 410:
        return GAP_NOTHING;
    default:
        return GAP_RERUN;
    }
}

struct gap gap_of(const struct smc_answer *answer)
{
    enum gap_remedy remedy = gap_remedy(answer->http_status);
    if (answer->error.code == SMC_ERR_CAP)
        remedy = GAP_NOTHING;
    else if (answer->is_transient)
        remedy = GAP_RERUN;
    return (struct gap){.http_status = answer->http_status,
                        .code = answer->api_code,
                        .request_id = answer->request_id,
                        .reason = answer->error.detail,
                        .remedy = remedy};
}

static const char *given(const char *text)
{
    return text ? text : "";
}

enum smc_status gap_pack(const struct gap *gap, struct smc_buf *text)
{
    return smc_buf_addf(text, "%s\n%s\n%s", given(gap->code), given(gap->request_id),
                        given(gap->reason));
}

void gap_unpack(char *text, struct gap *gap)
{
    char *first = strchr(text, '\n');
    char *second = first ? strchr(first + 1, '\n') : NULL;
    gap->reason = text;
    if (!second)
        return;
    *first = *second = '\0';
    gap->code = text;
    gap->request_id = first + 1;
    gap->reason = second + 1;
}
