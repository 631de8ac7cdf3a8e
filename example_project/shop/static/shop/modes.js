// The two ways in which a front end can hold tokens, and what follows from each.

export const MODES = {
  cookie: {
    summary:
      "The browser keeps both tokens in cookies that no script can read, and adds them by itself. The right choice for a site with its own API.",
    facts: [
      ["A malicious script on the page", "finds no token to take along. It can still act as you while the page is open."],
      ["Another site’s form or link", "would get the cookies added, too. So every request that changes something must show that it comes from this page: Sec-Fetch-Site or Origin, and Django’s CSRF token."],
      ["Reloading the page", "keeps you logged in."],
      ["Other tabs", "share the login. When one refreshes, all have; when one logs out, all are."],
      ["A front end on another domain", "does not work: browsers do not send these cookies there. Use the other mode."],
      ["client.js", 'createClient({ baseUrl: "/api/auth/" })'],
    ],
  },
  header: {
    summary:
      "client.js keeps both tokens in this page’s memory, and writes the access token into the Authorization header. For apps, and for front ends on another domain.",
    facts: [
      ["A malicious script on the page", "can read the tokens on their way and send them to somebody, who goes on after you have closed the page."],
      ["Another site’s form or link", "can do nothing: the browser adds no token by itself. No CSRF check is needed."],
      ["Reloading the page", "logs you out here, for memory is gone. Storage would survive it, within reach of every script, today’s and next year’s."],
      ["Other tabs", "have logins of their own."],
      ["A front end on another domain", "works, once CORS lets it ask."],
      ["client.js", 'createClient({ baseUrl: "/api/token/", mode: "header" })'],
    ],
  },
};
