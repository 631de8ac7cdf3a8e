"""Requests and tokens that nobody would think of, against a model of what each may do.

``urls.py`` has all of our endpoints, and ``endpoints.py`` reads them from there and says what each
may write. ``world.py`` has two users, whose tokens requests carry. ``changes.py`` changes a token,
``sent.py`` is a request as a plain value, ``strategies.py`` draws both
out of ``samples.py`` and chance, ``model.py`` says what a
request could write and whether it may be let in, and ``corpus.py`` has what was once found.
"""
