"""Made-up appeals with planted problems and planted personal data, to judge coding and masking by.

Wordings are taken apart from those of the package: nothing here knows what the masking looks for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

TOPIC_SENTENCES: dict[str, tuple[str, ...]] = {
    "Очередь к врачу": (
        "Записаться к врачу невозможно, талонов нет уже третью неделю",
        "К терапевту очередь на месяц вперёд, талоны разбирают за минуту",
        "Не могу записать ребёнка к врачу, свободных талонов нет",
        "В поликлинике нет талонов к неврологу, запись закрыта",
    ),
    "Плохая дорога": (
        "На дороге ямы, объехать их невозможно",
        "После зимы на нашей дороге глубокая яма, машины бьют колёса",
        "Асфальт разбит, вся дорога в ямах и лужах",
        "Просим заделать ямы, дорогой пользуется весь посёлок",
    ),
    "Нет отопления": (
        "В квартире холодно, батареи еле тёплые",
        "Отопление не дали, в детской пятнадцать градусов, батареи ледяные",
        "Батареи холодные с октября, дети спят в одежде",
        "Когда включат отопление, дома мёрзнем",
    ),
    "Долго нет выплаты": (
        "Пособие не приходит второй месяц, причину не называют",
        "Выплату назначили, но деньги не перечислили",
        "Жду пособие на ребёнка с весны, перечисления нет",
        "Где наша выплата, в окне ничего не объясняют",
    ),
    "Бродячие собаки": (
        "Стая собак бросается на прохожих",
        "Бродячие собаки у школы, страшно отпускать детей",
        "Просим отловить собак, они уже кусали людей",
        "Во дворе живёт стая, собаки лают и кидаются",
    ),
}
PHRASES: dict[str, tuple[str, ...]] = {
    "Очередь к врачу": ("нет … талон", "талон … нет", "очередь на месяц", "записать* … к врачу"),
    "Плохая дорога": ("дорога … яма", "яма … дорога", "яма … дорогой"),
    "Нет отопления": ("батарея", "отопление"),
    "Долго нет выплаты": ("пособие", "выплата"),
    "Бродячие собаки": ("стая", "собака"),
}
FILLERS = (
    "Обращались в администрацию, ответа по существу не получили.",
    "Ситуация длится давно и никого не волнует.",
    "Комитет городского хозяйства ответил отпиской от 12.03.2025 № 45-17.",
    "Согласно пункту 5 Правил срок составляет 30 дней.",
    "Письмо от 05.02.2025 осталось без внимания.",
    "В Управлении сказали ждать до 15 мая 2025 года.",
    "Сумма 12 500 рублей для нашей семьи большая.",
    "Звонили в Росреестр и МФЦ, там разводят руками.",
    "На Госуслугах заявление висит без движения.",
    "Прошу Вас принять меры.",
    "Магазин «Лента» рядом работает, а здесь пусто.",
    "В Омске и Тюмени такого нет.",
    "Температура минус 25, ветер 15 м/с.",
    "Вера в справедливость пропала, надежда тоже.",
    "Роман с чиновниками затянулся.",
    "Федеральный закон от 27.07.2010 № 210-ФЗ никто не отменял.",
    "Автобус ходит с 06.00 до 23.00 каждые 20-30 минут.",
)
_MEN = (
    "Пётр",
    "Руслан",
    "Ильдар",
    "Артём",
    "Вячеслав",
    "Магомед",
    "Георгий",
    "Лев",
    "Роман",
    "Тигран",
    "Никита",
    "Эльдар",
)
_WOMEN = (
    "Гузель",
    "Светлана",
    "Надежда",
    "Аида",
    "Зульфия",
    "Любовь",
    "Кристина",
    "Вера",
    "Наталья",
    "Айгуль",
    "Лидия",
    "Яна",
)
_FATHERS = (
    "Иван",
    "Андре",
    "Магомед",
    "Серге",
    "Тимофе",
    "Рашид",
    "Владимир",
    "Роман",
    "Никола",
    "Ахмед",
)
_SURNAMES = (
    ("Вострецов", "Вострецова"), ("Гаджимурадов", "Гаджимурадова"), ("Черёмушкин", "Черёмушкина"),
    ("Ткаченко", "Ткаченко"), ("Оганесян", "Оганесян"), ("Белых", "Белых"), ("Заславский", "Заславская"),
    ("Кузьмич", "Кузьмич"), ("Хайруллин", "Хайруллина"), ("Мороз", "Мороз"), ("Цибульник", "Цибульник"),
    ("Пак", "Пак"), ("Долгорукий", "Долгорукая"), ("Сидоренков", "Сидоренкова"), ("Шевчук", "Шевчук"),
    ("Мамедов", "Мамедова"), ("Соловей", "Соловей"), ("Жданов-Невский", "Жданова-Невская"),
    ("Прокопьев", "Прокопьева"), ("Бадмаев", "Бадмаева"), ("Кравец", "Кравец"), ("Иванов", "Иванова"),
)  # fmt: skip
_PLACES = (
    "ул. Лесная",
    "улица Маршала Жукова",
    "пр. Мира",
    "пер. Тихий",
    "проспект Карла Маркса",
    "ул 40 лет Победы",
    "мкр. Северный",
)


@dataclass(frozen=True)
class Appeal:
    """One appeal, and what is planted in it.

    `names` are words of people's names, `identifiers` pieces of text that must not survive;
    `plain` is the text without the sentences that hold them.
    """

    text: str
    problems: tuple[str, ...]
    names: tuple[str, ...]
    identifiers: tuple[str, ...]
    plain: str


def make_appeals(
    count: int, seed: int, has_personal_data: bool = True, fillers_most: int = 5
) -> list[Appeal]:
    """Draw appeals: one or two problems, some fillers, and in most of them personal data."""
    generator = np.random.default_rng(seed)
    return [_appeal(generator, has_personal_data, fillers_most) for _number in range(count)]


def _one(generator: np.random.Generator, options: tuple) -> object:
    return options[int(generator.integers(len(options)))]


def _digits(generator: np.random.Generator, count: int) -> str:
    return "".join(str(digit) for digit in generator.integers(0, 10, count))


def _appeal(generator: np.random.Generator, has_personal_data: bool, fillers_most: int) -> Appeal:
    topics = list(TOPIC_SENTENCES)
    problems = generator.choice(len(topics), size=1 + (generator.random() < 0.15), replace=False)
    names = sorted(topics[number] for number in problems)
    plain = [str(_one(generator, TOPIC_SENTENCES[name])) + "." for name in names]
    plain += [
        str(_one(generator, FILLERS))
        for _part in range(int(generator.integers(1, fillers_most + 1)))
    ]
    sentences = [plain[number] for number in generator.permutation(len(plain))]
    people: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    without = " ".join(sentences)
    if has_personal_data and generator.random() < 0.75:
        sentence, people = _person_sentence(generator)
        sentences.insert(int(generator.integers(len(sentences) + 1)), sentence)
    if has_personal_data and generator.random() < 0.75:
        sentence, identifiers = _identifier_sentence(generator)
        sentences.insert(int(generator.integers(len(sentences) + 1)), sentence)
    form = generator.random()
    if form < 0.4:
        text = "".join(f"<p><span style='color:#000'>{part}</span>&nbsp;</p>" for part in sentences)
    else:
        text = " ".join(sentences)
        text = text.lower() if form > 0.9 else text
    return Appeal(text, tuple(names), people, identifiers, without)


def _person(generator: np.random.Generator) -> tuple[str, str, str]:
    is_woman = generator.random() < 0.5
    surname = _one(generator, _SURNAMES)[int(is_woman)]
    father = str(_one(generator, _FATHERS))
    soft = father[-1] in "еа"
    if is_woman:
        patronymic = father + ("евна" if soft else "овна")
    else:
        patronymic = father + ("евич" if soft else "ович")
    return surname, str(_one(generator, _WOMEN if is_woman else _MEN)), patronymic


def _person_sentence(generator: np.random.Generator) -> tuple[str, tuple[str, ...]]:
    surname, first, patronymic = _person(generator)
    full = (surname, first, patronymic)
    forms = (
        (f"Я, {surname} {first} {patronymic}, обращаюсь повторно.", full),
        (f"Меня зовут {first} {surname}.", (surname, first)),
        (f"Заявитель: {surname} {first[0]}.{patronymic[0]}.", (surname,)),
        (f"На приёме {first} {patronymic} ничего не объясняет.", (first, patronymic)),
        (f"Инспектор {surname} отказал в приёме.", (surname,)),
        (f"Ответ подписал {first[0]}. {patronymic[0]}. {surname}.", (surname,)),
        (f"Это подтвердит соседка {surname} {first}.", (surname, first)),
        (
            f"ФИО: {surname.upper()} {first.upper()} {patronymic.upper()}.",
            tuple(map(str.upper, full)),
        ),
        (
            f"пишет вам {surname.lower()} {first.lower()} {patronymic.lower()}.",
            tuple(map(str.lower, full)),
        ),
        (f"Специалист {first} говорит грубо.", (first,)),
        (f"Уважаемый {first} {patronymic}!", (first, patronymic)),
    )
    return forms[int(generator.integers(len(forms)))]


def _identifier_sentence(generator: np.random.Generator) -> tuple[str, tuple[str, ...]]:
    d = lambda count: _digits(generator, count)  # noqa: E731
    phone, snils = d(9), d(11)
    house, flat = str(generator.integers(1, 199)), str(generator.integers(1, 300))
    street = str(_one(generator, _PLACES))
    year = str(generator.integers(1935, 2009))
    forms = (
        (
            f"Телефон +7 9{phone[:2]} {phone[2:5]}-{phone[5:7]}-{phone[7:]}.",
            (f"{phone[2:5]}-{phone[5:7]}",),
        ),
        (f"Звоните 89{phone}.", (phone,)),
        (
            f"тел. 8(9{phone[:2]}){phone[2:5]} {phone[5:7]} {phone[7:]}",
            (f"{phone[2:5]} {phone[5:7]}",),
        ),
        (
            f"Городской телефон {phone[:2]}-{phone[2:4]}-{phone[4:6]}.",
            (f"{phone[:2]}-{phone[2:4]}-{phone[4:6]}",),
        ),
        (
            f"СНИЛС {snils[:3]}-{snils[3:6]}-{snils[6:9]} {snils[9:]}",
            (f"{snils[3:6]}-{snils[6:9]}",),
        ),
        (f"мой снилс {snils[:10]} прилагаю", (snils[:10],)),
        (f"ИНН 55{d(8)}{phone[:2]} указан в заявлении.", (phone[:2] + " указан",)),
        (f"Паспорт 52 0{snils[0]} {phone[:6]}, выдан давно.", (phone[:6],)),
        (f"Паспорт серия 520{snils[0]} № {phone[:6]}.", (phone[:6],)),
        (f"Карта 2202 {snils[:4]} {snils[4:8]} {phone[:4]}.", (f"{snils[:4]} {snils[4:8]}",)),
        (f"Перечислите на счёт 40817810{d(3)}{phone}.", (phone,)),
        (f"Полис ОМС 55{d(5)}{phone}.", (phone,)),
        (f"Почта: zayavka{phone}@mail.ru, жду.", (f"zayavka{phone}",)),
        (f"Моя страница https://vk.com/id{phone}", (phone,)),
        (f"Пишите в телеграм @lico_{phone}", (phone,)),
        (f"Дата рождения 1{snils[0]}.0{1 + int(snils[1]) % 9}.{year}.", (f".{year}",)),
        (f"Сын 0{1 + int(snils[1]) % 9}.11.{year} г.р. нуждается в помощи.", (f".{year}",)),
        (
            f"Проживаю: г. Омск, {street}, д. {house}, кв. {flat}.",
            (f"д. {house}", f"кв. {flat}", street.split()[-1]),
        ),
        (f"Живу по адресу {street} {house}-{flat}.", (f"{house}-{flat}", street.split()[-1])),
        (f"Его машина А{snils[:3]}ВС 55 стоит на газоне.", (f"А{snils[:3]}ВС",)),
        (f"Дело № {phone[:7]} тянется.", (phone[:7],)),
        (f"Свидетельство о рождении II-КН № {phone[:6]}.", (phone[:6],)),
    )
    return forms[int(generator.integers(len(forms)))]
