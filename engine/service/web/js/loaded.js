// A view of what is asked for: drawn when it has come, and anew when figures have changed.

import { h } from "./elements.js";

export class LoadedView {
  constructor() {
    this.place = h("div", {}, h("p", { class: "quiet" }, "…"));
    this.element = this.place;
  }

  // Whoever reads keeps the place: what stands there stays until what is new has come.
  show(live) {
    if (this.responses !== undefined && this.responses !== live.responses) this.load();
    this.responses = live.responses;
  }

  close() {}

  // A view says in `drawn` what it asks for, and what is to be seen of it.
  async load() {
    try {
      this.place.replaceChildren(...[await this.drawn()].flat());
    } catch (problem) {
      this.place.replaceChildren(h("p", { class: "problem", role: "alert" }, problem.message));
    }
  }
}
