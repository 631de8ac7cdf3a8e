"""Which settings exist, what is their value now, and which of the project's are wrong?"""

from .settings import KitSettings, current_origins, current_problems, get_settings
from .validation import nearest

__all__ = ["KitSettings", "current_origins", "current_problems", "get_settings", "nearest"]
