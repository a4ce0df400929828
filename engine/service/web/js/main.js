// The page: views by their address, the stream that feeds them, keys, dark and light.

import { CalendarView } from "./calendar.js";
import { h } from "./elements.js";
import { percent, setZone, span } from "./format.js";
import { isKnown, knowing } from "./labels.js";
import { gravest, LiveView, shareText } from "./live.js";
import { ProvidersView } from "./providers.js";
import { hashOf, ReportView } from "./reports.js";
import { ask, Stream } from "./service.js";
import { SessionView } from "./session.js";

const STATES = {
  live: "live",
  lost: "the service is gone: trying again",
  refused: "let in no more: run ccmon web again",
};
const byId = (id) => document.getElementById(id);

let view = null;
let reports = [];
let stream = null;
let told = "";
let title = "";

function go(name, query) {
  location.hash = hashOf(name, query);
}

function route() {
  const [path, words = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const query = Object.fromEntries(new URLSearchParams(words));
  const report = reports.find((each) => each.key === path);
  view?.close();
  if (report) view = new ReportView(report, query, go);
  else if (path.startsWith("sessions/")) view = new SessionView(decodeURIComponent(path.slice(9)));
  else if (path === "calendar") view = new CalendarView(query, go);
  else if (path === "providers") view = new ProvidersView();
  else view = new LiveView();
  byId("main").replaceChildren(view.element);
  for (const link of document.querySelectorAll("nav a")) {
    const isHere =
      link.hash === `#/${path || "live"}` ||
      (path.startsWith("sessions/") && link.hash === "#/session");
    if (isHere) {
      link.setAttribute("aria-current", "page");
      link.scrollIntoView({ block: "nearest", inline: "nearest" });
    } else link.removeAttribute("aria-current");
  }
  const titles = { calendar: "Calendar", providers: "Providers" };
  title = report?.title ?? titles[path] ?? "";
  if (stream?.document) {
    showTitle(stream.document);
    view.show(stream.document);
  } else document.title = [title, "ccmon"].filter(Boolean).join(" · ");
}

// Says to who cannot see it what changed, and only where it is of another gravity.
function tell(live) {
  const window = gravest(live.windows);
  const gravity = `${live.status} ${window?.window}`;
  if (window && gravity !== told) {
    told = gravity;
    byId("told").textContent = `${live.status}: ${window.label} ${shareText(window)}`;
  }
}

// While history is read for the first time, how far that is stands above every view.
export function showProgress(progress) {
  byId("reading").hidden = !progress;
  if (!progress) return;
  byId("progress").value = progress.percent;
  const left = progress.secondsLeft;
  byId("left").textContent = percent(progress.percent) + (left ? `, ${span(left)} left` : "");
}

// A tab in the background says as much as fits: how much is used.
function showTitle(live) {
  const window = gravest(live.windows);
  document.title = [window && shareText(window), title, "ccmon"].filter(Boolean).join(" · ");
}

function show(live) {
  setZone(live.timezone);
  byId("zone").textContent = live.timezone;
  showProgress(live.progress);
  showTitle(live);
  tell(live);
  const models = [...live.sessions.flatMap((each) => each.models), ...live.unpricedModels];
  view?.show(live);
  if (!isKnown(models)) knowing(models).then(() => view?.show(stream?.document ?? live));
}

function connected(state) {
  byId("connection").dataset.state = state === "live" ? "live" : "lost";
  byId("connection").textContent = STATES[state];
}

function setTheme(name) {
  document.documentElement.dataset.theme = name;
  localStorage.setItem("theme", name);
  dispatchEvent(new Event("themed"));
}

function switchTheme() {
  setTheme(document.documentElement.dataset.theme === "light" ? "dark" : "light");
}

function key(event) {
  const isTyping = event.target.closest("input, select, textarea");
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  const links = document.querySelectorAll("nav a");
  if (event.key === "t") switchTheme();
  else if (event.key === "/") {
    const field = document.querySelector("form.filters input[name=project], form.filters input");
    if (field) {
      event.preventDefault();
      field.focus();
    }
  } else if (/^[1-9]$/.test(event.key)) links[Number(event.key) - 1]?.click();
}

async function start() {
  const isLight = matchMedia("(prefers-color-scheme: light)").matches;
  setTheme(localStorage.getItem("theme") ?? (isLight ? "light" : "dark"));
  byId("theme").addEventListener("click", switchTheme);
  addEventListener("keydown", key);
  let hasProviders = false;
  try {
    reports = (await ask("/reports")).reports;
    hasProviders = (await ask("/usage")).providers.length > 0;
  } catch (problem) {
    connected("refused");
    byId("main").replaceChildren(h("p", { class: "problem", role: "alert" }, problem.message));
    return;
  }
  const views = [
    ["live", "Live"],
    ["calendar", "Calendar"],
    ...reports.map((each) => [each.key, each.title]),
    ...(hasProviders ? [["providers", "Providers"]] : []),
  ];
  byId("views").replaceChildren(
    ...views.map(([name, title]) => h("li", {}, h("a", { href: `#/${name}` }, title))),
  );
  addEventListener("hashchange", () => {
    route();
    byId("main").focus({ preventScroll: true });
  });
  route();
  stream = new Stream(show, connected);
}

start();
