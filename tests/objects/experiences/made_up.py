"""Experiences made up for tests: one with every field, and any that hypothesis thinks of."""

from typing import Any, Final

from hypothesis import strategies as st

from federation.vocabulary import COMMUNOTIC
from objects.experiences.fields import (
    LICENCES,
    MAX_LINE,
    MAX_SUMMARY,
    MAX_TITLE,
    Contributor,
    Experience,
    Indicator,
    Means,
    Partner,
    Tool,
)

NS: Final = COMMUNOTIC.removesuffix("#")

FULL: Final = Experience(
    title="Lire et compter sur le chantier",
    summary="Des salariés du bâtiment apprennent à lire les consignes là où ils travaillent.",
    context="Trois entreprises de la **Manche** manquent de chefs d’équipe.",
    publics=(f"{NS}/public/salaries",),
    public_number=12,
    public_details="Aucun prérequis.",
    objectives=("Lire une consigne de sécurité", "Calculer une surface"),
    modalities=(f"{NS}/modality/afest", f"{NS}/modality/presentiel"),
    approach="1. Observer le poste\n2. Construire les séquences",
    tools=(Tool("Pix", "https://pix.fr/"), Tool("Un mètre ruban")),
    duration="P3M",
    starts="2026-01-12",
    ends="2026-04-10",
    rhythm="une demi-journée par semaine",
    means=(Means("Formatrice", 12.5), Means("Tuteur")),
    cost_from=4000,
    cost_to=6500,
    funder="OPCO Constructys",
    results="Dix stagiaires sur douze lisent **seuls** le plan de prévention.",
    indicators=(
        Indicator("Lecture seule", "2", "10", "grille d’évaluation"),
        Indicator("Présence"),
    ),
    caveats="Le bruit du chantier.",
    success_factors="Un tuteur volontaire.",
    transferability=3,
    transferability_conditions="Un lieu calme à côté du poste.",
    next_steps="Former les tuteurs.",
    accessibility="Supports en gros caractères.",
    partners=(Partner("GRETA Cotentin", "https://greta.example/"), Partner("Mairie")),
    territory="50129",
    territory_name="Cherbourg-en-Cotentin",
    contributors=(Contributor("https://b.example/users/lea", f"{NS}/role/relecture"),),
    author_role=f"{NS}/role/conception",
    carried_by="https://a.example/users/a",
    contact="formation@a.example",
    maturity=f"{NS}/maturity/eprouvee",
    licence="CC-BY-4.0",
    themes=(f"{NS}/theme/illettrisme", f"{NS}/theme/tutorat"),
    adapted_from="https://c.example/objects/7",
    adaptations="Nous avons raccourci les séquences.",
    result_here="La même réussite, en deux mois.",
    project="https://d.example/users/realite-virtuelle",
    language="fr",
    unknown={"cmt:season": "hiver", "schema:audience": {"cmt:age": [16, 25]}},
)


def _text(limit: int) -> st.SearchStrategy[str]:
    """Text as a form leaves it: one line, no space around it."""
    characters = st.characters(
        categories=("L", "N", "P", "S", "Zs"), exclude_characters="\u2028\u2029\ufeff"
    )
    made = st.text(characters, max_size=min(limit, 60))
    return made.map(lambda value: " ".join(value.split()))


def _addresses() -> st.SearchStrategy[str]:
    names = st.text("abcdefgh-", min_size=1, max_size=12)
    return names.map(lambda name: f"https://n.example/{name}")


def _few(values: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(values, max_size=4, unique=True).map(tuple)


_LINE = _text(MAX_LINE)
_SAID = _LINE.filter(bool)
_OPTIONAL = st.one_of(st.just(""), _addresses())
_NUMBER = st.none() | st.integers(0, 10_000)
_DAYS = st.dates().map(lambda day: day.isoformat())
_JSON = st.recursive(
    st.booleans() | st.integers(-(2**40), 2**40) | _LINE,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_LINE, inner, max_size=3),
    max_leaves=8,
)
_AUTHOR = "https://a.example/users/author"

EXPERIENCES: Final = st.builds(
    Experience,
    title=_text(MAX_TITLE),
    summary=_text(MAX_SUMMARY),
    context=_LINE,
    publics=_few(_addresses()),
    public_number=_NUMBER,
    public_details=_LINE,
    objectives=_few(_SAID),
    modalities=_few(_addresses()),
    approach=_LINE,
    tools=_few(st.builds(Tool, _SAID, _OPTIONAL)),
    duration=st.sampled_from(["", "P3D", "PT21H", "P1Y2M", "P2W"]),
    starts=st.just("") | _DAYS,
    ends=st.just("") | _DAYS,
    rhythm=_LINE,
    means=_few(st.builds(Means, _SAID, st.none() | st.integers(0, 400).map(float))),
    cost_from=_NUMBER,
    cost_to=_NUMBER,
    funder=_LINE,
    results=_LINE,
    indicators=_few(st.builds(Indicator, _SAID, _LINE, _LINE, _LINE)),
    caveats=_LINE,
    no_caveats=st.booleans(),
    success_factors=_LINE,
    transferability=st.none() | st.integers(1, 4),
    transferability_conditions=_LINE,
    next_steps=_LINE,
    accessibility=_LINE,
    partners=_few(st.builds(Partner, _SAID, _OPTIONAL)),
    territory=st.sampled_from(["", "50", "2A004", "97411", "R28"]),
    territory_name=_LINE,
    contributors=st.lists(
        st.builds(Contributor, _addresses(), _OPTIONAL), max_size=3, unique_by=lambda c: c.url
    ).map(tuple),
    author_role=_OPTIONAL,
    carried_by=_OPTIONAL,
    contact=_LINE,
    maturity=_OPTIONAL,
    licence=st.sampled_from(["", *LICENCES, "MIT", "https://l.example/terms"]),
    themes=_few(_addresses()),
    adapted_from=_OPTIONAL,
    adaptations=_LINE,
    result_here=_LINE,
    project=_OPTIONAL,
    reach=st.sampled_from(["public", "network", "organisation"]),
    language=st.sampled_from(["fr", "en", "br", "pt-BR"]),
    unknown=st.dictionaries(
        st.text("abcxyz", min_size=1, max_size=6).map(lambda name: f"cmt:new{name}"),
        _JSON,
        max_size=3,
    ),
)
