/* The responses of some transcripts: sightings of one response merged by the rule of
 * engine/domain/responses.py, with numbers in place of names. */
#ifndef CCMON_RECORDS_H
#define CCMON_RECORDS_H

#include "hash.h"
#include "line.h"
#include "names.h"

/* Flags as engine/domain/packed_responses.py has them. */
#define FAST 1u
#define US 2u
#define BATCH 4u
#define SIDECHAIN_FLAG 8u
#define FORKED_FLAG 16u
#define WINNERS (FAST | US | BATCH | SIDECHAIN_FLAG) /* those of the winning line */

#define NO_COST (-1)
#define MODEL_HEAD 5 /* bytes before a model's name: fast or not, and the length of the name */

/* One response, as `Record` of engine/domain/packed_responses.py. */
typedef struct {
    int64_t id, time, won_at, recorded, calculated;
    uint32_t input, output, cache_read, write_5m, write_1h, reasoning, searches;
    uint32_t session, project, model, agent, flags;
} Record;

typedef struct {
    Record *records;
    size_t size, room;
    Index index;
    Names sessions, projects, agents;
    Names models; /* whether fast, length of the name, the name, the provider */
    uint32_t last_session, last_model, last_agent;
} Chunk;

static void chunk_free(Chunk *chunk) {
    free(chunk->records);
    free(chunk->index.slots);
    names_free(&chunk->sessions);
    names_free(&chunk->projects);
    names_free(&chunk->agents);
    names_free(&chunk->models);
}

static size_t model_size(Text key) {
    return (size_t)key.at[1] << 24 | (size_t)key.at[2] << 16 | (size_t)key.at[3] << 8 | key.at[4];
}

static Text model_name(const Chunk *chunk, uint32_t model) {
    Text key = name(&chunk->models, model), text = {key.at + MODEL_HEAD, model_size(key)};
    return text;
}

static Text model_provider(const Chunk *chunk, uint32_t model) {
    Text key = name(&chunk->models, model), text;
    text.at = key.at + MODEL_HEAD + model_size(key);
    text.size = key.size - MODEL_HEAD - model_size(key);
    return text;
}

/* Finds the number of a model that ran fast or not; returns 0 without memory. */
static int model_number(Chunk *chunk, Text model, int is_fast, Text provider, uint32_t *number) {
    Text key = {NULL, MODEL_HEAD + model.size + provider.size};
    u8 *bytes = malloc(key.size);
    int is_found;
    if (bytes == NULL)
        return 0;
    bytes[0] = (u8)(is_fast != 0);
    for (int i = 1; i < MODEL_HEAD; i++)
        bytes[i] = (u8)(model.size >> (MODEL_HEAD - 1 - i) * 8);
    if (model.size)
        memcpy(bytes + MODEL_HEAD, model.at, model.size);
    if (provider.size)
        memcpy(bytes + MODEL_HEAD + model.size, provider.at, provider.size);
    key.at = bytes;
    is_found = name_number(&chunk->models, key, number);
    free(bytes);
    return is_found;
}

/* Finds the number of a line's model, which most often is that of the line before. */
static int line_model(Chunk *chunk, Text model, int is_fast) {
    const Text nobody = {NULL, 0};
    if (chunk->last_model < chunk->models.size) {
        Text last = name(&chunk->models, chunk->last_model);
        if (last.at[0] == is_fast && last.size == MODEL_HEAD + model.size &&
            same(model_name(chunk, chunk->last_model), model))
            return 1;
    }
    return model_number(chunk, model, is_fast, nobody, &chunk->last_model);
}

static int64_t total(const Record *record) {
    return (int64_t)record->input + record->output + record->cache_read + record->write_5m +
           record->write_1h;
}

static int order_of(int64_t one, int64_t other) { return (one > other) - (one < other); }

static int flag_order(const Record *one, const Record *other, uint32_t flag) {
    return order_of(one->flags & flag, other->flags & flag);
}

/* Orders lines that nothing else decides between, as `_further_rank` does. */
static int further_order(const Chunk *chunk, const Record *one, const Record *other) {
    int orders[] = {
        order_of(one->recorded, other->recorded),
        order_of(one->input, other->input),
        order_of(one->cache_read, other->cache_read),
        order_of(one->write_1h, other->write_1h),
        order_of(one->searches, other->searches),
        compare(model_name(chunk, one->model), model_name(chunk, other->model)),
        flag_order(one, other, FAST),
        flag_order(one, other, US),
        flag_order(one, other, BATCH),
        compare(name(&chunk->agents, one->agent), name(&chunk->agents, other->agent)),
        compare(model_provider(chunk, one->model), model_provider(chunk, other->model)),
        order_of(one->reasoning, other->reasoning),
    };
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        if (orders[i] != 0)
            return orders[i];
    return 0;
}

/* Says whether the first one's figures hold, as `_wins` does. */
static int wins(const Chunk *chunk, const Record *one, const Record *other) {
    if (one->output != other->output)
        return one->output > other->output;
    if (flag_order(one, other, SIDECHAIN_FLAG) != 0)
        return flag_order(one, other, SIDECHAIN_FLAG) < 0;
    if (total(one) != total(other))
        return total(one) > total(other);
    if (one->won_at != other->won_at)
        return one->won_at > other->won_at;
    return further_order(chunk, one, other) >= 0;
}

/* Says whether the first one's time and place hold, as `_is_earlier` does. */
static int is_earlier(const Chunk *chunk, const Record *one, const Record *other) {
    int order;
    if (one->time != other->time)
        return one->time < other->time;
    if (flag_order(one, other, FORKED_FLAG) != 0)
        return flag_order(one, other, FORKED_FLAG) < 0;
    order = compare(name(&chunk->sessions, one->session), name(&chunk->sessions, other->session));
    if (order != 0)
        return order < 0;
    return compare(name(&chunk->projects, one->project),
                   name(&chunk->projects, other->project)) <= 0;
}

static void merge(const Chunk *chunk, Record *known, const Record *more) {
    const Record origin = is_earlier(chunk, known, more) ? *known : *more;
    if (!wins(chunk, known, more))
        *known = *more;
    known->time = origin.time;
    known->session = origin.session;
    known->project = origin.project;
    known->flags = (known->flags & WINNERS) | (origin.flags & FORKED_FLAG);
}

/* Merges a record with what is known of its response, whose place is returned; a new one is
 * added. Returns `MOST_ITEMS` without memory. */
static size_t book(Chunk *chunk, const Record *record) {
    size_t slot, number;
    Record *records;
    if (is_full(&chunk->index, chunk->size + 1)) {
        if (!index_grow(&chunk->index, chunk->size + 1))
            return MOST_ITEMS;
        for (size_t i = 0; i < chunk->size; i++)
            index_put(&chunk->index, spread((uint64_t)chunk->records[i].id), i);
    }
    for (slot = (size_t)spread((uint64_t)record->id) & chunk->index.mask;
         chunk->index.slots[slot] != 0; slot = (slot + 1) & chunk->index.mask) {
        number = chunk->index.slots[slot] - 1;
        if (chunk->records[number].id == record->id) {
            merge(chunk, &chunk->records[number], record);
            return number;
        }
    }
    records = with_room(chunk->records, chunk->size + 1, &chunk->room, sizeof(Record));
    if (records == NULL || chunk->size >= MOST_ITEMS)
        return MOST_ITEMS;
    chunk->records = records;
    records[chunk->size] = *record;
    chunk->index.slots[slot] = (uint32_t)chunk->size + 1;
    return chunk->size++;
}

#endif
