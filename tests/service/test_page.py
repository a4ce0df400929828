"""The page in a real browser: what it says is what the service says, and it asks nobody else."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.documents.live import live_document
from engine.domain.report_definitions import REPORTS
from engine.service.endpoint import API
from tests.conftest import NOW
from tests.made_lines import MINUTE, answer, write
from tests.patience import PATIENCE
from tests.providers.stubs import ADMIN
from tests.service.browsed import AXE, CHROMIUM, PUSH_ON, PUSHED, Seen, browsing
from tests.service.conftest import write_user
from tests.service.served import Served, made_settings, serving

WEB = Path(__file__).parents[2] / "engine" / "service" / "web"
needs_browser = pytest.mark.skipif(
    CHROMIUM is None, reason="there is no Chromium to look at it with"
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("page")
    write_user(home)
    with serving(made_settings(home)) as server:
        yield server


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    home = os.environ.get("HOME")
    with browsing() as found:
        yield found
    assert os.environ.get("HOME") == home


@pytest.fixture(scope="module")
def opened(browser: Any, server: Served) -> Iterator[Seen]:
    context = browser.new_context()
    yield Seen(context.new_page(), server)
    context.close()


@pytest.fixture
def seen(opened: Seen) -> Iterator[Seen]:
    opened.page.set_viewport_size({"width": 1440, "height": 900})
    opened.page.goto(f"{opened.origin}/#/live")
    opened.wait("Burn rate")
    yield opened
    assert opened.faults == []
    assert all(url.startswith((opened.origin, "data:")) for url in opened.asked)


@needs_browser
def test_its_figures_are_those_of_live_while_a_writer_appends(seen: Seen, server: Served) -> None:
    monitor = server.service.source.monitor
    (root,) = monitor.settings.roots or ()
    for number in range(3):
        write(root, answer(f"w{number}", NOW - MINUTE, 1_000_000 * (number + 1), cwd="/code/app"))
        end = time.monotonic() + PATIENCE
        while True:
            live = live_document(monitor.snapshot())
            window = next(each for each in live.windows if each.is_gravest)
            spent = f"${live.today.cost_usd:,.2f}"
            if f"{spent} ·" in seen.text() and live.responses == 66 + number:
                break
            assert time.monotonic() < end, seen.text()
            time.sleep(0.05)
        shown = seen.page.inner_text(".hero .share")
        if window.used_percent is not None and window.used_percent > 100:
            assert shown == f"{window.usual_multiple:.1f}× the usual"
        else:
            assert shown == f"{round(window.used_percent or 0)}%"


@needs_browser
def test_a_first_reading_is_told_and_the_tab_says_how_much_is_used(seen: Seen) -> None:
    hero = seen.page.inner_text(".hero .share")
    assert seen.page.title() == f"{hero} · ccmon"
    assert not seen.page.is_visible("#reading")
    tell = "told => import('/web/js/main.js').then((page) => page.showProgress(told))"
    seen.page.evaluate(tell, {"percent": 41.7, "secondsLeft": 12.2})
    assert "no figure is whole yet.\n42%, 12 s left" in seen.page.inner_text("#reading")
    seen.page.evaluate(tell, None)
    assert not seen.page.is_visible("#reading")


@needs_browser
def test_every_report_is_a_table_that_links_share(seen: Seen, server: Served) -> None:
    for report in REPORTS:
        seen.page.goto(f"{seen.origin}/#/{report.key}?order=desc")
        seen.page.wait_for_selector("main tfoot")
        assert seen.page.locator("main tbody tr").count() > 0
        assert seen.page.locator("main .problem").count() == 0
    seen.page.goto(f"{seen.origin}/#/daily?project=shop&since=7d")
    seen.wait("1 shown")
    assert seen.page.input_value("input[name=project]") == "shop"
    seen.page.goto(f"{seen.origin}/#/projects")
    seen.page.click("text=shop")
    seen.wait("s2")
    seen.page.click("main >> text=s2")
    seen.wait("5 responses")
    seen.page.goto(f"{seen.origin}/#/daily?since=never")
    seen.page.wait_for_selector(".problem")
    assert "is not a day" in seen.text()
    assert len(seen.faults) == 1, "the browser's own word on the status 400"
    seen.faults.clear()


@needs_browser
def test_a_column_is_sorted_by_the_service(seen: Seen) -> None:
    seen.page.goto(f"{seen.origin}/#/daily")
    seen.page.wait_for_selector("tfoot")
    seen.page.click("thead >> text=Tokens")
    seen.page.wait_for_selector("th[aria-sort=descending]")
    column = seen.page.locator("tbody tr td:nth-child(7)")
    told = [
        int(each.replace(",", ""))
        for each in column.evaluate_all("all => all.map(one => one.title)")
    ]
    assert told == sorted(told, reverse=True)
    assert len(set(told)) > 1


@needs_browser
def test_who_reads_keeps_the_place_when_something_is_new(seen: Seen, server: Served) -> None:
    (root,) = server.service.source.monitor.settings.roots or ()
    focus = "() => document.activeElement.textContent"
    for view, at in (("daily", "thead button:text('Cost')"), ("live", "main td a")):
        seen.page.goto(f"{seen.origin}/#/{view}")
        seen.page.wait_for_selector(at)
        seen.page.focus(at)
        before, text = seen.page.evaluate(focus), seen.text()
        write(root, answer(f"place-{view}", NOW - MINUTE, 500_000, cwd="/code/app"))
        seen.page.wait_for_function(
            "text => document.querySelector('main').innerText !== text", arg=text
        )
        assert seen.page.evaluate(focus) == before
    seen.page.set_viewport_size({"width": 360, "height": 800})
    seen.page.goto(f"{seen.origin}/#/calendar")
    seen.page.wait_for_selector(".newest-last td")
    assert seen.page.evaluate("document.querySelector('.newest-last').scrollLeft") > 100


@needs_browser
def test_nothing_overflows_at_any_width_and_keys_lead_everywhere(seen: Seen) -> None:
    for key in "123456789":
        seen.page.keyboard.press(key)
        seen.page.wait_for_timeout(50)
        for width in (360, 768, 1440):
            seen.page.set_viewport_size({"width": width, "height": 800})
            assert seen.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    theme = seen.page.evaluate("document.documentElement.dataset.theme")
    seen.page.keyboard.press("t")
    assert seen.page.evaluate("document.documentElement.dataset.theme") != theme


@needs_browser
@pytest.mark.skipif(not AXE, reason="CCMON_AXE names no axe-core, which npm has")
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_it_keeps_nobody_out(seen: Seen, theme: str) -> None:
    if seen.page.evaluate("document.documentElement.dataset.theme") != theme:
        seen.page.keyboard.press("t")
    for view, width in (("live", 1440), ("live", 360), ("calendar", 768), ("session", 360)):
        seen.page.set_viewport_size({"width": width, "height": 800})
        seen.page.goto(f"{seen.origin}/#/{view}")
        seen.page.wait_for_selector("main table, main .card")
        assert seen.barriers() == [], (view, width)


@needs_browser
def test_what_is_pushed_for_long_leaves_nothing_behind(browser: Any, server: Served) -> None:
    context = browser.new_context()
    context.add_init_script(f"({PUSHED})(window)")
    seen = Seen(context.new_page(), server)
    seen.wait("Sessions of the block")
    seen.page.evaluate(PUSH_ON, [1, 50])
    before = seen.held()
    seen.page.evaluate(PUSH_ON, [51, 100])
    after = seen.held()
    assert after["Nodes"] <= before["Nodes"] + 20
    assert after["JSEventListeners"] <= before["JSEventListeners"] + 2
    assert seen.faults == []
    context.close()


@needs_browser
def test_text_of_a_transcript_is_never_markup(browser: Any, tmp_path: Path) -> None:
    name = "<img src=x onerror=document.title='hacked'>"
    line = answer("evil", NOW - MINUTE, 10, model=name, session="s9", cwd=f"/code/{name}")
    write(tmp_path / ".claude", line)
    with serving(made_settings(tmp_path)) as server:
        context = browser.new_context()
        seen = Seen(context.new_page(), server)
        seen.wait("Sessions of the block")
        seen.wait("<img src=x")
        seen.page.goto(f"{seen.origin}/#/models")
        seen.wait("<img src=x")
        assert seen.page.locator("main img").count() == 0
        assert "hacked" not in seen.page.title()
        context.close()


@needs_browser
def test_it_has_a_view_of_providers_where_one_is_enabled(browser: Any, asking: Served) -> None:
    asking.post(f"{API}/config/openai", {"api_key": ADMIN["openai"]})
    asking.post(f"{API}/usage/refresh", {})
    context = browser.new_context(viewport={"width": 900, "height": 700})
    seen = Seen(context.new_page(), asking)
    seen.page.click("nav a[href='#/providers']")
    seen.wait("$12.50")
    assert re.search("Spend 1[23]%", seen.text())
    assert "no balance: OpenAI tells no balance" in seen.text()
    assert seen.faults == []
    context.close()


@needs_browser
def test_who_was_not_let_in_is_told_what_to_do(browser: Any, server: Served) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"http://{server.host}/")
    page.wait_for_selector(".problem")
    assert "ccmon web" in page.inner_text("main")
    context.close()


def test_the_page_is_open_and_says_nothing_of_the_user(server: Served) -> None:
    reply = server.ask("/", headers={})
    assert (reply.status, reply.headers["content-type"]) == (200, "text/html; charset=utf-8")
    for path in re.findall(r'(?:href|src)="(/[^"#]*)"', reply.body.decode()):
        assert server.ask(path, headers={}).status == 200
    kind = server.ask("/web/js/main.js", headers={}).headers["content-type"]
    assert kind.startswith("text/javascript")
    for path in ("/web/../server.py", "/web/%2e%2e/server.py", "/web/js/", "/web/none.js"):
        assert server.ask(path, headers={}).status == 404


def test_it_needs_nobody_else() -> None:
    own = [path for path in WEB.rglob("*") if path.is_file() and "vendor" not in path.parts]
    assert len(own) > 8
    for path in own:
        text = path.read_text("utf-8")
        outside = set(re.findall(r"(?:https?:)?//[\w.]+\.\w+", text)) - {
            "http://www.w3.org",
            "//www.w3.org",
        }
        assert not outside, path
        assert "innerHTML" not in text
        assert " style=" not in text
    assert "Copyright" in (WEB / "vendor" / "uPlot.LICENSE").read_text()
