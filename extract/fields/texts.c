#include "texts.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/hash.h"

#define BYTES_MAX ((size_t)1 << 30)
#define COUNT_MAX (UINT32_MAX / 4)

void texts_init(struct texts *texts)
{
    *texts = (struct texts){.status = SMC_OK};
    smc_buf_init(&texts->bytes, BYTES_MAX);
}

void texts_clear(struct texts *texts)
{
    smc_buf_clear(&texts->bytes);
    free(texts->all);
    free(texts->slots);
    texts_init(texts);
}

const char *texts_get(const struct texts *texts, uint32_t text, size_t *len)
{
    const struct text_entry *entry = text ? &texts->all[text - 1] : NULL;
    if (len)
        *len = entry ? entry->len : 0;
    return entry ? texts->bytes.data + entry->at : "";
}

/* The slot that has the text, or the one where it belongs. */
static uint32_t find_slot(const struct texts *texts, const char *bytes, size_t len)
{
    uint64_t hash = smci_hash_end(smci_hash_add(SMCI_HASH_INIT, bytes, len));
    uint32_t at = (uint32_t)hash & (texts->slot_count - 1);
    for (; texts->slots[at]; at = (at + 1) & (texts->slot_count - 1)) {
        const struct text_entry *entry = &texts->all[texts->slots[at] - 1];
        if (entry->len == len && memcmp(texts->bytes.data + entry->at, bytes, len) == 0)
            break;
    }
    return at;
}

uint32_t texts_find(const struct texts *texts, const char *bytes, size_t len)
{
    return texts->slot_count ? texts->slots[find_slot(texts, bytes, len)] : 0;
}

/* Room for one more, in slots of which at most half are taken. */
static bool grow(struct texts *texts)
{
    if (texts->count == texts->allocated) {
        uint32_t size = texts->allocated ? texts->allocated * 2 : 256;
        struct text_entry *all =
            size <= COUNT_MAX ? reallocarray(texts->all, size, sizeof *all) : NULL;
        if (!all)
            return false;
        texts->all = all;
        texts->allocated = size;
    }
    if (texts->count < texts->slot_count / 2)
        return true;
    uint32_t *old = texts->slots;
    uint32_t *slots = calloc((size_t)texts->allocated * 2, sizeof *slots);
    if (!slots)
        return false;
    texts->slots = slots;
    texts->slot_count = texts->allocated * 2;
    for (uint32_t i = 0; i < texts->count; i++)
        slots[find_slot(texts, texts->bytes.data + texts->all[i].at, texts->all[i].len)] = i + 1;
    free(old);
    return true;
}

static uint32_t fail(struct texts *texts, enum smc_status status)
{
    if (texts->status == SMC_OK)
        texts->status = status;
    return 0;
}

uint32_t texts_add(struct texts *texts, const char *bytes, size_t len)
{
    uint32_t known = texts_find(texts, bytes, len);
    if (known || texts->status != SMC_OK)
        return known;
    if (!grow(texts))
        return fail(texts, SMC_ERR_NOMEM);
    size_t at = texts->bytes.len;
    enum smc_status rc = smc_buf_add(&texts->bytes, bytes, len);
    if (rc == SMC_OK)
        rc = smc_buf_add(&texts->bytes, "", 1);
    if (rc != SMC_OK)
        return fail(texts, rc);
    uint32_t slot = find_slot(texts, texts->bytes.data + at, len);
    texts->all[texts->count++] = (struct text_entry){at, len, 0};
    texts->slots[slot] = texts->count;
    return texts->count;
}

/* ---- letters ---- */

/* Ranges of capitals, and how far their small ones are away. A step of 2 has each beside its
 * capital. */
struct capitals {
    unsigned first;
    unsigned last;
    unsigned distance;
    unsigned step;
};

static const struct capitals capitals[] = {
    {'A', 'Z', 32, 1},     {0xc0, 0xd6, 32, 1},   {0xd8, 0xde, 32, 1},   {0x100, 0x12e, 1, 2},
    {0x132, 0x136, 1, 2},  {0x139, 0x147, 1, 2},  {0x14a, 0x176, 1, 2},  {0x179, 0x17d, 1, 2},
    {0x391, 0x3a1, 32, 1}, {0x3a3, 0x3ab, 32, 1}, {0x400, 0x40f, 80, 1}, {0x410, 0x42f, 32, 1},
};

static unsigned small(unsigned letter)
{
    for (size_t i = 0; i < sizeof capitals / sizeof capitals[0]; i++) {
        const struct capitals *c = &capitals[i];
        if (letter >= c->first && letter <= c->last)
            return (letter - c->first) % c->step ? letter : letter + c->distance;
    }
    return letter;
}

/* A small letter takes as many bytes as its capital, so it is done in place. */
static void fold(char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c < 0x80) {
            text[i] = (char)small(c);
        } else if (c >= 0xc2 && c < 0xe0 && i + 1 < len &&
                   ((unsigned char)text[i + 1] & 0xc0) == 0x80) {
            unsigned letter = small((c & 0x1fU) << 6 | ((unsigned char)text[i + 1] & 0x3fU));
            text[i++] = (char)(0xc0 | letter >> 6);
            text[i] = (char)(0x80 | (letter & 0x3f));
        }
    }
}

uint32_t texts_fold(struct texts *texts, uint32_t text)
{
    if (!text || texts->all[text - 1].folded)
        return text ? texts->all[text - 1].folded : 0;
    size_t len;
    const char *bytes = texts_get(texts, text, &len);
    char *copy = malloc(len + 1);
    if (!copy)
        return fail(texts, SMC_ERR_NOMEM);
    (void)memcpy(copy, bytes, len);
    fold(copy, len);
    uint32_t folded = texts_add(texts, copy, len);
    free(copy);
    texts->all[text - 1].folded = folded;
    return folded;
}

/* The next letter or digit from `at` on, or -1. */
static int next_letter(const char *text, size_t len, size_t *at)
{
    while (*at < len) {
        unsigned char c = (unsigned char)text[(*at)++];
        unsigned char lower = c | 0x20;
        if (c >= 0x80 || (c >= '0' && c <= '9'))
            return c;
        if (lower >= 'a' && lower <= 'z')
            return lower;
    }
    return -1;
}

bool texts_are_alike(const struct texts *texts, uint32_t a, uint32_t b)
{
    size_t a_len;
    size_t b_len;
    const char *a_text = texts_get(texts, a, &a_len);
    const char *b_text = texts_get(texts, b, &b_len);
    size_t at = 0;
    for (size_t i = 0, j = 0;; at++) {
        int one = next_letter(a_text, a_len, &i);
        if (one != next_letter(b_text, b_len, &j))
            return false;
        if (one < 0)
            return at > 0;
    }
}
