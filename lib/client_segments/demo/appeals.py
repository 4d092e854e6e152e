"""Appeals without a code, as people write them: for the dictionary of problems and for topics.

People, telephones and addresses are made up. A part speaks of the planted problems of the
client's segment, a part of topics that no dictionary has, a few of something of their own.
"""

from __future__ import annotations

import zlib

import numpy as np
import pandas as pd

from client_segments.demo import control, staff, support
from client_segments.demo.plans import GroupPlan
from client_segments.demo.tables import draw_segments

APPEALS_SHARE = 0.12
"""Appeals for each row of the table that has a code."""
_KNOWN, _TOPIC = 0.72, 0.22
"""Shares of appeals on planted problems and on topics of no dictionary; the others are rare."""
_PAGE_SHARE, _NAMED_SHARE, _QUOTED_SHARE, _REPEATED_SHARE = 0.45, 0.5, 0.06, 0.04

SURNAMES = (
    "Крапивкин", "Тополевский", "Журавлихин", "Ветлугин", "Малинцев", "Снегирёв", "Одинцев", "Берестов",
)  # fmt: skip
"""Surnames of the made-up authors: nobody may read them after the texts are masked."""
_FIRST_NAMES = (
    ("Пётр", "Петрович"),
    ("Игорь", "Семёнович"),
    ("Тимур", "Русланович"),
    ("Олег", "Львович"),
)
_FEMALE_NAMES = (
    ("Анна", "Ивановна"),
    ("Мария", "Петровна"),
    ("Гульнара", "Маратовна"),
    ("Ольга", "Юрьевна"),
)
_STREETS = (
    "ул. Заречная",
    "ул. Карла Линнея",
    "пер. Садовый",
    "пр-т Строителей",
    "улица 1-я Луговая",
)
_GREETINGS = ("Здравствуйте!", "Добрый день.", "Уважаемая приёмная!", "")
_ENDINGS = (
    "Прошу разобраться.",
    "Прошу ответить письменно.",
    "Помогите, пожалуйста.",
    "Жду ответа.",
    "",
)

TOPICS = {
    "support": (
        ("На стоянке у здания нет места: все места заняты машинами сотрудников.",
         "Места на стоянке заняты, инвалиду негде оставить машину.",
         "Нет ни одного места на стоянке, машину пришлось оставить за два квартала."),
        ("Специалист в окне разговаривала грубо и повысила голос.",
         "В окне приёма разговаривали грубо, на вопрос специалист повысила голос.",
         "Разговаривала грубо, при всей очереди специалист повысила голос."),
    ),
    "control": (
        ("Приехал новый инспектор и не знает прежних договорённостей.",
         "Каждый раз новый инспектор, прежние договорённости не передают.",
         "Пришёл новый инспектор и отменил прежние договорённости."),
    ),
    "staff": (
        ("В кабинете холодно, окно не закрывается и дует.",
         "Зимой в кабинете холодно, из окна дует.",
         "Из окна дует, весь день в кабинете холодно."),
    ),
}  # fmt: skip
"""By group: topics that no dictionary has, each in some wordings."""

RARE = (
    "Верните флаг на крышу, его сорвало ветром.",
    "Кто принимает макулатуру с архивных полок?",
    "В холле играет слишком громкая музыка.",
    "Благодарю дежурного за найденный зонт.",
    "Почему на бланке до сих пор старый герб?",
    "Прошу объяснить, когда вернут гардероб.",
    "Часы над входом отстают на двадцать минут.",
    "Кошка живёт под крыльцом, возьмите её к себе.",
)

PHRASES = {
    support.FAR: ("до пункта приёма … километров", "автобус ходит", "просить … отвезти"),
    support.UNKNOWN: ("узнать случайно", "никто не сказал"),
    support.PAPERS: ("донести справки", "справка … устарела"),
    support.ACCESS: ("нет пандус*", "на табло … ничего не видно", "голосом … не объявляют"),
    support.PORTAL: ("форма сбросилась", "портал не принимает"),
    support.WAIT: ("в одном и том же статусе", "срок не называют"),
    support.REFUSAL: ("в отказе только номер", "отказать из-за дохода"),
    control.RULES: ("перечень … требований", "требование изменилось"),
    control.LOAD: ("одни и те же документы", "просят ещё раз"),
    control.TERM: ("за * дней … невозможно", "срок назначили"),
    control.LINK: ("связи … почти нет", "чтобы отправить сведения … едем"),
    control.VISIT: ("узнали накануне", "перенести дату"),
    staff.START: ("кто выдаёт доступы", "наставника назначили"),
    staff.TECHNIQUE: ("компьютер включается", "принтер … на * кабинета"),
    staff.APPROVAL: ("по согласованию … недели", "возвращать из-за запятой"),
    staff.REMOTE: ("в систему не войти", "везём … внести в систему"),
    staff.GROWTH: ("для следующей должности", "резерв … назначений нет"),
}
"""By problem: phrases that tell it in a text, as an analyst writes them."""


def draw_appeals(plan: GroupPlan, problems: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return the table `problems` with appeals that nobody has coded after its rows.

    The problems of the appeals are drawn from the client's segment, as those with a code are, so
    shares stay as planted. A generator of its own: no other row changes.
    """
    stream = zlib.crc32(f"{plan.code}/appeals".encode())
    generator = np.random.default_rng([seed, plan.year, stream])
    segments = draw_segments(plan, plan.clients_count, seed)
    count = round(APPEALS_SHARE * len(problems))
    clients = generator.choice(plan.clients_count, size=count, replace=False)
    texts = [_appeal(plan, segments[client], generator) for client in clients]
    repeated = np.flatnonzero(generator.random(count) < _REPEATED_SHARE)
    clients = np.append(clients, clients[repeated])
    texts += [texts[number] + " Пишу повторно." for number in repeated]
    start = np.datetime64(f"{plan.year}-02-01")
    days = (start + generator.integers(0, 240, len(texts))).astype("datetime64[s]")
    appeals = pd.DataFrame(
        {
            "client_id": [f"{plan.code[0].upper()}-{client + 1:08d}" for client in clients],
            "problem_source": "complaint",
            "problem": None,
            "problem_text": texts,
            "stage": None,
            "problem_date": days,
        }
    ).astype({"problem": "str", "stage": "str"})
    categories = problems.select_dtypes("category").columns
    coded = problems.astype(dict.fromkeys(categories, "str"))
    return pd.concat([coded, appeals], ignore_index=True)


def _appeal(plan: GroupPlan, segment: int, generator: np.random.Generator) -> str:
    core = _core(plan, segment, generator)
    greeting, ending = _one(generator, _GREETINGS), _one(generator, _ENDINGS)
    author = _author(generator) if generator.random() < _NAMED_SHARE else ""
    sentences = [part for part in (greeting, core, ending) if part]
    if generator.random() < _PAGE_SHARE:
        text = "".join(f"<p>{sentence}&nbsp;</p>" for sentence in [*sentences, author] if sentence)
        return f'<div style="color:#333">{text}</div>'
    text = " ".join([*sentences, author]).strip()
    if generator.random() < _QUOTED_SHARE:
        surname = _one(generator, SURNAMES)
        text += f"\nОт: {surname} И. И.\nОтправлено: 03.02.{plan.year} 10:15\nТема: ответ\nВаше обращение принято."
    return text


def _core(plan: GroupPlan, segment: int, generator: np.random.Generator) -> str:
    kind = generator.random()
    if kind < _KNOWN:
        shares = plan.segments[segment].problems
        names = list(shares)
        weights = np.array(list(shares.values()))
        problem = names[generator.choice(len(names), p=weights / weights.sum())]
        return _one(generator, plan.problem_texts[problem])
    if kind < _KNOWN + _TOPIC:
        return _one(generator, _one(generator, TOPICS[plan.code]))
    return _one(generator, RARE)


def _author(generator: np.random.Generator) -> str:
    surname = _one(generator, SURNAMES)
    is_woman = generator.random() < 0.5
    first, patronymic = _one(generator, _FEMALE_NAMES if is_woman else _FIRST_NAMES)
    if is_woman:
        surname = surname.removesuffix("ий") + ("ая" if surname.endswith("ий") else "а")
    numbers = generator.integers(10, 99, 4)
    forms = (
        f"Я, {surname} {first} {patronymic}, тел. 8 (900) 000-{numbers[0]}-{numbers[1]}.",
        f"{surname} {first[0]}. {patronymic[0]}., почта made.up{numbers[0]}@example.ru",
        f"Меня зовут {first} {surname}, живу: {_one(generator, _STREETS)}, д. {numbers[0]}, кв. {numbers[1]}.",
        f"СНИЛС 000-0{numbers[0]}-0{numbers[1]} {numbers[2]}, {surname} {first} {patronymic}, телефон +7900000{numbers[2]}{numbers[3]}",
    )
    return forms[int(generator.integers(len(forms)))]


def _one(generator: np.random.Generator, options: tuple) -> object:
    return options[int(generator.integers(len(options)))]


def dictionary_records(plan: GroupPlan) -> list[dict]:
    """Return the records of `decisions/problems.yml`: the planted problems and their phrases."""
    return [
        {
            "name": name,
            "stage": plan.problem_stages[name],
            "phrases": list(PHRASES[name]),
        }
        for name in plan.problem_texts
    ]
