"""The project of the demonstration: who takes part, and what they write, in order."""

from dataclasses import dataclass
from typing import Final

from objects.experiences.fields import Indicator
from objects.projects.entries import Kind
from objects.projects.fields import Project, ProjectReach, Role
from objects.vocabularies.names import PUBLIC, THEME, concept_uri
from outbox.acts.projects.spaces import SpaceDraft

HANDLE: Final = "rv-alternance"
HOST: Final = "greta-cotentin"
LEAD: Final = "marie.lefevre"


@dataclass(frozen=True, slots=True)
class Partner:
    """Somebody of another node who is invited, and what they bring."""

    node: str
    who: str
    role: Role
    engagement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Something written in the project; `due`, `happened` and `starts` count days from today.

    `answers`, `milestone` and `votes_on` name earlier lines. With `choices` it is put to the
    vote, with `starts` it is an event; `votes_on` is a vote and no line at all.
    """

    node: str
    who: str
    name: str
    said: str
    kind: Kind = "progress"
    title: str = ""
    text: str = ""
    reach: ProjectReach | None = None
    answers: str = ""
    milestone: str = ""
    due: int | None = None
    happened: int | None = None
    starts: int | None = None
    state: str = ""
    link: str = ""
    licence: str = ""
    skills: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    quorum: int | None = None
    votes_on: str = ""


PARTNERS: Final = (
    Partner("mfr-bocage", "anne.guerin", "partner", "Deux groupes d’apprentis, un atelier"),
    Partner("region-normandie", "region-normandie", "observer", "Suivi du financement"),
    Partner("region-normandie", "paul.martin", "observer", "Lit pour la Région"),
)


def space(starts: str, ends: str) -> SpaceDraft:
    """What the project says of itself; days in ISO 8601."""
    return SpaceDraft(
        name="La réalité virtuelle en alternance",
        summary="Préparer les gestes à risque dans un casque avant de les faire à l’atelier : "
        "un Greta et une MFR essaient ensemble, la Région suit.",
        state="running",
        joining="request",
        reach="public",
        project=Project(
            acronym="RVA",
            purpose="Chaque année, des apprentis découvrent une machine **le jour où ils doivent "
            "s’en servir**. Nous voulons savoir si une heure de casque change quelque chose, et "
            "ce que cela demande à un formateur.",
            call="Innover en formation 2026",
            funder="Région Normandie",
            budget=48_000,
            own_share=20,
            publics=(concept_uri(PUBLIC, "apprentis"),),
            themes=(concept_uri(THEME, "alternance"),),
            objectives=(
                "Construire trois scénarios réutilisables",
                "Les essayer avec quatre groupes d’apprentis",
            ),
            indicators=(
                Indicator("Gestes sûrs au premier passage", "60\u00a0%", "80\u00a0%", "grille"),
            ),
            territory="R28",
            territory_name="Normandie",
            starts=starts,
            ends=ends,
            governance="Réunion mensuelle ; les décisions se prennent à la majorité des porteurs "
            "et partenaires.",
        ),
    )


_GRETA: Final = ("greta-cotentin", "marie.lefevre")
_MFR: Final = ("mfr-bocage", "anne.guerin")
_REGION: Final = ("region-normandie", "region-normandie")


def _line(whom: tuple[str, str], name: str, said: str, **values: object) -> Line:
    return Line(node=whom[0], who=whom[1], name=name, said=said, **values)  # type: ignore[arg-type]


LINES: Final = (
    _line(
        _GRETA, "jalon-1", "pose un jalon atteint", kind="milestone",
        title="Scénarios écrits", text="Trois scénarios relus par les deux équipes.", due=-20,
        state="reached",
    ),
    _line(
        _GRETA, "jalon-2", "pose le jalon suivant", kind="milestone",
        title="Essais en atelier", text="Quatre groupes, deux par organisme.", due=45,
        state="running",
    ),
    _line(
        _GRETA, "reunion", "rend compte de la réunion", kind="meeting", happened=-30,
        title="Réunion de lancement",
        text="Présents : Greta, MFR, Région.\n\n- Le Greta écrit les scénarios *fraisage* et "
        "*levage*.\n- La MFR écrit *tronçonneuse*.\n- Prochain point dans un mois.",
    ),
    _line(
        _MFR, "avancement", "raconte le premier essai, depuis son nœud", milestone="jalon-2",
        happened=-6, title="Premier groupe",
        text="Neuf apprentis, vingt minutes chacun. **Sept refont le geste sans erreur** à "
        "l’atelier l’après-midi ; les deux autres ont eu mal au cœur.",
    ),
    _line(
        _MFR, "difficulte", "signale une difficulté aux membres seulement", kind="difficulty",
        milestone="jalon-2", title="Mal des transports", reach="project",
        text="Deux jeunes sur neuf ne supportent pas le casque. Le médecin du travail doit nous "
        "répondre ; à garder entre nous d’ici là.",
    ),
    _line(
        _GRETA, "reponse", "répond, entre membres", answers="difficulte",
        text="Même chose chez nous avec les déplacements continus. Passe en téléportation : "
        "plus personne ne s’est plaint.",
    ),
    _line(
        _MFR, "aide", "demande de l’aide", kind="help", title="Qui a une grille d’observation ?",
        text="Nous observons tous les mêmes gestes, chacun avec sa feuille. Qui en a une qui "
        "tient sur une page ?",
    ),
    _line(
        _REGION, "conseil", "répond en observatrice", answers="aide",
        text="L’Agence nationale publie une grille pour l’AFEST : elle se transpose assez bien.",
    ),
    _line(
        _GRETA, "livrable", "dépose un livrable", kind="deliverable", milestone="jalon-1",
        title="Trois scénarios, à télécharger", link="https://example.org/rva/scenarios.zip",
        licence="CC-BY-SA-4.0", text="Fraisage, levage, tronçonneuse, avec la fiche du formateur.",
    ),
    _line(
        _GRETA, "decision", "met une décision au vote", kind="decision",
        title="Acheter deux casques de plus ?", due=10, quorum=2,
        choices=("Oui, deux", "Un seul", "Non"),
        text="Avec six casques, un groupe attend une heure. Deux de plus : 900 € sur la ligne "
        "équipement.",
    ),
    _line(_MFR, "", "vote depuis son nœud", votes_on="decision", text="Oui, deux"),
    _line(
        _GRETA, "appel", "cherche un partenaire", kind="call", due=60,
        title="Cherchons un tiers-lieu avec un fablab",
        text="Pour ouvrir les essais aux demandeurs d’emploi du Centre-Manche : une salle, deux "
        "demi-journées par mois.",
        skills=("médiation numérique", "accueil de groupes"),
    ),
    _line(
        _GRETA, "atelier", "invite à un atelier", kind="event", starts=21,
        title="Essayez un casque",
        text="Une après-midi pour essayer les trois scénarios, café compris.",
    ),
    _line(
        _MFR, "prive", "écrit une note pour les membres seulement", reach="project",
        title="Budget de la MFR",
        text="Il nous reste 1 200 € ; je propose de les garder pour le transport des groupes.",
    ),
)  # fmt: skip
