/* What a chunk hands on: its records priced, sorted by id and written out, and their sums.
 * Prices are those of engine/pricing/cost.py, sums those of engine/domain/packed_responses.py. */
#ifndef CCMON_PACKING_H
#define CCMON_PACKING_H

#include "records.h"

#define RECORD_SIZE 85 /* `LAYOUT`: five numbers of 8 bytes, eleven of 4, one byte */
#define QUARTER 900000
#define SEARCH 10000000000 /* pico-dollars of one web search */
#define KINDS 4            /* of a model that ran fast or not: in the US alone, in a batch */
#define MOST_DIVISOR 0xffffffffu

/* Rates of requests whose prompt is longer than `above` tokens. */
typedef struct {
    int64_t above;
    uint64_t input, output, cache_read, write_5m, write_1h;
} Band;

/* Rates before `until`, `divisor` of them a pico-dollar; the longest prompts' band first. */
typedef struct {
    int64_t until;
    uint64_t divisor;
    size_t first, end; /* its bands */
} Period;

/* What a kind of request costs, the earliest period first; none where there is no price. */
typedef struct {
    size_t first, end; /* its periods */
} Rates;

typedef struct {
    Rates *rates; /* by model and kind */
    Period *periods;
    Band *bands;
    size_t periods_size, periods_room, bands_size, bands_room;
} Prices;

/* A whole number of 128 bits. */
typedef struct {
    uint64_t high, low;
} Wide;

typedef struct {
    uint32_t session, project, model;
    int64_t slot, responses, unpriced;
    int64_t tokens[5], cost, calculated, recorded, reasoning, first, last;
} Sum;

typedef struct {
    Sum *sums;
    size_t size, room;
    Index index;
} Sums;

static void prices_free(Prices *prices) {
    free(prices->rates);
    free(prices->periods);
    free(prices->bands);
}

static void sums_free(Sums *sums) {
    free(sums->sums);
    free(sums->index.slots);
}

static size_t kind_of(const Record *record) {
    return record->model * (size_t)KINDS + (record->flags >> 1 & 3);
}

/* Adds a count times a rate; returns 0 where the sum is too wide. */
static int add_product(Wide *sum, uint32_t count, uint64_t rate) {
    uint64_t low = count * (rate & 0xffffffffu), high = count * (rate >> 32) + (low >> 32);
    Wide more = {high >> 32, high << 32 | (low & 0xffffffffu)};
    sum->low += more.low;
    more.high += sum->low < more.low;
    sum->high += more.high;
    return sum->high >= more.high;
}

/* Divides, rounded half to even; returns -1 for what 62 bits do not hold. */
static int64_t divided(Wide whole, uint64_t divisor) {
    uint64_t digits[4] = {whole.high >> 32, whole.high & 0xffffffffu, whole.low >> 32,
                          whole.low & 0xffffffffu};
    uint64_t rest = 0, quotient = 0;
    for (int i = 0; i < 4; i++) {
        uint64_t part = rest << 32 | digits[i], digit = part / divisor;
        if (quotient >> 30)
            return -1;
        quotient = quotient << 32 | digit;
        rest = part % divisor;
    }
    quotient += rest * 2 > divisor || (rest * 2 == divisor && (quotient & 1));
    return (int64_t)quotient;
}

static const Period *period_at(const Prices *prices, const Rates *rates, int64_t time) {
    size_t i = rates->first;
    while (i + 1 < rates->end && time >= prices->periods[i].until)
        i++;
    return &prices->periods[i];
}

static const Band *band_of(const Prices *prices, const Period *period, int64_t prompt) {
    size_t i = period->first;
    while (i + 1 < period->end && prompt <= prices->bands[i].above)
        i++;
    return &prices->bands[i];
}

/* Prices a record as `cost_at` does; returns 0 where its cost is too large a number. */
static int price(const Prices *prices, Record *record) {
    const Rates *rates = &prices->rates[kind_of(record)];
    const Period *period;
    const Band *band;
    Wide whole = {0, 0};
    int64_t cost;
    if (rates->first == rates->end)
        return 1;
    period = period_at(prices, rates, record->time);
    band = band_of(prices, period, total(record) - record->output);
    if (!add_product(&whole, record->input, band->input) ||
        !add_product(&whole, record->output, band->output) ||
        !add_product(&whole, record->cache_read, band->cache_read) ||
        !add_product(&whole, record->write_5m, band->write_5m) ||
        !add_product(&whole, record->write_1h, band->write_1h))
        return 0;
    cost = divided(whole, period->divisor);
    if (cost < 0)
        return 0;
    record->calculated = cost + record->searches * (int64_t)SEARCH;
    return record->calculated >= cost;
}

static int by_id(const void *one, const void *other) {
    return order_of(((const Record *)one)->id, ((const Record *)other)->id);
}

/* Takes numbers of names that are used, in turn, and gives them numbers without gaps. */
typedef struct {
    uint32_t *numbers; /* of each name, and 1; 0 is unused */
    uint32_t *order;   /* of the names that are used */
    size_t size;
} Used;

static int used_make(Used *used, size_t names) {
    used->size = 0;
    used->numbers = calloc(names + 1, sizeof *used->numbers);
    used->order = calloc(names + 1, sizeof *used->order);
    return used->numbers != NULL && used->order != NULL;
}

static void used_free(Used *used) {
    free(used->numbers);
    free(used->order);
}

static uint32_t used_number(Used *used, uint32_t number) {
    if (used->numbers[number] == 0) {
        used->order[used->size++] = number;
        used->numbers[number] = (uint32_t)used->size;
    }
    return used->numbers[number] - 1;
}

static u8 *put(u8 *out, uint64_t number, int bytes) {
    for (int i = 0; i < bytes; i++)
        out[i] = (u8)(number >> i * 8);
    return out + bytes;
}

/* Writes a record as `LAYOUT` has it, little-endian on every machine. */
static u8 *put_record(u8 *out, const Record *record) {
    const int64_t wide[] = {record->id, record->time, record->won_at, record->recorded,
                            record->calculated};
    const uint32_t narrow[] = {record->input,     record->output,   record->cache_read,
                               record->write_5m,  record->write_1h, record->reasoning,
                               record->searches,  record->session,  record->project,
                               record->model,     record->agent};
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        out = put(out, (uint64_t)wide[i], 8);
    for (size_t i = 0; i < sizeof narrow / sizeof *narrow; i++)
        out = put(out, narrow[i], 4);
    return put(out, record->flags, 1);
}

static uint64_t sum_hash(const Sum *sum) {
    uint64_t hash = spread((uint64_t)sum->slot);
    hash = spread(hash ^ sum->session);
    hash = spread(hash ^ sum->project);
    return spread(hash ^ sum->model);
}

static int is_of(const Sum *one, const Sum *other) {
    return one->slot == other->slot && one->session == other->session &&
           one->project == other->project && one->model == other->model;
}

/* Finds the sum that a record belongs to, a new one where there is none; NULL without memory. */
static Sum *sum_for(Sums *sums, const Sum *wanted) {
    size_t slot;
    Sum *all;
    if (is_full(&sums->index, sums->size + 1)) {
        if (!index_grow(&sums->index, sums->size + 1))
            return NULL;
        for (size_t i = 0; i < sums->size; i++)
            index_put(&sums->index, sum_hash(&sums->sums[i]), i);
    }
    for (slot = (size_t)sum_hash(wanted) & sums->index.mask; sums->index.slots[slot] != 0;
         slot = (slot + 1) & sums->index.mask)
        if (is_of(&sums->sums[sums->index.slots[slot] - 1], wanted))
            return &sums->sums[sums->index.slots[slot] - 1];
    all = with_room(sums->sums, sums->size + 1, &sums->room, sizeof *all);
    if (all == NULL)
        return NULL;
    sums->sums = all;
    all[sums->size] = *wanted;
    sums->index.slots[slot] = (uint32_t)sums->size + 1;
    return &all[sums->size++];
}

/* Adds an amount that is not negative; returns 0 where the sum is too large. */
static int add(int64_t *sum, int64_t amount) {
    if (amount < 0)
        return 1;
    if (*sum > INT64_MAX - amount)
        return 0;
    *sum += amount;
    return 1;
}

/* Brings a record to its sum; returns 0 where that is too large, -1 without memory. */
static int add_up(Sums *sums, const Record *record) {
    int64_t said = record->recorded, priced = record->calculated;
    Sum wanted, *sum;
    if (total(record) == 0 && said <= 0)
        return 1;
    memset(&wanted, 0, sizeof wanted);
    wanted.slot = record->time / QUARTER * 2 + (record->time % QUARTER != 0);
    wanted.session = record->session;
    wanted.project = record->project;
    wanted.model = record->model;
    wanted.first = wanted.last = record->time;
    sum = sum_for(sums, &wanted);
    if (sum == NULL)
        return -1;
    sum->responses++;
    sum->unpriced += said < 0 && priced < 0;
    sum->tokens[0] += record->input;
    sum->tokens[1] += record->output;
    sum->tokens[2] += record->cache_read;
    sum->tokens[3] += record->write_5m;
    sum->tokens[4] += record->write_1h;
    sum->reasoning += record->reasoning;
    if (record->time < sum->first)
        sum->first = record->time;
    if (record->time > sum->last)
        sum->last = record->time;
    return add(&sum->cost, said >= 0 ? said : priced) && add(&sum->calculated, priced) &&
           add(&sum->recorded, said);
}

#endif
