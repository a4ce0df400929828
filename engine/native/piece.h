/* A piece of a transcript: its finished lines of the usual form go into a chunk, all others are
 * told by where they stand. */
#ifndef CCMON_PIECE_H
#define CCMON_PIECE_H

#include "records.h"

#define KEY "\"usage\""
#define KEY_SIZE (sizeof(KEY) - 1)
#define BOUNDARY "compact_boundary\""
#define BOUNDARY_SIZE (sizeof(BOUNDARY) - 1)
#define HEAD 1024
#define MOST_SEARCHES 1000000 /* so that their price stays a 64-bit number */
#define PLACE_HEAD 5          /* bytes before a place's directory: the session, and side-chain or not */

typedef struct {
    size_t at, size;
} Span;

typedef struct {
    Span *odd; /* lines to be read elsewhere, in order */
    size_t odd_size, odd_room;
    Names places; /* session, side-chain or not, working directory as JSON writes it */
    int64_t *times; /* the earliest that each place was told of */
    size_t times_room;
    uint32_t last_place;
    size_t lines, read; /* finished lines, and their bytes */
    Text session;       /* of lines that name none */
    uint32_t project;
    Text last_id; /* lines of one response stand together */
    size_t last_record;
} Piece;

static void piece_free(Piece *piece) {
    free(piece->odd);
    free(piece->times);
    names_free(&piece->places);
}

/* Notes in which directory, if any, a line of a session was written; returns 0 without memory. */
static int note_place(Piece *piece, const Record *record, Text cwd) {
    u8 bytes[PLACE_HEAD + LONGEST_PATH];
    Text place = {bytes, PLACE_HEAD + cwd.size};
    int64_t *times;
    size_t known = piece->places.size;
    for (int i = 0; i < PLACE_HEAD - 1; i++)
        bytes[i] = (u8)(record->session >> i * 8);
    bytes[PLACE_HEAD - 1] = (record->flags & SIDECHAIN_FLAG) != 0;
    if (cwd.size)
        memcpy(bytes + PLACE_HEAD, cwd.at, cwd.size);
    if (!same_number(&piece->places, place, &piece->last_place))
        return 0;
    times = with_room(piece->times, piece->places.size, &piece->times_room, sizeof *times);
    if (times == NULL)
        return 0;
    piece->times = times;
    if (piece->last_place == known || record->time < times[piece->last_place])
        times[piece->last_place] = record->time;
    return 1;
}

static uint32_t flags_of(const Line *line) {
    return (IS(line->speed, "fast") ? FAST : 0) | (IS(line->region, "us") ? US : 0) |
           (IS(line->tier, "batch") ? BATCH : 0) | (line->is_sidechain ? SIDECHAIN_FLAG : 0) |
           (line->is_forked ? FORKED_FLAG : 0);
}

/* Writes what a line says into a record, but for its id; returns 0 without memory. */
static int record_of(Chunk *chunk, const Piece *piece, const Line *line, Record *record) {
    const uint32_t *counts = line->counts;
    uint64_t split = (uint64_t)counts[WRITE_5M] + counts[WRITE_1H];
    record->flags = flags_of(line);
    if (!same_number(&chunk->sessions, line->session.size ? line->session : piece->session,
                     &chunk->last_session) ||
        !line_model(chunk, line->model, (record->flags & FAST) != 0) ||
        !same_number(&chunk->agents, line->agent, &chunk->last_agent))
        return 0;
    record->time = record->won_at = line->time;
    record->recorded = record->calculated = NO_COST;
    record->input = counts[INPUT];
    record->output = counts[OUTPUT];
    record->cache_read = counts[CACHE_READ];
    record->write_1h = counts[WRITE_1H];
    record->write_5m = counts[CACHE_WRITE] > split ? counts[CACHE_WRITE] - counts[WRITE_1H]
                                                   : counts[WRITE_5M];
    record->reasoning = 0;
    record->searches = counts[SEARCHES];
    record->session = chunk->last_session;
    record->project = piece->project;
    record->model = chunk->last_model;
    record->agent = chunk->last_agent;
    return 1;
}

/* Takes a line that is a response; returns 0 without memory. */
static int take_response(Chunk *chunk, Piece *piece, const Line *line) {
    Record record;
    if (!record_of(chunk, piece, line, &record) ||
        !note_place(piece, &record, line->cwd))
        return 0;
    if (piece->last_id.at != NULL && same(piece->last_id, line->id)) {
        record.id = chunk->records[piece->last_record].id;
        merge(chunk, &chunk->records[piece->last_record], &record);
        return 1;
    }
    record.id = number_of_key(line->id.at, line->id.size);
    piece->last_record = book(chunk, &record);
    piece->last_id = line->id;
    return piece->last_record != MOST_ITEMS;
}

static int put_aside(Piece *piece, size_t at, size_t size) {
    Span *odd = with_room(piece->odd, piece->odd_size + 1, &piece->odd_room, sizeof *odd);
    if (odd == NULL)
        return 0;
    piece->odd = odd;
    odd[piece->odd_size].at = at;
    odd[piece->odd_size++].size = size;
    return 1;
}

static int may_hold_key(const u8 *p) {
    u8 found = 0;
    for (int i = 0; i < BLOCK; i++)
        found |= (u8)((p[i] == '"') & (p[i + 1] == 'u') & (p[i + 4] == 'g'));
    return found;
}

/* Returns where the key "usage" stands next, `end` where it does not. */
static const u8 *usage_at(const u8 *p, const u8 *end) {
    while (end - p >= (ptrdiff_t)(BLOCK + KEY_SIZE)) {
        if (may_hold_key(p))
            for (int i = 0; i < BLOCK; i++)
                if (p[i] == '"' && memcmp(p + i, KEY, KEY_SIZE) == 0)
                    return p + i;
        p += BLOCK;
    }
    for (; end - p >= (ptrdiff_t)KEY_SIZE; p++)
        if (*p == '"' && memcmp(p, KEY, KEY_SIZE) == 0)
            return p;
    return end;
}

/* Whether a line tells of no tokens, so that it says little of where its session works. */
static int is_empty(const Line *line) {
    const uint32_t *counts = line->counts;
    return !(counts[INPUT] | counts[OUTPUT] | counts[CACHE_READ] | counts[CACHE_WRITE] |
             counts[WRITE_5M] | counts[WRITE_1H]);
}

/* Says whether a line tells of a compaction: within its head, by the rarest sign of the word. */
static int is_boundary(const u8 *p, const u8 *end) {
    const size_t before = 7; /* of the sign in the word */
    const u8 *sign;
    if (end - p > HEAD)
        end = p + HEAD;
    if (end - p < (ptrdiff_t)BOUNDARY_SIZE)
        return 0;
    sign = p + before;
    while (end - sign >= (ptrdiff_t)(BOUNDARY_SIZE - before)) {
        sign = memchr(sign, '_', (size_t)(end - sign) - (BOUNDARY_SIZE - before) + 1);
        if (sign == NULL)
            return 0;
        if (memcmp(sign - before, BOUNDARY, BOUNDARY_SIZE) == 0)
            return 1;
        sign++;
    }
    return 0;
}

/* Reads one line; says whether nothing in it is odd, -1 without memory. A line without the key
 * tells of no response, and is whole as far as its first and last sign say, unless it tells of a
 * compaction, as `is_worth_reading` of engine/agents/claude/transcripts.py has it. */
static int take_line(Chunk *chunk, Piece *piece, const u8 *p, const u8 *close, int has_key) {
    Line line;
    if (!has_key)
        return p < close && *p == '{' && close[-1] == '}' && !is_boundary(p, close);
    if (!read_line(p, close, &line) || line.counts[SEARCHES] > MOST_SEARCHES || is_empty(&line))
        return 0;
    return take_response(chunk, piece, &line) ? 1 : -1;
}

/* Reads the finished lines of a piece; returns 0 without memory. */
static int read_piece(Chunk *chunk, Piece *piece, const u8 *data, size_t size) {
    const u8 *p = data, *end = data + size, *usage = NULL, *close;
    while (p < end && (close = memchr(p, '\n', (size_t)(end - p))) != NULL) {
        size_t at = (size_t)(p - data);
        int is_usual;
        if (usage == NULL || usage < p)
            usage = usage_at(p, end);
        is_usual = take_line(chunk, piece, p, close, usage < close);
        if (is_usual < 0)
            return 0;
        if (!is_usual && !put_aside(piece, at, (size_t)(close + 1 - p)))
            return 0;
        piece->lines++;
        p = close + 1;
    }
    piece->read = (size_t)(p - data);
    return 1;
}

#endif
