"""Cleaning: markup, quoted history and signatures go, a person's own words stay."""

import pytest

from client_segments import texts


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("<p>Здравствуйте!&nbsp;</p><p>Нет <b>пандуса</b>.</p>", "Здравствуйте!\nНет пандуса."),
        ("<style>p {color: red}</style><script>alert('x')</script>Очередь", "Очередь"),
        ("строка<br>другая<br/>третья", "строка\nдругая\nтретья"),
        ("&lt;p&gt;Дважды &amp;amp; закодировано&lt;/p&gt;", "Дважды & закодировано"),
        ("<p style=`color:rgb(1,2,3);`>чужие кавычки</p>", "чужие кавычки"),
        ("доход < 10000 и > 5000 рублей", "доход < 10000 и > 5000 рублей"),
        ("без разметки & кавычек", "без разметки & кавычек"),
        ("незакрытый <b>тег", "незакрытый тег"),
        ("мяг\u00adкий  пере\u200bнос\u00a0и   пробелы", "мягкий перенос и пробелы"),
        ("<!-- скрыто -->видно", "видно"),
    ],
)
def test_markup_is_stripped(raw, kept):
    assert texts.clean(raw) == kept


@pytest.mark.parametrize(
    "history",
    [
        "От: Сидоров\nОтправлено: 3 марта\nКому: приёмная\nТема: ответ\nваше обращение принято",
        "-----Исходное сообщение-----\nваше обращение принято",
        "----- Original Message -----\nyour request",
        "12.03.2025, 10:15, Иван <i@mail.ru> пишет:\n> ваше обращение принято",
        "On Mon, 3 Mar 2025, John wrote:\n> your request",
        "> ваше обращение\n> принято",
        "From: office\nSent: Monday\nTo: me\nyour request",
    ],
)
def test_quoted_history_is_cut(history):
    assert texts.clean(f"Ответа по существу нет.\n\n{history}") == "Ответа по существу нет."


def test_a_message_that_is_all_quoted_is_read():
    assert "нет пандуса" in texts.clean("> В здании нет пандуса.\n> Прошу помочь.")


@pytest.mark.parametrize(
    "signature",
    [
        "С уважением, Петров И. И., тел. 25-14-36",
        "С уважением\nПетров\nдиректор",
        "-- \nПетров",
        "Отправлено с iPhone",
        "Best regards, John",
    ],
)
def test_signatures_are_cut(signature):
    assert texts.clean(f"Нет пандуса.\n{signature}") == "Нет пандуса."


def test_respect_inside_a_text_is_no_signature():
    text = "С уважением к людям здесь плохо. " + "Ждали приёма три часа у закрытой двери. " * 10
    assert texts.clean(text) == text.strip()
    assert texts.clean("С уважением отношусь к вам") == "С уважением отношусь к вам"
