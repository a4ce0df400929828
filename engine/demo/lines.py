"""The lines of a transcript, in the compact form Claude Code 2.1 gives them."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

import msgspec

from engine.demo import text
from engine.demo.user import UNPRICED
from engine.domain.responses import Tokens
from engine.domain.times import iso_time

VERSION = "2.1.330"
_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


class Line(NamedTuple):
    """Bytes that belong to a file at a time, newline included.

    `path` is relative to `projects`; `responses` is 1 on the first line of a response.
    """

    time: int
    path: str
    data: bytes
    responses: int = 0


class Voice:
    """One thread of lines: the main conversation of a session, or a sub-agent's.

    Keeps what the next line needs of those before it: the parent's uuid and how much
    context the model has been given so far.
    """

    def __init__(
        self, chance: Random, path: str, model: str, envelope: str, scale: float, agent: str = ""
    ) -> None:
        """`envelope` holds the fields that all lines of the session end with."""
        self.path = path
        self.model = model
        self.agent = agent
        self.context = 0
        self.fresh = 14_000 if agent else 19_000
        self._chance = chance
        self._scale = scale
        self._parent = ""
        self._envelope = envelope
        self._tool = ""
        self._side = f'"isSidechain":true,"agentId":"{agent}"' if agent else '"isSidechain":false'

    def prompt(self, time: int, words: str) -> Line:
        """Return what the user (or the main conversation, to a sub-agent) asks."""
        self.fresh += 40 + len(words) // 3
        return self._user(time, f'"role":"user","content":{quoted(words)}', "")

    def tool_result(self, time: int, characters: float, told: str = "") -> Line:
        """Return the result of the tool last used, written twice as Claude Code does.

        `characters` are what the model is given; `told` is what a sub-agent reported.
        """
        output = told or text.output(self._chance, characters * self._scale)
        self.fresh += min(25_000, 30 + int(characters / 3))
        content = (
            f'"role":"user","content":[{{"tool_use_id":"{self._tool}","type":"tool_result",'
            f'"content":"{output}"}}]'
        )
        again = f'"toolUseResult":{{"stdout":"{output}","stderr":"","interrupted":false}},'
        return self._user(time, content, again)

    def response(self, begin: int, span: int, stop: str, tool: str) -> list[Line]:
        """Return the lines of one response that streams from `begin` for `span` ms.

        `output_tokens` grows from line to line; only the last line has all of the usage.
        """
        chance = self._chance
        blocks = self._blocks(stop, tool)
        tokens = self._use_tokens()
        message, request = f"msg_01{serial(chance, 22)}", f"req_011C{serial(chance, 20)}"
        lines = []
        for i, block in enumerate(blocks):
            is_last = i == len(blocks) - 1
            output = tokens.output if is_last else max(1, tokens.output * i // len(blocks))
            usage = _usage(tokens, output, is_last)
            ended = f'"{stop}"' if is_last else "null"
            body = (
                f'"message":{{"model":"{self.model}","id":"{message}","type":"message",'
                f'"role":"assistant","content":[{block}],"stop_reason":{ended},'
                f'"stop_sequence":null,"stop_details":null,"usage":{usage},"diagnostics":null}},'
            )
            if self.model != UNPRICED:
                body += f'"requestId":"{request}",'
            time = begin + span * i // max(1, len(blocks) - 1)
            lines.append(self._line(time, body + '"type":"assistant",', "", int(i == 0)))
        return lines

    def _blocks(self, stop: str, tool: str) -> list[str]:
        chance, scale = self._chance, self._scale
        blocks = []
        if chance.random() < 0.35:
            thought = text.answer(chance, 900 * scale)
            blocks.append(
                f'{{"type":"thinking","thinking":"{thought}",'
                f'"signature":"{text.signature(chance)}"}}'
            )
        if stop == "end_turn" or chance.random() < 0.45:
            said = text.answer(chance, scale * (1_500 if stop == "end_turn" else 400))
            blocks.append(f'{{"type":"text","text":"{said}"}}')
        if stop == "tool_use":
            self._tool = f"toolu_01{serial(chance, 22)}"
            blocks.append(f'{{"type":"tool_use","id":"{self._tool}",{tool}}}')
        return blocks

    def _use_tokens(self) -> Tokens:
        """Return what the next response uses, and let the context grow by it."""
        chance = self._chance
        if self.context > 165_000:
            self.context, self.fresh = 0, 32_000
        output = int(min(9_000, max(24, chance.lognormvariate(5.6, 0.9))))
        written = self.fresh
        tokens = Tokens(
            input=chance.randrange(1, 9),
            output=output,
            cache_read=self.context,
            cache_write_5m=written if self.agent else 0,
            cache_write_1h=0 if self.agent else written,
        )
        self.context += written
        self.fresh = output
        return tokens

    def _user(self, time: int, message: str, more: str) -> Line:
        body = f'"promptId":"{uuid(self._chance)}","type":"user","message":{{{message}}},'
        return self._line(time, body, more)

    def _line(self, time: int, body: str, more: str, responses: int = 0) -> Line:
        own = uuid(self._chance)
        parent = f'"{self._parent}"' if self._parent else "null"
        self._parent = own
        line = (
            f'{{"parentUuid":{parent},{self._side},{body}"uuid":"{own}",'
            f'"timestamp":"{iso(time)}",{more}{self._envelope}}}\n'
        )
        return Line(time, self.path, line.encode(), responses)

    def cool(self) -> None:
        """Let the prompt cache run out, as a long break does: all is written anew."""
        self.fresh += self.context
        self.context = 0


def envelope(cwd: str, session: str, branch: str) -> str:
    """Return the fields that end every line of a session."""
    return (
        f'"userType":"external","entrypoint":"cli","cwd":{quoted(cwd)},"sessionId":"{session}",'
        f'"version":"{VERSION}","gitBranch":{quoted(branch)}'
    )


def note(time: int, path: str, fields: dict[str, object]) -> Line:
    """Return a line without a uuid, such as a title."""
    return Line(time, path, msgspec.json.encode(fields) + b"\n")


def _usage(tokens: Tokens, output: int, is_last: bool) -> str:
    written = tokens.cache_write
    creation = (
        f'"cache_creation":{{"ephemeral_5m_input_tokens":{tokens.cache_write_5m},'
        f'"ephemeral_1h_input_tokens":{tokens.cache_write_1h}}}'
    )
    head = (
        f'"input_tokens":{tokens.input},"cache_creation_input_tokens":{written},'
        f'"cache_read_input_tokens":{tokens.cache_read}'
    )
    if not is_last:
        return (
            f'{{{head},{creation},"output_tokens":{output},"service_tier":"standard",'
            '"inference_geo":"not_available"}'
        )
    return (
        f'{{{head},"output_tokens":{output},"server_tool_use":{{"web_search_requests":0,'
        f'"web_fetch_requests":0}},"service_tier":"standard",{creation},'
        f'"inference_geo":"not_available","iterations":[{{{head},"output_tokens":{output},'
        f'{creation},"type":"message"}}],"speed":"standard"}}'
    )


def quoted(words: str) -> str:
    """Return a JSON string."""
    return msgspec.json.encode(words).decode()


def iso(time: int) -> str:
    """Return a time the way Claude Code writes it, such as `2026-11-22T13:00:00.000Z`."""
    return iso_time(time)


def uuid(chance: Random) -> str:
    """Return a version 4 uuid."""
    digits = f"{chance.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def serial(chance: Random, length: int) -> str:
    """Return letters and digits as the ids of messages and requests end in."""
    return "".join(chance.choices(_ALPHABET, k=length))
