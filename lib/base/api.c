#include <sigmacat/api.h>

int smc_version(void)
{
    return SMC_VERSION_NUM;
}
