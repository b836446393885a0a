"""Words for designed pictures: names, firms, products, titles, prose, prices, dates, all drawn by dice."""

from __future__ import annotations

from lineage.manipulate.dose import Dose
from lineage.manipulate.lettering import phrase


def _split(words: str) -> tuple[str, ...]:
    return tuple(words.split())


_GIVEN = _split(
    "Anna Ben Clara David Elif Farid Greta Hugo Ines Jonas Karla Liam Mina Noah Olga Paul Rosa Sami Tara Uwe Vera Wei "
    "Yara Zoe Amir Bianca Chiara Dario Emma Felix Hana Ivan Julia Kenji Lena Marco Nadia Oscar Priya Quinn Ravi Sofia"
)
_FAMILY = _split(
    "Adler Brandt Costa Dupont Ekberg Fischer Garcia Hansen Ito Jansen Kovacs Lopez Moreau Novak Okafor Petrov Rossi "
    "Schmidt Tanaka Ueda Varga Weber Yilmaz Zimmer Ahmadi Bauer Chen Diaz Evans Ferrari Gupta Huber Ivanova Kim "
    "Larsen Meyer Nguyen Olsen Park Romano Santos Thomas Walker Young"
)
_PROSE = (
    "the of and to in is for on that with as by at from this are be it an our more can will new all time year people "
    "work part first about market report project team growth value system data plan service quality process change "
    "between during under within without every result public local water energy light open simple direct long short "
    "high early late small large common future design product customer research method figure number second design "
    "support training member order account season morning city river garden house window street paper letter answer",
    "der die das und in von zu mit den ist für auf eine ein nicht auch als an nach wie bei oder aus nur noch wir haben "
    "Jahr Zeit Arbeit Stadt Haus Bericht Ergebnis Wert Teil Kunde Angebot neue erste große kleine schnell heute morgen",
    "le la les de des et en un une pour dans sur avec par plus est sont nous vous cette année projet marché ville eau "
    "qualité travail résultat nouvelle grande petite saison matin service client équipe valeur première avant après",
    "el la los de y en un una para con por más es son este año proyecto mercado ciudad agua calidad trabajo resultado "
    "nueva grande pequeña servicio cliente equipo valor primera antes después mañana casa calle luz",
)
_TOPICS = _split(
    "Sales Revenue Visitors Exports Rainfall Energy Traffic Orders Members Costs Output Demand Users Prices Profit "
    "Budget Emissions Students Patients Downloads Harvest Water Housing Turnout Salaries Tourism Savings Imports"
)
_QUALIFIERS = "by region,by quarter,per month,in 2019,in 2022,worldwide,after tax,by age,per capita,in Q3,by channel,"
_SYLLABLES = _split(
    "ba be bo ca co da de do el fa fi ga ge ka ki la le li lo lu ma me mi mo na ne no or pa pe ra re ri ro sa se so "
    "ta te to va ve vi vo xa za ze zo"
)
_FIRMS = _split("GmbH Ltd Inc. Studio Group Labs Partners Works S.A. Foods Travel Bank Clinic Academy Energy Sons")
_MONTHS = _split("January February March April May June July August September October November December")
_STREETS = "Mill Lane,Station Road,Hafenstr.,Rue Verte,Via Roma,High Street,Lindenweg,Calle Sol,Park Avenue,Quai Nord"
_TOWNS = _split(
    "Aarhus Bern Cadiz Delft Essen Ghent Graz Leeds Lyon Malmo Nantes Oslo Porto Riga Seville Turin Utrecht"
)
_FLAVOURS = _split(
    "Cherry Lemon Orange Mint Peach Mango Apple Vanilla Cocoa Berry Lime Ginger Coconut Plum Grape Honey Melon "
    "Raspberry Hazelnut Rose Coffee Pear Fig Apricot"
)
_ROLES = (
    "Sales Manager,Designer,Engineer,Head of Research,Photographer,Consultant,Architect,Director,Doctor,Analyst,"
    "Product Lead,Teacher,Accountant,Editor,Chef"
)
_SLOGANS = (
    "Big sale,New season,Just arrived,Made for you,Fresh every day,Feel good,Winter deals,Only this week,Pure comfort,"
    "Think simple,Summer is here,The new classic,Better together,Last chance,Go further,Small price,Hello spring"
)
_EVENTS = (
    "Jazz Night,Open Day,Summer Festival,City Run,Art Fair,Book Week,Film Gala,Food Market,Design Forum,Science Slam,"
    "Night Market,Winter Concert,Tech Summit,Dance Lab,Craft Show,Choir Meeting"
)
_DISHES = (
    "Tomato soup,Green salad,Grilled fish,Mushroom risotto,Lemon tart,Roast chicken,Pasta al forno,Beef stew,Onion pie,"
    "Cheese plate,Apple cake,Lentil curry,Potato gratin,Noodle bowl,Fruit sorbet,Spinach quiche,Bread & butter,"
    "House burger,Vegetable wok,Chocolate mousse,Espresso,Mint tea,Orange juice,Lamb kebab"
)


def list_items(choices: str) -> tuple[str, ...]:
    """The parts of a line between commas."""
    return tuple(choices.split(","))


def name(dose: Dose) -> str:
    """Given and family name."""
    middle = f" {dose.pick('ABCDEFGHJKLMNPRSTW')}." if dose.chance(0.15) else ""
    return f"{dose.pick(_GIVEN)}{middle} {dose.pick(_FAMILY)}"


def coin_word(dose: Dose, least: int = 2, most: int = 3) -> str:
    """A word that means nothing, as brands do."""
    return "".join(dose.pick(_SYLLABLES) for _ in range(dose.whole(least, most))).capitalize()


def firm(dose: Dose) -> str:
    """A firm."""
    return f"{coin_word(dose)} {dose.pick(_FIRMS)}"


def prose(dose: Dose, words: int, *, language: int = 0) -> str:
    """So many words of one of four languages, in sentences."""
    vocabulary = _PROSE[language % len(_PROSE)].split()
    text, start = list[str](), True
    for _ in range(words):
        word = dose.pick(vocabulary)
        word = word[0].upper() + word[1:] if start else word
        start = dose.chance(0.09)
        text.append(word + "." if start else word)
    return " ".join(text).rstrip(".") + "."


def title(dose: Dose) -> str:
    """What a chart or a report is about."""
    return f"{dose.pick(_TOPICS)} {dose.pick(list_items(_QUALIFIERS))}".strip()


def topic(dose: Dose) -> str:
    """One word for a row, a column or a menu entry."""
    return dose.pick(_TOPICS)


def headline(dose: Dose) -> str:
    """What an advert shouts; now and then in another language or script."""
    return phrase(dose, dose.whole(2, 4)) if dose.chance(0.25) else dose.pick(list_items(_SLOGANS))


def event(dose: Dose) -> str:
    """What a poster or a ticket is for."""
    return dose.pick(list_items(_EVENTS)) + dose.pick(("", "", " " + str(dose.whole(2015, 2029))))


def dish(dose: Dose) -> str:
    """Something on a menu."""
    return dose.pick(list_items(_DISHES))


def role(dose: Dose) -> str:
    """What somebody does."""
    return dose.pick(list_items(_ROLES))


def flavour(dose: Dose) -> str:
    """What a drink or a sweet tastes of."""
    return dose.pick(_FLAVOURS) + (f" & {dose.pick(_FLAVOURS)}" if dose.chance(0.25) else "")


def town(dose: Dose) -> str:
    """A place."""
    return dose.pick(_TOWNS)


def address(dose: Dose) -> str:
    """Street, number, code and town."""
    return f"{dose.pick(list_items(_STREETS))} {dose.whole(1, 180)}, {dose.whole(1000, 99999)} {town(dose)}"


def date(dose: Dose) -> str:
    """A day."""
    return f"{dose.whole(1, 28)} {dose.pick(_MONTHS)} {dose.whole(2012, 2029)}"


def month(number: int) -> str:
    """January for 0."""
    return _MONTHS[number % 12]


def price(dose: Dose, *, most: int = 200, sign: str = "€") -> str:
    """An amount of money."""
    amount = f"{dose.whole(1, most)}.{dose.pick(('00', '50', '90', '95', '99', '49'))}"
    return f"{sign}{amount}" if sign in "$£" else f"{amount} {sign}"


def figure(dose: Dose) -> str:
    """A number as tables and dashboards have it."""
    value = dose.uniform(0, 1)
    return dose.pick((f"{value * 100:.1f} %", f"{value * 9999:,.0f}", f"{value * 99:.1f}k", f"{value * 9:.2f}"))


def number(dose: Dose, digits: int) -> str:
    """So many digits."""
    return "".join(str(dose.whole(0, 9)) for _ in range(digits))


def code(dose: Dose) -> str:
    """A number with letters, as on tickets and forms."""
    letters = "".join(dose.pick("ABCDEFGHKLMNPRSTUVWXYZ") for _ in range(dose.whole(1, 3)))
    return f"{letters}-{number(dose, dose.whole(4, 7))}"
