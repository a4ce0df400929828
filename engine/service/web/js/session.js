// One session: what it came to, and each of its responses.

import { h } from "./elements.js";
import { count, minutes, moment, money, tokens } from "./format.js";
import { LoadedView } from "./loaded.js";
import { knowing, modelName, modelNames } from "./labels.js";
import { ask } from "./service.js";

export class SessionView extends LoadedView {
  constructor(id) {
    super();
    this.id = id;
    this.load();
  }

  async drawn() {
    const session = await ask(`/sessions/${encodeURIComponent(this.id)}`);
    await knowing(session.modelsUsed);
    return drawSession(session);
  }
}

function drawSession(session) {
  const length = (new Date(session.lastActivity) - new Date(session.firstActivity)) / 60_000;
  const facts = [
    ["Project", session.projectName],
    ["From", moment(session.firstActivity)],
    ["To", `${moment(session.lastActivity)} (${minutes(length)})`],
    ["Models", modelNames(session.modelsUsed)],
    ["Tokens", count(session.totalTokens)],
    ["Cost", money(session.totalCost)],
  ];
  const rows = session.entries
    .toReversed()
    .map((entry) =>
      h(
        "tr",
        {},
        h("td", { class: "text" }, moment(entry.timestamp)),
        h("td", { class: "text long" }, modelName(entry.model) + (entry.isSidechain ? " · sub-agent" : "")),
        h("td", { class: "wide" }, tokens(entry.inputTokens)),
        h("td", { class: "wide" }, tokens(entry.outputTokens)),
        h("td", { class: "wide" }, tokens(entry.cacheCreationTokens)),
        h("td", { class: "wide" }, tokens(entry.cacheReadTokens)),
        h("td", {}, tokens(entry.totalTokens)),
        h("td", {}, money(entry.costUSD)),
      ),
    );
  const heads = [
    ["Time", "text"],
    ["Model", "text"],
    ["Input", "wide"],
    ["Output", "wide"],
    ["Cache write", "wide"],
    ["Cache read", "wide"],
    ["Tokens", ""],
    ["Cost", ""],
  ];
  return [
    h(
      "section",
      { class: "card" },
      h("h2", {}, session.title ?? session.sessionId),
      h(
        "dl",
        { class: "figures" },
        facts.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]),
      ),
    ),
    h(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": "Responses" },
      h(
        "table",
        {},
        h("caption", {}, `${count(session.entries.length)} responses, newest first`),
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            heads.map(([name, kind]) => h("th", { scope: "col", class: kind }, name)),
          ),
        ),
        h("tbody", {}, rows),
      ),
    ),
  ];
}
