"""Masking: personal data of every shape go, and what is none of it stays."""

import re
from collections import Counter

import pandas as pd
import pytest
from benchmarks.made_appeals import make_appeals
from hypothesis import given, settings
from hypothesis import strategies as st

from client_segments import texts
from client_segments.texts import preparing

IDENTIFIERS = [
    # telephones as people write them
    ("Звоните +7 913 640-12-34 вечером", "640-12-34"),
    ("тел. 8(3812)25-14-36", "25-14-36"),
    ("мой номер 89136401234", "89136401234"),
    ("8-913-640-12-34 Вера", "640"),
    ("телефон 8 9 1 3 6 4 0 1 2 3 4", "9 1 3"),
    ("моб.9136401234", "9136401234"),
    ("городской 25-14-36", "25-14-36"),
    ("тел 251436", "251436"),
    ("позвоните: ８９１３６４０１２３４", "６４０"),
    ("Звонить +7\u00a0913\u00a06401234", "6401234"),
    # e-mail, links, nicknames
    ("пишите ivanova.mp@mail.ru", "ivanova"),
    ("почта: ivanova собака mail.ru", "ivanova"),
    ("ivanova (at) yandex.ru", "ivanova"),
    ("мария@почта.рф", "мария@"),
    ("https://vk.com/id12345678 моя страница", "id12345678"),
    ("t.me/masha_55", "masha_55"),
    ("телеграм: masha_55", "masha_55"),
    ("ник @masha_55 везде", "masha_55"),
    # SNILS, also mistyped
    ("СНИЛС 112-233-445 95", "233"),
    ("снилс 11223344595", "11223344595"),
    ("СНИЛС: 112-233-445", "233"),
    ("112-233-445 9", "112-233"),
    ("СНИЛС 112 233 445 9О", "233 445"),
    ("страховой номер 112.233.445.95", "233.445"),
    # taxpayer, documents, policies
    ("ИНН 550101234567", "550101234567"),
    ("инн:5501012345", "5501012345"),
    ("паспорт 5204 123456", "123456"),
    ("Паспорт серии 52 04 № 123456 выдан", "123456"),
    ("паспорт: 5204123456", "5204123456"),
    ("5204 123456, выдан в 2005", "123456"),
    ("свидетельство о рождении II-КН № 654321", "654321"),
    ("полис 5550 0000 1234 5678", "1234 5678"),
    ("ОМС 5550000012345678", "5550000012345678"),
    # cards and accounts
    ("карта 2202 2000 1234 5678", "1234 5678"),
    ("4276123456789012", "4276123456789012"),
    ("счёт 40817810099910004312", "40817810099910004312"),
    ("р/с 408178100999 10004312", "10004312"),
    # dates of birth
    ("дата рождения 12.05.1956", "1956"),
    ("Иванова, 12.05.1956 г.р.", "1956"),
    ("1956 года рождения", "1956"),
    ("родилась 5 мая 1956 года", "1956"),
    ("д.р. 12.05.56", "12.05.56"),
    ("сын 03.04.2008", "2008"),
    # addresses
    ("ул. Ленина, д. 15, кв. 3", "Ленина"),
    ("живу: улица 50 лет Октября 5-12", "Октября"),
    ("проживаю г. Омск, пр-т Карла Маркса, дом 20 корпус 2 квартира 7", "Маркса"),
    ("ул ленина 15 кв 3", "ленина"),
    ("пер. Садовый 3а", "Садовый"),
    ("644000, ул. Мира, 5", "644000"),
    ("Советская улица, 12", "Советская"),
    ("в доме 15, квартира 3", "квартира 3"),
    ("к дому 15 не подъехать", "15"),
    ("дом 15 квартира 3", "15"),
    ("д. 15 подъезд 2", "15"),
    ("call me (555) 123-4567", "123-4567"),
    ("my SSN 123-45-6789", "45-6789"),
    # cars and land
    ("машина А123ВС 55 во дворе", "123"),
    ("а123вс155", "123"),
    ("номер О 186 МР 46", "186"),
    ("участок 55:36:070401:1234", "070401"),
]


@pytest.mark.parametrize(("text", "secret"), IDENTIFIERS)
def test_identifiers_of_every_shape_are_masked(text, secret):
    masked = texts.mask(text)
    assert secret not in masked, masked
    assert re.search(r"\[[^\]]+\]", masked)
    assert texts.has_personal_data(text)


NAMES = [
    ("Меня зовут Иванова Мария Петровна.", "Иванова Мария Петровна"),
    ("Я, Хайруллин Ильдар Рашидович, прошу", "Хайруллин Ильдар Рашидович"),
    ("меня зовут иванова мария петровна, живу в селе", "иванова мария петровна"),
    ("ПРОШУ ПРИНЯТЬ ИВАНОВУ МАРИЮ ПЕТРОВНУ В ОТДЕЛЕ", "ИВАНОВУ МАРИЮ ПЕТРОВНУ"),
    ("Обращалась к Сидоровой Анне Ивановне", "Сидоровой Анне Ивановне"),
    ("Иванов И. И. не отвечает", "Иванов"),
    ("ответ подписал И.И. Петров", "Петров"),
    ("Заявитель: Черных А.Б.", "Черных"),
    ("инспектор Гаджимурадов отказал", "Гаджимурадов"),
    ("Инспектор Соловей отказал", "Соловей"),
    ("у специалиста Ткаченко в отделе", "Ткаченко"),
    ("Специалист Светлана нагрубила", "Светлана"),
    ("Уважаемый Роман Владимирович!", "Роман Владимирович"),
    ("с нами живёт Нгуен Ван Хай Анатольевич", "Анатольевич"),
    ("Соседка Оганесян Ануш подтвердит", "Оганесян Ануш"),
    ("ИП Татаренко не платит", "Татаренко"),
    ("ФИО: КУЗЬМИЧ ВЕРА ТИМОФЕЕВНА", "КУЗЬМИЧ ВЕРА ТИМОФЕЕВНА"),
    ("Салтыкова-Щедрина Ольга Львовна пришла", "Салтыкова-Щедрина Ольга Львовна"),
    ("My name is John Brown and I wait", "John Brown"),
    ("Mrs. Whitfield did not answer", "Whitfield"),
    ("Мамедов Ильхам Рустам оглы не согласен", "Мамедов Ильхам Рустам"),
]


@pytest.mark.parametrize(("text", "name"), NAMES)
def test_names_of_people_are_masked(text, name):
    masked = texts.mask(text)
    for word in name.split():
        assert not re.search(rf"\b{word}\b", masked), masked
    assert "[имя]" in masked


@pytest.mark.parametrize(
    "text",
    [
        "Справку просят уже третий раз, хотя сведения есть в МФЦ и на Госуслугах.",
        "Вера в людей пропала, надежда тоже, роман с портали затянулся.",
        "Комитет городского хозяйства ответил от 12.03.2025 № 45-17.",
        "Федеральный закон от 27.07.2010 № 210-ФЗ и пункт 5 Правил.",
        "Выплата 12 500 рублей, долг 1 500 000 руб., пени 150000 руб.",
        "Приём с 09.00 до 18.00, перерыв 13-00, 30 календарных дней.",
        "В Омской области 250 сёл, в Тюмени столько же.",
        "За 2024-2025 годы построили 3 школы, на 200-250 мест каждая.",
        "ГОСТ Р 52289-2019 не соблюдён.",
        "Площадь 45 кв. м, 4 квартал 2024 года.",
        "Магазин «Лента» и Росреестр закрыты, Сбербанк работает.",
        "Прошу Вас, т.е. администрацию, принять меры и т.д.",
        "Оформлено на дому 212 заявлений; помощь на дому 3 раза в неделю.",
        "Дом 15 человек строили сами, дом 9 этажей сдан.",
    ],
)
def test_what_is_no_personal_data_stays(text):
    assert texts.mask(text) == text
    assert not texts.has_personal_data(text)


def test_planted_personal_data_are_masked_and_little_else():
    """At least 95 % of words of names, every identifier; at most 2 % of other words are lost."""
    appeals = make_appeals(600, seed=7)
    names = missed = identifiers = words = lost = 0
    for appeal in appeals:
        masked = texts.mask(texts.clean(appeal.text)).lower()
        plain = appeal.plain.lower()
        left, others = Counter(re.findall(r"[\w-]+", masked)), Counter(re.findall(r"[\w-]+", plain))
        names += len(appeal.names)
        missed += sum(left[name.lower()] > others[name.lower()] for name in appeal.names)
        for secret in appeal.identifiers:
            identifiers += 1
            assert secret.lower() not in masked or secret.lower() in plain, (secret, masked)
        words += others.total()
        lost += (others - left).total()
    assert names > 700
    assert identifiers > 450
    assert missed <= 0.05 * names
    assert lost <= 0.02 * words


def test_brackets_of_a_person_are_no_mask():
    masked = texts.mask("[Иванов Иван Петрович] [89136401234] [адрес]")
    assert masked == "[[имя]] [[телефон]] [адрес]"


def test_masking_what_is_masked_changes_nothing():
    for text, _secret in [*IDENTIFIERS, *NAMES]:
        once = texts.mask(text)
        assert texts.mask(once) == once
        assert not texts.has_personal_data(once)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="абвгдеАБИвановМарияПетровна.,- 0123456789()+@/<>№\n[]«»ёЁ", max_size=120))
def test_any_text_is_masked_once_and_for_all(text):
    once = texts.mask(text)
    assert texts.has_personal_data(once) is False
    assert not re.search(r"(?<![\d.])\d{10,}", once)


def test_long_hostile_texts_take_no_longer_than_their_length():
    for piece in ("1", "1 ", "а.", "Иванов ", "ул. ", "@", "<p>", "((", "1-", "кв. 1 ", "\n> "):
        texts.mask(texts.clean(piece * 20_000))


def test_a_series_keeps_its_index_and_what_is_missing():
    series = pd.Series(["тел. 89136401234", None, "очередь"], index=[5, 7, 9], dtype="str")
    masked = texts.mask_all(series)
    assert masked.index.tolist() == [5, 7, 9]
    assert masked.isna().tolist() == [False, True, False]
    assert masked[5] == "тел. [телефон]"
    assert masked[9] == "очередь"


def test_many_texts_are_prepared_as_each_alone(monkeypatch):
    """Also where a helper interpreter has to do with letters of all kinds, or cannot start."""
    raw = [appeal.text for appeal in make_appeals(60, seed=2)] + ["\ud800 тел. 89136401234 🐈", ""]
    alone = [texts.mask(texts.clean(text)) for text in raw]
    assert texts.prepare(raw) == alone
    monkeypatch.setattr(preparing, "_TEXTS_ALONE", 10)
    monkeypatch.setattr(preparing.os, "cpu_count", lambda: 3)
    assert texts.prepare(raw) == alone
    monkeypatch.setattr(preparing.sys, "executable", "/bin/false")
    assert texts.prepare(raw) == alone
