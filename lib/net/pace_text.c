#include "lib/net/pace_text.h"

#include <stdio.h>

void smci_pace_text(const struct smci_pace_found *found, char *text, size_t size)
{
    char sure[96] = "a first guess at its limit";
    char at_once[64] = "";
    if (found->rate <= 0) {
        (void)snprintf(text, size, "pausing");
        return;
    }
    if (found->noise > 0) {
        (void)snprintf(
            text, size,
            "about %.0f %% of the calls are refused whatever the rate: going on, not slower",
            100 * found->noise);
        return;
    }
    if (found->least > 0)
        (void)snprintf(sure, sizeof sure, "its limit is between %.1f and %.1f", found->least,
                       found->most);
    if (found->at_once > 0)
        (void)snprintf(at_once, sizeof at_once, ", and it accepts %d at once", found->at_once);
    (void)snprintf(text, size, "continuing at %.1f calls/s; %s%s", found->rate, sure, at_once);
}
