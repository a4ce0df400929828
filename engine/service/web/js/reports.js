// Reports as tables: sorted, narrowed and summed by the service, linked by their address.

import { h } from "./elements.js";
import { cost, count, moment, tokens } from "./format.js";
import { LoadedView } from "./loaded.js";
import { agentName, knowing, modelName, modelNames } from "./labels.js";
import { ask } from "./service.js";

const FILTERS = [
  ["since", "Since", "7d, 2026-11-01"],
  ["until", "Until", "today"],
  ["project", "Project", "part of its name"],
  ["model", "Model", "opus"],
  ["agent", "Agent", "claude,codex"],
];
const AT_MOST = {
  daily: ["last", 120],
  hourly: ["last", 168],
  blocks: ["last", 100],
  session: ["top", 200],
};
const BY_TIME = ["daily", "weekly", "monthly", "hourly", "blocks"];
const SUMS = [
  ["Input", "input", (row) => row.inputTokens ?? row.tokenCounts?.inputTokens, "wide"],
  ["Output", "output", (row) => row.outputTokens ?? row.tokenCounts?.outputTokens, "wide"],
  [
    "Cache write",
    "cache-write",
    (row) => row.cacheCreationTokens ?? row.tokenCounts?.cacheCreationInputTokens,
    "wide",
  ],
  [
    "Cache read",
    "cache-read",
    (row) => row.cacheReadTokens ?? row.tokenCounts?.cacheReadInputTokens,
    "wide",
  ],
  ["Tokens", "tokens", (row) => row.totalTokens, ""],
];

export class ReportView extends LoadedView {
  constructor(report, query, go) {
    super();
    this.report = report;
    this.query = query;
    this.go = go;
    this.element = h("div", {}, this.form(), this.place);
    this.load();
  }

  form() {
    const fields = FILTERS.filter(([name]) => this.report.parameters.includes(name)).map(
      ([name, title, hint]) =>
        h(
          "label",
          {},
          title,
          h("input", {
            name,
            value: this.query[name] ?? "",
            placeholder: hint,
            autocomplete: "off",
          }),
        ),
    );
    const submit = (event) => {
      event.preventDefault();
      const said = Object.fromEntries(
        [...new FormData(event.target)].filter(([, value]) => value.trim()),
      );
      const { sort, order, all } = this.query;
      this.go(this.report.key, {
        ...said,
        ...(sort && { sort }),
        ...(order && { order }),
        ...(all && { all }),
      });
    };
    return h(
      "form",
      { class: "filters", role: "search", onsubmit: submit },
      fields,
      h("button", {}, "Show"),
      h("a", { href: `#/${this.report.key}` }, "All"),
    );
  }

  async drawn() {
    const { all, ...query } = this.query;
    const [name, most] = AT_MOST[this.report.key] ?? [];
    if (name && !all && !query[name]) query[name] = most;
    if (!query.order && !query.sort && BY_TIME.includes(this.report.key)) query.order = "desc";
    const told = await ask(this.report.path.replace("/api/v1", ""), query);
    await knowing((told[this.report.rows] ?? []).flatMap(modelsOf));
    return this.table(told, name && !all ? most : 0);
  }

  table(told, most) {
    const rows = (told[this.report.rows] ?? []).filter((row) => !row.isGap);
    const columns = [...nameColumns(this.report), ...SUMS.map(summed), ...restColumns(rows)];
    const heads = columns.map((column) => this.head(column));
    const body = rows.map((row) =>
      h(
        "tr",
        {},
        columns.map((column) =>
          h("td", { class: column.kind, title: column.title?.(row) }, column.cell(row)),
        ),
      ),
    );
    const foot = columns.map((column, place) =>
      place
        ? h("td", { class: column.kind }, column.total ? column.cell(told.totals) : "")
        : h("th", { scope: "row", class: "text" }, "Total"),
    );
    const notes = (told.notes ?? []).map((note) => h("p", { class: "notice" }, note));
    const more =
      most && rows.length >= most
        ? h("a", { href: hashOf(this.report.key, { ...this.query, all: 1 }) }, "Show all rows")
        : "";
    return h(
      "div",
      {},
      notes,
      h(
        "div",
        { class: "scroll", tabindex: 0, role: "region", "aria-label": this.report.title },
        h(
          "table",
          {},
          h(
            "caption",
            {},
            `${this.report.title}: ${this.report.summary}. ${count(rows.length)} shown, totals are of all found. `,
            more,
          ),
          h("thead", {}, h("tr", {}, heads)),
          h("tbody", {}, body),
          h("tfoot", {}, h("tr", {}, foot)),
        ),
      ),
    );
  }

  head(column) {
    if (!column.sort) return h("th", { scope: "col", class: column.kind }, column.name);
    const isSorted = this.query.sort === column.sort;
    const order = isSorted && this.query.order !== "asc" ? "asc" : "desc";
    const sort = () => this.go(this.report.key, { ...this.query, sort: column.sort, order });
    const direction = isSorted ? (this.query.order === "asc" ? "ascending" : "descending") : null;
    const mark = direction ? (direction === "ascending" ? " ▲" : " ▼") : "";
    return h(
      "th",
      { scope: "col", class: column.kind, "aria-sort": direction },
      h("button", { type: "button", onclick: sort }, column.name + mark),
    );
  }
}

export function hashOf(view, query = {}) {
  const words = new URLSearchParams(query);
  return `#/${view}${words.size ? `?${words}` : ""}`;
}

function summed([name, sort, value, kind]) {
  return {
    name,
    sort,
    kind,
    total: true,
    cell: (row) => tokens(value(row)),
    title: (row) => count(value(row)),
  };
}

function nameColumns(report) {
  const name = report.row[0].toUpperCase() + report.row.slice(1);
  const link = {
    name,
    sort: "name",
    kind: "text long",
    cell: (row) => linked(report, row),
    title: (row) => row[report.rowKey],
  };
  const models = {
    name: "Models",
    kind: "text long wide",
    cell: (row) => modelNames(modelsOf(row)),
    title: (row) => modelsOf(row).join(", "),
  };
  const columns = [link];
  if (report.key === "session")
    columns.push({ name: "Project", kind: "text long wide", cell: (row) => row.projectName ?? "" });
  if (report.key !== "models") columns.push(models);
  return columns;
}

function restColumns(rows) {
  const columns = [
    {
      name: "Cost",
      sort: "cost",
      kind: "",
      total: true,
      cell: (row) => cost(row.totalCost ?? row.costUSD, row.unpricedModels),
      title: (row) =>
        row.unpricedModels && `without a price: ${row.unpricedModels.map(modelName).join(", ")}`,
    },
    {
      name: "Responses",
      sort: "responses",
      kind: "wide",
      total: true,
      cell: (row) => count(row.responses ?? row.entries),
    },
  ];
  if (rows.some((row) => row.sessions != null))
    columns.push({
      name: "Sessions",
      sort: "sessions",
      kind: "wide",
      cell: (row) => count(row.sessions),
    });
  if (rows.some((row) => row.lastActivity))
    columns.push({
      name: "Last",
      sort: "last",
      kind: "wide",
      cell: (row) => moment(row.lastActivity),
    });
  return columns;
}

const modelsOf = (row) => row.modelsUsed ?? row.models ?? (row.model ? [row.model] : []);

// What a row is called, leading to what is inside it.
function linked(report, row) {
  const key = row[report.rowKey];
  const link = (hash, text) => h("a", { href: hash }, text);
  switch (report.key) {
    case "daily":
      return link(hashOf("session", { since: key, until: key }), key);
    case "session":
      return [
        link(`#/sessions/${encodeURIComponent(key)}`, row.title ?? key.slice(0, 8)),
        h("span", { class: "narrow quiet" }, row.projectName ?? ""),
      ];
    case "projects":
      return link(hashOf("session", { project: key }), row.name);
    case "models":
      return link(
        hashOf("session", { model: key }),
        [modelName(key), row.agent && agentName(row.agent)].filter(Boolean).join(" · "),
      );
    case "blocks":
      return moment(row.startTime) + (row.isActive ? " · active" : "");
    default:
      return key;
  }
}
