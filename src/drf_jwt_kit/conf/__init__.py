"""Settings: which there are, what each is now, and what is wrong with those of the project."""

from .settings import KitSettings, current_problems, get_settings
from .validation import nearest

__all__ = ["KitSettings", "current_problems", "get_settings", "nearest"]
