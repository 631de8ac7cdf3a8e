"""What was once found, or nearly: each is asked again in every run, with what it was."""

from .changes import Token
from .sent import REFRESH, Sent

TOKENS = {
    "a signature whose last bits, which no byte needs, are others": Token(
        "desk access", (("unused_bits", 0),)
    ),
    "a signature with padding": Token("desk refresh", (("inserted", -1, "="),)),
}
REQUESTS = {
    "a null in a username, which PostgreSQL does not store": Sent(
        body={"username": "a\x00", "password": "x"}
    ),
    "a charset that does not exist": Sent(content_type="application/json; charset=none"),
    "two refresh cookies, one of them planted": Sent(
        cookies=((REFRESH, "x"), (REFRESH, Token("phone refresh"))), from_own_page=True
    ),
}
