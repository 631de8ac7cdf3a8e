// Writes down every request of this page, so that one sees client.js at work: the CSRF token
// it fetches, the refresh it makes, the request it repeats. It changes none of them.

const MOST_KEPT = 60;
const listeners = [];
const platform = window.fetch;

window.fetch = async (input, init) => {
  const method = (init?.method ?? input.method ?? "GET").toUpperCase();
  const { pathname, search } = new URL(input.url ?? input, location.href);
  const note = (status) => tell({ method, path: pathname + search, status, at: new Date() });
  try {
    const response = await platform.call(window, input, init);
    note(response.status);
    return response;
  } catch (failure) {
    note(0);
    throw failure;
  }
};

/** Have `listener` called with `{ method, path, status, at }` after each request. */
export function onRequest(listener) {
  listeners.push(listener);
}

/** Show the requests in `list`, newest first. */
export function showRequests(list, empty, row) {
  onRequest((request) => {
    empty.hidden = true;
    list.prepend(row(request));
    if (list.children.length > MOST_KEPT) list.lastElementChild.remove();
  });
}

function tell(request) {
  for (const listener of listeners) listener(request);
}
