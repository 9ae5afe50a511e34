"""Made-up experiences of training in Normandy, as many as wanted, the same for the same seed."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any, Final

from objects.experiences.fields import LICENCES, Experience, Indicator, Means, Partner, Tool
from objects.vocabularies.names import concept_uri

FIRST_DAY: Final = date(2021, 9, 1)
LAST_DAY: Final = date(2026, 10, 30)
SMALL_NUMBERS: Final = ("trois", "quatre", "cinq", "six", "sept")
PUBLICS: Final = {
    "demandeurs-emploi": "demandeurs d’emploi", "apprentis": "apprentis", "salaries": "salariés",
    "en-insertion": "personnes en insertion", "eleves-et-etudiants": "élèves",
    "stagiaires": "stagiaires", "eloignes-du-numerique": "personnes éloignées du numérique",
    "allophones": "personnes allophones", "jeunes-16-25": "jeunes de 16 à 25 ans",
    "seniors": "seniors", "parents": "parents", "formateurs": "formateurs", "tuteurs": "tuteurs",
    "situation-de-handicap": "personnes en situation de handicap",
    "sous-main-de-justice": "personnes détenues", "savoirs-de-base": "adultes en remise à niveau",
    "createurs-entreprise": "créateurs d’entreprise", "accompagnateurs": "accompagnateurs",
}  # fmt: skip
OPENINGS: Final = (
    "L’essai a commencé {at}, {in_}, avec {n} {people}.",
    "Tout est parti d’une remarque entendue {at} : « {in_}, on apprend en s’en servant ».",
    "En {year}, {we} formait {n} {people} {in_} {at}.",
    "Le groupe {in_} : {n} {people}, de niveaux très différents.",
    "Nous travaillions {in_} depuis des années de la même manière.",
    "À la réunion de rentrée {at}, deux formateurs ont proposé d’essayer autre chose {in_}.",
)
CLOSINGS: Final = (
    "Nous gardons le principe et changeons le calendrier.",
    "{we} l’a repris pour un deuxième groupe {at}.",
    "Reste à voir si cela tient sans la personne qui l’a lancé.",
    "Le bilan a été fait avec les {people}, à voix haute, puis par écrit.",
    "Un collègue d’un autre organisme est venu voir et l’a adapté chez lui.",
    "",
)
OBJECTIVES: Final = (
    "Savoir {gesture}", "Comprendre et remplir {paper}", "Gagner en confiance {in_}",
    "Travailler à plusieurs dans {place}", "Expliquer à un collègue comment {gesture}",
)  # fmt: skip
SUMMARIES: Final = (
    "{context} {result}",
    "{n} {people} {in_} {at} : {result_low}",
    "{result} Le récit, les étapes, et ce qui a coincé.",
    "{context} Ce que nous avons essayé {at}, ce que nous en gardons.",
)
DETAILS: Final = (
    "Aucune connaissance {of} n’était demandée à l’entrée.", "Parcours de {days} jours {in_}.",
    "Certains avaient travaillé {in_}, d’autres jamais.", "Groupe {in_}, entrée sur entretien.",
)  # fmt: skip
NEXT: Final = (
    "Recommencer {at} avec un groupe plus petit.", "Former deux collègues avant l’été.",
    "Publier les supports sous licence libre.", "Mesurer encore au bout d’un an.", "",
)  # fmt: skip
CONDITIONS: Final = (
    "Possible partout où l’on dispose d’un lieu calme.",
    "Demande une personne dégagée deux jours par mois.",
    "Fonctionne si l’employeur est d’accord dès le départ.",
    "Simple à reprendre {in_} ; ailleurs, revoir les exemples.", "",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Made:
    """An experience with what it was made from; `published` is a day after it took place."""

    experience: Experience
    situation: str
    subject: str
    place: str
    carrier: str
    published: date


@cache
def _material() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in ("demo_subjects.toml", "demo_situations.toml"):
        found |= tomllib.loads((files("node") / name).read_text(encoding="utf-8"))
    return found


def carriers() -> list[tuple[str, str]]:
    """The organisations that tell: user name and name."""
    return [(key, name) for key, name, _ in _material()["carriers"]]


def experiences(number: int, seed: int = 2026) -> Iterator[Made]:
    """So many experiences; the first thousand differ in situation and subject from each other."""
    material = _material()
    pairs = [(a, b) for a in material["situations"] for b in material["subjects"]]
    Random(seed).shuffle(pairs)
    for index in range(number):
        situation, subject = pairs[index % len(pairs)]
        yield _made(Random(f"{seed}/{index}"), situation, subject, material)


def _made(
    chance: Random, situation: Mapping[str, Any], subject: Mapping[str, Any], material: Any
) -> Made:
    carrier, carrier_name, we = chance.choice(material["carriers"])
    code, place_name, at = chance.choice(material["places"])
    starts = FIRST_DAY + timedelta(chance.randrange((LAST_DAY - FIRST_DAY).days - 200))
    ends = starts + timedelta(chance.choice((1, 4, 11, 32, 60, 95, 180)))
    public = chance.choice(subject["publics"])
    values = {
        **{name: subject[name] for name in ("of", "in_", "place", "gesture", "paper", "name")},
        "we": we, "at": at, "people": PUBLICS[public], "year": starts.year,
        "n": chance.randint(8, 24), "small": chance.choice(SMALL_NUMBERS),
        "few": chance.randint(2, 6), "days": chance.randint(4, 45),
        "percent": chance.randint(11, 19) * 5,
    }  # fmt: skip
    told = _Telling(chance, values)
    experience = Experience(
        **_head(told, situation, subject, public, values),
        **_course(told, situation, subject, starts, ends),
        **_outcome(told, situation, material),
        territory=code,
        territory_name=place_name,
        partners=tuple(
            Partner(name) for _, name, _ in chance.sample(material["carriers"], 2)
            if name != carrier_name
        )[: chance.randint(0, 2)],
        maturity=concept_uri("maturity", chance.choice(
            ("idee", "en-test", "en-test", "eprouvee", "eprouvee", "generalisee", "arretee"))),
        licence=chance.choice((*[next(iter(LICENCES))] * 6, *LICENCES)),
    )  # fmt: skip
    published = min(ends + timedelta(chance.randint(3, 120)), LAST_DAY)
    return Made(experience, situation["key"], subject["key"], place_name, carrier, published)


class _Telling:
    """Sentences chosen by chance, with their braces filled."""

    def __init__(self, chance: Random, values: Mapping[str, Any]) -> None:
        self.chance = chance
        self.values = values

    def fill(self, text: str, **more: str) -> str:
        """One sentence, with a capital and French spaces."""
        filled = text.format_map({**self.values, **more}).strip()
        for sign in ("%", ":", ";", "?", "!", "»"):
            filled = filled.replace(f" {sign}", f"\u00a0{sign}")
        return filled.replace("« ", "«\u00a0")[:1].upper() + filled[1:].replace("« ", "«\u00a0")

    def some(self, texts: list[str] | tuple[str, ...], least: int, most: int) -> list[str]:
        """A few of the sentences, in their order."""
        wanted = min(self.chance.randint(least, most), len(texts))
        kept = sorted(self.chance.sample(range(len(texts)), wanted))
        return [found for place in kept if (found := self.fill(texts[place]))]

    def one(self, texts: list[str] | tuple[str, ...]) -> str:
        """One of the sentences."""
        return self.fill(self.chance.choice(texts))


def _head(
    told: _Telling,
    situation: Mapping[str, Any],
    subject: Mapping[str, Any],
    public: str,
    values: Mapping[str, Any],
) -> dict[str, Any]:
    contexts = told.some(situation["contexts"], 1, 2)
    result = told.one(situation["results"])
    summary = told.fill(
        told.chance.choice(SUMMARIES),
        context=contexts[0],
        result=result,
        result_low=result[0].lower() + result[1:],
    )
    others = [other for other in subject["publics"] if other != public]
    publics = [public, *others[: told.chance.randint(0, 1)]]
    themes = situation["themes"][: told.chance.choice((1, 2, 2))]
    return {
        "title": told.one(situation["titles"])[:150],
        "summary": summary[:500],
        "context": "\n\n".join([told.one(OPENINGS), " ".join(contexts)]),
        "publics": tuple(concept_uri("public", notation) for notation in publics),
        "public_number": values["n"],
        "public_details": told.one(DETAILS),
        "objectives": tuple(told.some(OBJECTIVES, 2, 3)),
        "modalities": tuple(
            concept_uri("modality", notation)
            for notation in situation["modalities"][: told.chance.randint(1, 2)]
        ),
        "themes": tuple(concept_uri("theme", notation) for notation in themes),
    }


def _course(
    told: _Telling,
    situation: Mapping[str, Any],
    subject: Mapping[str, Any],
    starts: date,
    ends: date,
) -> dict[str, Any]:
    chance = told.chance
    steps = told.some(situation["steps"], 3, 6)
    tools = chance.sample(situation["tools"], min(chance.randint(1, 3), len(situation["tools"])))
    days = max((ends - starts).days, 1)
    return {
        "approach": "\n".join(f"{number}. {step}" for number, step in enumerate(steps, 1)),
        "tools": tuple(Tool(name) for name in (*tools, subject["tool"])),
        "duration": f"P{days}D",
        "starts": starts.isoformat(),
        "ends": ends.isoformat(),
        "rhythm": chance.choice(("un jour par semaine", "deux demi-journées", "temps plein", "")),
        "means": (Means("formateur", float(chance.randint(2, 20))),),
    }


def _outcome(told: _Telling, situation: Mapping[str, Any], material: Any) -> dict[str, Any]:
    chance = told.chance
    results = told.some(situation["results"], 2, 3)
    before, gain = chance.randint(20, 60), chance.randint(5, 35)
    indicators = [
        Indicator(name, f"{before}\u00a0%", f"{before + gain}\u00a0%", "suivi interne")
        for name in situation["indicators"][: chance.randint(1, 2)]
    ]
    quiet = chance.random() < 0.05
    cost = chance.choice((None, 400, 1500, 6000, 18000))
    return {
        "results": "\n\n".join([" ".join(results), told.one(CLOSINGS)]).strip(),
        "indicators": tuple(indicators),
        "caveats": "" if quiet else _bullets(told.some(situation["caveats"], 1, 3)),
        "no_caveats": quiet,
        "success_factors": _bullets(told.some(situation["factors"], 1, 2)),
        "transferability": chance.randint(2, 4),
        "transferability_conditions": told.one(CONDITIONS),
        "next_steps": told.one(NEXT),
        "cost_from": cost,
        "cost_to": None if cost is None else cost * 2,
        "funder": chance.choice(material["funders"]),
    }


def _bullets(sentences: list[str]) -> str:
    return "\n".join(f"- {sentence}" for sentence in sentences)
