"""What was once found, or nearly: each is asked again in every run, with what it was."""

from .changes import Token
from .sent import Sent

TOKENS = {
    "the bits of a signature that no byte needs": Token("desk access", (("unused_bits", 0),)),
}
REQUESTS = {"nothing": Sent()}
