"""What the documents say in figures is what the figures are, tables and pictures alike."""

import re

import pytest

from benchmarks import page, pictures
from benchmarks.budgets import judged

from .conftest import figures_of

FIGURES = page.read()
WRITE = "run: make bench-pictures"


def texts_in(svg):
    """What is written in a picture. Where it stands may differ between versions of matplotlib."""
    return re.findall(r">([^<>]+)</text>", svg.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", page.PAGES, ids=lambda path: path.name)
def test_a_page_says_what_the_figures_are(path):
    text = path.read_text(encoding="utf-8")

    assert page.filled(text, FIGURES) == text, WRITE


def test_every_part_has_one_place():
    placed = "".join(path.read_text(encoding="utf-8") for path in page.PAGES)

    assert sorted(re.findall(r"<!-- figures: (\S+) -->", placed)) == sorted(page.PARTS)


@pytest.mark.parametrize("budget", sorted({one.budget for one in judged(FIGURES["runs"])}))
def test_every_budget_is_on_the_page(budget):
    assert f"| {budget} |" in page.PAGES[0].read_text(encoding="utf-8")


def test_other_figures_make_another_page():
    text = page.PAGES[0].read_text(encoding="utf-8")
    other = {**FIGURES, "about": {**FIGURES["about"], "measured": "2001-01-01"}}

    assert "Measured on 2001-01-01" in page.filled(text, other)


class TestRunsThatWereRepeated:
    def said(self, *ratios):
        budget = "request: strict, beside nobody"
        figures = figures_of(request={"nobody": 100.0, "strict": 150.0})
        return page.budgets(figures | {"repeated": {"sqlite": {budget: ratios}}})

    @pytest.mark.parametrize(
        ("ratios", "shown"),
        [
            ([1.5, 1.7, 1.6], "1.50 to 1.70 (≤ 1.75) |"),
            ([1.7, 1.8, 1.9], "1.70 to 1.90 (≤ 1.75) **over at times** |"),
            ([1.8, 1.9, 1.85], "1.80 to 1.90 (≤ 1.75) **over** |"),
        ],
    )
    def test_a_budget_shows_their_span_and_how_often_it_is_over(self, ratios, shown):
        assert f"| request: strict, beside nobody | {shown}" in self.said(*ratios)


class TestWhereSomebodyElseIsFaster:
    def test_whoever_costs_less_is_named_with_the_ratio(self):
        said = page.faster(figures_of(request={"knox": 100.0, "strict": 150.0}))

        assert said == (
            "- request: django-rest-knox; this package, strict costs 1.50 times as much on SQLite\n"
        )

    @pytest.mark.parametrize("strict", [90.0, 102.0])
    def test_nobody_is_named_who_costs_more_or_hardly_less(self, strict):
        said = page.faster(figures_of(request={"knox": 100.0, "strict": strict}))

        assert said == "Nowhere, in this run.\n"

    def test_those_are_compared_who_do_the_same(self):
        said = page.faster(figures_of(request={"simplejwt, stateless": 1.0, "strict": 9.0}))

        assert said == "Nowhere, in this run.\n"


class TestPictures:
    @pytest.mark.parametrize("name", pictures.PICTURES)
    def test_each_shows_the_figures(self, tmp_path, name):
        pictures.draw(FIGURES, tmp_path)

        assert texts_in(page.FOLDER / name) == texts_in(tmp_path / name), WRITE

    @pytest.mark.parametrize("name", pictures.PICTURES)
    def test_each_says_in_words_what_it_shows(self, name):
        _, shown = pictures.PICTURES[name]
        svg = (page.FOLDER / name).read_text(encoding="utf-8")

        assert 'aria-labelledby="title desc"' in svg
        assert f'<desc id="desc">{pictures.in_words(FIGURES, shown)}</desc>' in svg

    @pytest.mark.parametrize("name", pictures.PICTURES)
    def test_each_is_dark_on_a_dark_page(self, name):
        svg = (page.FOLDER / name).read_text(encoding="utf-8")

        assert svg.count("<style>@media (prefers-color-scheme: dark)") == 1

    @pytest.mark.parametrize("name", pictures.PICTURES)
    def test_each_is_shown_with_words_in_its_place(self, name):
        text = page.PAGES[0].read_text(encoding="utf-8")

        assert re.search(rf"!\[[^\]]{{40,}}\]\({name}\)", text)
