// The curves: how the window was used up with its forecast, and the block's tokens by step.

import uPlot from "../vendor/uPlot.esm.js";
import { h } from "./elements.js";
import { percent, tokens, zoneName } from "./format.js";
import { ask } from "./service.js";

const PAUSE = 3000;
const HEIGHT = 220;

export class Curves {
  constructor() {
    this.burnUp = h("section", { class: "card w6 plot", "aria-label": "Burn-up" });
    this.trace = h("section", { class: "card w6 plot", "aria-label": "Tokens of the block" });
    this.plots = [];
    this.due = false;
    this.timer = 0;
    this.chosen = undefined;
    this.responses = undefined;
    this.resized = new ResizeObserver(() => this.fit());
    this.resized.observe(this.burnUp);
    this.resized.observe(this.trace);
    this.themed = () => this.draw();
    addEventListener("themed", this.themed);
  }

  // Asks for the curves where there is something new, and not more often than every few seconds.
  refresh(responses) {
    if (responses === this.responses && this.told) return;
    this.responses = responses;
    this.due = true;
    if (!this.timer) this.load();
  }

  async load() {
    this.due = false;
    this.timer = setTimeout(() => {
      this.timer = 0;
      if (this.due) this.load();
    }, PAUSE);
    try {
      this.told = await ask("/curves");
      this.draw();
    } catch {
      this.due = true; // the stream says that the service is gone, and comes back with it
    }
  }

  draw() {
    if (!this.told) return;
    for (const plot of this.plots) plot.destroy();
    this.plots = [];
    const { burnUps } = this.told;
    const burnUp = burnUps.find((each) => named(each) === this.chosen) ?? burnUps[0];
    this.put(
      this.burnUp,
      burnUp ? `Burn-up · ${burnUp.label}` : "Burn-up",
      burnUp && burnUpOf(burnUp),
      "No limit is known to draw it against.",
      burnUps.length > 1 && this.choice(burnUps, burnUp),
    );
    const { trace } = this.told;
    this.put(this.trace, "Tokens of the block", trace && traceOf(trace), "No block is active.");
  }

  choice(burnUps, shown) {
    const choose = (event) => {
      this.chosen = event.target.value;
      this.draw();
      this.burnUp.querySelector("select").focus();
    };
    return h(
      "select",
      { "aria-label": "Limit to draw", onchange: choose },
      burnUps.map((each) =>
        h("option", { value: named(each), selected: each === shown }, named(each)),
      ),
    );
  }

  put(place, title, made, nothing, choice) {
    place.replaceChildren(h("div", { class: "head" }, h("h2", {}, title), choice));
    if (!made) {
      place.append(h("p", { class: "quiet" }, nothing));
      return;
    }
    const [options, data, summary] = made;
    const inside = h("div", { role: "img", "aria-label": `${title}: ${summary}` });
    place.append(inside);
    this.plots.push(new uPlot({ width: widthOf(place), height: HEIGHT, ...options }, data, inside));
  }

  fit() {
    for (const plot of this.plots) {
      const place = plot.root.closest(".plot");
      if (place) plot.setSize({ width: widthOf(place), height: HEIGHT });
    }
  }

  close() {
    clearTimeout(this.timer);
    this.resized.disconnect();
    removeEventListener("themed", this.themed);
    for (const plot of this.plots) plot.destroy();
    this.plots = [];
  }
}

const named = (curve) => [curve.account, curve.label].filter(Boolean).join(" · ");
const widthOf = (place) => Math.max(place.clientWidth - 34, 200);
const color = (name) =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

// Clocks along a day, days along a week.
const timesOf = (length) => (length > 2 * 86_400 ? "{WWW} {D}" : "{HH}:{mm}");

function common(values, times = "{HH}:{mm}") {
  const axis = {
    stroke: color("quiet"),
    grid: { stroke: color("line"), width: 1 },
    ticks: { stroke: color("line") },
  };
  return {
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1e3), zoneName()),
    cursor: { drag: { x: false, y: false } },
    axes: [
      { ...axis, values: times, space: 60 },
      { ...axis, values: (_, ticks) => ticks.map(values), size: 56 },
    ],
  };
}

// What was used up to now, then what is foreseen; both meet in the same moment.
function burnUpOf(curve) {
  const known = curve.at.length;
  const ahead = curve.foreseenAt.length;
  const nothing = (length) => new Array(Math.max(length, 0)).fill(null);
  const future = (values) => (ahead ? [...nothing(known - 1), ...values] : nothing(known));
  const at = ahead ? [...curve.at, ...curve.foreseenAt.slice(1)] : curve.at;
  const data = [
    at,
    [...curve.usedPercent, ...nothing(ahead - 1)],
    future(curve.foreseen),
    future(curve.foreseenLow),
    future(curve.foreseenHigh),
  ];
  const value = (_, share) => percent(share);
  const quiet = { points: { show: false }, value };
  const options = {
    ...common((share) => `${share}%`, timesOf(curve.end - curve.start)),
    scales: {
      x: { range: [curve.start, curve.end] },
      y: { range: (_, low, high) => [0, Math.min(Math.max(high, 100), 150)] },
    },
    series: [
      { value: "{WWW} {HH}:{mm}" },
      { ...quiet, label: "used", stroke: color("accent"), width: 2, fill: `${color("accent")}22` },
      { ...quiet, label: "foreseen", stroke: color("high"), width: 2, dash: [6, 4] },
      { ...quiet, label: "at least", stroke: `${color("high")}66` },
      { ...quiet, label: "at most", stroke: `${color("high")}66` },
    ],
    bands: [{ series: [4, 3], fill: `${color("high")}22` }],
    hooks: { draw: [drawLimit] },
  };
  return [options, data, `${percent(curve.usedPercent.at(-1))} used, ${curve.basis}`];
}

function drawLimit(plot) {
  const y = plot.valToPos(100, "y", true);
  const { left, width } = plot.bbox;
  plot.ctx.save();
  plot.ctx.strokeStyle = color("reached");
  plot.ctx.lineWidth = 2;
  plot.ctx.beginPath();
  plot.ctx.moveTo(left, y);
  plot.ctx.lineTo(left + width, y);
  plot.ctx.stroke();
  plot.ctx.restore();
}

function traceOf(trace) {
  if (!trace.at.length) return null;
  const options = {
    ...common(tokens),
    series: [
      { value: "{HH}:{mm}" },
      {
        label: `tokens in ${Math.round(trace.stepSeconds / 60)} min`,
        stroke: color("accent"),
        fill: `${color("accent")}66`,
        paths: uPlot.paths.bars({ size: [0.9], align: -1 }),
        points: { show: false },
        value: (_, many) => tokens(many),
      },
    ],
    scales: { y: { range: (_, low, high) => [0, Math.max(high, 1)] } },
  };
  return [options, [trace.at, trace.tokens], `${tokens(trace.runningTokens.at(-1))} tokens so far`];
}
