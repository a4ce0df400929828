// A year of days, a column for each week; shades are the service's.

import { h } from "./elements.js";
import { count, money, tokens } from "./format.js";
import { LoadedView } from "./loaded.js";
import { hashOf } from "./reports.js";
import { ask } from "./service.js";

export class CalendarView extends LoadedView {
  constructor(query, go) {
    super();
    this.query = query;
    this.go = go;
    this.load();
  }

  async drawn() {
    const told = await ask("/calendar", this.query);
    const weeks = weeksOf(told.days, told.weekStart);
    const names = weeks[1]?.map((day) => day && weekday(day.date)) ?? [];
    const rows = names.map((name, row) =>
      h(
        "tr",
        {},
        h(
          "th",
          { scope: "row" },
          row % 2 ? h("span", { class: "unseen" }, name ?? "") : (name ?? ""),
        ),
        weeks.map((week) => this.cell(week[row])),
      ),
    );
    const streak = (each) =>
      each ? `${count(each.days)} days (${each.since} to ${each.until})` : "none";
    const summary = `${told.since} to ${told.until}: ${count(told.activeDays)} active days, ${money(told.totals.totalCost)}, ${tokens(told.totals.totalTokens)} tokens`;
    const years = ["", ...told.years];
    return h(
      "div",
      {},
      h(
        "form",
        { class: "filters" },
        h(
          "label",
          {},
          "Year",
          h(
            "select",
            { onchange: (event) => this.choose("year", event.target.value) },
            years.map((year) =>
              h(
                "option",
                { value: year, selected: String(told.year ?? "") === String(year) },
                year || "the last 53 weeks",
              ),
            ),
          ),
        ),
        h(
          "label",
          {},
          "Shaded by",
          h(
            "select",
            { onchange: (event) => this.choose("by", event.target.value) },
            ["cost", "tokens"].map((by) =>
              h("option", { value: by, selected: told.by === by }, by),
            ),
          ),
        ),
      ),
      h("p", { class: "quiet", "aria-hidden": "true" }, summary),
      h(
        "div",
        { class: "scroll card newest-last", tabindex: 0, role: "region", "aria-label": "Calendar" },
        h(
          "table",
          { class: "calendar" },
          h("caption", { class: "unseen" }, summary),
          h("thead", { "aria-hidden": "true" }, h("tr", {}, h("th"), monthsOf(weeks))),
          h("tbody", {}, rows),
        ),
      ),
      h(
        "p",
        { class: "quiet shades", "aria-hidden": "true" },
        "less",
        [0, 1, 2, 3, 4].map((shade) => h("span", { class: `shade-${shade}` })),
        "more",
      ),
      h(
        "dl",
        { class: "figures card" },
        [
          ["Current streak", streak(told.currentStreak)],
          ["Longest streak", streak(told.longestStreak)],
          ["Best day", told.bestDay ?? "none"],
        ].map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]),
      ),
    );
  }

  cell(day) {
    if (!day) return h("td", { class: "none" });
    const text = `${day.date}: ${money(day.totalCost)}, ${tokens(day.totalTokens)} tokens`;
    const open = () => this.go("session", { since: day.date, until: day.date });
    return h(
      "td",
      { class: `shade-${day.intensity}`, title: text, onclick: day.responses ? open : null },
      h("span", { class: "unseen" }, text),
    );
  }

  choose(name, value) {
    const { [name]: _, ...rest } = this.query;
    location.hash = hashOf("calendar", value ? { ...rest, [name]: value } : rest);
  }
}

const NAMES = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const place = (date) => new Date(`${date}T00:00:00Z`).getUTCDay();

function weekday(date) {
  const name = NAMES[place(date)];
  return name[0].toUpperCase() + name.slice(1, 3);
}

// A name above the first week of each month, as wide as its weeks.
function monthsOf(weeks) {
  const spans = [];
  for (const week of weeks) {
    const month = week.find(Boolean).date.slice(0, 7);
    if (spans.at(-1)?.month === month) spans.at(-1).weeks += 1;
    else spans.push({ month, weeks: 1 });
  }
  const named = new Intl.DateTimeFormat("en", { month: "short", timeZone: "UTC" });
  return spans.map(({ month, weeks: width }) =>
    h("th", { colspan: width }, width > 2 ? named.format(new Date(`${month}-01`)) : ""),
  );
}

function weeksOf(days, weekStart) {
  const first = NAMES.indexOf(weekStart);
  const weeks = [];
  for (const day of days) {
    const row = (place(day.date) - first + 7) % 7;
    if (row === 0 || !weeks.length) weeks.push(new Array(7).fill(null));
    weeks.at(-1)[row] = day;
  }
  return weeks;
}
