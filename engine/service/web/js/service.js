// Asks the service, and listens to what it pushes.

export class Refused extends Error {
  constructor(status, sentence) {
    super(sentence);
    this.status = status;
  }
}

export async function ask(path, query = {}) {
  const words = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== ""));
  const answer = await fetch(`/api/v1${path}${words.size ? `?${words}` : ""}`);
  const document = await answer.json();
  if (!answer.ok) throw new Refused(answer.status, document.detail);
  return document;
}

// The live document as it stands, kept up to date by push; `told` is called after each change.
export class Stream {
  constructor(told, connected) {
    this.document = null;
    this.told = told;
    this.connected = connected;
    this.open();
  }

  open() {
    const source = new EventSource("/api/v1/stream");
    source.addEventListener("snapshot", (event) => this.take({}, event));
    source.addEventListener("change", (event) => this.take(this.document ?? {}, event));
    source.addEventListener("open", () => this.connected("live"));
    source.addEventListener("error", () => {
      this.connected("lost");
      if (source.readyState === EventSource.CLOSED) setTimeout(() => this.again(), 3000);
    });
  }

  // A browser gives up where it is refused; the service may be back, or may want a new code.
  async again() {
    try {
      await ask("/reports");
      this.open();
    } catch (problem) {
      if (problem.status === 401) this.connected("refused");
      else setTimeout(() => this.again(), 3000);
    }
  }

  take(before, event) {
    this.document = { ...before, ...JSON.parse(event.data) };
    this.connected("live");
    this.told(this.document);
  }
}
