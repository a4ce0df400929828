"""What a difference from ccusage 20.0.24 may come from, each by its number.

Up to 28 it is a known fault of its; from 101 on it is a rule that ccmon has otherwise: a price
by the exact name alone, one key and one winner of a response, models by first use.
"""

from __future__ import annotations

from collections.abc import Mapping

LIKENESS = 101
KEYLESS = 102
LARGEST = 103
PATH_ORDER = 104
NAMELESS = 105
EMPTY = 106
HUGE = 107
ALONE = 108
COMPACTED = 109

REPORTING = frozenset((15, 16, 22, 23, PATH_ORDER, EMPTY))
"""Those of what is printed of responses, not of the responses themselves."""

FAULTS: Mapping[int, str] = {
    23: "`claude session -o` is ignored",
    15: "`-t max` is the maximum of the blocks shown, not of all history",
    16: "`-t 500k` is silently no limit",
    22: "a session's responses show recorded cost alone, and `--no-cost` leaves a cost per hour",
    PATH_ORDER: "models stand in the order of file paths, not of first use",
    EMPTY: "no days by project are printed as no days",
    NAMELESS: "a response that names no model is not said to have no price",
    ALONE: "with `-p` copies in other projects are not looked at",
    1: "a null below a field that nobody reads drops the line",
    2: "a null or strange value in a field that is read drops the line",
    3: "JSON spacing, a broken neighbour, an unusual time, version or speed drops the line",
    12: "sub-agent progress and unclean text count in some reports only",
    COMPACTED: "what a compaction took beside its answer is left out",
    20: "symbolic links are not followed",
    4: "a flat cache write larger than its breakdown is left out",
    HUGE: "more than a thousand million tokens of one response are believed",
    11: "`daily` and the other reports find copies of a response by different rules",
    27: "one message id with different requests counts as several responses",
    KEYLESS: "a response without a message id is never found to be a copy",
    LARGEST: "of a response's lines the one with most tokens holds, not that with most output",
    26: "a response has the time and place of the line that holds, not of its first",
    19: "sessions are told apart by path, not by their id",
    17: "lines without tokens make rows, blocks and calls",
    28: "lines of no model count",
    7: "models newer than the table cost nothing",
    6: "the more expensive rates above 100,000 tokens of prompt are unknown",
    8: "a model has one price for all dates",
    5: "above 200,000 tokens only those beyond cost more, each kind by itself",
    10: "searches, US inference and batches cost nothing more and nothing less",
    LIKENESS: "a model without a price takes that of one with a similar name",
}
"""In the order in which a comparison switches them off, one after the other."""
