"""A small reader of PowerShell's command lines: what a native program is started with.

Made from the language's specification (section 2.3.5, about_Parsing, about_Quoting_Rules), not
from what ccmon writes. It knows a pipeline of one command: words, quotes, back ticks, the call
operator; what else means something there is an error, so that a test fails that relies on it.
"""

from __future__ import annotations

_SINGLE = "'\u2018\u2019\u201a\u201b"
_DOUBLE = '"\u201c\u201d\u201e'
_ENDS_WORD = " \t"
_MEANS_SOMETHING = set("|;<>(){}\n\r`&$@#,")
_DASHES = "-\u2013\u2014\u2015"
_NUMBERED = ("1>", "2>", "3>", "4>", "5>", "6>", "*>")


class NotPlain(ValueError):
    """A command line that is more than one command with words."""


def native_words(line: str, home: str) -> list[str]:
    """Return the program and the words that it is started with; `~/` before it is the home."""
    rest = line.strip(_ENDS_WORD)
    is_called = rest.startswith("&")
    if is_called:
        rest = rest[1:].lstrip(_ENDS_WORD)
    words: list[str] = []
    while rest:
        word, was_quoted, rest = _word(rest)
        if not words:
            if was_quoted and not is_called:
                raise NotPlain(f"a text in quotes starts no program: {word}")
            if word.startswith("~/"):
                word = home + word[1:]
        elif not was_quoted and word[:1] in _DASHES and "." in word:
            before, dot, after = word.partition(".")
            words += [before, dot + after]  # a parameter's name ends at the dot
            rest = rest.lstrip(_ENDS_WORD)
            continue
        if was_quoted and words:
            _check_passing(word)
        words.append(word)
        rest = rest.lstrip(_ENDS_WORD)
    return words


def _word(text: str) -> tuple[str, bool, str]:
    """Return the first word, whether it began with a quote, and what is left."""
    found, place, was_quoted = "", 0, text[0] in _SINGLE + _DOUBLE
    while place < len(text) and text[place] not in _ENDS_WORD:
        sign = text[place]
        if sign in _SINGLE and (was_quoted or not found):
            inside, place = _single(text, place + 1)
            found += inside
        elif sign in _DOUBLE:
            inside, place = _double(text, place + 1)
            found += inside
        elif sign in _SINGLE:
            raise NotPlain("a quote inside a word")
        elif sign in _MEANS_SOMETHING or text.startswith(_NUMBERED, place):
            raise NotPlain(f"{sign!r} at {place} means something of its own: {text}")
        else:
            found += sign
            place += 1
    return found, was_quoted, text[place:]


def _single(text: str, place: int) -> tuple[str, int]:
    found = ""
    while place < len(text):
        if text[place] in _SINGLE:
            if text[place + 1 : place + 2] and text[place + 1] in _SINGLE:
                found, place = found + text[place + 1], place + 2
                continue
            return found, place + 1
        found, place = found + text[place], place + 1
    raise NotPlain("a quote that does not end")


def _double(text: str, place: int) -> tuple[str, int]:
    found = ""
    while place < len(text):
        if text[place] in _DOUBLE:
            return found, place + 1
        if text[place] in "$`":
            raise NotPlain("something to be put in")
        found, place = found + text[place], place + 1
    raise NotPlain("a quote that does not end")


def _check_passing(word: str) -> None:
    """PowerShell 5 hands a native program a command line in which it quotes only for blanks."""
    if not word:
        raise NotPlain("an empty word is lost on the way")
    if '"' in word:
        raise NotPlain("a double quote is lost on the way")
    if word.endswith("\\") and any(blank in word for blank in _ENDS_WORD):
        raise NotPlain("a last backslash takes the closing quote with it")
