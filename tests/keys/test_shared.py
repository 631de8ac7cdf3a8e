"""All threads of a process share one set of an issuer's keys."""

from drf_jwt_kit.keys.shared import SharedKeys


def test_keys_that_another_thread_has_made_meanwhile_are_not_made_again():
    made = []
    keys = SharedKeys(lambda: made.append("once") or {}, settings=())
    lock = keys._making

    class TakenByAnother:
        """Lets go of it when the keys are made."""

        def __enter__(self):
            keys._making = lock
            keys()

        def __exit__(self, *error):
            pass

    keys._making = TakenByAnother()

    assert keys() is keys()
    assert made == ["once"]
