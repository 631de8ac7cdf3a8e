"""Which worlds are explored: those in which every promise holds, and those beside the theorem.

The second kind has an assumption of the theorem missing. The explorer finds what then happens, and
``test_replayed.py`` plays it over HTTP.
"""

from __future__ import annotations

from functools import partial

from .binding import BoundWorld
from .refreshing import World

ENDS = ("logout", "cut_off", "too_old", "idle", "gone", "inactive", "changed")
LOSING = {"keys": True, "loses": True, "trip": None}
"""A client that refreshes one at a time, and whose answers may be lost or take any time."""
ROBBED = {"thief": True, "keys": True, "steals_keys": True, "loses": True}

BRIEF = {"leeway": 2, "trip": 0}
BOUND = {"starts_bound": True, "loses": True}
"""A browser that renews its session by itself, and whose answers may be lost."""

SMALL = {
    "bound": partial(BoundWorld, thief=True, loses=True, at_once=1, **BRIEF),
    "tabs": partial(World, tabs=2),
    "loses": partial(World, **LOSING),
    "ends": partial(World, ends=ENDS, thief=True, forges=True, **BRIEF),
    "robbed": partial(World, **ROBBED, **BRIEF),
}
"""Those in which a change to the judge is soon seen: together they have every verdict."""

HOLD = {
    "two tabs": World(tabs=2, leeway=10, trip=4),
    "three tabs": World(tabs=3, leeway=5, trip=2),
    "four tabs": World(tabs=4),
    "two tabs with a retry key": World(tabs=2, leeway=5, trip=2, keys=True),
    "two tabs, and every end": World(tabs=2, leeway=5, trip=2, ends=ENDS),
    "two tabs, one of which logs in": World(tabs=2, leeway=5, trip=2, logs_in=True),
    "two tabs with a token of Simple JWT's": World(tabs=2, adopted=True, ends=("logout",)),
    "a tab without leeway": World(tabs=1, leeway=0, trip=0, ends=ENDS),
    "two clients that share a store": World(
        tabs=2, leeway=5, trip=2, keeps_newest=True, repeats_set_cookie=True
    ),
    "a phone that loses answers": World(**LOSING, leeway=5, ends=ENDS, adopted=True),
    "a phone without leeway": World(**LOSING, leeway=0, ends=ENDS),
    "a thief beside one tab": World(thief=True, leeway=5, trip=2),
    "a thief beside two tabs": World(thief=True, tabs=2),
    "a thief who forges, and every end": World(
        thief=True, forges=True, ends=ENDS, leeway=2, trip=0
    ),
    "a thief of token and key": World(**ROBBED),
    "a thief of token and key, without leeway": World(**ROBBED, leeway=0, trip=0),
    "a bound browser that renews twice at once, and loses answers": BoundWorld(**BOUND, tabs=2),
    "a bound browser that loses its key": BoundWorld(**BOUND, tabs=2, loses_key=True, **BRIEF),
    "two tabs that bind their session": BoundWorld(tabs=2, loses=True),
    "a browser that registers two keys at once": BoundWorld(registrations=2, loses=True, **BRIEF),
    "a browser that binds without leeway": BoundWorld(loses=True, leeway=0, trip=0),
    "a thief of the cookies of a browser that binds": BoundWorld(thief=True, at_once=2, **BRIEF),
    "a thief beside a browser that loses its key": BoundWorld(
        thief=True, loses=True, loses_key=True, logs_out=True, at_once=1, **BRIEF
    ),
}
IN_CI = {
    "three tabs with a retry key": World(tabs=3, leeway=5, trip=2, keys=True),
    "three tabs, and every end": World(tabs=3, ends=ENDS),
    "a thief beside one tab, and every end": World(thief=True, ends=ENDS),
    "a thief of token and key, and two ends": World(
        **ROBBED, leeway=2, trip=0, ends=("logout", "idle")
    ),
    "a thief of a slow phone's token and key": World(**{**ROBBED, **LOSING}, leeway=2),
    "a thief of cookies, finer": BoundWorld(thief=True, at_once=2),
}
IN_LONG = {
    "three tabs, finer": World(tabs=3, leeway=10, trip=4),
    "five tabs": World(tabs=5),
    "a thief beside two tabs, finer": World(thief=True, tabs=2, leeway=5, trip=2),
    "a thief of token and key, finer": World(**ROBBED, leeway=5, trip=2),
    "a thief of cookies, three requests at once": BoundWorld(thief=True, **BRIEF),
    "a thief of cookies, with every loss": BoundWorld(
        thief=True, loses=True, loses_key=True, logs_out=True, at_once=2, **BRIEF
    ),
    "two tabs that register two keys": BoundWorld(tabs=2, registrations=2, loses=True, **BRIEF),
    "three tabs that bind their session": BoundWorld(tabs=3, loses=True, **BRIEF),
}

THIEF_CRIED = "no honest browser is taken for a thief"
BESIDE = {
    "an answer of the presented generation sets the cookie": (
        World(tabs=2, leeway=10, trip=1, repeats_set_cookie=True),
        THIEF_CRIED,
    ),
    "a round trip is half the leeway": (World(tabs=2, leeway=4, trip=2), THIEF_CRIED),
    "an answer is lost that had no retry key": (World(loses=True), THIEF_CRIED),
    "an answer is lost to one of two that refresh at once": (
        World(tabs=2, keys=True, loses=True),
        THIEF_CRIED,
    ),
    "a request is judged that its client gave up": (
        World(keys=True, loses=True, gives_up=True),
        THIEF_CRIED,
    ),
    "a login in the round trip of a refresh of a session that was ended": (
        World(tabs=2, logs_in=True, ends=("logout",)),
        "a late refusal does not clear the cookies of a newer login",
    ),
    "an answer is given once more that nobody could mark": (
        BoundWorld(thief=True, at_once=2, marks_blindly=True, **BRIEF),
        "nobody without the key gets a token once the session is bound",
    ),
    "the setting is turned off after the answer to a renewal was lost": (
        BoundWorld(**BOUND, switches=True),
        THIEF_CRIED,
    ),
}
