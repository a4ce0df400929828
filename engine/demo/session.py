"""The lines of one made-up session in time order: turns, tools, sub-agents, titles."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import pairwise
from random import Random

from engine.demo import text
from engine.demo.lines import Line, Voice, envelope, note, quoted, uuid
from engine.demo.plan import Plan, plan_sessions, response_times
from engine.demo.user import AGENT_MODELS, MAIN_MODELS, PROJECTS, DemoUser, choose_model
from engine.domain.times import HOUR, SECOND

_COPIED_BY_FORK = 40


def session_lines(user: DemoUser, plan: Plan) -> Iterator[Line]:
    """Yield the lines of a session, oldest first; those after now included."""
    return _Session(user, plan).lines()


class _Session:
    """Tells one session, response by response."""

    def __init__(self, user: DemoUser, plan: Plan) -> None:
        self._user = user
        self._plan = plan
        self._chance = chance = user.random("session", plan.number)
        project = PROJECTS[plan.project]
        self._id = uuid(chance)
        self._place = project.directory
        self._cwd = project.cwd
        self._envelope = envelope(project.cwd, self._id, chance.choice(project.branches))
        path = f"{self._place}/{self._id}.jsonl"
        self._main = Voice(
            chance, path, choose_model(chance, MAIN_MODELS), self._envelope, user.text_scale
        )
        self._agents: list[Voice] = []
        self._agent_responses = 0
        self._title, self._task = chance.choice(text.TASKS)
        self._left_in_turn = 0

    def lines(self) -> Iterator[Line]:
        """Yield everything, each response in the time before the next one begins."""
        if self._plan.fork_of is not None:
            yield from self._copied(self._plan.fork_of)
        is_first, before = True, self._plan.start
        for begin, upcoming in pairwise(self._times()):
            if begin - before > HOUR:
                self._main.cool()
            before = begin
            if self._agent_responses:
                yield from self._agent_response(begin, upcoming)
                continue
            if not self._left_in_turn:
                yield from self._turn(begin, is_first)
            yield from self._main_response(begin, upcoming)
            if is_first:
                yield self._titled(min(upcoming, begin + 8 * SECOND))
            is_first = False

    def _times(self) -> Iterator[int]:
        """Yield when each response begins, and at last when nothing follows any more."""
        last = self._plan.start
        for piece in self._plan.pieces:
            for last in response_times(piece, self._chance):
                yield last
        if self._plan.until:
            last = max(last, self._user.now_ms)
        while last < self._plan.until:
            is_pause = self._left_in_turn == 1 and not self._agent_responses
            seconds = self._chance.uniform(*((20, 70) if is_pause else (5, 15)))
            last += int(seconds * SECOND)
            yield last
        yield last + 20 * SECOND

    def _turn(self, begin: int, is_first: bool) -> Iterator[Line]:
        self._left_in_turn = self._chance.randrange(3, 15)
        words = self._task if is_first else self._chance.choice(text.FOLLOW_UPS)
        yield self._main.prompt(begin, words)

    def _main_response(self, begin: int, upcoming: int) -> Iterator[Line]:
        chance = self._chance
        self._left_in_turn -= 1
        is_end = not self._left_in_turn
        sends = not is_end and chance.random() < 0.05
        tool = self._errand() if sends else self._tool()
        span = self._span(begin, upcoming)
        stop = "end_turn" if is_end else "tool_use"
        yield from self._main.response(begin, span, stop, tool)
        end = begin + span
        if is_end:
            yield note(end, self._main.path, self._last_prompt())
        elif sends:
            yield from self._send_agents(end)
        else:
            size = chance.lognormvariate(7.3, 1.1)
            yield self._main.tool_result(end + self._working(end, upcoming), size)

    def _send_agents(self, time: int) -> Iterator[Line]:
        """Start one to three sub-agents; the next responses are theirs."""
        for _ in range(self._chance.choice((1, 1, 2, 3))):
            kind, errand = self._chance.choice(text.ERRANDS)
            agent = f"a{self._chance.getrandbits(64):016x}"
            path = f"{self._place}/{self._id}/subagents/agent-{agent}.jsonl"
            model = choose_model(self._chance, AGENT_MODELS)
            voice = Voice(self._chance, path, model, self._envelope, self._user.text_scale, agent)
            self._agents.append(voice)
            about = {"agentType": kind, "description": errand, "spawnDepth": 1, "model": model}
            yield note(time, path.replace(".jsonl", ".meta.json"), about)
            yield voice.prompt(time, f"{errand}. Report in five lines.")
        self._agent_responses = len(self._agents) * self._chance.randrange(4, 13)

    def _agent_response(self, begin: int, upcoming: int) -> Iterator[Line]:
        self._agent_responses -= 1
        voice = self._agents[self._agent_responses % len(self._agents)]
        is_end = self._agent_responses < len(self._agents)
        span = self._span(begin, upcoming)
        stop = "end_turn" if is_end else "tool_use"
        yield from voice.response(begin, span, stop, self._tool())
        end = begin + span
        if not is_end:
            size = self._chance.lognormvariate(7.0, 1.0)
            yield voice.tool_result(end + self._working(end, upcoming), size)
        if not self._agent_responses:
            self._agents.clear()
            told = text.answer(self._chance, 600 * self._user.text_scale)
            yield self._main.tool_result(end, 600, told)

    def _span(self, begin: int, upcoming: int) -> int:
        """Return how long a response streams: seconds, and well before the next begins."""
        return min(int((upcoming - begin) * 0.55), 2_600)

    def _working(self, end: int, upcoming: int) -> int:
        """Return how long a tool works before its result is written."""
        return min(upcoming - end, 20 * SECOND) // 4

    def _tool(self) -> str:
        return _tool(self._chance, self._cwd)

    def _errand(self) -> str:
        kind, errand = self._chance.choice(text.ERRANDS)
        return (
            f'"name":"Task","input":{{"description":"{errand}","subagent_type":"{kind}",'
            f'"prompt":"{errand}. Report in five lines."}}'
        )

    def _titled(self, time: int) -> Line:
        if self._chance.random() < 0.15:
            fields = {"type": "custom-title", "customTitle": self._title, "sessionId": self._id}
        elif self._chance.random() < 0.1:
            leaf = uuid(self._chance)
            fields = {"type": "summary", "summary": self._title, "leafUuid": leaf}
        else:
            fields = {"type": "ai-title", "aiTitle": self._title, "sessionId": self._id}
        return note(time, self._main.path, dict(fields))

    def _last_prompt(self) -> dict[str, object]:
        return {"type": "last-prompt", "lastPrompt": self._task, "sessionId": self._id}

    def _copied(self, number: int) -> Iterator[Line]:
        """Yield the end of the session this one forked from, as a fork copies it."""
        parent = _Session(self._user, plan_sessions(self._user)[number])
        before: deque[Line] = deque(maxlen=_COPIED_BY_FORK)
        for line in parent.lines():
            if line.time > self._plan.start:
                break
            if line.path == parent._main.path and b'"uuid":"' in line.data:
                before.append(line)
        theirs = f'"sessionId":"{parent._id}"'
        for line in before:
            message = line.data.rpartition(b'"uuid":"')[2][:36].decode()
            ours = (
                f'"sessionId":"{self._id}","forkedFrom":'
                f'{{"sessionId":"{parent._id}","messageUuid":"{message}"}}'
            )
            copy = line.data.replace(theirs.encode(), ours.encode())
            yield Line(self._plan.start, self._main.path, copy)


def _tool(chance: Random, cwd: str) -> str:
    """Return the name and input of an everyday tool call."""
    file = chance.choice(
        ("importer.py", "palette.ts", "queue/retry.go", "tides/潮汐.ts", "deck.sql")
    )
    path = quoted(f"{cwd}/src/{file}")
    return chance.choice(
        (
            f'"name":"Read","input":{{"file_path":{path}}}',
            '"name":"Bash","input":{"command":"make test","description":"Run the tests"}',
            '"name":"Grep","input":{"pattern":"capacity","output_mode":"content"}',
            f'"name":"Edit","input":{{"file_path":{path},"old_string":"return None",'
            '"new_string":"return found"}',
        )
    )
