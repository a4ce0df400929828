"""`ccmon prices refresh`: fetches the prices of other vendors' models now."""

from __future__ import annotations

from argparse import Namespace

from engine.domain.paths import prices_path
from engine.domain.settings import SettingsError
from tui.config.settings_of import settings_of


def refresh_prices(options: Namespace) -> int:
    """Fetch, keep and report; return the exit code."""
    from engine.pricing.refresh import DEFAULT_URL, RefreshError, refresh

    target = prices_path(settings_of(options))
    try:
        refreshed = refresh(target, options.url or DEFAULT_URL)
    except RefreshError as error:
        raise SettingsError(str(error)) from error
    news = "with changes" if refreshed.is_changed else "without changes"
    print(f"Fetched the prices of {refreshed.models:,} models, {news}, into {target}.")
    return 0
