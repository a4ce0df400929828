"""The live screen's themes: dark, light, two safe for colour-blind eyes, high contrast."""

from __future__ import annotations

from textual.theme import Theme

_LEVELS = ("fine", "half", "high", "critical", "reached")


def _theme(
    name: str,
    *,
    is_dark: bool,
    paper: str,
    raised: str,
    text: str,
    muted: str,
    edge: str,
    track: str,
    accent: str,
    second: str,
    levels: tuple[str, str, str, str, str],
) -> Theme:
    """Build a theme from its few inks; `levels` are fine, half, high, critical, reached."""
    fine, _, high, critical, _ = levels
    return Theme(
        name=name,
        primary=accent,
        secondary=second,
        accent=accent,
        success=fine,
        warning=high,
        error=critical,
        foreground=text,
        background=paper,
        surface=paper,
        panel=raised,
        dark=is_dark,
        variables={
            "ink-muted": muted,
            "ink-edge": edge,
            "ink-track": track,
            "ink-accent": accent,
            "ink-second": second,
            **{f"level-{name}": ink for name, ink in zip(_LEVELS, levels, strict=True)},
            "footer-key-foreground": accent,
            "input-selection-background": f"{accent} 40%",
        },
    )


THEMES: tuple[Theme, ...] = (
    _theme(
        "dark",
        is_dark=True,
        paper="#14161b",
        raised="#23272f",
        text="#d8dce4",
        muted="#8b93a3",
        edge="#646d7e",
        track="#646d7e",
        accent="#7fb4ff",
        second="#c3a6ff",
        levels=("#7ec699", "#e6c86e", "#f0a05a", "#f2777a", "#ff5c6c"),
    ),
    _theme(
        "light",
        is_dark=False,
        paper="#fbfbf8",
        raised="#ececea",
        text="#22262e",
        muted="#616875",
        edge="#8d929c",
        track="#8d929c",
        accent="#1f5fbf",
        second="#7a3fb0",
        levels=("#257a45", "#8a6a00", "#b35309", "#c0293b", "#a3001e"),
    ),
    _theme(
        "safe-dark",
        is_dark=True,
        paper="#121417",
        raised="#1f2328",
        text="#e4e6ea",
        muted="#979da8",
        edge="#646c77",
        track="#646c77",
        accent="#56b4e9",
        second="#cc79a7",
        levels=("#56b4e9", "#f0e442", "#e69f00", "#ff7f3f", "#ff7f3f"),
    ),
    _theme(
        "safe-light",
        is_dark=False,
        paper="#fcfcfa",
        raised="#ebebec",
        text="#1c2026",
        muted="#5a616c",
        edge="#8a9098",
        track="#8a9098",
        accent="#0072b2",
        second="#9a4a7c",
        levels=("#0072b2", "#7a6400", "#9c5b00", "#b84400", "#b84400"),
    ),
    _theme(
        "high-contrast",
        is_dark=True,
        paper="#000000",
        raised="#262626",
        text="#ffffff",
        muted="#d6d6d6",
        edge="#a8a8a8",
        track="#6e6e6e",
        accent="#5fd7ff",
        second="#ffd7ff",
        levels=("#5fff87", "#ffff5f", "#ffaf00", "#ff8787", "#ff8787"),
    ),
)

THEME_NAMES: tuple[str, ...] = tuple(theme.name for theme in THEMES)


def theme_after(name: str) -> str:
    """Return the theme that `t` goes to from another."""
    place = THEME_NAMES.index(name) if name in THEME_NAMES else -1
    return THEME_NAMES[(place + 1) % len(THEME_NAMES)]
