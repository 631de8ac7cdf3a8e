"""Another user of this machine, who plays with the names in a folder of its own while root acts.

Run as a script, as root, with the number of the user: it gives its rights away first. ``watch``
puts a link to VICTIM in the place of each file of root's that appears in FOLDER; ``swap`` lets the
name FOLDER be the folder and a link to VICTIM in turn.
"""

import contextlib
import os
import sys


def watch(folder, victim):
    for name in os.listdir(folder):
        with contextlib.suppress(OSError):
            path = os.path.join(folder, name)
            if name.startswith("away") or os.lstat(path).st_uid != 0:
                continue
            os.rename(path, os.path.join(folder, f"away-{name}"))
            os.symlink(victim, path)


def swap(folder, victim):
    aside = f"{folder}-aside"
    with contextlib.suppress(OSError):
        os.rename(folder, aside)
        os.symlink(victim, folder)
        os.unlink(folder)
    with contextlib.suppress(OSError):
        os.rename(aside, folder)


if __name__ == "__main__":
    act, folder, victim, user = sys.argv[1:]
    os.setgroups([])
    os.setgid(int(user))
    os.setuid(int(user))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        globals()[act](folder, victim)
