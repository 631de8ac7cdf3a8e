"""A server that renders pages and passes cookies on, as docs/how-to/render-on-a-server.md has it.

test_rendering.py   what becomes of pages, components, and sessions
renderer.mjs        the server: the page's own two files, and twenty components on each page
"""
