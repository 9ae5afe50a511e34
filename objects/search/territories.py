"""Départements and regions of France by their INSEE codes: what a territory belongs to."""

from typing import Final

_BY_REGION: Final = {
    "01 Guadeloupe": "971 Guadeloupe",
    "02 Martinique": "972 Martinique",
    "03 Guyane": "973 Guyane",
    "04 La Réunion": "974 La Réunion",
    "06 Mayotte": "976 Mayotte",
    "11 Île-de-France": "75 Paris|77 Seine-et-Marne|78 Yvelines|91 Essonne|92 Hauts-de-Seine|"
    "93 Seine-Saint-Denis|94 Val-de-Marne|95 Val-d’Oise",
    "24 Centre-Val de Loire": "18 Cher|28 Eure-et-Loir|36 Indre|37 Indre-et-Loire|"
    "41 Loir-et-Cher|45 Loiret",
    "27 Bourgogne-Franche-Comté": "21 Côte-d’Or|25 Doubs|39 Jura|58 Nièvre|70 Haute-Saône|"
    "71 Saône-et-Loire|89 Yonne|90 Territoire de Belfort",
    "28 Normandie": "14 Calvados|27 Eure|50 Manche|61 Orne|76 Seine-Maritime",
    "32 Hauts-de-France": "02 Aisne|59 Nord|60 Oise|62 Pas-de-Calais|80 Somme",
    "44 Grand Est": "08 Ardennes|10 Aube|51 Marne|52 Haute-Marne|54 Meurthe-et-Moselle|"
    "55 Meuse|57 Moselle|67 Bas-Rhin|68 Haut-Rhin|88 Vosges",
    "52 Pays de la Loire": "44 Loire-Atlantique|49 Maine-et-Loire|53 Mayenne|72 Sarthe|85 Vendée",
    "53 Bretagne": "22 Côtes-d’Armor|29 Finistère|35 Ille-et-Vilaine|56 Morbihan",
    "75 Nouvelle-Aquitaine": "16 Charente|17 Charente-Maritime|19 Corrèze|23 Creuse|"
    "24 Dordogne|33 Gironde|40 Landes|47 Lot-et-Garonne|64 Pyrénées-Atlantiques|"
    "79 Deux-Sèvres|86 Vienne|87 Haute-Vienne",
    "76 Occitanie": "09 Ariège|11 Aude|12 Aveyron|30 Gard|31 Haute-Garonne|32 Gers|34 Hérault|"
    "46 Lot|48 Lozère|65 Hautes-Pyrénées|66 Pyrénées-Orientales|81 Tarn|82 Tarn-et-Garonne",
    "84 Auvergne-Rhône-Alpes": "01 Ain|03 Allier|07 Ardèche|15 Cantal|26 Drôme|38 Isère|"
    "42 Loire|43 Haute-Loire|63 Puy-de-Dôme|69 Rhône|73 Savoie|74 Haute-Savoie",
    "93 Provence-Alpes-Côte d’Azur": "04 Alpes-de-Haute-Provence|05 Hautes-Alpes|"
    "06 Alpes-Maritimes|13 Bouches-du-Rhône|83 Var|84 Vaucluse",
    "94 Corse": "2A Corse-du-Sud|2B Haute-Corse",
}
DEPARTMENTS: Final = {
    code: name
    for departments in _BY_REGION.values()
    for code, _, name in (each.partition(" ") for each in departments.split("|"))
}
REGIONS: Final = {f"R{key.split(' ', 1)[0]}": key.split(" ", 1)[1] for key in _BY_REGION}
"""Regions by their code behind an R: without it, 28 is Normandie or Eure-et-Loir."""
_REGION_OF: Final = {
    each.partition(" ")[0]: f"R{region.split(' ', 1)[0]}"
    for region, departments in _BY_REGION.items()
    for each in departments.split("|")
}


def facet_values(territory: str, name: str = "") -> tuple[str, ...]:
    """The facet values of a territory: its département, and its region behind an R.

    `territory` is the INSEE code of a commune, a département or a region; where two of them
    share a code, `name` tells which is meant.
    """
    code = territory.strip().upper()
    if code.startswith("R") and code in REGIONS:
        return (code,)
    region = REGIONS.get(f"R{code}", "")
    if region and region.casefold() == name.strip().casefold():
        return (f"R{code}",)
    department = code if code in DEPARTMENTS else _department(code)
    if department:
        return (department, _REGION_OF[department])
    return (f"R{code}",) if f"R{code}" in REGIONS else ()


def territory_label(value: str) -> str:
    """The name of a facet value; the value itself when it is unknown."""
    return DEPARTMENTS.get(value) or REGIONS.get(value) or value


def _department(commune: str) -> str:
    """The département of a commune: the first two characters of its code, or three overseas."""
    if len(commune) != 5:
        return ""
    start = commune[:3] if commune.startswith("97") else commune[:2]
    return start if start in DEPARTMENTS else ""
