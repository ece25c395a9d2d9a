"""Names of the region: topics, channels, districts and the units that owe answers.

The bodies are kinds of bodies that Volgograd Oblast has; which of them is busy or slow in a
generated stream is random and has no relation to the real ones.
"""

from typing import NamedTuple

UTILITIES = "ЖКХ"
STREETS = "Благоустройство"
ROADS = "Дороги"
TRANSPORT = "Транспорт"
HEALTH = "Здравоохранение"
WASTE = "Мусор"
EDUCATION = "Образование"
SOCIAL = "Социальная защита"
NATURE = "Экология"
OTHER = "Прочее"

MUNICIPAL_TOPICS = (UTILITIES, STREETS, ROADS, TRANSPORT, WASTE, OTHER)

ADMINISTRATION_PREFIX = "adm-"


class District(NamedTuple):
    """A municipality of the region; the district of an appeal is where its matter is."""

    id: str
    name: str


class Unit(NamedTuple):
    """A body that owes answers, its topics and, for a municipality, its district."""

    id: str
    name: str
    topics: tuple[str, ...]
    district_id: str | None = None


# The six cities and the 32 districts, roughly the most populous first (assumed order).
# Five cities count among the 40 agencies; Mikhailovka, which took in the Mikhailovsky district,
# is listed with the 32 other districts.
DISTRICTS: tuple[District, ...] = (
    District("volgograd", "Волгоград"),
    District("volzhsky", "Волжский"),
    District("kamyshin", "Камышин"),
    District("mikhailovka", "Михайловка"),
    District("gorodishchensky", "Городищенский район"),
    District("sredneakhtubinsky", "Среднеахтубинский район"),
    District("kalachevsky", "Калачёвский район"),
    District("pallasovsky", "Палласовский район"),
    District("kamyshinsky", "Камышинский район"),
    District("svetloyarsky", "Светлоярский район"),
    District("uryupinsk", "Урюпинск"),
    District("zhirnovsky", "Жирновский район"),
    District("kotelnikovsky", "Котельниковский район"),
    District("frolovo", "Фролово"),
    District("surovikinsky", "Суровикинский район"),
    District("novoanninsky", "Новоаннинский район"),
    District("ilovlinsky", "Иловлинский район"),
    District("kotovsky", "Котовский район"),
    District("yelansky", "Еланский район"),
    District("nikolayevsky", "Николаевский район"),
    District("dubovsky", "Дубовский район"),
    District("leninsky", "Ленинский район"),
    District("bykovsky", "Быковский район"),
    District("uryupinsky", "Урюпинский район"),
    District("serafimovichsky", "Серафимовичский район"),
    District("novonikolayevsky", "Новониколаевский район"),
    District("oktyabrsky", "Октябрьский район"),
    District("kumylzhensky", "Кумылженский район"),
    District("staropoltavsky", "Старополтавский район"),
    District("olkhovsky", "Ольховский район"),
    District("kletsky", "Клетский район"),
    District("alekseyevsky", "Алексеевский район"),
    District("kikvidzensky", "Киквидзенский район"),
    District("rudnyansky", "Руднянский район"),
    District("danilovsky", "Даниловский район"),
    District("chernyshkovsky", "Чернышковский район"),
    District("nekhayevsky", "Нехаевский район"),
    District("frolovsky", "Фроловский район"),
)

_OF_CITY = {
    "Волгоград": "Волгограда",
    "Волжский": "Волжского",
    "Камышин": "Камышина",
    "Михайловка": "Михайловки",
    "Урюпинск": "Урюпинска",
    "Фролово": "Фролово",
}
_NAME_OF_DISTRICT = {district.id: district.name for district in DISTRICTS}


def _body(unit_id: str, name: str, *topics: str) -> Unit:
    return Unit(unit_id, name, topics)


def _of(name: str) -> str:
    """Return the genitive of a district's name: Клетский район, Клетского района."""
    return _OF_CITY.get(name) or name.replace("ий район", "ого района")


def _municipality(district_id: str) -> Unit:
    return Unit(
        ADMINISTRATION_PREFIX + district_id,
        f"Администрация {_of(_NAME_OF_DISTRICT[district_id])}",
        MUNICIPAL_TOPICS,
        district_id,
    )


# 40 agencies (35 bodies of the region, 5 cities) and 33 districts, the busiest first: the place in
# this list is the rank of the Zipf law (assumed).
UNITS: tuple[Unit, ...] = (
    _municipality("volgograd"),
    _body("utilities", "Комитет ЖКХ и ТЭК", UTILITIES, WASTE),
    _body("health", "Комитет здравоохранения", HEALTH),
    _body("transport", "Комитет транспорта и дорожного хозяйства", ROADS, TRANSPORT),
    _municipality("volzhsky"),
    _body("education", "Комитет образования и науки", EDUCATION),
    _municipality("kamyshin"),
    _body("social", "Комитет социальной защиты населения", SOCIAL),
    _body("housing-inspection", "Инспекция государственного жилищного надзора", UTILITIES),
    _body("nature", "Комитет природных ресурсов и экологии", NATURE, WASTE),
    _municipality("mikhailovka"),
    _body("roads-directorate", "Дирекция автомобильных дорог", ROADS),
    _municipality("gorodishchensky"),
    _body("health-insurance", "Территориальный фонд обязательного медстрахования", HEALTH),
    _municipality("sredneakhtubinsky"),
    _body("capital-repair", "Региональный фонд капитального ремонта", UTILITIES),
    _municipality("kalachevsky"),
    _body("construction", "Комитет строительства", OTHER, EDUCATION, HEALTH),
    _body("employment", "Комитет по труду и занятости населения", SOCIAL),
    _municipality("uryupinsk"),
    _municipality("frolovo"),
    _body("tariffs", "Комитет тарифного регулирования", UTILITIES, TRANSPORT),
    _body("service-centres", "Многофункциональный центр", OTHER, SOCIAL),
    _municipality("pallasovsky"),
    _municipality("kamyshinsky"),
    _municipality("svetloyarsky"),
    _body("property", "Комитет по управлению государственным имуществом", OTHER),
    _municipality("zhirnovsky"),
    _body("veterinary", "Комитет ветеринарии", NATURE),
    _municipality("kotelnikovsky"),
    _body("sport", "Комитет физической культуры и спорта", OTHER),
    _municipality("surovikinsky"),
    _body("safety", "Комитет безопасности жизнедеятельности населения", OTHER),
    _municipality("novoanninsky"),
    _body("culture", "Комитет культуры", OTHER),
    _municipality("ilovlinsky"),
    _body("agriculture", "Комитет сельского хозяйства", OTHER),
    _municipality("kotovsky"),
    _body("architecture", "Комитет архитектуры и градостроительства", OTHER, STREETS),
    _municipality("yelansky"),
    _body("trade", "Комитет промышленной политики и торговли", OTHER),
    _municipality("nikolayevsky"),
    _body("digital", "Комитет информационных технологий", OTHER),
    _municipality("dubovsky"),
    _body("economy", "Комитет экономической политики и развития", OTHER),
    _municipality("leninsky"),
    _body("youth", "Комитет молодёжной политики", EDUCATION),
    _municipality("bykovsky"),
    _body("building-inspection", "Инспекция государственного строительного надзора", OTHER),
    _municipality("uryupinsky"),
    _body("finance", "Комитет финансов", OTHER),
    _municipality("serafimovichsky"),
    _body("territories", "Комитет по делам территориальных образований", OTHER),
    _municipality("novonikolayevsky"),
    _body("civil-registry", "Комитет записи актов гражданского состояния", OTHER),
    _municipality("oktyabrsky"),
    _body("heritage", "Комитет охраны объектов культурного наследия", OTHER),
    _municipality("kumylzhensky"),
    _body("tourism", "Агентство развития туризма", OTHER),
    _municipality("staropoltavsky"),
    _body("machinery-inspection", "Инспекция технического надзора за машинами", OTHER),
    _municipality("olkhovsky"),
    _body("justice", "Комитет юстиции", OTHER),
    _municipality("kletsky"),
    _body("procurement", "Комитет регулирования контрактной системы", OTHER),
    _municipality("alekseyevsky"),
    _body("cossacks", "Комитет по делам национальностей и казачества", OTHER),
    _municipality("kikvidzensky"),
    _municipality("rudnyansky"),
    _municipality("danilovsky"),
    _municipality("chernyshkovsky"),
    _municipality("nekhayevsky"),
    _municipality("frolovsky"),
)
