/* Tables: their paths, one by one and in bulk. */
#include "estate.h"
#include "fields.h"

enum { ROWS_PER_CONNECTION = 3 }; /* a database and two schemas, which the bulk listing has too */

/* Tables come in blocks of a hundred; each has a place in its block that looks random. The first
 * places are the tables that conflict, the next those that the listing lacks: so rows are counted
 * and found without a look at every table. 63 * 27 is 1 modulo 100. */
static int place_of(long table)
{
    return (int)((table % 100 * 63 + 17) % 100);
}

static long table_at(long block, int place)
{
    return block * 100 + (place + 83) % 100 * 27 % 100;
}

static int lacking(const struct sim_options *o)
{
    int n = o->paths_conflict_percent + o->paths_missing_percent;

    return n > 100 ? 100 : n;
}

bool estate_is_listed(const struct sim_options *o, long table)
{
    return place_of(table) >= lacking(o);
}

int estate_path_status(const struct sim_options *o, long table)
{
    return place_of(table) < o->paths_conflict_percent ? 409 : 200;
}

static long listed_in_block(const struct sim_options *o, long block)
{
    long n = 0;
    int place;

    for (place = lacking(o); place < 100; place++)
        n += table_at(block, place) < o->tables;
    return n;
}

long estate_path_count(const struct sim_options *o)
{
    long blocks = o->tables / 100;

    return o->connections * ROWS_PER_CONNECTION + blocks * (100 - lacking(o)) +
           listed_in_block(o, blocks);
}

/* The table of the n-th table row. */
static long listed_table(const struct sim_options *o, long n)
{
    long per_block = 100 - lacking(o);
    long block = per_block > 0 ? n / per_block : 0;
    long left = per_block > 0 ? n % per_block : 0;
    int place;

    for (place = lacking(o); place < 100; place++) {
        long table = table_at(block, place);
        if (table < o->tables && left-- == 0)
            return table;
    }
    return 0;
}

long estate_table_connection(const struct sim_options *o, long table)
{
    return o->connections > 0 ? estate_pick(o, K_PATH, table, 30, o->connections) : 0;
}

/* Of an estate with known lineage: tables of one name in many schemas. */
static void put_plain_path(long table, bool has_database, struct text *t)
{
    text_str(t, has_database ? "[\"DB\",\"SCHEMA " : "[\"SCHEMA ");
    text_long(t, table_schema(table));
    text_lit(t, "\",\"");
    text_str(t, table_name(table));
    text_lit(t, "\"]");
}

static void put_path(const struct sim_options *o, long table, bool differ, struct text *t)
{
    long connection = estate_table_connection(o, table);

    if (o->columns > 0 && !differ) {
        put_plain_path(table, connection % 4 != 2, t);
        return;
    }

    if (o->odd && table % 40 == 13) {
        text_lit(t, "[]");
        return;
    }
    text_lit(t, "[\"");
    /* Some kinds of databases have no database level. */
    if (connection % 4 != 2)
        text_lit(t, "DB\",\"");
    if (!o->odd || table % 40 != 17) {
        text_lit(t, "SCHEMA ");
        text_long(t, table % 2);
        text_lit(t, "\",\"");
    }
    estate_name(o, differ ? "other table" : "table", table, t);
    text_lit(t, "\"]");
}

void estate_table_path(const struct sim_options *o, long table, struct text *t)
{
    put_path(o, table, false, t);
}

void estate_path_answer(const struct sim_options *o, long table, struct text *t)
{
    estate_open(o, table, t);
    estate_put_id(o, "\"connectionId\":\"", K_CONNECTIONS, estate_table_connection(o, table), t);
    text_lit(t, ",\"kind\":\"table\",\"path\":");
    put_path(o, table, false, t);
    estate_close(o, table, t);
}

static void scope_row(const struct sim_options *o, long row, struct text *t)
{
    uint8_t id[16];

    estate_put_id(o, "{\"connectionId\":\"", K_CONNECTIONS, row / ROWS_PER_CONNECTION, t);
    estate_id(o, K_PATHS, row, id);
    text_lit(t, ",\"urlId\":\"");
    text_base62(t, id, false);
    if (row % ROWS_PER_CONNECTION == 0) {
        text_lit(t, "\",\"path\":[\"DB\"]}");
    } else {
        text_lit(t, "\",\"path\":[\"DB\",\"SCHEMA ");
        text_long(t, row % ROWS_PER_CONNECTION - 1);
        text_lit(t, "\"]}");
    }
}

void estate_path_row(const struct sim_options *o, long row, struct text *t)
{
    long scopes = o->connections * ROWS_PER_CONNECTION;
    uint8_t id[16];
    long table;

    if (row < scopes) {
        scope_row(o, row, t);
        return;
    }
    table = listed_table(o, row - scopes);
    estate_open(o, table, t);
    estate_put_id(o, "\"connectionId\":\"", K_CONNECTIONS, estate_table_connection(o, table), t);
    estate_id(o, K_PATH, table, id);
    text_lit(t, ",\"path\":");
    put_path(o, table, o->paths_disagree, t);
    text_lit(t, ",\"urlId\":\"");
    /* The reader must compare numbers: leading zeros are there or not. */
    text_base62(t, id, o->odd && table % 2 == 1);
    text_lit(t, "\"");
    estate_close(o, table, t);
}
