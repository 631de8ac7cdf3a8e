"""How do dj-rest-auth's endpoints begin and end our sessions?

Its settings name ``claims.ClaimsSerializer``, and the project includes ``urls`` in place of
``dj_rest_auth.urls``. See docs/how-to/dj-rest-auth.md.
"""
