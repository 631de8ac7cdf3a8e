"""At which address is a page of the documentation? An installed package does not carry them."""

SITE = "https://drf-jwt-kit.readthedocs.io/"


def page(path: str) -> str:
    """The address of the page at ``path`` in the checkout, such as ``docs/how-to/keys.md#jwk``.

    In the version that the site shows first.
    """
    return f"{SITE}page/{path.replace('.md', '.html')}"
