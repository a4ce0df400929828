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
    this.element.replaceChildren(...[this.draw(...told)].flat(Infinity).filter(Boolean));
  }
}
