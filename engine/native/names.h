/* Texts that stand again and again, each kept once under a number. */
#ifndef CCMON_NAMES_H
#define CCMON_NAMES_H

#include <stdlib.h>

#include "json.h"

#define MOST_ITEMS 0x7fffffffu /* numbers have 32 bits */
#define MOST_BYTES ((size_t)1 << 30)

/* Places of items by their hash, in a table that is at most half full. */
typedef struct {
    uint32_t *slots; /* number of an item and 1; 0 is free */
    size_t mask;
} Index;

typedef struct {
    u8 *bytes; /* all texts, one after the other */
    size_t used, room;
    size_t *ends; /* of each text in the bytes */
    size_t size, ends_room;
    Index index;
} Names;

/* Returns items with room for more, NULL without memory; then they are where they were. */
static void *with_room(void *items, size_t needed, size_t *room, size_t each) {
    size_t more = *room ? *room : 64;
    void *moved;
    if (needed <= *room)
        return items;
    while (more < needed && more <= MOST_ITEMS)
        more *= 2;
    if (more < needed || more > SIZE_MAX / 2 / each)
        return NULL;
    moved = realloc(items, more * each);
    if (moved != NULL)
        *room = more;
    return moved;
}

static void index_put(Index *index, uint64_t hash, size_t number) {
    size_t slot = (size_t)hash & index->mask;
    while (index->slots[slot] != 0)
        slot = (slot + 1) & index->mask;
    index->slots[slot] = (uint32_t)number + 1;
}

static int is_full(const Index *index, size_t items) {
    return index->slots == NULL || items * 2 > index->mask;
}

/* Makes an index with room for twice the items, which the caller puts in again. */
static int index_grow(Index *index, size_t items) {
    size_t size = 64;
    uint32_t *slots;
    while (size < items * 4)
        size *= 2;
    slots = calloc(size, sizeof *slots);
    if (slots == NULL)
        return 0;
    free(index->slots);
    index->slots = slots;
    index->mask = size - 1;
    return 1;
}

static int same(Text one, Text other) {
    return one.size == other.size && (one.size == 0 || memcmp(one.at, other.at, one.size) == 0);
}

/* Orders texts as Python does: UTF-8 keeps the order of the characters. */
static int compare(Text one, Text other) {
    size_t size = one.size < other.size ? one.size : other.size;
    int order = size ? memcmp(one.at, other.at, size) : 0;
    return order ? order : (one.size > other.size) - (one.size < other.size);
}

static uint64_t spread(uint64_t hash) {
    hash *= 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 32;
}

static uint64_t text_hash(Text text) {
    uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a */
    for (size_t i = 0; i < text.size; i++)
        hash = (hash ^ text.at[i]) * 0x100000001b3u;
    return spread(hash);
}

static Text name(const Names *names, size_t number) {
    size_t begin = number ? names->ends[number - 1] : 0;
    Text text = {names->bytes + begin, names->ends[number] - begin};
    return text;
}

/* Keeps a text under the next number; returns 0 without memory. */
static int name_add(Names *names, Text text) {
    u8 *bytes;
    size_t *ends;
    if (names->size >= MOST_ITEMS || text.size > MOST_BYTES - names->used)
        return 0;
    bytes = with_room(names->bytes, names->used + text.size + 1, &names->room, 1);
    if (bytes == NULL)
        return 0;
    names->bytes = bytes;
    ends = with_room(names->ends, names->size + 1, &names->ends_room, sizeof *ends);
    if (ends == NULL)
        return 0;
    names->ends = ends;
    if (text.size)
        memcpy(bytes + names->used, text.at, text.size);
    names->used += text.size;
    ends[names->size++] = names->used;
    return 1;
}

/* Finds the number of a text, which is kept where it is new; returns 0 without memory. */
static int name_number(Names *names, Text text, uint32_t *number) {
    uint64_t hash = text_hash(text);
    size_t slot;
    if (is_full(&names->index, names->size + 1)) {
        if (!index_grow(&names->index, names->size + 1))
            return 0;
        for (size_t i = 0; i < names->size; i++)
            index_put(&names->index, text_hash(name(names, i)), i);
    }
    for (slot = (size_t)hash & names->index.mask; names->index.slots[slot] != 0;
         slot = (slot + 1) & names->index.mask) {
        *number = names->index.slots[slot] - 1;
        if (same(name(names, *number), text))
            return 1;
    }
    if (!name_add(names, text))
        return 0;
    *number = (uint32_t)names->size - 1;
    names->index.slots[slot] = *number + 1;
    return 1;
}

/* Finds the number of a text, which most often is the same as the last time. */
static int same_number(Names *names, Text text, uint32_t *last) {
    if (*last < names->size && same(name(names, *last), text))
        return 1;
    return name_number(names, text, last);
}

static void names_free(Names *names) {
    free(names->bytes);
    free(names->ends);
    free(names->index.slots);
}

#endif
