"""What respondents of the made-up authority told of their journey: `decisions/journey.yml`."""

from __future__ import annotations

JOURNEYS: dict[tuple[str, int], tuple[dict[str, object], ...]] = {
    ("staff", 2025): (
        {
            "segment": "newcomers", "stage": "2", "action": "Собирает документы и относит их в кадры",
            "channel": "25", "problem": "Одни и те же сведения просят дважды", "emotion": -1,
            "source": "6 глубинных интервью, сентябрь 2025 года",
        },
        {
            "segment": "newcomers", "stage": "3", "action": "Спрашивает соседей по кабинету, к кому идти",
            "channel": "06", "problem": "Не ясно, кто отвечает за наставничество", "emotion": -2,
            "source": "6 глубинных интервью, сентябрь 2025 года",
        },
        {
            "segment": "managers", "stage": "4", "action": "Согласует документы по кругу",
            "channel": "23", "problem": "Круг согласования длиннее срока ответа", "emotion": -1,
            "source": "фокус-группа, октябрь 2025 года",
        },
        {
            "segment": "territorial", "stage": "4", "action": "Ездит в центральный аппарат с бумагами",
            "channel": "25", "problem": "Системы не открываются с рабочего места", "emotion": -2,
            "source": "6 глубинных интервью, сентябрь 2025 года",
        },
        {
            "segment": "experts", "stage": "5", "action": "Сам ищет программы обучения",
            "channel": "24", "emotion": 1, "source": "фокус-группа, октябрь 2025 года",
        },
    ),
}  # fmt: skip
"""Records by group and year, in the order of the file: made up, as the respondents are."""
