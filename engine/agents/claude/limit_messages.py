"""Claude Code's messages that a limit is hit: which window, and when it resets.

A message counts by its fields first (`isApiErrorMessage` with a rejected `quotaLimits` or
the error `rate_limit`), and by its words only where versions wrote none of these; what
people and models write is never looked at. Claude Code warns of limits by other lines.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import tzinfo

from engine.agents.claude.patient import read_objects
from engine.agents.claude.reset_times import reset_in
from engine.domain.hits import FIVE_HOUR, MARK, SEVEN_DAY, SPEND_LIMIT, Hit, window_of_type
from engine.domain.responses import response_id
from engine.domain.times import DAY, HOUR, MINUTE, minute_of, parse_time

_CREDITS = "credits"
_UNKNOWN = "unknown"

_LONGEST_TEXT = 2_000
_LONGEST_NAME = 80
_LATEST_RESET = 400 * DAY
_SLACK = 15 * MINUTE
"""What a client's clock may differ by."""

_NO_LIMIT = re.compile(
    r"not your usage limit|\brequired for\b|\brequires usage\b|(?<!/)\brate.?limit"
    r"|too many requests|\btemporarily\b|^approaching |^you've used \d|^you're close to "
    r"|\bnow using ",
    re.IGNORECASE,
)
"""Refusals that waiting for no window ends, and warnings."""
_OTHER_LIMITS = re.compile(
    r"\b(?:rate|fast|concurren\w+|requests?|context|tokens?|output|length|size|turns?|file)\b",
    re.IGNORECASE,
)
"""What has a limit of its own that is not a plan's."""
_SPEND = re.compile(
    r"\bout of (?:extra )?usage\b|\b(?:spend|credit|credits) limit\b|\bshared budget\b"
    r"|\b(?:individual|monthly|group's) usage limit\b|\busage allocation has been disabled\b",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"\b(?:hit|reached) your (?P<after>[^\n|·∙.]{0,60}?) ?\blimit\b"
    r"|(?:^|[·∙] ?)(?P<before>[^\n|·∙.]{0,60}?) ?\blimit reached\b",
    re.IGNORECASE,
)
_OF_OLD = re.compile(
    r"(?:claude |claude ai )?(?:usage |5-hour |session |weekly |opus |sonnet |opus weekly )?"
    r"limit reached(?= *(?:[|·∙.\n]|$))|you've (?:hit|reached) your [^\n|·∙.]{0,60}?limit\b"
    r"|you're out of (?:extra usage|usage credits)\b",
    re.IGNORECASE,
)
"""Wordings of versions that say nothing but the words."""
_ABOUT_LIMITS = re.compile(r"\b(?:limits?|usage|credits?|budget|quota)\b", re.IGNORECASE)
_CREDIT_BALANCE = re.compile(r"credit balance is too low\b", re.IGNORECASE)
_SESSION_WORDS = re.compile(r"\b(?:session|5-hour|5 hour|five-hour)\b", re.IGNORECASE)
_WEEK_WORDS = re.compile(r"\b(?:weekly|7-day)\b", re.IGNORECASE)
_FILLING = re.compile(r"\b(?:claude(?: ai)?|usage|weekly|7-day)\b", re.IGNORECASE)


def hits_in(
    line: bytes, offset: int, path: str, session: str, zone: Callable[[], tzinfo]
) -> list[Hit]:
    """Return the hits that a line, however damaged, tells of.

    `path` and `offset` say where it stands, `session` whose it is where it does not say;
    `zone` is asked for the zone of clock times that name none.
    """
    if MARK not in line:
        return []
    found = (
        hit_of(record, f"{path}:{offset + position}", session, zone)
        for position, whole in read_objects(line)[0]
        for record in _with_nested(whole)
    )
    return [hit for hit in found if hit is not None]


def _with_nested(record: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    """Yield a record, and the sub-agent's line that a progress line holds."""
    yield record
    data = record.get("data")
    inner = data.get("message") if isinstance(data, dict) else None
    if record.get("type") == "progress" and isinstance(inner, dict):
        yield {
            "timestamp": record.get("timestamp"),
            "sessionId": record.get("sessionId"),
            **inner,
            "isSidechain": True,
        }


def hit_of(
    record: Mapping[str, object], place: str, session: str, zone: Callable[[], tzinfo]
) -> Hit | None:
    """Return the hit that a transcript's record tells of, `None` for any other record."""
    if record.get("isApiErrorMessage") is not True or record.get("apiErrorIsTransient") is True:
        return None
    if record.get("type") not in (None, "assistant"):
        return None
    stamp = record.get("timestamp")
    time = parse_time(stamp) if isinstance(stamp, str) else None
    text = _text_of(record.get("message"))
    quota = _rejected(record.get("quotaLimits"))
    if time is None or not _is_limit(text, quota, record.get("error")):
        return None
    window = _window_said(text, quota)
    resets_at = _reset_of(text, quota, time, window, zone)
    return Hit(
        id=response_id(_name_of(record.get("uuid")) or place),
        time=time,
        session=_name_of(record.get("sessionId")) or session,
        window=window or _window_by(resets_at, time),
        resets_at=resets_at,
        is_extra_usage=quota.get("isUsingOverage") is True,
        is_sidechain=record.get("isSidechain") is True,
    )


def _is_limit(text: str, quota: Mapping[str, object], error: object) -> bool:
    """Say whether an error is a limit's: by its fields, else by the words of old versions."""
    if _CREDIT_BALANCE.match(text):
        return True
    if _NO_LIMIT.search(text) or _is_other_limit(text):
        return False
    if quota:
        return True
    if error == "rate_limit" and not text.startswith("API Error"):
        return _ABOUT_LIMITS.search(text) is not None
    return _OF_OLD.match(text) is not None


def _is_other_limit(text: str) -> bool:
    named = _NAMED.search(text)
    return named is not None and bool(_OTHER_LIMITS.search(_name_in(named)))


def _name_in(named: re.Match[str]) -> str:
    name: str = named["after"] if named["after"] is not None else named["before"]
    return name


def _window_said(text: str, quota: Mapping[str, object]) -> str | None:
    """Return the window that a message names, `None` where it names none.

    Its words win where they are of money: such messages have borne another window's type.
    """
    if _CREDIT_BALANCE.match(text):
        return _CREDITS
    if _SPEND.search(text):
        return SPEND_LIMIT
    kind = _name_of(quota.get("rateLimitType"))
    worded = _window_worded(text)
    if kind.startswith("seven_day_") and worded is not None and worded.startswith(SEVEN_DAY):
        return worded
    return window_of_type(kind) if kind else worded


def _window_worded(text: str) -> str | None:
    named = _NAMED.search(text)
    if named is None:
        return None
    name = _name_in(named)
    if _SESSION_WORDS.search(name):
        return FIVE_HOUR
    model = _name_of(" ".join(_FILLING.sub(" ", name).split()))
    if model[:1].isupper():
        return f"{SEVEN_DAY}:{model}"
    if model:
        return _UNKNOWN
    return SEVEN_DAY if _WEEK_WORDS.search(name) else None


def _window_by(resets_at: int | None, time: int) -> str:
    """Return the window of a message that names none: only the week's resets are far."""
    if resets_at is None:
        return _UNKNOWN
    return FIVE_HOUR if resets_at <= time + 5 * HOUR + _SLACK else SEVEN_DAY


def _reset_of(
    text: str,
    quota: Mapping[str, object],
    time: int,
    window: str | None,
    zone: Callable[[], tzinfo],
) -> int | None:
    """Return when one may go on: as the fields say, else the text; of money the text first."""
    longest = 5 * HOUR + _SLACK if window == FIVE_HOUR else _LATEST_RESET
    told = _near(minute_of(quota.get("resetsAt")), time)
    if told is not None and window != SPEND_LIMIT:
        return told
    said = _near(reset_in(text, time, zone, longest), time)
    return told if said is None else said


def _near(moment: int | None, time: int) -> int | None:
    """Return a moment that can be a reset as seen from a time, late copies included."""
    return moment if moment is not None and abs(moment - time) <= _LATEST_RESET else None


def _rejected(quota: object) -> Mapping[str, object]:
    """Return `quotaLimits` of a refusal, nothing of what was allowed."""
    return quota if isinstance(quota, dict) and quota.get("status") == "rejected" else {}


def _text_of(message: object) -> str:
    """Return the beginning of a message's text, with plain apostrophes."""
    content = message.get("content") if isinstance(message, dict) else None
    if isinstance(content, list):
        texts = (block.get("text") for block in content if isinstance(block, dict))
        content = "\n".join(text for text in texts if isinstance(text, str))
    if not isinstance(content, str):
        return ""
    return content[:_LONGEST_TEXT].replace("\u2019", "'").strip()


def _name_of(text: object) -> str:
    """Return a name fit to be kept and shown, empty where there is none."""
    if not isinstance(text, str):
        return ""
    return "".join(sign for sign in text if sign.isprintable()).strip()[:_LONGEST_NAME]
