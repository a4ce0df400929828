"""`ccmon prices refresh`: fetches the prices of other vendors' models now."""

from __future__ import annotations

from tui.options import values
from tui.options.definition import Command, Namespace, Option


def run(options: Namespace) -> int:
    """Fetch, keep and report; return the exit code."""
    from engine.domain.mistakes import SettingsError
    from engine.domain.paths import prices_path
    from engine.pricing.refresh import DEFAULT_URL, RefreshError, refresh
    from tui.config.settings import settings_of

    target = prices_path(settings_of(options))
    try:
        refreshed = refresh(target, options.url or DEFAULT_URL)
    except RefreshError as error:
        raise SettingsError(str(error)) from error
    news = "with changes" if refreshed.is_changed else "without changes"
    print(f"Fetched the prices of {refreshed.models:,} models, {news}, into {target}.")
    return 0


COMMAND = Command(
    "prices",
    "upkeep",
    "`prices refresh` fetches the prices of other vendors' models now",
    run,
    own=(
        Option(
            (),
            "fetch now",
            "refresh",
            read=values.choice(("refresh",)),
            choices=("refresh",),
            name="action",
        ),
        Option(("--url",), "fetch from here instead of LiteLLM's table", "URL"),
    ),
    is_configurable=False,
)
