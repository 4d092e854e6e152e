"""Questions drafted from hypotheses: neutral, so that the answer is not put into one's mouth.

A hypothesis is a statement about a segment in the third person; a question speaks to one person
and offers both answers alike (a balanced question: Schuman & Presser 1981, Questions and Answers
in Attitude Surveys, ch. 7). «Yes» always stands for the hypothesis. What is drafted here is a
draft: people write their own under `question` in `decisions/hypotheses.yml`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from client_segments.language import _, is_missing

_OF_THEM = re.compile(r"\b(?:их|им|ими|них|ним|ними|они)\b", re.IGNORECASE)
_COMPARES = re.compile(
    r"\b(?:чаще|реже|больше|меньше|дольше|быстрее|раньше|позже|выше|ниже|других|остальных)\b|%|\d",
    re.IGNORECASE,
)
_AND_VERB = re.compile(r"\s(?:и|или|но)\s+(?:не\s+)?(?P<verb>[а-яё]+(?:ют|ут|ят|ат)(?:ся)?)\b")

_AIMS = {
    "informing": _("узнать то, что вам нужно"),
    "submitting": _("подать заявление или сведения"),
    "receiving": _("получить результат"),
    "feedback": _("задать вопрос или пожаловаться"),
}
_CHANNELS = {
    "used": (_("пользуетесь таким способом, как «{subject}», чтобы {aim}"),
             _("обходитесь без такого способа, как «{subject}», когда нужно {aim}")),
    "preferred": (_("выбрали бы «{subject}», чтобы {aim}, если бы можно было выбирать"),
                  _("выбрали бы не «{subject}», а другой способ, чтобы {aim}")),
    "unacceptable": (_("не стали бы пользоваться таким способом, как «{subject}», чтобы {aim}"),
                     _("могли бы воспользоваться таким способом, как «{subject}», чтобы {aim}")),
}  # fmt: skip
_OWN_CASE = {
    "problem": (_("сталкивались с такой трудностью: «{subject}»"),
                _("обошлись без такой трудности: «{subject}»")),
    "problem_stage": (_("сталкивались с трудностями на этапе «{subject}»"),
                      _("прошли этап «{subject}» без трудностей")),
    "journey.channel": (_("на этапе «{stage}» пользовались таким способом, как «{subject}»"),
                        _("на этапе «{stage}» обошлись без такого способа, как «{subject}»")),
    "journey.reached": (_("дошли до этапа «{subject}»"), _("не дошли до этапа «{subject}»")),
    "journey.lost": (_("прекратили дело после этапа «{subject}»"),
                     _("продолжили дело после этапа «{subject}»")),
    "journey.returned": (_("возвращались на этап «{subject}», чтобы что-то переделать"),
                         _("прошли этап «{subject}» с первого раза")),
    "journey.outcome.granted": (_("получили в итоге то, за чем обращались"),
                                _("так и не получили того, за чем обращались")),
    "journey.outcome.refused": (_("получили отказ"), _("обошлись без отказа")),
    "journey.outcome.abandoned": (_("бросили начатое дело, не дойдя до конца"),
                                  _("довели начатое дело до конца")),
    "journey.outcome.open": (_("до сих пор ждёте, чем закончится дело"),
                             _("уже знаете, чем закончилось дело")),
    "journey.time": (_("ждали на этапе «{subject}» дольше, чем рассчитывали"),
                     _("прошли этап «{subject}» не дольше, чем рассчитывали")),
    "journey.time_to_result": (_("ждали результата дольше, чем рассчитывали"),
                               _("получили результат не позже, чем рассчитывали")),
    "journey.time_to_end": (_("занимались этим делом дольше, чем рассчитывали"),
                            _("закончили дело не позже, чем рассчитывали")),
    "journey.amount.contacts": (_("обращались не один раз, чтобы получить результат"),
                                _("получили результат с первого обращения")),
    "journey.amount.channel_changes": (_("по ходу дела меняли способ обращения"),
                                       _("закончили дело тем же способом, каким начали")),
    "journey.amount.returns": (_("проходили какой-то этап больше одного раза"),
                               _("прошли каждый этап один раз")),
    "journey.amount.cases": (_("обращались по такому делу не один раз"),
                             _("обращались по такому делу один раз")),
    "score": (_("в целом довольны тем, как всё прошло"), _("недовольны тем, как всё прошло")),
    "score.question": (_("довольны тем, о чём вопрос «{subject}»"),
                       _("недовольны тем, о чём вопрос «{subject}»")),
    "score.stage": (_("довольны тем, как прошёл этап «{subject}»"),
                    _("недовольны тем, как прошёл этап «{subject}»")),
    "score.index.nps": (_("посоветовали бы знакомым обратиться сюда"),
                        _("не посоветовали бы знакомым обращаться сюда")),
    "score.index.ces": (_("обратились без лишних усилий"),
                        _("потратили на обращение много сил")),
}  # fmt: skip
"""What is said to the respondent where the segment has more (first) or less (second) of it.

Nobody can compare himself with all others: the question is of his own case.
"""


def draft_question(text: str, comparison: Mapping[str, object] | None = None) -> str:
    """Return a question to a respondent of the segment: «yes» is for the hypothesis.

    Parameters
    ----------
    text
        Of the hypothesis.
    comparison
        Row of `PROPOSALS` whose text the hypothesis has; None where people wrote the text.
    """
    told = None if comparison is None else _of_comparison(comparison)
    if told is not None:
        return _asked(told)
    return _about_statement(text.strip().rstrip("."))


def asked_statement(text: str, proposal_code: object) -> str:
    """Return what a hypothesis states, without the numbers that a comparison puts after it."""
    return text if is_missing(proposal_code) else text.partition(": ")[0]


def _asked(told: str) -> str:
    return _("Скажите, вы {statement} – или это не так?").format(statement=told)


def _of_comparison(row: Mapping[str, object]) -> str | None:
    """Return what is said to the respondent; None of a comparison of an unknown kind."""
    parts = str(row["proposal_code"]).split(".")
    words = {"subject": row["subject"], "stage": row["stage"], "aim": ""}
    if parts[0] == "channel":
        pair, words["aim"] = _CHANNELS[parts[1]], _AIMS[parts[2]]
    else:
        families = (".".join(parts[:length]) for length in (3, 2, 1))
        pair = next((_OWN_CASE[name] for name in families if name in _OWN_CASE), None)
    if pair is None:
        return None
    is_less = not is_missing(row["strength"]) and row["strength"] < 0
    return pair[is_less].format(**words)


def _about_statement(text: str) -> str:
    """Turn a statement to the respondent, or quote it where its grammar is not understood."""
    turned = None if _OF_THEM.search(text) or _COMPARES.search(text) else _turned(text)
    if turned:
        return _asked(turned)
    is_abbreviation = len(text) > 1 and text[0].isupper() and text[1].isupper()
    quoted = text if is_abbreviation else text[:1].lower() + text[1:]
    return _(
        "О таких клиентах, как вы, одни говорят: «{statement}», другие с этим не согласны. "
        "А у вас это так или нет?"
    ).format(statement=quoted)


def _turned(text: str) -> str | None:
    """Return a statement that begins with its verb as said to the respondent, else None."""
    # The dictionaries load in a second: only who drafts questions pays.
    from client_segments.texts.morphology import addressed

    is_denied = text.lower().startswith("не ")
    first, _space, rest = text[3:].partition(" ") if is_denied else text.partition(" ")
    comma = "," if first.endswith(",") else ""
    if not rest or not first.removesuffix(",").isalpha():
        return None
    verb = addressed(first.removesuffix(","))
    if verb is None:
        return None
    verb = f"{_('не')} {verb}{comma}" if is_denied else verb + comma
    following = _AND_VERB.search(rest)
    if following is None:
        return f"{verb} {rest}"
    if comma or "," in rest[: following.start()]:  # that verb may be of somebody else
        return None
    other = addressed(following["verb"])
    if other is None:
        return None
    place = following.span("verb")
    return f"{verb} {rest[: place[0]]}{other}{rest[place[1] :]}"
