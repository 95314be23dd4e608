#include "regions.h"

#include <string.h>
#include <strings.h>

#include "help.h"
#include "words.h"

/* Hosts: the servers that Sigma's API description names. The names are ours: cloud and country. */
static const struct smci_region regions[] = {
    {"aws-us-west", "aws-api.sigmacomputing.com", "AWS US West (Oregon)"},
    {"aws-us-east", "api.us-a.aws.sigmacomputing.com", "AWS US East (N. Virginia)"},
    {"aws-ca", "api.ca.aws.sigmacomputing.com", "AWS Canada"},
    {"aws-eu", "api.eu.aws.sigmacomputing.com", "AWS Europe (Frankfurt)"},
    {"aws-au", "api.au.aws.sigmacomputing.com", "AWS Australia and APAC (Sydney)"},
    {"aws-uk", "api.uk.aws.sigmacomputing.com", "AWS UK (London)"},
    {"azure-us", "api.us.azure.sigmacomputing.com", "Azure US"},
    {"azure-eu", "api.eu.azure.sigmacomputing.com", "Azure Europe"},
    {"azure-ca", "api.ca.azure.sigmacomputing.com", "Azure Canada"},
    {"azure-uk", "api.uk.azure.sigmacomputing.com", "Azure UK"},
    {"azure-au", "api.au.azure.sigmacomputing.com", "Azure Australia"},
    {"gcp-us", "api.sigmacomputing.com", "GCP US (Iowa)"},
    {"gcp-sa", "api.sa.gcp.sigmacomputing.com", "GCP Saudi Arabia (Dammam)"},
};

#define REGION_COUNT (sizeof regions / sizeof regions[0])

const struct smci_region *smci_regions_all(size_t *count)
{
    *count = REGION_COUNT;
    return regions;
}

const char *smci_region_host(const char *text)
{
    for (size_t i = 0; i < REGION_COUNT; i++)
        if (strcasecmp(regions[i].name, text) == 0)
            return regions[i].host;
    return text;
}

const char *smci_region_nearest(const char *text)
{
    const char *names[REGION_COUNT];
    for (size_t i = 0; i < REGION_COUNT; i++)
        if (strcasestr(regions[i].name, text) || strcasestr(regions[i].place, text))
            return regions[i].name;
    for (size_t i = 0; i < REGION_COUNT; i++)
        names[i] = regions[i].name;
    return smci_nearest(text, names, REGION_COUNT);
}

enum smc_status smci_regions_print(struct smc_error *err)
{
    struct smc_buf text = SMC_BUF_INIT(4096);
    enum smc_status rc = SMC_OK;
    for (size_t i = 0; rc == SMC_OK && i < REGION_COUNT; i++)
        rc = smc_buf_addf(&text, "%-12s %-33s %s\n", regions[i].name, regions[i].host,
                          regions[i].place);
    rc = rc == SMC_OK ? smci_cli_print(smc_buf_str(&text), err)
                      : smc_error_set(err, rc, "%s", smc_error_text(rc));
    smc_buf_clear(&text);
    return rc;
}
