// Makes elements. Text is always text: nothing that was told is ever read as markup.

const SVG = "http://www.w3.org/2000/svg";

export function h(tag, attributes = {}, ...children) {
  return made(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return made(document.createElementNS(SVG, tag), attributes, children);
}

function made(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value == null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child != null && child !== false));
  return element;
}

const REACHED = "a, button, input, select, [tabindex]";

// Puts others in the place of an element's children: what has the focus keeps it, and what is
// scrolled stays where it was; what is new begins at its end where that is the newest.
export function refill(element, children) {
  const reached = () => [...element.querySelectorAll(REACHED)];
  const focused = reached().indexOf(document.activeElement);
  const left = element.querySelector(".scroll")?.scrollLeft;
  element.replaceChildren(...children);
  const scrolled = element.querySelector(".scroll");
  if (scrolled) {
    const isAtEnd = scrolled.classList.contains("newest-last");
    scrolled.scrollLeft = left ?? (isAtEnd ? scrolled.scrollWidth : 0);
  }
  if (focused >= 0) reached()[focused]?.focus({ preventScroll: true });
}

// Draws a part anew only where what it is made of is different, so that nothing flickers.
export class Part {
  constructor(element, draw) {
    this.element = element;
    this.draw = draw;
    this.seen = undefined;
  }

  show(...told) {
    const seen = JSON.stringify(told);
    if (seen === this.seen) return;
    this.seen = seen;
    refill(this.element, [this.draw(...told)].flat(Infinity).filter(Boolean));
  }
}
