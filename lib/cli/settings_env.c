#include "settings_env.h"

#include <string.h>
#include <strings.h>

static bool is_entry_of(const char *entry, const char *variable)
{
    size_t len = strlen(variable);
    return strncasecmp(entry, variable, len) == 0 && entry[len] == '=';
}

/* The entry "NAME=VALUE" of a variable that is set and not empty. Scripts written for Windows or by
 * hand use other letter cases: the exact one goes first, else the first that fits. */
static const char *find_variable(char *const *envp, const char *variable)
{
    size_t len = strlen(variable);
    const char *other_case = NULL;
    for (; *envp; envp++) {
        const char *entry = *envp;
        if (!is_entry_of(entry, variable) || entry[len + 1] == '\0')
            continue;
        if (strncmp(entry, variable, len) == 0)
            return entry;
        if (!other_case)
            other_case = entry;
    }
    return other_case;
}

static enum smc_status put_variable(struct smci_settings *settings, const struct smci_setting *row,
                                    const char *entry, struct smc_error *err)
{
    char name[128];
    size_t len = strcspn(entry, "=");
    if (len >= sizeof name)
        return smc_error_set(err, SMC_ERR_INTERNAL, "%s: the variable's name is too long",
                             row->flag);
    (void)memcpy(name, entry, len);
    name[len] = '\0';
    struct smci_given given = {name, entry + len + 1, SMCI_FROM_VARIABLE};
    return smci_settings_put(settings, row, &given, err);
}

enum smc_status smci_settings_read_env(struct smci_settings *settings, char *const *envp,
                                       struct smc_error *err)
{
    enum smc_status first = SMC_OK;
    for (size_t i = 0; i < settings->table->count; i++) {
        const struct smci_setting *row = &settings->table->rows[i];
        const char *entry = row->variable ? find_variable(envp, row->variable) : NULL;
        if (!entry && row->alias)
            entry = find_variable(envp, row->alias);
        enum smc_status rc =
            entry ? put_variable(settings, row, entry, first == SMC_OK ? err : NULL) : SMC_OK;
        first = first == SMC_OK ? rc : first;
    }
    return first;
}

static void empty(char *const *envp, const char *variable)
{
    for (; variable && *envp; envp++) {
        char *value = *envp + strlen(variable) + 1;
        if (is_entry_of(*envp, variable))
            explicit_bzero(value, strlen(value));
    }
}

void smci_settings_empty_env(const struct smci_settings_table *table, char *const *envp)
{
    static const char *const of_all[] = {"CASTOR_SIGMA_API_TOKEN", "CASTOR_UPLOADER_TOKEN"};
    for (size_t i = 0; i < table->count; i++) {
        const struct smci_setting *row = &table->rows[i];
        empty(envp, row->type == SMCI_SETTING_SECRET ? row->variable : NULL);
        empty(envp, row->type == SMCI_SETTING_SECRET ? row->alias : NULL);
    }
    for (size_t i = 0; i < sizeof of_all / sizeof of_all[0]; i++)
        empty(envp, of_all[i]);
}
