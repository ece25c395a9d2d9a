"""The first lines of a report: checked against a count of the data that shares no code with it."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.html_tree import NBSP
from kit.made_reports import MARCH, START, Appeal, appeals_of, made
from kit.properties import examples
from kit.values import HOUR
from workhours_sla import Schedule, ScheduleBy, Target, working_hours
from workhours_sla.cli.main import main
from workhours_sla.config import parse
from workhours_sla.config.defaults import TARGET
from workhours_sla.text.catalog import language

np = pytest.importorskip("numpy")
openpyxl = pytest.importorskip("openpyxl")

from kit.paths import EXAMPLES
from workhours_sla.report import (
    AppealColumns,
    Labels,
    cases_of_columns,
    page,
    report,
    write_workbook,
)
from workhours_sla.reports.headline import direction, headline, headline_lines
from workhours_sla.text.words import target_name

FORMS = {
    ("meets", "ru"): "цель достигнута",
    ("fails", "ru"): "цель не достигнута",
    ("inconclusive", "ru"): "данных мало, чтобы сказать, достигнута ли цель",
    ("meets", "en"): "the target is met",
    ("fails", "en"): "the target is not met",
    ("inconclusive", "en"): "whether the target is met is not proven",
}


def wilson(met: int, n: int) -> tuple[float, float]:
    """Return the interval as the roots of (p - x)^2 = z^2 x (1 - x) / n."""
    z2 = 1.959963984540054**2
    a, b, c = 1 + z2 / n, -(2 * met / n + z2 / n), (met / n) ** 2
    root = math.sqrt(max(b * b - 4 * a * c, 0.0))
    return (-b - root) / (2 * a), (-b + root) / (2 * a)


def judged(met: int, n: int, target: float) -> str:
    low, high = wilson(met, n)
    if n >= 10 and (low >= target or high < target):
        return "meets" if low >= target else "fails"
    return "inconclusive" if n >= 20 else "too_few"


def test_sentence_of_the_issue() -> None:
    report = made(
        [*appeals_of("Комитет здравоохранения", 1331, 571), *appeals_of("ЖКХ", 5810, 790)], **MARCH
    )
    with language("ru"):
        first, most, step = headline(report).lines()
    assert first == (
        f"За март 2025 года в срок отвечено на 7{NBSP}141 из 8{NBSP}502 обращений (84,0 %) при "
        "целевой доле 90 %: цель не достигнута."
    )
    assert most.replace(NBSP, " ") == (
        "Дальше всего от цели 90 %: «Комитет здравоохранения» (571 "
        "опоздание из 1 902, нужно на 381 меньше)."
    )
    assert step == "Сейчас ничего не просрочено; для 90 % опозданий должно быть на 511 меньше."
    report = made(
        [*appeals_of("Комитет здравоохранения", 45, 5), *appeals_of("ЖКХ", 5980, 620)], **MARCH
    )
    assert not headline(report).most  # both meet it


NAMES = st.sampled_from(["A", "B", "C", "D"])
HOURS = st.integers(0, 743)


@st.composite
def some_appeals(draw: st.DrawFn) -> list[Appeal]:
    """Return blocks of equal appeals, so that all verdicts occur."""
    found: list[Appeal] = []
    for name, came, wait, count in draw(
        st.lists(
            st.tuples(NAMES, HOURS, st.none() | st.integers(0, 12), st.integers(1, 60)),
            min_size=1,
            max_size=9,
        )
    ):
        found += [(name, came, None if wait is None else came + wait)] * count
    return found


@settings(max_examples=examples(60), deadline=None)
@given(some_appeals(), st.sampled_from([0.5, 0.84, 0.9, 0.975]), st.sampled_from(["ru", "en"]))
def test_sentence_agrees_with_a_count(appeals: list[Appeal], target: float, lang: str) -> None:
    """The limit of an appeal is 4 hours after it; only those whose limit has passed count."""
    now = 744
    counted = [
        (name, answered is not None and answered - came <= 4)
        for name, came, answered in appeals
        if now > came + 4 or (answered is not None and answered - came > 4 and answered <= now)
    ]
    report = made(appeals, target=target, now=now)
    with language(lang):
        found = headline(report)
    numbers = [
        int(n)
        for n in re.findall(
            r"(?<![\d.])\d+", re.sub(r"\d+\.\d+\.\d+", "", found.sentence.replace(NBSP, ""))
        )
    ]
    met, n = sum(good for _, good in counted), len(counted)
    if not n:
        assert found.kind == "too_few"
        return
    assert f"{met} {'из' if lang == 'ru' else 'of'} {n} " in found.sentence.replace(NBSP, "")
    assert numbers
    assert found.kind == judged(met, n, target)
    if found.kind != "too_few":
        assert found.sentence.endswith(f": {FORMS[found.kind, lang]}.")
    names = sorted({name for name, _, _ in appeals})
    of = {name: [good for who, good in counted if who == name] for name in names}
    lacks = {  # to the target, of agencies with enough appeals for a share
        name: max(0, math.ceil(round(target * 1000) * len(own) / 1000) - own.count(True))
        for name, own in of.items()
        if len(own) >= 10
    }
    named = re.findall("\ue000(.*?)\ue000", found.most)
    if met == n:
        assert found.most in {"Опозданий нет.", "None was late."}
    elif len(names) > 1:
        assert len(named) <= 3
        counts = [lacks[name] for name in named]
        assert counts == sorted(lacks.values(), reverse=True)[: len(named)]
        assert all(counts)
        assert bool(named) == any(lacks.values())
        if named:  # and no agency is named without need
            assert 2 * sum(counts[:-1]) < sum(lacks.values())
        for name in named:
            late, all_ = of[name].count(False), len(of[name])
            assert re.search(rf"{name}\W*\({late} (of|опоздани\w+ из) {all_}\b", found.most)
    else:
        assert not named


@settings(max_examples=examples(50), deadline=None)
@given(st.integers(1, 400), st.integers(0, 400), st.sampled_from([0.5, 0.84, 0.9, 0.975, 0.999]))
def test_lacking_is_the_fewest_that_reach_the_target(met: int, late: int, target: float) -> None:
    rate = made(appeals_of("A", met, late), target=target).total.rate
    assert rate is not None
    whole = round(target * 1000)
    assert 1000 * (met + rate.lacking) >= whole * (met + late)
    assert rate.lacking == 0 or 1000 * (met + rate.lacking - 1) < whole * (met + late)


# -- the change since an earlier period ------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "key"),
    [
        ((700, 300), (840, 160), "better"),
        ((840, 160), (700, 300), "worse"),
        ((840, 160), (845, 155), "no_change"),
    ],
)
def test_direction_has_three_forms(
    before: tuple[int, int], after: tuple[int, int], key: str
) -> None:
    appeals = [*appeals_of("A", *before, at=10), *appeals_of("A", *after, at=400)]
    middle = START + 300 * HOUR
    report = made(appeals, since=middle, until=MARCH["until"], compare_with="previous")
    with language("ru"):
        found = direction(report)
    assert found is not None
    assert found[0] == key
    words = {"better": "лучше на", "worse": "хуже на", "no_change": "изменение не доказано"}
    for other, text in words.items():
        assert (text in found[1]) == (other == key)
    assert f"было {before[0] / 10:.1f}".replace(".", ",") in found[1]
    assert f"{after[0] / 10:.1f} %".replace(".", ",") in found[1]
    assert found[1] in report.text(lang="ru").splitlines()
    if key != "no_change":
        assert "-" not in found[1].replace(" - ", "")  # no negative number beside "worse by"
    found = direction(made(appeals_of("A", 8, 9, at=400), since=middle, compare_with="previous"))
    assert found is not None
    assert found[0] == "no_earlier"
    assert direction(made(appeals_of("A", 8, 9))) is None


# -- never chance ----------------------------------------------------------------------------------

CHANCE = re.compile(
    r"\bchance\b|\bby luck\b|\brandom|случа[йе](?!\w*\s+обращ)|случайн", re.IGNORECASE
)


@settings(max_examples=examples(10), deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 120), st.integers(0, 60)), min_size=1, max_size=30),
    st.sampled_from(["ru", "en"]),
)
def test_nothing_is_explained_by_chance(groups: list[tuple[int, int]], lang: str) -> None:
    appeals = [
        one
        for place, (met, late) in enumerate(groups)
        for one in appeals_of(f"G{place}", met, late, at=place)
    ]
    if not appeals:
        return
    report = made(appeals)
    for shown in (
        report.text(lang=lang),
        re.sub(r"<(style|script)>.*?</\1>", "", page(report, lang), flags=re.DOTALL),
    ):
        assert not CHANCE.search(shown)
    with TemporaryDirectory() as folder:
        write_workbook(report, Path(folder) / "x.xlsx", lang=lang)
        for sheet in openpyxl.load_workbook(Path(folder) / "x.xlsx"):
            assert not any(CHANCE.search(str(cell)) for line in sheet.values for cell in line)


# -- names and headings ----------------------------------------------------------------------------


def test_names_replace_ids_and_stay_distinct() -> None:
    report = made([*appeals_of("a", 9, 3), *appeals_of("b", 8, 4), *appeals_of("c", 8, 1)])
    names = (("agency", "a", "Roads"), ("agency", "b", "Roads"), ("agency", "zz", "Nobody"))
    named = replace(report, names=names, title="Answers", organisation="The Region")
    text = named.text("agency")
    assert text.splitlines()[:3] == [
        "As of Tue 1 Apr 2025 00:00 (UTC)",
        "The Region",
        "Answers",
    ]
    for shown in ("Roads (a)", "Roads (b)", "c   "):
        assert any(line.startswith(shown) for line in text.splitlines())
    assert {row.key for row in named.table("agency").rows} == {"a", "b", "c"}
    assert "Roads (b)" in headline(named.named()).most
    assert {group.key for group in named.named().group_weeks[0].groups} == {
        "Roads (a)",
        "Roads (b)",
        "c",
    }
    assert ">Roads (a)<" in page(named)


def test_long_names_with_one_beginning_stay_distinct_in_text() -> None:
    long = "Committee for the property of the region of"
    appeals: list[Appeal] = [(f"{long} the {way}", 0, 1) for way in ("north", "south")]
    text = made([*appeals, ("Another committee with a name over forty letters", 0, 1)]).text(
        "agency"
    )
    lines = [line[:40].rstrip() for line in text.splitlines() if line.endswith("-")]
    assert "Committee for the pr...gion of the north" in text
    assert "Committee for the pr...gion of the south" in text
    assert "Another committee with a name over fo..." in text
    assert len(set(lines)) == len(lines)


def test_the_default_name_of_a_target_is_in_the_language_of_the_report() -> None:
    report = made([("A", 10, 11)])
    with language("ru"):
        assert target_name(TARGET) == "первый ответ"
    assert report.text(lang="ru").splitlines()[1] == "первый ответ · 4 часа рабочего времени"
    assert report.text(lang="en").splitlines()[1] == "first reply · 4 working hours"
    assert target_name("Ответ") == "Ответ"


def test_heading_is_in_the_language_of_the_report() -> None:
    both = parse('[report]\ntitle = { ru = "Ответы", en = "Answers" }\norganisation = "Область"')
    settings_ = both.mapping.report
    assert (settings_.heading("title", "ru"), settings_.heading("title", "en")) == (
        "Ответы",
        "Answers",
    )
    assert settings_.heading("organisation", "en") == "Область"
    assert parse("").mapping.report.heading("title", "ru") is None


def test_command_shows_headings_and_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "own.toml"
    text = (EXAMPLES / "check_events.toml").read_text(encoding="utf-8")
    text += (
        '\n[report]\norganisation = "Волгоградская область"\n[channels]\nvk.name = "ВКонтакте"\n'
    )
    config.write_text(text, encoding="utf-8")
    data = str(EXAMPLES / "data" / "appeals.jsonl")
    options = ("--as-of", "2026-03-27T15:30+03:00", "--by", "channel", "--lang", "ru")
    assert main(["report", data, "--config", str(config), *options]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[:2] == [
        "По состоянию на пт 27.03.2026 15:30 (Europe/Volgograd)",
        "Волгоградская область",
    ]
    assert re.search("^ВКонтакте  ", out, re.MULTILINE)
    assert main(["report", data, "--config", str(config), *options, "--json"]) == 0
    kept = json.loads(capsys.readouterr().out)["report"]
    channel = next(table for table in kept["tables"] if table["by"] == "channel")
    assert "vk" in {row["key"] for row in channel["rows"]}
    assert ["channel", "vk", "ВКонтакте"] in kept["names"]


def test_appeals_without_a_schedule_are_in_the_headline() -> None:
    office = Schedule("RU-VGG", "Mo-Fr 09:00-18:00")
    target = Target("first reply", working_hours(4), ScheduleBy("agency_id", {"roads": office}))
    posted = np.array(["2026-03-10T07:00"] * 3, "M8[s]")
    columns = AppealColumns(
        posted, posted, groups={"agency": Labels.of(["roads", "parks", "parks"])}
    )
    as_of = datetime(2026, 3, 31, tzinfo=office.tz)
    lines = headline_lines(report(cases_of_columns(columns, target, as_of=as_of)))
    assert lines[-1].startswith("2 appeals are not counted: no schedule is set for their agency")
