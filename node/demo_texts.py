"""Who plays in the demonstration, and what they say."""

from dataclasses import dataclass, replace
from typing import Literal

from objects.experiences.fields import Experience, Indicator, Tool
from objects.vocabularies.names import MATURITY, MODALITY, PUBLIC, THEME, concept_uri


@dataclass(frozen=True, slots=True)
class Actor:
    """One node of the demonstration: its organisation and its people."""

    handle: str
    organisation: str
    people: dict[str, str]

    @property
    def everybody(self) -> tuple[str, ...]:
        """The organisation and its people."""
        return (self.handle, *self.people)


@dataclass(frozen=True, slots=True)
class Scene:
    """One step: who does what; `about` names the scene that is answered, liked or shared."""

    node: str
    who: str
    kind: Literal["note", "experience", "Like", "Announce"]
    title: str
    name: str = ""
    text: str = ""
    about: str = ""
    experience: Experience | None = None


@dataclass(frozen=True, slots=True)
class Play:
    """The whole demonstration."""

    actors: tuple[Actor, ...]
    scenes: tuple[Scene, ...]


TOLD = Experience(
    title="Une classe virtuelle pour préparer le CACES en alternance",
    summary="Deux demi-journées à distance avant l’atelier : moins d’attente sur les engins, des "
    "stagiaires qui arrivent avec leurs questions.",
    context="Douze stagiaires, deux engins, **trois heures d’attente par jour** pour chacun. Le "
    "formateur passait plus de temps à répéter les consignes qu’à regarder conduire.",
    publics=(concept_uri(PUBLIC, "apprentis"), concept_uri(PUBLIC, "demandeurs-emploi")),
    public_number=12,
    objectives=(
        "Connaître les règles de circulation avant de monter sur l’engin",
        "Arriver à l’atelier avec ses questions",
    ),
    modalities=(concept_uri(MODALITY, "hybride"), concept_uri(MODALITY, "alternance")),
    approach="1. Une première séance à distance sur les règles de circulation, avec des photos "
    "prises sur notre propre terrain.\n"
    "2. Un questionnaire court, le soir, à faire sur le téléphone.\n"
    "3. Une deuxième séance pour revenir sur les erreurs, puis l’atelier.",
    tools=(Tool("BigBlueButton", "https://bigbluebutton.org/"), Tool("questionnaire en ligne")),
    duration="PT7H",
    results="Moins d’attente, et des stagiaires qui se corrigent entre eux.",
    indicators=(
        Indicator("Attente par jour", "3 h", "1 h 10", "feuilles d’émargement"),
        Indicator("Réussite au premier passage", "9 sur 12", "11 sur 12", "tests CACES"),
    ),
    caveats="Trois stagiaires n’avaient pas de forfait suffisant : nous leur avons ouvert la salle "
    "informatique. Prévoir ce point **avant** d’envoyer les convocations.",
    transferability=3,
    territory="50129",
    territory_name="Cherbourg-en-Cotentin",
    maturity=concept_uri(MATURITY, "eprouvee"),
    themes=(concept_uri(THEME, "classe-virtuelle"), concept_uri(THEME, "alternance")),
)

ADAPTED = replace(
    TOLD,
    title="La même préparation à distance, pour le permis tronçonneuse",
    summary="Nous avons repris l’idée du Greta du Cotentin en travaux forestiers : une seule "
    "séance, et des vidéos que l’on garde dans le téléphone.",
    context="En forêt, dix jeunes attendent que deux tronçonneuses se libèrent.",
    public_number=10,
    approach="1. Une séance en salle, connectée avec l’entreprise d’accueil.\n"
    "2. Quatre vidéos d’une minute, téléchargées avant de partir.\n"
    "3. Le chantier, par binômes.",
    tools=(Tool("vidéos tournées au téléphone"),),
    duration="PT4H",
    results="Deux binômes de plus passent chaque matin.",
    indicators=(Indicator("Jeunes qui passent le matin", "4", "8", "carnet de chantier"),),
    caveats="Le réseau ne passe pas en forêt : tout doit être dans le téléphone avant.",
    territory="61001",
    territory_name="Alençon",
    maturity=concept_uri(MATURITY, "en-test"),
    themes=(concept_uri(THEME, "alternance"), concept_uri(THEME, "video-pedagogique")),
    adaptations="Une séance au lieu de deux ; des vidéos à la place du questionnaire, parce que "
    "le réseau ne passe pas sur nos chantiers.",
    result_here="L’attente a diminué de moitié ; les jeunes regardent les vidéos dans le car.",
)

CAST = Play(
    actors=(
        Actor(
            "greta-cotentin",
            "Greta du Cotentin",
            {"marie.lefevre": "Marie Lefèvre", "karim.benali": "Karim Benali"},
        ),
        Actor("mfr-bocage", "MFR du Bocage", {"anne.guerin": "Anne Guérin"}),
        Actor("region-normandie", "Région Normandie", {"paul.martin": "Paul Martin"}),
    ),
    scenes=(
        Scene(
            "region-normandie",
            "region-normandie",
            "note",
            "souhaite la bienvenue",
            "bienvenue",
            "Bienvenue sur Communotic ! Chaque organisme publie depuis son propre serveur ; "
            "nous nous suivons d’un nœud à l’autre. #Communotic",
        ),
        Scene(
            "greta-cotentin",
            "marie.lefevre",
            "experience",
            "publie une expérience sur la classe virtuelle",
            "caces",
            experience=TOLD,
        ),
        Scene(
            "mfr-bocage",
            "anne.guerin",
            "note",
            "répond à Marie",
            "question",
            "Merci pour ce retour ! Quel outil de questionnaire as-tu choisi ? Chez nous "
            "la moitié du groupe n’a qu’un téléphone.",
            "caces",
        ),
        Scene(
            "greta-cotentin",
            "marie.lefevre",
            "note",
            "répond à Anne",
            "reponse",
            "Un simple formulaire, dix questions, lisible sur un petit écran. Je t’envoie le "
            "modèle. #alternance",
            "question",
        ),
        Scene(
            "region-normandie", "paul.martin", "Like", "trouve l’expérience utile", about="caces"
        ),
        Scene(
            "region-normandie",
            "region-normandie",
            "Announce",
            "partage l’expérience",
            about="caces",
        ),
        Scene(
            "mfr-bocage",
            "anne.guerin",
            "experience",
            "réutilise l’expérience de Marie, et dit ce qui a changé",
            "tronconneuse",
            about="caces",
            experience=ADAPTED,
        ),
        Scene(
            "greta-cotentin",
            "karim.benali",
            "note",
            "cherche un partenaire",
            "appel",
            "Nous préparons une AFEST en maintenance pour la rentrée : qui aurait déjà une grille "
            "d’observation à partager ? #AFEST",
        ),
    ),
)
