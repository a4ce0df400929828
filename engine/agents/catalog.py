"""The agents that come with ccmon, and where each one's store may lie."""

from __future__ import annotations

from engine.agents.packages import Listed
from engine.domain.responses import TELEMETRY

_EDITORS = (
    "{support}/Code",
    "{support}/Code - Insiders",
    "{support}/VSCodium",
    "{support}/Cursor",
    "{support}/Windsurf",
    "~/.vscode-server/data",
    "~/.vscode-server-insiders/data",
    "~/.vscode-remote/data",
    "~/.cursor-server/data",
    "~/.windsurf-server/data",
)
"""Where VS Code and editors made from it keep their data, here and on remote machines."""


_NO_SPLIT = "it keeps one sum of tokens for prompts, cache and answers together"
_NO_COUNTS = "it keeps no counts of tokens: they are on its maker's servers alone"
_ENCRYPTED = "its conversations are encrypted; only its own running program can read them"


def _in_editors(extension: str) -> tuple[str, ...]:
    """Return where an extension may keep its data."""
    return tuple(f"{editor}/User/globalStorage/{extension}" for editor in _EDITORS)


LISTED: tuple[Listed, ...] = (
    Listed(
        "codex",
        "Codex",
        ("~/.codex",),
        variable="CODEX_HOME",
        marks=("sessions", "archived_sessions"),
    ),
    Listed("opencode", "OpenCode", ("{data}/opencode",), variable="OPENCODE_DATA_DIR"),
    Listed(
        "gemini",
        "Gemini CLI",
        ("~/.gemini",),
        variable="GEMINI_CLI_HOME",
        within=".gemini",
        marks=("tmp",),
    ),
    Listed("qwen", "Qwen Code", ("~/.qwen",), variable="QWEN_DATA_DIR", marks=("projects", "tmp")),
    Listed(
        "copilot",
        "GitHub Copilot CLI",
        ("~/.copilot",),
        variable="COPILOT_HOME",
        marks=("session-store.db", "session-state", "otel"),
    ),
    Listed("kilo", "Kilo CLI", ("{data}/kilo",), variable="KILO_DATA_DIR"),
    Listed("amp", "Amp", ("{data}/amp",), variable="AMP_DATA_DIR", marks=("threads",)),
    Listed(
        "cline",
        "Cline",
        (
            *_in_editors("saoudrizwan.claude-dev"),
            "$CLINE_DATA_DIR",
            "$CLINE_DIR/data",
            "~/.cline/data",
        ),
        marks=("tasks", "sessions"),
    ),
    Listed(
        "codebuff",
        "Codebuff",
        ("~/.config/manicode", "~/.config/manicode-dev", "~/.config/manicode-staging"),
        variable="CODEBUFF_DATA_DIR",
        marks=("projects",),
    ),
    Listed(
        "crush",
        "Crush",
        ("~/.crush",),
        marks=("crush.db",),
        index="{local}/crush/projects.json",
        more="engine.agents.crush:places_in",
    ),
    Listed("droid", "Droid", ("~/.factory/sessions",), variable="DROID_SESSIONS_DIR"),
    Listed(
        "gajae",
        "Gajae",
        ("~/.gjc/agent",),
        module="engine.agents.pi:GAJAE",
        marks=("sessions",),
    ),
    Listed(
        "goose",
        "Goose",
        (
            "{data}/goose/sessions",
            "{support}/goose/sessions",
            "{data}/Block/goose/sessions",
            "{support}/Block/goose/sessions",
            "{support}/Block/goose/data/sessions",
        ),
        variable="GOOSE_PATH_ROOT",
        within="data/sessions",
        marks=("sessions.db",),
    ),
    Listed("grok", "Grok Build", ("~/.grok",), variable="GROK_HOME", marks=("sessions",)),
    Listed(
        "hermes",
        "Hermes",
        ("~/.hermes", "$LOCALAPPDATA/hermes"),
        variable="HERMES_HOME",
        marks=("state.db", "profiles"),
    ),
    Listed(
        "kilo-code",
        "Kilo Code",
        _in_editors("kilocode.kilo-code"),
        module="engine.agents.cline:KILO",
        marks=("tasks",),
    ),
    Listed(
        "kimchi",
        "Kimchi",
        ("{config}/kimchi/harness",),
        module="engine.agents.pi:KIMCHI",
        marks=("sessions",),
    ),
    Listed("kimi", "Kimi CLI", ("~/.kimi",), variable="KIMI_DATA_DIR", marks=("sessions",)),
    Listed(
        "kimi-code",
        "Kimi Code",
        ("~/.kimi-code",),
        module="engine.agents.kimi:CODE",
        variable="KIMI_CODE_HOME",
        marks=("sessions",),
    ),
    Listed("mimo", "MiMo Code", ("{data}/mimocode",), marks=("mimocode.db",)),
    Listed("mux", "Mux", ("~/.mux",), marks=("sessions",)),
    Listed(
        "oh-my-pi",
        "Oh My Pi",
        ("~/.omp/agent",),
        module="engine.agents.pi:OH_MY_PI",
        marks=("sessions",),
    ),
    Listed(
        "openclaw",
        "OpenClaw",
        ("~/.openclaw", "~/.clawdbot", "~/.moltbot", "~/.moldbot"),
        variable="OPENCLAW_DIR",
        marks=("agents",),
    ),
    Listed("pi", "pi", ("~/.pi/agent",), variable="PI_CODING_AGENT_DIR", marks=("sessions",)),
    Listed(
        "prime",
        "Prime Agent",
        ("~/.prime/agent",),
        module="engine.agents.pi:PRIME",
        marks=("sessions",),
    ),
    Listed(
        "roo",
        "Roo Code",
        _in_editors("rooveterinaryinc.roo-cline"),
        module="engine.agents.cline:ROO",
        marks=("tasks",),
    ),
    Listed(
        "senpi",
        "Senpi",
        ("~/.senpi/agent", "~/.senpi"),
        module="engine.agents.pi:SENPI",
        marks=("sessions",),
    ),
    Listed(
        "cursor",
        "Cursor",
        ("{ccmon}/cursor", "{config}/tokscale/cursor-cache", "~/.tokscale/cursor-cache"),
    ),
    Listed("zcode", "ZCode", ("~/.zcode",), variable="ZCODE_HOME", marks=("cli/db/db.sqlite",)),
    Listed(
        "aider",
        "Aider",
        ("~",),
        variable="CCMON_AIDER",
        marks=(".aider.chat.history.md",),
    ),
    Listed(
        "antigravity",
        "Antigravity",
        ("~/.gemini/antigravity", "~/.gemini/antigravity-cli", "~/.gemini/antigravity-ide"),
        marks=("conversations", "implicit"),
    ),
    Listed("augment", "Augment", ("~/.augment",), marks=("sessions",)),
    Listed("codebuddy", "CodeBuddy", ("~/.codebuddy",), marks=("projects",)),
    Listed(
        "copilot-chat",
        "Copilot Chat",
        tuple(f"{editor}/User" for editor in _EDITORS),
        module="engine.agents.vscode_chat:AGENT",
        marks=(
            "globalStorage/github.copilot-chat",
            "globalStorage/emptyWindowChatSessions",
            "workspaceStorage/*/chatSessions",
        ),
    ),
    Listed(
        "copilot-desktop",
        "GitHub Copilot app",
        ("~/.copilot",),
        module="engine.agents.copilot_desktop:AGENT",
        variable="COPILOT_HOME",
        marks=("data.db",),
    ),
    Listed(
        "devin",
        "Devin CLI",
        ("{data}/devin/cli", "{support}/devin/cli"),
        marks=("sessions.db", "cli_sessions.db"),
    ),
    Listed(
        "dsh",
        "DeepSeek Harness",
        ("~/.dsh",),
        module="engine.agents.deepseek:AGENT",
        variable="DSH_HOME",
        marks=("sessions",),
    ),
    Listed("fx", "fx", ("~/.fx",), marks=("sessions",)),
    Listed("jcode", "Jcode", ("~/.jcode",), variable="JCODE_HOME", marks=("sessions",)),
    Listed("junie", "Junie", ("~/.junie",), variable="JUNIE_HOME", marks=("sessions",)),
    Listed("kiro", "Kiro", ("~/.kiro",), variable="KIRO_HOME", marks=("sessions/cli",)),
    Listed(
        "opencode-go",
        "OpenCode (Go)",
        ("~/.opencode",),
        module="engine.agents.opencode_go:AGENT",
        variable="CCMON_OPENCODE_GO",
        within=".opencode",
        marks=("opencode.db",),
    ),
    Listed("vibe", "Mistral Vibe", ("~/.vibe",), variable="VIBE_HOME", marks=("logs/session",)),
    Listed(
        "workbuddy",
        "WorkBuddy",
        ("~/.workbuddy",),
        module="engine.agents.codebuddy:WORK",
        marks=("projects",),
    ),
    Listed(
        "zed",
        "Zed",
        (
            "{data}/zed",
            "{support}/Zed",
            "$LOCALAPPDATA/Zed",
            "~/.var/app/dev.zed.Zed/data/zed",
        ),
        marks=("threads/threads.db",),
    ),
    Listed(
        TELEMETRY,
        "Claude Code (telemetry)",
        ("{ccmon}/telemetry",),
        module="engine.agents.claude_telemetry:AGENT",
    ),
    Listed(
        "command-code",
        "Command Code",
        ("~/.commandcode",),
        marks=("projects",),
        problem=_NO_COUNTS,
    ),
    Listed(
        "warp",
        "Warp",
        (
            "~/Library/Group Containers/2BBY89MBSN.dev.warp/Library/Application Support/"
            "dev.warp.Warp-Stable",
            "~/.local/state/warp-terminal",
            "$LOCALAPPDATA/warp/Warp/data",
        ),
        marks=("warp.sqlite",),
        problem=_NO_SPLIT,
    ),
    Listed(
        "windsurf",
        "Windsurf",
        ("~/.codeium/windsurf",),
        marks=("cascade",),
        problem=_ENCRYPTED,
    ),
)
