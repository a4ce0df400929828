/* JSON, walked strictly and without a copy. What is not plain JSON makes the walk odd: it stops,
 * and whoever asked has the text read elsewhere. Never reads at or behind `end`. */
#ifndef CCMON_JSON_H
#define CCMON_JSON_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef unsigned char u8;

/* Bytes of a text between its quotes, escapes as written; `at` is NULL where there is none. */
typedef struct {
    const u8 *at;
    size_t size;
} Text;

typedef struct {
    const u8 *at;
    const u8 *end;
    int is_odd;
} Walk;

#define DEEPEST 200 /* levels of nesting in a value that is passed over */
#define BLOCK 64    /* bytes looked at together: compilers make vectors of such a loop */

#define IS(text, word) \
    ((text).size == sizeof(word) - 1 && memcmp((text).at, word, sizeof(word) - 1) == 0)

static int is_plain(u8 c) { return c != '"' && c != '\\' && c >= 0x20; }

static int is_digit(u8 c) { return c >= '0' && c <= '9'; }

static int is_hex(u8 c) { return is_digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'f'); }

static int is_plain_block(const u8 *p) {
    u8 special = 0;
    for (int i = 0; i < BLOCK; i++)
        special |= (u8)((p[i] == '"') | (p[i] == '\\') | (p[i] < 0x20));
    return !special;
}

/* Says of eight bytes at once, whatever their order, whether none ends a run of plain text. */
static int is_plain_word(const u8 *p) {
    const uint64_t ones = 0x0101010101010101u, high = 0x8080808080808080u;
    uint64_t word, quote, back;
    memcpy(&word, p, 8);
    quote = word ^ (ones * '"');
    back = word ^ (ones * '\\');
    return !((((quote - ones) & ~quote) | ((back - ones) & ~back) |
              ((word - ones * 0x20) & ~word)) & high);
}

/* Returns where a run of plain text ends, `end` where it does not. */
static const u8 *plain_end(const u8 *p, const u8 *end) {
    for (int words = 0; words < 4 && end - p >= 8; words++, p += 8)
        if (!is_plain_word(p))
            goto within;
    while (end - p >= BLOCK && is_plain_block(p))
        p += BLOCK;
    while (end - p >= 8 && is_plain_word(p))
        p += 8;
within:
    while (p < end && is_plain(*p))
        p++;
    return p;
}

/* Returns the 16 bits of `\uXXXX` at a backslash, -1 where it is none. */
static int escaped_unit(const u8 *p, const u8 *end) {
    int unit = 0;
    if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
        return -1;
    for (int i = 2; i < 6; i++) {
        if (!is_hex(p[i]))
            return -1;
        unit = unit * 16 + (is_digit(p[i]) ? p[i] - '0' : (p[i] | 32) - 'a' + 10);
    }
    return unit;
}

/* Returns where an escape ends, NULL where it is none or half of a surrogate pair. */
static const u8 *escape_end(const u8 *p, const u8 *end) {
    int unit, next;
    if (end - p < 2)
        return NULL;
    if (p[1] != 'u')
        return p[1] != '\0' && strchr("\"\\/bfnrt", p[1]) != NULL ? p + 2 : NULL;
    unit = escaped_unit(p, end);
    if (unit < 0 || (unit >= 0xDC00 && unit <= 0xDFFF))
        return NULL;
    if (unit < 0xD800 || unit > 0xDBFF)
        return p + 6;
    next = escaped_unit(p + 6, end);
    return next >= 0xDC00 && next <= 0xDFFF ? p + 12 : NULL;
}

/* Returns the closing quote of a text that begins at `p`, NULL where it has none. */
static const u8 *text_end(const u8 *p, const u8 *end, int *has_escapes) {
    for (;;) {
        p = plain_end(p, end);
        if (p == end)
            return NULL;
        if (*p == '"')
            return p;
        if (*p != '\\')
            return NULL;
        *has_escapes = 1;
        p = escape_end(p, end);
        if (p == NULL)
            return NULL;
    }
}

static int follows(const u8 *p, const u8 *end, u8 low, u8 high) {
    return p < end && *p >= low && *p <= high;
}

/* Returns the length of the character at `p` in strict UTF-8, 0 where it is none. */
static size_t character(const u8 *p, const u8 *end) {
    u8 c = *p;
    if (c < 0x80)
        return 1;
    if (c >= 0xC2 && c <= 0xDF)
        return follows(p + 1, end, 0x80, 0xBF) ? 2 : 0;
    if (c >= 0xE0 && c <= 0xEF) {
        u8 low = c == 0xE0 ? 0xA0 : 0x80, high = c == 0xED ? 0x9F : 0xBF;
        return follows(p + 1, end, low, high) && follows(p + 2, end, 0x80, 0xBF) ? 3 : 0;
    }
    if (c >= 0xF0 && c <= 0xF4) {
        u8 low = c == 0xF0 ? 0x90 : 0x80, high = c == 0xF4 ? 0x8F : 0xBF;
        return follows(p + 1, end, low, high) && follows(p + 2, end, 0x80, 0xBF) &&
                       follows(p + 3, end, 0x80, 0xBF)
                   ? 4
                   : 0;
    }
    return 0;
}

static int is_utf8(Text text) {
    const u8 *p = text.at, *end = text.at + text.size;
    while (p < end) {
        size_t length = character(p, end);
        if (length == 0)
            return 0;
        p += length;
    }
    return 1;
}

static void odd(Walk *walk) {
    walk->is_odd = 1;
    walk->at = walk->end;
}

static void blanks(Walk *walk) {
    const u8 *p = walk->at;
    while (p < walk->end && (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n'))
        p++;
    walk->at = p;
}

static int at(const Walk *walk, u8 c) { return walk->at < walk->end && *walk->at == c; }

/* Takes one sign; the walk is odd where another one stands. */
static void take(Walk *walk, u8 c) {
    if (at(walk, c))
        walk->at++;
    else
        odd(walk);
}

static int take_word(Walk *walk, const char *word, size_t size) {
    if ((size_t)(walk->end - walk->at) < size || memcmp(walk->at, word, size) != 0)
        return 0;
    walk->at += size;
    return 1;
}

#define TAKE(walk, word) take_word(walk, word, sizeof(word) - 1)

/* Takes a text with its quotes; says whether it has escapes. */
static Text take_text(Walk *walk, int *has_escapes) {
    Text text = {NULL, 0};
    const u8 *close;
    take(walk, '"');
    close = walk->is_odd ? NULL : text_end(walk->at, walk->end, has_escapes);
    if (close == NULL) {
        odd(walk);
        return text;
    }
    text.at = walk->at;
    text.size = (size_t)(close - walk->at);
    walk->at = close + 1;
    return text;
}

/* Takes the key of a member and its colon. A key with escapes is odd: it may be one to read. */
static Text take_key(Walk *walk) {
    int has_escapes = 0;
    Text key = take_text(walk, &has_escapes);
    blanks(walk);
    take(walk, ':');
    blanks(walk);
    if (has_escapes)
        odd(walk);
    return key;
}

/* Enters an object; says whether a member follows. Used as
 * for (more = enter(walk); more; more = another(walk)) { key = take_key(walk); ... } */
static int enter(Walk *walk) {
    take(walk, '{');
    blanks(walk);
    if (at(walk, '}')) {
        walk->at++;
        return 0;
    }
    return !walk->is_odd;
}

static int another(Walk *walk) {
    blanks(walk);
    if (at(walk, '}')) {
        walk->at++;
        return 0;
    }
    take(walk, ',');
    blanks(walk);
    return !walk->is_odd;
}

static void pass_digits(Walk *walk) {
    if (walk->at == walk->end || !is_digit(*walk->at))
        odd(walk);
    while (walk->at < walk->end && is_digit(*walk->at))
        walk->at++;
}

static void pass_number(Walk *walk) {
    if (at(walk, '-'))
        walk->at++;
    if (at(walk, '0'))
        walk->at++;
    else
        pass_digits(walk);
    if (at(walk, '.')) {
        walk->at++;
        pass_digits(walk);
    }
    if (at(walk, 'e') || at(walk, 'E')) {
        walk->at++;
        if (at(walk, '+') || at(walk, '-'))
            walk->at++;
        pass_digits(walk);
    }
}

static void pass_plain(Walk *walk) {
    int has_escapes = 0;
    if (at(walk, '"'))
        take_text(walk, &has_escapes);
    else if (!TAKE(walk, "null") && !TAKE(walk, "true") && !TAKE(walk, "false"))
        pass_number(walk);
}

/* Passes over commas and closing brackets to the next value; says whether there is one. */
static int pass_after(Walk *walk, const u8 *closing, int *depth) {
    while (*depth > 0 && !walk->is_odd) {
        blanks(walk);
        if (at(walk, ',')) {
            walk->at++;
            blanks(walk);
            return 1;
        }
        take(walk, closing[--*depth]);
    }
    return 0;
}

/* Passes over any value. What is nested too deep is odd. */
static void pass(Walk *walk) {
    u8 closing[DEEPEST];
    int depth = 0, has_escapes = 0;
    do {
        if (depth > 0 && closing[depth - 1] == '}') {
            take_text(walk, &has_escapes);
            blanks(walk);
            take(walk, ':');
            blanks(walk);
        }
        while ((at(walk, '{') || at(walk, '[')) && depth < DEEPEST) {
            u8 close = *walk->at == '{' ? '}' : ']';
            walk->at++;
            blanks(walk);
            closing[depth++] = close;
            if (at(walk, close))
                goto after;
            if (close == '}') {
                take_text(walk, &has_escapes);
                blanks(walk);
                take(walk, ':');
                blanks(walk);
            }
        }
        pass_plain(walk);
    after:;
    } while (pass_after(walk, closing, &depth));
}

#endif
