// What goes into the page, and into requests. Text is always text: nothing of an answer is ever
// read as HTML.

/** The element with that id. */
export const byId = (id) => document.getElementById(id);

/** A new element; attributes that are null or false are left out. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

/** An answer's status as a badge: 200 or 401, and 0 for none at all. */
export function badge(status) {
  const bad = status === 0 || status >= 400;
  return element("span", { class: bad ? "status bad" : "status" }, status === 0 ? "none" : `${status}`);
}

/** What makes a request of `fetch` a POST of that body. */
export function asJson(body) {
  return { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}
