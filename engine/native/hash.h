/* BLAKE2b of up to one block, eight bytes long (RFC 7693): the ledger's number of a response. */
#ifndef CCMON_HASH_H
#define CCMON_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define HASH_BLOCK 128
#define HASH_SIZE 8
#define ROUNDS 12

static uint64_t turned(uint64_t word, int bits) { return word >> bits | word << (64 - bits); }

static void mix(uint64_t *v, int a, int b, int c, int d, uint64_t x, uint64_t y) {
    v[a] += v[b] + x;
    v[d] = turned(v[d] ^ v[a], 32);
    v[c] += v[d];
    v[b] = turned(v[b] ^ v[c], 24);
    v[a] += v[b] + y;
    v[d] = turned(v[d] ^ v[a], 16);
    v[c] += v[d];
    v[b] = turned(v[b] ^ v[c], 63);
}

static void mix_all(uint64_t *v, const uint64_t *m, const unsigned char *order) {
    mix(v, 0, 4, 8, 12, m[order[0]], m[order[1]]);
    mix(v, 1, 5, 9, 13, m[order[2]], m[order[3]]);
    mix(v, 2, 6, 10, 14, m[order[4]], m[order[5]]);
    mix(v, 3, 7, 11, 15, m[order[6]], m[order[7]]);
    mix(v, 0, 5, 10, 15, m[order[8]], m[order[9]]);
    mix(v, 1, 6, 11, 12, m[order[10]], m[order[11]]);
    mix(v, 2, 7, 8, 13, m[order[12]], m[order[13]]);
    mix(v, 3, 4, 9, 14, m[order[14]], m[order[15]]);
}

/* Returns the words of a block, which are little-endian on every machine. */
static void words_of(const unsigned char *bytes, size_t size, uint64_t *words) {
    memset(words, 0, HASH_BLOCK);
    for (size_t i = 0; i < size; i++)
        words[i / 8] |= (uint64_t)bytes[i] << i % 8 * 8;
}

/* Returns the 63-bit number of a key of at most HASH_BLOCK bytes, as `response_id` does. */
static int64_t number_of_key(const unsigned char *key, size_t size) {
    static const uint64_t start[8] = {
        0x6a09e667f3bcc908u, 0xbb67ae8584caa73bu, 0x3c6ef372fe94f82bu, 0xa54ff53a5f1d36f1u,
        0x510e527fade682d1u, 0x9b05688c2b3e6c1fu, 0x1f83d9abfb41bd6bu, 0x5be0cd19137e2179u};
    static const unsigned char orders[10][16] = {
        {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
        {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
        {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
        {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
        {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
        {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
        {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
        {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
        {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
        {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0}};
    uint64_t v[16], m[HASH_BLOCK / 8], first = start[0] ^ 0x01010000u ^ HASH_SIZE, digest;
    uint64_t number = 0;
    words_of(key, size, m);
    memcpy(v, start, sizeof start);
    memcpy(v + 8, start, sizeof start);
    v[0] = first;
    v[12] ^= size;
    v[14] = ~v[14];
    for (int round = 0; round < ROUNDS; round++)
        mix_all(v, m, orders[round % 10]);
    digest = first ^ v[0] ^ v[8];
    for (int i = 0; i < 8; i++) /* the digest's bytes, read as one big-endian number */
        number = number << 8 | (digest >> i * 8 & 0xff);
    return (int64_t)(number >> 1);
}

#endif
