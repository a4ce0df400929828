"""The commands of the reports: each asks the monitor once, prints the answer, and is done."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from engine.domain.report_definitions import definition_of
from tui.commands.one_session import find_session, one_session
from tui.options import values
from tui.options.definition import Command, Namespace, Option, UsageError
from tui.options.order import SORTING
from tui.options.parts import BREAKDOWN, BY_AGENT, BY_MACHINE, BY_PERSON
from tui.options.shared import (
    ACCOUNT,
    CHOSEN,
    DATES,
    IDLE,
    INSTANCES,
    LAST,
    OUTPUT,
    PLACES,
    PROJECT_ALIASES,
    SECTIONS,
)

if TYPE_CHECKING:
    from engine.domain.choices import Apart
    from engine.domain.questions import Answered, Selection
    from engine.monitor import Monitor

Ask = Callable[["Monitor", "Selection", Namespace], "tuple[Answered | None, str]"]
"""Returns an answer, or a sentence that says why there is none."""

_NOT_FOUND = 1
_OWN: dict[str, Option] = {
    "session": Option(
        (),
        "one session with all its responses, by its id or the beginning of it",
        "SESSION",
        name="session",
        is_required=False,
        is_configurable=False,
    ),
    "id": Option(
        ("-i", "--id"),
        "the same, as ccusage has it",
        "SESSION",
        is_configurable=False,
    ),
    "last": LAST,
    "breakdown": BREAKDOWN,
    "by_agent": BY_AGENT,
    "by_machine": BY_MACHINE,
    "by_person": BY_PERSON,
    "instances": INSTANCES,
    "project_aliases": PROJECT_ALIASES,
    "sections": SECTIONS,
    "active": Option(
        ("-a", "--active"), "only the active block", default=False, off=("--no-active",)
    ),
    "recent": Option(
        ("-r", "--recent"),
        "only blocks of the last three days, and the active one",
        default=False,
        off=("--no-recent",),
    ),
    "token_limit": Option(
        ("-t", "--token-limit"),
        "measure blocks against a limit: 500k, 1.5M, or max (your largest finished block)",
        "LIMIT",
        example='"500k"',
        read=values.token_limit,
    ),
    "account": ACCOUNT,
    "session_length": Option(
        ("-n", "--session-length"),
        "how long a block is, in hours (default: 5)",
        "HOURS",
        read=values.hours,
        default=5.0,
        example="5",
    ),
}
"""What a report may have beside the options of all."""


def command_of(key: str) -> Command:
    """Return the command of a report."""
    report = definition_of(key)
    return Command(
        report.key,
        "reports",
        report.summary,
        run,
        shared=(DATES, CHOSEN, SORTING, OUTPUT, PLACES, IDLE),
        own=tuple(_OWN[name] for name in report.options),
        examples=report.examples,
    )


def run(options: Namespace) -> int:
    """Print one report, one session, or several reports; return the exit code.

    Raises `UsageError` where two sessions are named.
    """
    one_session(options)
    return run_question(options, _ask)


def run_question(options: Namespace, ask: Ask) -> int:
    """Print what is answered to one question; return the exit code.

    Raises `UsageError` where two options do not hold together.
    """
    from engine.monitor import Monitor
    from tui.config.questions import selection_of
    from tui.config.settings import settings_of
    from tui.terminal.progress_line import ProgressLine

    with Monitor(settings_of(options)) as monitor:
        monitor.timings.note("start", time.process_time())
        selection = selection_of(options, monitor.today())
        monitor.require_roots()
        monitor.fetch()
        with ProgressLine(sys.stderr) as line:
            monitor.catch_up(line.show)
        lacks = monitor.take_fetched()
        if options.sections:
            code, notes = _run_sections(monitor, selection, options)
        else:
            code, notes = _run_one(monitor, selection, options, ask)
        for text in (*lacks, *notes):
            _tell(text)
        if options.benchmark:
            _tell_timings(monitor.timings.seconds, monitor.reader)
    return code


def _run_one(
    monitor: Monitor, selection: Selection, options: Namespace, ask: Ask
) -> tuple[int, tuple[str, ...]]:
    """Print a report; return the exit code and what is to be said beside it."""
    measured = monitor.timings.measured
    with measured("answer"):
        asked, problem = ask(monitor, selection, options)
    with measured("print"):
        _print(monitor, asked, selection, options)
        sys.stdout.flush()
    return _NOT_FOUND if asked is None else 0, (problem, *_notes(monitor, asked))


def _run_sections(
    monitor: Monitor, selection: Selection, options: Namespace
) -> tuple[int, tuple[str, ...]]:
    """Print several reports of one reading; return the exit code and what is to be said."""
    from msgspec.structs import replace

    from tui.config.questions import question_of

    if options.csv or options.markdown or options.instances or one_session(options):
        raise UsageError(
            "--sections is for JSON and the terminal, and for whole reports: leave --csv,"
            " --markdown, --instances and --id out."
        )
    asked = tuple(
        monitor.answers.answer(replace(question_of(options, selection), kind=kind))
        for kind in options.sections
    )
    if options.json or options.jq:
        from tui.flat.written import sections_text

        sys.stdout.write(sections_text(asked, options))
    else:
        for place, answer in enumerate(asked):
            print("\n" if place else "", end="")
            _print(monitor, answer, selection, options)
    sys.stdout.flush()
    return 0, tuple(dict.fromkeys(text for each in asked for text in _notes(monitor, each)))


def _ask(monitor: Monitor, selection: Selection, options: Namespace) -> tuple[Answered | None, str]:
    from tui.config.questions import question_of

    named = one_session(options)
    if named is not None:
        return find_session(monitor, named, selection)
    return monitor.answers.answer(question_of(options, selection)), ""


def _print(
    monitor: Monitor, asked: Answered | None, selection: Selection, options: Namespace
) -> None:
    from engine.domain.times import open_zone

    zone, _ = open_zone(monitor.settings.zone, monitor.settings.environment)
    if options.json or options.jq or options.csv or options.markdown:
        from tui.flat.written import written_text

        sys.stdout.write(written_text(asked, zone, options))
    elif asked is not None:
        from tui.tables.nothing import why_nothing

        nothing = why_nothing(monitor, asked)
        if nothing:
            print(nothing)
        else:
            _print_page(asked, zone, selection, options)


def _print_page(asked: Answered, zone: str, selection: Selection, options: Namespace) -> None:
    """Print a page that fits the terminal, in colours where somebody looks."""
    from engine.domain.typed.asked import apart_of
    from tui.tables.look import Look
    from tui.tables.pages import page_of
    from tui.tables.terminal import has_styles, print_lines, width_of

    look = Look(
        width=width_of(sys.stdout),
        zone=zone,
        is_compact=options.compact,
        has_cost=not options.no_cost,
        projects=options.project_alias_map,
        models=options.model_alias_map,
    )
    lines = page_of(
        asked,
        look,
        selection,
        is_broken_down=options.breakdown,
        apart=apart_of(vars(options)) or _usually_apart(asked, options.by_agent),
    )
    print_lines(lines, is_styled=has_styles(options.color, sys.stdout))


def _usually_apart(asked: Answered, by_agent: bool | None) -> Apart | None:
    """Return whose lines rows have unless asked otherwise: of periods each of several agents'."""
    from engine.domain.questions import Answer

    is_usual = isinstance(asked, Answer) and asked.question.report.is_period and asked.has_agents
    return "agent" if is_usual and by_agent is None else None


def _notes(monitor: Monitor, asked: Answered | None) -> list[str]:
    """Return what the user should know beside the report."""
    from engine.domain.questions import Answer

    notices = monitor.notices()
    told = [notice.text for notice in notices if notice.severity != "information"]
    return [*(asked.notes if isinstance(asked, Answer) else ()), *told]


def _tell_timings(seconds: Mapping[str, float], reader: str) -> None:
    """Say how long each phase took, and which reader ran.

    Phases that asked the network ran beside the others.
    """
    for name, each in seconds.items():
        print(f"{name:<12}{each * 1_000:>10.1f} ms", file=sys.stderr)
    print(f"{'reader':<12}{reader:>10}", file=sys.stderr)


def _tell(text: str) -> None:
    if text:
        from tui.words.format import plain

        print(f"ccmon: {plain(text)}", file=sys.stderr)
