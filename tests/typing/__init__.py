"""What typed users write: `make types` reads this with mypy and pyright, both in strict mode.

shop/            a project that uses the package wherever a type could get lost; no error in it
answers.py       the types that our own calls answer, exactly
mistakes.py      errors that both must see
settings.py      the settings of the shop, for itself and for mypy's plugin for Django
test_shop.py     the shop is a project that Django accepts
pyrightconfig.json

pyright runs no plugin, so nothing here depends on the one for Django.
"""
