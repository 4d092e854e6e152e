"""What became of the made-up authority's measures of last year: `follow_up` of its plans."""

from __future__ import annotations

FOLLOW_UPS: dict[tuple[str, int], tuple[dict[str, object], ...]] = {
    ("support", 2025): (
        {"code": "М1", "state": "done", "text": "Выезды идут с марта 2025 года в 14 сёл из 22"},
        {"code": "М2", "state": "running", "text": "Форма отказа согласуется с юристами"},
        {"code": "М3", "state": "running", "text": "Сведения запрашиваются у двух органов из пяти"},
        {"code": "М4", "state": "done", "text": "212 заявлений оформлено на дому"},
    ),
    ("control", 2025): (
        {"code": "М1", "state": "done", "text": "Памятка разослана 1 апреля 2025 года"},
        {"code": "М2", "state": "running", "text": "Сведения принимают в двух районах из пяти"},
    ),
    ("staff", 2025): (
        {"code": "М1", "state": "done", "text": "Карта выдаётся с первого дня, наставники назначены"},
        {"code": "М2", "state": "cancelled", "text": "Закупка лицензий перенесена на 2026 год"},
    ),
}  # fmt: skip
"""Records by group and year, in the order of the file."""
