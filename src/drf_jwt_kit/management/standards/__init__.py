"""Which standards are there, and how does a project stand to each of their requirements?

The one source of the page on standards in the documentation and of ``jwtkit report``.
"""

from .asvs_sessions import ASVS_V7
from .asvs_tokens import ASVS_V9
from .nist import LEVELS, NIST
from .requirement import Evidence, Requirement, Standard, Status
from .rfc8725 import RFC_8725
from .rfc9700 import RFC_9700
from .rfc10017 import RFC_10017

STANDARDS = (RFC_9700, RFC_8725, RFC_10017, ASVS_V7, ASVS_V9, NIST)

__all__ = ["LEVELS", "STANDARDS", "Evidence", "Requirement", "Standard", "Status"]
