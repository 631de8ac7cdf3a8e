"""Clocks are put back and forward, and no promise about a session depends on what they show.

story.py           what happens to sessions around a change of clocks, in a process of its own
settings.py        a project in the zone that the environment names, with USE_TZ or without
test_stories.py    the stories on every database, in three zones, with USE_TZ and without
test_moments.py    times of a project, and what they mean
"""
