/* One line of a transcript: what the fields say that are read, as engine/agents/claude/lines.py
 * has them. What is not the usual form of a response is odd. */
#ifndef CCMON_LINE_H
#define CCMON_LINE_H

#include "json.h"

#define MOST_TOKENS 1000000000 /* a larger count is damage, which the patient reader judges */
#define LONGEST_NAME 120       /* bytes of an id, a model, a session; longer ones are odd */
#define LONGEST_PATH 4096
#define DAY_LENGTH 86400000

enum count { INPUT, OUTPUT, CACHE_READ, CACHE_WRITE, WRITE_5M, WRITE_1H, SEARCHES, COUNTS };

/* Fields that may stand once; the first are the counts. */
enum field {
    TYPE = COUNTS, TIMESTAMP, SESSION, REQUEST, UUID, CWD, AGENT, SIDECHAIN, COST, FORKED,
    MESSAGE, DATA, ID, MODEL, USAGE, CREATION, TOOLS, SPEED, TIER, REGION, ITERATIONS
};

typedef struct {
    Text type, timestamp, session, cwd, agent, id, model, speed, tier, region;
    uint32_t counts[COUNTS];
    uint32_t fields; /* those that were met, a bit each */
    int is_sidechain, is_forked, has_usage;
    int64_t time; /* UTC milliseconds */
} Line;

static void once(Walk *walk, Line *line, int field) {
    if (line->fields >> field & 1)
        odd(walk);
    line->fields |= (uint32_t)1 << field;
}

static int is_ascii(Text text) {
    u8 all = 0;
    for (size_t i = 0; i < text.size; i++)
        all |= text.at[i];
    return all < 0x80;
}

/* Reads a text or null. `may_escape` leaves escapes as they are written. */
static void read_text(Walk *walk, Line *line, int field, Text *text, size_t most, int may_escape) {
    int has_escapes = 0;
    once(walk, line, field);
    if (TAKE(walk, "null"))
        return;
    *text = take_text(walk, &has_escapes);
    if (text->at == NULL)
        return;
    if (text->size > most || (has_escapes && !may_escape) ||
        !(is_ascii(*text) || is_utf8(*text)))
        odd(walk);
}

static void read_name(Walk *walk, Line *line, int field, Text *text) {
    read_text(walk, line, field, text, LONGEST_NAME, 0);
}

/* Reads a text that nothing is made of, which must be one all the same. */
static void read_unused(Walk *walk, Line *line, int field) {
    Text text = {NULL, 0};
    read_name(walk, line, field, &text);
}

/* Reads a whole number without sign, or null for 0. */
static void read_count(Walk *walk, Line *line, int which) {
    uint32_t number = 0;
    const u8 *first = walk->at;
    once(walk, line, which);
    if (TAKE(walk, "null"))
        return;
    pass_digits(walk);
    if (walk->is_odd)
        return;
    if (walk->at - first > 10 || (*first == '0' && walk->at - first > 1))
        odd(walk);
    else {
        uint64_t sum = 0;
        for (; first < walk->at; first++)
            sum = sum * 10 + (uint64_t)(*first - '0');
        number = (uint32_t)(sum > MOST_TOKENS ? 0 : sum);
        if (sum > MOST_TOKENS)
            odd(walk);
    }
    line->counts[which] = number;
}

static void read_creation(Walk *walk, Line *line) {
    once(walk, line, CREATION);
    if (TAKE(walk, "null"))
        return;
    for (int more = enter(walk); more; more = another(walk)) {
        Text key = take_key(walk);
        if (IS(key, "ephemeral_5m_input_tokens"))
            read_count(walk, line, WRITE_5M);
        else if (IS(key, "ephemeral_1h_input_tokens"))
            read_count(walk, line, WRITE_1H);
        else
            pass(walk);
    }
}

static void read_tools(Walk *walk, Line *line) {
    once(walk, line, TOOLS);
    if (TAKE(walk, "null"))
        return;
    for (int more = enter(walk); more; more = another(walk)) {
        Text key = take_key(walk);
        if (IS(key, "web_search_requests"))
            read_count(walk, line, SEARCHES);
        else
            pass(walk);
    }
}

/* Counts, up to two, how often a word stands in a text. */
static int count_word(const u8 *p, const u8 *end, const char *word) {
    size_t size = strlen(word);
    int count = 0;
    while (count < 2 && (size_t)(end - p) >= size) {
        p = memchr(p, word[0], (size_t)(end - p) - size + 1);
        if (p == NULL)
            break;
        count += memcmp(p, word, size) == 0;
        p++;
    }
    return count;
}

/* Passes over the iterations, unless some are responses of their own, or the last of several says
 * how long the context is. */
static void read_iterations(Walk *walk, Line *line) {
    const u8 *first = walk->at;
    once(walk, line, ITERATIONS);
    pass(walk);
    if (!walk->is_odd && (count_word(first, walk->at, "advisor_message") > 0 ||
                          count_word(first, walk->at, "compaction") > 0 ||
                          count_word(first, walk->at, "\"message\"") > 1))
        odd(walk);
}

static void read_usage(Walk *walk, Line *line) {
    once(walk, line, USAGE);
    line->has_usage = 1;
    for (int more = enter(walk); more; more = another(walk)) {
        Text key = take_key(walk);
        if (IS(key, "input_tokens"))
            read_count(walk, line, INPUT);
        else if (IS(key, "output_tokens"))
            read_count(walk, line, OUTPUT);
        else if (IS(key, "cache_read_input_tokens"))
            read_count(walk, line, CACHE_READ);
        else if (IS(key, "cache_creation_input_tokens"))
            read_count(walk, line, CACHE_WRITE);
        else if (IS(key, "cache_creation"))
            read_creation(walk, line);
        else if (IS(key, "server_tool_use"))
            read_tools(walk, line);
        else if (IS(key, "speed"))
            read_name(walk, line, SPEED, &line->speed);
        else if (IS(key, "service_tier"))
            read_name(walk, line, TIER, &line->tier);
        else if (IS(key, "inference_geo"))
            read_name(walk, line, REGION, &line->region);
        else if (IS(key, "iterations"))
            read_iterations(walk, line);
        else
            pass(walk);
    }
}

static void read_message(Walk *walk, Line *line) {
    once(walk, line, MESSAGE);
    for (int more = enter(walk); more; more = another(walk)) {
        Text key = take_key(walk);
        if (IS(key, "id"))
            read_name(walk, line, ID, &line->id);
        else if (IS(key, "model"))
            read_name(walk, line, MODEL, &line->model);
        else if (IS(key, "usage"))
            read_usage(walk, line);
        else
            pass(walk);
    }
}

static void read_sidechain(Walk *walk, Line *line) {
    once(walk, line, SIDECHAIN);
    line->is_sidechain = TAKE(walk, "true");
    if (!line->is_sidechain && !TAKE(walk, "false") && !TAKE(walk, "null"))
        odd(walk);
}

static void read_forked(Walk *walk, Line *line) {
    once(walk, line, FORKED);
    line->is_forked = !TAKE(walk, "null");
    if (line->is_forked)
        pass(walk);
}

/* Takes null, beside which the field is no usual one. */
static void read_null(Walk *walk, Line *line, int field) {
    once(walk, line, field);
    if (!TAKE(walk, "null"))
        odd(walk);
}

static void read_member(Walk *walk, Line *line, Text key) {
    if (IS(key, "message"))
        read_message(walk, line);
    else if (IS(key, "type"))
        read_name(walk, line, TYPE, &line->type);
    else if (IS(key, "timestamp"))
        read_name(walk, line, TIMESTAMP, &line->timestamp);
    else if (IS(key, "sessionId"))
        read_name(walk, line, SESSION, &line->session);
    else if (IS(key, "cwd"))
        read_text(walk, line, CWD, &line->cwd, LONGEST_PATH, 1);
    else if (IS(key, "agentId"))
        read_name(walk, line, AGENT, &line->agent);
    else if (IS(key, "isSidechain"))
        read_sidechain(walk, line);
    else if (IS(key, "forkedFrom"))
        read_forked(walk, line);
    else if (IS(key, "requestId"))
        read_unused(walk, line, REQUEST);
    else if (IS(key, "uuid"))
        read_unused(walk, line, UUID);
    else if (IS(key, "costUSD"))
        read_null(walk, line, COST);
    else if (IS(key, "data"))
        read_null(walk, line, DATA);
    else
        pass(walk);
}

static int two_digits(const u8 *p) {
    return is_digit(p[0]) && is_digit(p[1]) ? (p[0] - '0') * 10 + p[1] - '0' : -1;
}

/* Returns the days from 1970-01-01 to a date of the Gregorian calendar, -1 for none from then on. */
static int64_t days_to(int year, int month, int day) {
    static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};
    int is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0, past = year - 1;
    if (year < 1970 || year > 9989 || month < 1 || month > 12 || day < 1 ||
        day > before[month] - before[month - 1] + (month == 2 && is_leap))
        return -1;
    return (int64_t)past * 365 + past / 4 - past / 100 + past / 400 - 719162 + before[month - 1] +
           (month > 2 && is_leap) + day - 1;
}

/* Returns a time of the form 2026-11-23T15:02:38.690Z, -1 for any other. */
static int64_t time_of(Text text) {
    static const char form[] = "0000-00-00T00:00:00.000Z";
    const u8 *p = text.at;
    int64_t days;
    if (text.size != sizeof(form) - 1)
        return -1;
    for (size_t i = 0; i < sizeof(form) - 1; i++)
        if (form[i] == '0' ? !is_digit(p[i]) : p[i] != (u8)form[i])
            return -1;
    days = days_to(two_digits(p) * 100 + two_digits(p + 2), two_digits(p + 5), two_digits(p + 8));
    if (days < 0 || two_digits(p + 11) > 23 || two_digits(p + 14) > 59 || two_digits(p + 17) > 59)
        return -1;
    return days * DAY_LENGTH + two_digits(p + 11) * 3600000 + two_digits(p + 14) * 60000 +
           two_digits(p + 17) * 1000 + two_digits(p + 20) * 10 + (p[22] - '0');
}

/* Says whether an id names one response by itself: it begins with msg_ and has a digit. */
static int is_own_id(Text id) {
    int has_digit = 0;
    for (size_t i = 4; i < id.size; i++)
        has_digit |= is_digit(id.at[i]);
    return has_digit && memcmp(id.at, "msg_", 4) == 0;
}

/* Reads one line, newline left out; says whether it is a response of the usual form. */
static int read_line(const u8 *p, const u8 *end, Line *line) {
    Walk walk = {p, end, 0};
    memset(line, 0, sizeof *line);
    blanks(&walk);
    for (int more = enter(&walk); more; more = another(&walk))
        read_member(&walk, line, take_key(&walk));
    blanks(&walk);
    if (walk.is_odd || walk.at != walk.end || !line->has_usage || !IS(line->type, "assistant") ||
        !is_own_id(line->id) || IS(line->model, "<synthetic>"))
        return 0;
    line->time = time_of(line->timestamp);
    return line->time >= 0;
}

#endif
