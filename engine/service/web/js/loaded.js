// A view of what is asked for: drawn when it has come, and anew when figures have changed.

import { h, refill } from "./elements.js";

export class LoadedView {
  constructor() {
    this.place = h("div", {}, h("p", { class: "quiet" }, "…"));
    this.element = this.place;
    this.isLoading = false;
    this.isWanted = false;
  }

  // Whoever reads keeps the place: what stands there stays until what is new has come.
  show(live) {
    if (this.responses !== undefined && this.responses !== live.responses) this.load();
    this.responses = live.responses;
  }

  close() {}

  // However often figures change, one answer is waited for at a time, and the newest comes last.
  async load() {
    this.isWanted = true;
    if (this.isLoading) return;
    this.isLoading = true;
    while (this.isWanted) {
      this.isWanted = false;
      await this.put();
    }
    this.isLoading = false;
  }

  // A view says in `drawn` what it asks for, and what is to be seen of it.
  async put() {
    try {
      refill(this.place, [await this.drawn()].flat());
    } catch (problem) {
      this.place.replaceChildren(h("p", { class: "problem", role: "alert" }, problem.message));
    }
  }
}
