"""The npm package of client.js, in the front ends that docs/how-to shows, built by their own tools.

package.py         packs it, and unfolds a front end with it from a page of the documentation
test_package.py    what is in it, and that node finds it
test_react.py      Vite, React and TypeScript, strict; a worker
test_next.py       Next.js, with a client that a module makes
react/, next/      what each is built with, pinned, and the few files that no page shows

tests/browser/test_react.py looks at the page of the first one in Chromium.
"""
