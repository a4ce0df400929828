"""Where everything lies, and what can be set."""

from __future__ import annotations

from tui.config.sections import PRICE_PARTS
from tui.config.toml_file import command_tables, configurable
from tui.help.blocks import Code, Page, Paragraph, Terms, Title, paragraphs

_FILES_IN_FORCE = Terms(
    (
        (
            "ccusage.json",
            "a configuration of ccusage that is already there, for the keys that mean the same",
        ),
        ("config.toml", "yours; ccmon config path says where, ccmon config edit opens it"),
        ("./.ccmon.toml", "in the current directory"),
        (
            "--config FILE",
            "in place of both files above; a .json is read as ccusage's, in place of all three",
        ),
        ("the command line", "overrides everything else"),
    )
)
_EXAMPLE = Code(
    (
        'timezone = "Europe/Berlin"',
        "offline = true",
        "",
        "[daily]",
        "breakdown = true",
        "",
        "[live]",
        'theme = "light"',
        "",
        '[prices."my-model"]      # ' + ", ".join(PRICE_PARTS),
        "input = 3               # USD per million tokens",
        "output = 15",
        "",
        "[aliases.projects]",
        '"-home-me-shop" = "Shop"',
        "",
        "[aliases.models]",
        '"claude-opus-4-8" = "Opus"',
        "",
        "[limits]                # ccmon help limits says what else",
        "thresholds = [50, 75, 90]",
        "",
        "[notify]                # toast, bell, desktop …: ccmon help limits",
        "desktop = true",
    )
)
_PLACES = Terms(
    (
        (
            "transcripts",
            "read, never written: CLAUDE_CONFIG_DIR (comma-separated), else"
            " $XDG_CONFIG_HOME/claude and ~/.claude, on every system; --config-dir overrides both."
            " Those of WSL are read from Windows by --config-dir"
            " \\\\wsl.localhost\\Ubuntu\\home\\me\\.claude, those of Windows"
            " from WSL by --config-dir /mnt/c/Users/me/.claude",
        ),
        (
            "the ledger",
            "what was counted, and refreshed prices: CCMON_DATA_DIR, else"
            " $XDG_DATA_HOME/ccmon, else as below; --ledger PATH for the ledger alone",
        ),
        (
            "Cursor's usage",
            "cursor/ beside the ledger, as it was synced or given; cursor-session.json"
            " holds the login, for you alone",
        ),
        (
            "config.toml",
            "CCMON_CONFIG_DIR, else $XDG_CONFIG_HOME/ccmon, else as below; ccmon config path says"
            " where. Paths of Windows stand in single quotes in it: 'C:\\Users\\me'",
        ),
        ("./.ccmon.toml", "defaults for the current directory"),
        ("ccusage.json", "./.ccusage, then each directory of transcripts"),
    )
)
_BY_SYSTEM = Terms(
    (
        ("Linux", "data in ~/.local/share/ccmon, configuration in ~/.config/ccmon"),
        ("macOS", "both in ~/Library/Application Support/ccmon"),
        (
            "Windows",
            "both in %LOCALAPPDATA%\\ccmon; a ledger on another machine's drive is written without"
            " a log beside it, which is slower and safe there",
        ),
    )
)
_ENVIRONMENT = Terms(
    (
        ("CLAUDE_CONFIG_DIR", "where Claude Code keeps its transcripts"),
        ("CCMON_DATA_DIR", "where ccmon keeps its own data"),
        ("CCMON_CONFIG_DIR", "where config.toml lies"),
        (
            "CCMON_CURSOR_URL",
            "asked instead of cursor.com, by https",
        ),
        ("CCMON_NATIVE", "0 reads transcripts without the compiled reader"),
        ("CCMON_PRICES_URL", "asked instead of LiteLLM's table"),
        ("NO_COLOR", "no colour, whatever the value"),
        ("TZ", "the zone, unless --timezone says otherwise"),
        ("VISUAL, EDITOR", "what ccmon config edit opens"),
    )
)


def config() -> Page:
    """Return the page on which files set what, and every key."""
    keys = configurable()
    return (
        *paragraphs(
            "Every option can have a default of your own. Of what is said several times, the"
            " last in this list holds:"
        ),
        _FILES_IN_FORCE,
        Title("Keys"),
        *paragraphs(
            "A key is an option's long name. At the top it holds for every command that has the"
            " option, below [COMMAND] for that command alone."
        ),
        _EXAMPLE,
        Terms((("keys", ", ".join(keys)), ("commands", ", ".join(command_tables())))),
        *paragraphs(
            "A project's .ccmon.toml cannot set"
            f" {', '.join(key for key, option in keys.items() if option.is_private)}, prices, or"
            " the command and webhook of [notify]: a cloned repository must not choose what is read"
            " or written, what is run, or what is sent."
            "\n\nccmon config show COMMAND says each value in force and where it comes from."
        ),
    )


def files() -> Page:
    """Return the page on where everything lies, and the environment."""
    return (
        _PLACES,
        Title("By system"),
        _BY_SYSTEM,
        Paragraph(
            "The ledger holds numbers and names, never a word of a conversation. ccmon sends"
            " nothing about you anywhere; --offline never opens a connection. A report fetches"
            " stale prices and, if you are logged in, Cursor's usage beside its reading: it waits"
            " five seconds at most, and says what is missing."
        ),
        Title("Environment"),
        _ENVIRONMENT,
    )
