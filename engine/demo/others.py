"""The made-up user's other coding agents: stores of Codex and of Gemini CLI."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from random import Random

from engine.demo.user import PROJECTS, DemoUser
from engine.domain.times import DAY, HOUR, MINUTE, SECOND, iso_time, moment_at

AGENTS = ("claude", "codex", "gemini")
"""The coding agents of a made-up user with other agents."""

_CODEX, _GEMINI = "codex", "gemini"
_MOST_DAYS = 14
_MODELS = {_CODEX: ("gpt-5.2-codex", "gpt-5.2"), _GEMINI: ("gemini-2.5-pro", "gemini-2.5-flash")}
_WEEK = 7 * DAY


def write_others(directory: Path, user: DemoUser) -> None:
    """Write what the user did with Codex and Gemini CLI, the newest of it just now.

    Below `directory` as `places_of_others` says. The same user always gives the same bytes.
    """
    chance = user.random("others", 0)
    for day in range(min(user.days, _MOST_DAYS)):
        start = user.now_ms - day * DAY - (90 if day else 55) * MINUTE
        if day == 0 or chance.random() < 0.7:
            _write_rollout(directory / _CODEX, chance, start, is_today=day == 0, number=day)
        if day == 0 or chance.random() < 0.4:
            _write_chat(directory / _GEMINI / ".gemini", chance, start + 20 * MINUTE, day)


def places_of_others(directory: Path) -> Mapping[str, str]:
    """Return the environment that leads ccmon to the stores below a demo's directory."""
    return {
        "CODEX_HOME": str(directory / _CODEX),
        "GEMINI_CLI_HOME": str(directory / _GEMINI),
    }


def _write_rollout(root: Path, chance: Random, start: int, *, is_today: bool, number: int) -> None:
    """Write a Codex thread: a running total of tokens, and what is used of the plan's windows."""
    moment = moment_at(start)
    digits = f"{start:012x}"
    name = f"{digits[:8]}-{digits[8:]}-7000-8000-{number:012x}"
    project, model = chance.choice(PROJECTS), chance.choice(_MODELS[_CODEX])
    total = dict.fromkeys(("input_tokens", "cached_input_tokens", "output_tokens"), 0)
    total |= {"reasoning_output_tokens": 0, "total_tokens": 0}
    about = {"id": name, "cwd": project.cwd, "source": "cli", "model_provider": "openai"}
    lines = [_line("session_meta", start, about)]
    lines.append(_line("turn_context", start + SECOND, {"cwd": project.cwd, "model": model}))
    count = chance.randrange(12, 40)
    for place in range(count):
        time = start + (54 * MINUTE * (place + 1)) // count
        fresh, output = chance.randrange(2_000, 9_000), chance.randrange(200, 1_800)
        cached = chance.randrange(20_000, 120_000)
        used = {
            "input_tokens": fresh + cached,
            "cached_input_tokens": cached,
            "output_tokens": output,
            "reasoning_output_tokens": output // 3,
            "total_tokens": fresh + cached + output,
        }
        total = {key: total[key] + used[key] for key in total}
        info = {"total_token_usage": total, "last_token_usage": used}
        said: dict[str, object] = {"type": "token_count", "info": info}
        if is_today:
            said["rate_limits"] = _windows(start, 100 * (place + 1) // count)
        lines.append(_line("event_msg", time, said))
    place_of_day = root / "sessions" / f"{moment:%Y/%m/%d}"
    place_of_day.mkdir(parents=True, exist_ok=True)
    path = place_of_day / f"rollout-{moment:%Y-%m-%dT%H-%M-%S}-{name}.jsonl"
    path.write_bytes(b"".join(lines))


def _windows(start: int, gone: int) -> dict[str, object]:
    """Return what OpenAI's server said of the plan's windows after a part of the session."""
    hours = start - start % HOUR
    return {
        "plan_type": "plus",
        "primary": {
            "used_percent": round(8 + gone * 0.2, 1),
            "window_minutes": 300,
            "resets_at": (hours + 5 * HOUR) // SECOND,
        },
        "secondary": {
            "used_percent": round(31 + gone * 0.04, 1),
            "window_minutes": 10_080,
            "resets_at": (hours - hours % _WEEK + _WEEK) // SECOND,
        },
    }


def _write_chat(root: Path, chance: Random, start: int, number: int) -> None:
    """Write a chat of Gemini CLI."""
    moment = moment_at(start)
    name = f"{chance.getrandbits(32):08x}"
    project = chance.choice(PROJECTS)
    place = root / "tmp" / Path(project.cwd).name
    (place / "chats").mkdir(parents=True, exist_ok=True)
    (place / ".project_root").write_text(project.cwd, "utf-8")
    records: list[object] = [
        {"sessionId": f"{name}-0000-4000-8000-{number:012x}", "projectHash": name}
    ]
    count = chance.randrange(6, 18)
    for each in range(count):
        cached, fresh = chance.randrange(5_000, 60_000), chance.randrange(1_000, 8_000)
        output, thoughts = chance.randrange(150, 1_200), chance.randrange(50, 400)
        tokens = {"input": fresh + cached, "output": output, "cached": cached}
        tokens |= {"thoughts": thoughts, "tool": 0, "total": fresh + cached + output + thoughts}
        records.append(
            {
                "id": f"{name}-{each}",
                "timestamp": iso_time(start + (33 * MINUTE * (each + 1)) // count),
                "type": "gemini",
                "model": chance.choice(_MODELS[_GEMINI]),
                "tokens": tokens,
            }
        )
    path = place / "chats" / f"session-{moment:%Y-%m-%dT%H-%M}-{name}.jsonl"
    path.write_bytes(b"".join(json.dumps(record).encode() + b"\n" for record in records))


def _line(kind: str, time: int, payload: Mapping[str, object]) -> bytes:
    told = {"timestamp": iso_time(time), "type": kind, "payload": payload}
    return json.dumps(told).encode() + b"\n"
