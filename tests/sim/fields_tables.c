/* Tables of an estate with known lineage: few names, so that many schemas have tables of one name,
 * and columns whose display names can't be turned back. */
#include "fields.h"

static const char *const names[] = {"ORDERS", "CUSTOMERS", "TRIPS",  "STATIONS",
                                    "STORES", "SALES",     "VISITS", "PRODUCTS",
                                    "PHONES", "SHIPMENTS", "COSTS",  "REGIONS"};
enum { NAMES = sizeof(names) / sizeof(*names) };

/* What the warehouse has, and what Sigma makes of it. */
static const struct {
    const char *native;
    const char *display;
} columns[] = {
    {"ID", "Id"},
    {"AMT", "Amt"},
    {"STORE_2", "Store 2"},
    {"STORE2", "Store2"},
    {"PHONE1", "Phone1"},
    {"Q1", "Q 1"},
    {"DAYS_TO_SHIP", "Days to Ship"},
    {"STATUS", "Status"},
    {"CREATED_AT", "Created At"},
    {"REGION", "Region"},
    {"REV/COST", "Rev Cost"},
    {"unit-price", "Unit Price"},
    {"KEY", "Key"},
    {"gr\xc3\xb6\xc3\x9f"
     "e",
     "Gr\xc3\xb6\xc3\x9f"
     "e"},
};
enum { COLUMNS = sizeof(columns) / sizeof(*columns), WIDTH_MIN = 6, WIDTHS = 5 };

const char *table_name(long table)
{
    return names[table % NAMES];
}

long table_schema(long table)
{
    return table / NAMES;
}

int table_width(long table)
{
    return WIDTH_MIN + (int)(table % WIDTHS);
}

const char *table_native(long table, int column)
{
    return columns[(table + column) % COLUMNS].native;
}

const char *table_display(long table, int column)
{
    return columns[(table + column) % COLUMNS].display;
}

bool table_is_alike(long table, int a, int b)
{
    const char *p = table_native(table, a);
    const char *q = table_native(table, b);

    for (;;) {
        while (*p == '_' || *p == '-' || *p == '/')
            p++;
        while (*q == '_' || *q == '-' || *q == '/')
            q++;
        if (*p != *q)
            return false;
        if (*p == '\0')
            return true;
        p++;
        q++;
    }
}

const char *say_inode(struct doc *d, enum kind kind, long index)
{
    struct text t = TEXT_INIT;
    uint8_t id[16];
    const char *said;

    estate_id(d->o, kind, index, id);
    text_base62(&t, id, false);
    said = say(d, "inode-%s", t.data ? t.data : "");
    text_clear(&t);
    return said;
}
