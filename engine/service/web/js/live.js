// The live view: how much is left, until when, and whether it will last.

import { Curves } from "./curves.js";
import { h, Part, svg } from "./elements.js";
import { age, count, minutes, money, percent, tokens, when } from "./format.js";
import { known, modelNames } from "./labels.js";

export class LiveView {
  constructor() {
    this.notices = new Part(h("div", { class: "w12" }), drawNotices);
    this.hero = new Part(card("w12", "Now"), drawHero);
    this.windows = new Part(card("w6", "Limits"), drawWindows);
    this.rates = new Part(card("w6", "Burn rate"), drawRates);
    this.totals = new Part(card("w4", "Used"), drawTotals);
    this.sessions = new Part(card("w8", "Sessions of the block"), drawSessions);
    this.curves = new Curves();
    this.element = h(
      "div",
      { class: "grid" },
      this.notices.element,
      this.hero.element,
      this.windows.element,
      this.curves.burnUp,
      this.rates.element,
      this.curves.trace,
      this.totals.element,
      this.sessions.element,
    );
  }

  show(live) {
    const day = live.generatedAt.slice(0, 10);
    this.notices.show(live.notices, live.unpricedModels, known());
    this.hero.show(gravest(live.windows), live.block, live.plan, day);
    this.windows.show(live.windows, day);
    this.rates.show(live.burnRate, live.burnRates, live.projection);
    this.totals.show(live.block, live.today, live.week, live.month);
    this.sessions.show(live.sessions, day, known());
    this.curves.refresh(live.responses);
  }

  close() {
    this.curves.close();
  }
}

export function gravest(windows) {
  return windows.find((window) => window.isGravest) ?? windows[0] ?? null;
}

// What stands on one line about a window: its share, as far as it is known.
export function shareText(window) {
  if (window.usualMultiple != null && window.usedPercent > 100) {
    return `${window.usualMultiple.toFixed(1)}× the usual`;
  }
  return `${window.isFloor ? "≥ " : ""}${percent(window.usedPercent)}`;
}

function card(width, title) {
  return h("section", { class: `card ${width}`, "aria-label": title });
}

function titled(title, ...children) {
  return [h("h2", {}, title), ...children];
}

function drawNotices(notices, unpriced) {
  const told = notices
    .filter((notice) => notice.severity !== "information")
    .map((each) => each.text);
  if (unpriced.length) told.push(`Costs leave out models without a price: ${modelNames(unpriced)}.`);
  return told.map((text) => h("p", { class: "notice" }, text));
}

function drawHero(window, block, plan, day) {
  if (!window) return titled("Now", h("p", {}, "No response is known yet."));
  const name = [window.account, window.label].filter(Boolean).join(" · ");
  const isBeyond = window.usualMultiple != null && window.usedPercent > 100;
  const of = window.usualMultiple == null ? "used of" : isBeyond ? "in" : "of the usual in";
  return [
    h("h2", { class: "unseen" }, "Now"),
    h(
      "div",
      { class: "hero" },
      h("p", { class: `share level-${window.level}` }, shareText(window)),
      h("p", { class: "what" }, `${of} ${name}`, h("br"), ends(window, day)),
      h("p", { class: "what" }, outlook(window, day)),
      h(
        "p",
        { class: "basis" },
        [plan, window.basis, age(window.ageSeconds)].filter(Boolean).join(" · "),
      ),
    ),
  ];
}

function ends(window, day) {
  if (!window.resetsAt) return window.reason || "No reset is known.";
  return `resets ${when(window.resetsAt, day)}, in ${minutes(window.minutesToReset)}`;
}

function outlook(window, day) {
  const { forecast } = window;
  if (window.hit) return window.resetsAt ? `Hit: open again ${when(window.resetsAt, day)}` : "Hit";
  if (window.state === "extra usage") return "Beyond the limit, on extra usage";
  if (forecast.reachesAt) {
    const range =
      forecast.earliest && forecast.latest
        ? ` (${when(forecast.earliest, day)}–${when(forecast.latest, day)})`
        : "";
    const what = window.usualMultiple == null ? "Limit reached" : "More than usual";
    return `${what} about ${when(forecast.reachesAt, day)}${range}`;
  }
  if (forecast.percentAtReset != null)
    return `About ${percent(forecast.percentAtReset)} at the reset`;
  return window.reason;
}

function bar(window) {
  const used = Math.min(window.usedPercent ?? 0, 100);
  const label = `${window.label}: ${shareText(window)}`;
  return svg(
    "svg",
    {
      class: `bar level-${window.level}`,
      viewBox: "0 0 100 8",
      preserveAspectRatio: "none",
      role: "img",
      "aria-label": label,
    },
    svg("rect", { class: "track", width: 100, height: 8, rx: 1 }),
    svg("rect", { class: "fill", width: used, height: 8, rx: 1 }),
    window.elapsedPercent != null &&
      svg("line", {
        class: "pace",
        x1: window.elapsedPercent,
        x2: window.elapsedPercent,
        y1: 0,
        y2: 8,
      }),
  );
}

function drawWindows(windows, day) {
  const rows = windows.map((window) =>
    h(
      "li",
      {},
      h(
        "div",
        { class: "row" },
        h("strong", {}, [window.account, window.label].filter(Boolean).join(" · ")),
        h("span", { class: `level-${window.level}` }, shareText(window)),
      ),
      bar(window),
      h(
        "div",
        { class: "row quiet" },
        h("span", {}, ends(window, day)),
        h("span", {}, outlook(window, day)),
      ),
      h(
        "div",
        { class: "quiet" },
        [window.basis, age(window.ageSeconds)].filter(Boolean).join(" · "),
      ),
    ),
  );
  return titled(
    "Limits",
    h("ul", { class: "windows" }, rows),
    h("p", { class: "quiet" }, "The mark on a bar is how much of the window has passed."),
  );
}

function drawRates(rate, rates, projection) {
  const rows = rates.map((each) => [
    h("dt", {}, `last ${minutes(each.windowMinutes)}`),
    h("dd", {}, `${tokens(each.tokensPerMinute)}/min · ${money(each.costPerHour)}/h`),
  ]);
  const foreseen = projection && [
    h("dt", {}, "block at its end"),
    h("dd", {}, `${tokens(projection.totalTokens)} tokens · ${money(projection.totalCost)}`),
  ];
  return titled(
    "Burn rate",
    h(
      "p",
      {},
      h("strong", {}, rate.word),
      ` · ${tokens(rate.tokensPerMinute)} tokens/min · ${money(rate.costPerHour)}/h`,
    ),
    h("dl", { class: "figures" }, rows, foreseen),
  );
}

function drawTotals(block, today, week, month) {
  const rows = [
    ["Block", block],
    ["Today", today],
    ["This week", week],
    ["This month", month],
  ]
    .filter(([, figures]) => figures)
    .map(([name, figures]) => [
      h("dt", {}, name),
      h(
        "dd",
        { title: `${count(figures.totalTokens)} tokens` },
        `${money(figures.costUSD)} · ${tokens(figures.totalTokens)}`,
        h("span", { class: "wide" }, ` · ${count(figures.entries)} responses`),
      ),
    ]);
  return titled("Used", h("dl", { class: "figures" }, rows));
}

function drawSessions(sessions, day) {
  if (!sessions.length)
    return titled("Sessions", h("p", { class: "quiet" }, "None in this block."));
  const rows = sessions.map((session) =>
    h(
      "tr",
      {},
      h(
        "td",
        { class: "text long" },
        h(
          "a",
          { href: `#/sessions/${encodeURIComponent(session.sessionId)}` },
          session.project || session.sessionId,
        ),
        session.title && h("span", { class: "under quiet", title: session.title }, session.title),
      ),
      h("td", { class: "text" }, session.isBusy ? "busy" : (session.state ?? "")),
      h("td", { class: "text wide" }, modelNames(session.models)),
      h("td", { class: "wide" }, percent(session.contextPercent)),
      h("td", { class: "wide" }, tokens(session.totalTokens)),
      h("td", {}, money(session.costUSD)),
      h("td", { class: "wide" }, when(session.lastActivity, day)),
    ),
  );
  const heads = [
    ["Project", "text"],
    ["", "text"],
    ["Models", "text wide"],
    ["Context", "wide"],
    ["Tokens", "wide"],
    ["Cost", ""],
    ["Last", "wide"],
  ];
  return titled(
    "Sessions of the block",
    h(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": "Table of sessions" },
      h(
        "table",
        {},
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            heads.map(([name, kind]) =>
              h(
                "th",
                { scope: "col", class: kind },
                name || h("span", { class: "unseen" }, "State"),
              ),
            ),
          ),
        ),
        h("tbody", {}, rows),
      ),
    ),
  );
}
