"""What is drawn: values, changes of tokens, and requests that carry them among other things."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.conftest import PASSWORD
from tests.test_text_from_outside import HOSTILE

from .changes import SECRETS, Token
from .samples import (
    ADDRESSES,
    ALGORITHMS,
    CLAIMS,
    FIELDS,
    HEADERS,
    JOINTS,
    METHODS,
    NUMBERS,
    QUERIES,
    RAW,
    TYPES,
    VALUES,
)
from .sent import ACCESS, JSON, REFRESH, Sent
from .world import TOKENS

text = st.text(max_size=30) | st.sampled_from(HOSTILE)
of_a_line = st.characters(exclude_characters="\r\n", exclude_categories=["Cs"])
on_a_line = st.text(of_a_line, max_size=30)
header_value = st.sampled_from(VALUES) | on_a_line
scalar = st.none() | st.booleans() | st.integers() | st.floats() | text
value = st.recursive(
    scalar,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=6,
)
place = st.integers(0, 2_000)
which = st.integers(0, 2)
joined = st.sampled_from(JOINTS)
header = st.fixed_dictionaries(
    {},
    optional={
        "alg": st.sampled_from(ALGORITHMS),
        "kid": st.sampled_from(["", "../../dev/null", "' OR 1=1", "x" * 9_000]) | value,
        "typ": st.sampled_from(["JWT", "at+jwt", "rt+jwt", "AT+JWT", "application/at+jwt"]) | value,
        "crit": st.sampled_from([["exp"], ["b64"], [], [1]]) | value,
        "b64": st.booleans(),
        "zip": st.just("DEF"),
        "cty": st.just("JWT"),
        "jku": st.just("https://attacker.example/keys.json"),
        "jwk": st.just({"kty": "oct", "k": ""}) | value,
        "x5c": st.just(["MIIB"]) | value,
    },
)
claims = st.fixed_dictionaries(
    {},
    optional={name: st.sampled_from(NUMBERS) | value for name in CLAIMS},
)
change = st.one_of(
    st.tuples(st.just("character"), place, joined | st.characters()),
    st.tuples(st.just("inserted"), place, joined | text),
    st.tuples(st.just("inserted"), st.just(-1), joined),
    st.tuples(st.just("cut"), place),
    st.tuples(st.just("part"), which, st.binary(max_size=40) | st.sampled_from(RAW)),
    st.tuples(st.just("part_as_is"), which, text),
    st.tuples(st.just("part_of_another"), which, st.sampled_from([*TOKENS, "grace"])),
    st.tuples(st.just("header"), header),
    st.tuples(st.just("claims"), claims),
    st.tuples(st.just("unsigned"), st.sampled_from(ALGORITHMS)),
    st.tuples(st.just("by_secret"), st.sampled_from(sorted(SECRETS)), header),
    st.tuples(st.just("by_another_key"), header),
    st.tuples(st.just("unused_bits"), which),
    st.tuples(st.just("other_alphabet")),
    st.tuples(st.just("other_case")),
    st.tuples(st.just("repeated"), st.integers(2, 40)),
    st.tuples(st.just("as_json"), st.booleans()),
)
names = st.sampled_from(TOKENS)
genuine = st.builds(Token, names)
changed = st.builds(Token, names, st.lists(change, min_size=1, max_size=2).map(tuple))
token = genuine | changed
field = st.one_of(token, token, value, st.just(PASSWORD), st.just("ada"))
body = st.one_of(
    st.dictionaries(st.sampled_from(FIELDS), field, max_size=4),
    st.fixed_dictionaries(
        {"username": st.just("ada"), "password": st.just(PASSWORD)},
        optional={"scope": value, "refresh": token},
    ),
    st.fixed_dictionaries({"refresh": genuine}, optional={"scope": value}),
    st.lists(field, max_size=3),
    field,
    st.sampled_from(RAW),
    st.binary(max_size=60),
)
cookie = st.tuples(
    st.sampled_from([ACCESS, REFRESH, ACCESS, REFRESH, "csrftoken", "sessionid", "", "\x00", "é"]),
    st.one_of(genuine, token, token, on_a_line),
)
authorization = st.one_of(
    st.just(()),
    *[st.tuples(st.just("Bearer"), genuine)] * 3,
    st.tuples(st.just("Bearer"), token),
    st.tuples(st.sampled_from(["bearer", "JWT", "Basic", "", "Bearer\t", "Bearer Bearer"]), token),
    st.tuples(st.just("Bearer"), token, token),
    st.tuples(header_value),
)


def requests(own_methods: tuple[str, ...]) -> st.SearchStrategy[Sent]:
    """Mostly by a method that the endpoint has."""
    return st.builds(
        Sent,
        method=st.sampled_from([*own_methods * 8, *METHODS]),
        session=st.sampled_from(ADDRESSES) | st.text(min_size=1, max_size=9),
        query=st.sampled_from(QUERIES) | on_a_line,
        authorization=authorization,
        cookies=st.lists(cookie, max_size=4).map(tuple),
        from_own_page=st.sampled_from([True, True, True, False]),
        headers=st.dictionaries(st.sampled_from(HEADERS), header_value, max_size=3).map(
            lambda given: tuple(given.items())
        ),
        content_type=st.sampled_from([JSON] * 10 + TYPES),
        body=body,
    )
