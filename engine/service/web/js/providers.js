// What providers of models say of the user's accounts: a card for each that is enabled.

import { h, svg } from "./elements.js";
import { age, count, percent, tokens, when } from "./format.js";
import { ask } from "./service.js";

const WORDS = {
  ok: "ok",
  no_key: "no key",
  unconfigured: "not set up",
  unasked: "not asked yet",
  invalid_key: "wrong key",
  needs_admin_key: "needs an Admin key",
  rate_limited: "throttled",
  unavailable: "unavailable",
  timeout: "timed out",
  unreadable: "unreadable",
};
const EVERY = 30_000;

// Money of each currency, which are never added together.
function money(costs) {
  if (!costs?.length) return "–";
  return costs.map(({ currency, amount }) => one(amount, currency)).join(", ");
}

function one(amount, currency) {
  try {
    return new Intl.NumberFormat("en", { style: "currency", currency }).format(amount);
  } catch {
    return `${amount.toFixed(2)} ${currency}`;
  }
}

export class ProvidersView {
  constructor() {
    this.element = h("div", {}, h("p", { class: "quiet" }, "…"));
    this.load();
    this.timer = setInterval(() => this.load(), EVERY);
  }

  show() {}

  close() {
    clearInterval(this.timer);
  }

  async load() {
    try {
      const told = await ask("/usage");
      const seen = JSON.stringify(told.providers.map(({ age_seconds: _, ...each }) => each));
      if (seen === this.seen) return;
      this.seen = seen;
      this.element.replaceChildren(draw(told));
    } catch (problem) {
      this.element.replaceChildren(h("p", { class: "problem", role: "alert" }, problem.message));
    }
  }
}

function draw(told) {
  if (!told.providers.length)
    return h("p", { class: "quiet" }, "No provider is enabled: ccmon providers set NAME.");
  return h(
    "div",
    {},
    h("p", { class: "quiet" }, "Days and months are UTC days, costs are what each provider says."),
    h("div", { class: "providers" }, told.providers.map((each) => card(each, told.generated_at))),
  );
}

function card(provider, now) {
  const state = [WORDS[provider.state] ?? provider.state, age(provider.age_seconds)];
  const facts = [
    ["This month", money(provider.month?.costs)],
    ["Today", money(provider.today?.costs)],
    ["Tokens", tokens(provider.month?.tokens?.total)],
    ["Requests", count(provider.month?.requests)],
    ...provider.balances.map((each) => [each.name, one(each.amount, each.currency)]),
  ];
  const told = provider.usage ? facts.filter(([, value]) => value !== "–") : [];
  const reasons = new Map();
  for (const { capability, reason } of provider.unsupported)
    reasons.set(reason, [...(reasons.get(reason) ?? []), capability.replace("_", " ")]);
  return h(
    "section",
    { class: "card", "aria-label": provider.provider_name },
    h(
      "h2",
      {},
      provider.provider_name,
      " ",
      h(
        "small",
        { class: provider.state === "ok" && !provider.is_stale ? "quiet" : "notice" },
        state.filter(Boolean).join(" · "),
      ),
    ),
    provider.state === "ok" ? "" : h("p", { class: "notice" }, provider.description),
    h(
      "dl",
      { class: "figures" },
      told.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]),
    ),
    course(provider),
    provider.limits.map((limit) => bar(limit, now)),
    [...reasons].map(([reason, names]) =>
      h("p", { class: "quiet" }, `no ${names.join(", ")}: ${reason}`),
    ),
    h("p", {}, h("a", { href: safe(provider.where), rel: "noreferrer" }, "its own page")),
  );
}

// A package's provider names its own page: only https is linked.
function safe(address) {
  return address.startsWith("https://") ? address : null;
}

function bar(limit, now) {
  const share = limit.used_percent;
  const name = `${limit.label} ${percent(share)}`;
  const reset = limit.resets_at ? ` · resets ${when(limit.resets_at, now)}` : "";
  return h(
    "p",
    {},
    share == null
      ? ""
      : h("meter", { min: 0, max: 100, value: Math.min(share, 100), "aria-label": name }),
    ` ${name}${reset}`,
  );
}

function course(provider) {
  const values = provider.course.map((each) => each ?? 0);
  const top = Math.max(0, ...values);
  if (!top) return "";
  const bars = values.map((value, place) => {
    const height = (value / top) * 24;
    return svg("rect", { x: place * 5, y: 24 - height, width: 4, height });
  });
  const label = `cost of each of the last ${values.length} days, at most ${one(top, provider.course_currency)}`;
  return svg(
    "svg",
    {
      class: "course",
      viewBox: `0 0 ${values.length * 5} 24`,
      preserveAspectRatio: "none",
      role: "img",
      "aria-label": label,
    },
    bars,
  );
}
