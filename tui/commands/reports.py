"""Runs a report command: asks the monitor once, prints what it answers, and is done."""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from datetime import date
from typing import Literal

from msgspec.structs import replace

from engine.agents.names import title_of
from engine.domain.questions import Answer, Comparison, Question, Selection, SessionAnswer
from engine.domain.responses import CLAUDE
from engine.domain.times import HOUR, open_zone
from engine.live.timings import Timings
from engine.monitor import Monitor
from tui.commands.printing import Asked, is_written, print_page, print_sections, print_written
from tui.config.settings_of import agents_of, settings_of
from tui.options import UsageError
from tui.terminal.progress_line import ProgressLine

_NOT_FOUND = 1
_MOST_NAMED = 3


def run_report(options: Namespace) -> int:
    """Print one report; return the exit code.

    Takes options that `tui.config.checks` has found to hold; raises `UsageError` where two of them
    do not hold together.
    """
    with Monitor(settings_of(options)) as monitor:
        monitor.timings.note("start", time.process_time())
        selection = selection_of(options, monitor.today())
        monitor.require_roots()
        monitor.fetch()
        with ProgressLine(sys.stderr) as line:
            monitor.catch_up(line.show)
        lacks = monitor.take_fetched()
        run = _run_sections if options.sections else _run_one
        code, notes = run(monitor, selection, options)
        for text in (*lacks, *notes):
            _tell(text)
        if options.benchmark:
            _tell_timings(monitor.timings)
    return code


def _run_one(
    monitor: Monitor, selection: Selection, options: Namespace
) -> tuple[int, tuple[str, ...]]:
    """Print a report; return the exit code and what is to be said beside it."""
    measured = monitor.timings.measured
    with measured("answer"):
        asked, problem = _ask(monitor, selection, options)
    with measured("print"):
        _print(monitor, asked, selection, options)
        sys.stdout.flush()
    return _NOT_FOUND if asked is None else 0, (problem, *_notes(monitor, asked))


def _run_sections(
    monitor: Monitor, selection: Selection, options: Namespace
) -> tuple[int, tuple[str, ...]]:
    """Print several reports of one reading; return the exit code and what is to be said."""
    if options.csv or options.markdown or options.instances or options.id is not None:
        raise UsageError(
            "--sections is for JSON and the terminal, and for whole reports: leave --csv,"
            " --markdown, --instances and --id out."
        )
    asked = tuple(
        monitor.answers.answer(replace(question_of(options, selection), kind=kind))
        for kind in options.sections
    )
    if options.json:
        print_sections(asked, options)
    else:
        for place, answer in enumerate(asked):
            print("\n" if place else "", end="")
            _print(monitor, answer, selection, options)
    sys.stdout.flush()
    return 0, tuple(dict.fromkeys(text for each in asked for text in _notes(monitor, each)))


def selection_of(options: Namespace, today: date) -> Selection:
    """Return which responses a command line asks about; raises `UsageError`."""
    from engine.reports.queries.days import parse_day

    since, until = (
        parse_day(text, today) if text else None for text in (options.since, options.until)
    )
    if since and until and since > until:
        raise UsageError(f"--since {since} is after --until {until}: swap them.")
    return Selection(
        since=since,
        until=until,
        project=options.project,
        model=options.model,
        mode=options.mode,
        agents=agents_of(options),
    )


def question_of(options: Namespace, selection: Selection) -> Question:
    """Return what a command line asks of the responses selected."""
    return Question(
        kind=options.command,
        selection=selection,
        last=options.last,
        by_project=options.instances,
        sort=options.sort,
        order=options.order,
        top=options.top,
        block_length=round(options.session_length * HOUR),
        is_active_only=options.active,
        is_recent_only=options.recent,
        token_limit=_token_limit(options.token_limit),
    )


def _token_limit(text: str | None) -> int | Literal["max"] | None:
    from engine.reports.queries.days import parse_token_limit

    return parse_token_limit(text) if text else None


def _ask(monitor: Monitor, selection: Selection, options: Namespace) -> tuple[Asked | None, str]:
    """Return the answer, or a sentence that says why there is none."""
    if options.command == "summary":
        return monitor.answers.summary(selection), ""
    if options.command == "compare":
        return monitor.answers.compare(options.left, options.right, selection), ""
    if options.command == "session" and options.id is not None:
        return _find_session(monitor, options)
    return monitor.answers.answer(question_of(options, selection)), ""


def _find_session(monitor: Monitor, options: Namespace) -> tuple[SessionAnswer | None, str]:
    """Return the session with an id, or with one that begins so; else which there are."""
    named = options.id
    found = monitor.answers.session(named, options.mode)
    if found is not None:
        return found, ""
    known = [each.row.key for each in monitor.answers.answer(Question(kind="session")).rows]
    begun = [name for name in known if name.startswith(named)] if named else []
    if len(begun) == 1:
        return monitor.answers.session(begun[0], options.mode), ""
    if begun:
        names = ", ".join(begun[:_MOST_NAMED])
        more = f" and {len(begun) - _MOST_NAMED} more" if len(begun) > _MOST_NAMED else ""
        return None, f"'{named}' begins the ids of several sessions: {names}{more}."
    from difflib import get_close_matches

    near = get_close_matches(named, known, _MOST_NAMED)
    hint = f"did you mean {' or '.join(near)}?" if near else "`ccmon session --json` lists them."
    return None, f"There is no session '{named}': {hint}"


def _print(monitor: Monitor, asked: Asked | None, selection: Selection, options: Namespace) -> None:
    zone, _ = open_zone(monitor.settings.zone, monitor.settings.environment)
    if is_written(options):
        print_written(asked, zone, options)
    elif asked is not None:
        nothing = _nothing(monitor, asked)
        if nothing:
            print(nothing)
        else:
            print_page(asked, zone, selection, options)


def _nothing(monitor: Monitor, asked: Asked) -> str:
    """Return why there is nothing to show and what to do; empty where there is something."""
    if _has_something(asked):
        return ""
    snapshot = monitor.snapshot()
    named = monitor.settings.agents
    if not snapshot.responses and named and CLAUDE not in named:
        titles = " or ".join(map(title_of, named))
        return f"No response of {titles} is known: ccmon agents --all says where was looked."
    if snapshot.responses:
        is_list = isinstance(asked, Answer) and not asked.question.is_active_only
        said = "Nothing matches: no response is in the days, projects and models asked for."
        return said if is_list else ""
    from tui.words.format import plain

    places = "; ".join(f"{plain(place.path)} ({place.found})" for place in snapshot.places)
    return (
        f"No response is known yet. Looked at: {places}. "
        "Point elsewhere with CLAUDE_CONFIG_DIR or --config-dir PATH, or try ccmon live --demo."
    )


def _has_something(asked: Asked) -> bool:
    if isinstance(asked, Answer):
        return bool(asked.rows)
    if isinstance(asked, SessionAnswer):
        return True
    if isinstance(asked, Comparison):
        return any(side.row.figures.responses for side in (asked.left, asked.right))
    return asked.month.figures.responses > 0


def _notes(monitor: Monitor, asked: Asked | None) -> list[str]:
    """Return what the user should know beside the report."""
    notices = monitor.notices()
    told = [notice.text for notice in notices if notice.severity != "information"]
    return [*(asked.notes if isinstance(asked, Answer) else ()), *told]


def _tell_timings(timings: Timings) -> None:
    """Say how long each phase took; those that asked the network ran beside the others."""
    for name, seconds in timings.seconds.items():
        print(f"{name:<12}{seconds * 1_000:>10.1f} ms", file=sys.stderr)


def _tell(text: str) -> None:
    if text:
        from tui.words.format import plain

        print(f"ccmon: {plain(text)}", file=sys.stderr)
