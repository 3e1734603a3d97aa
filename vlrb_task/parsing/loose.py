"""Other people's rules, faults included, to reproduce what they published and to show what the difference is.

None of these is a default, and nothing here was copied: each is written anew from what the named script does. A
rule that falls back to one side does so here too, because that is what was published; the docstring says which.
"""

from __future__ import annotations

import re
from dataclasses import replace

from vlrb_task.parsing.normal import BLANK, last_match, missing
from vlrb_task.parsing.verdicts import Reading, Reason, Verdict, unparsed
from vlrb_task.support.patterns import compile_later

_SIDES = {1: Verdict.FIRST, 2: Verdict.SECOND}


def _nothing(text: str) -> Reading:
    """Why a text has no verdict, for rules that never ask."""
    return unparsed(missing(text.strip(BLANK)) or Reason.NO_VERDICT)


def _numbered(number: int, span: tuple[int, int] | None = None) -> Reading:
    return Reading(_SIDES[number], None, span) if number in _SIDES else unparsed(Reason.CONTRADICTORY, span)


def _held(text: str, first: str, second: str) -> list[Reading]:
    """A reading for each of two phrases that a text holds, the first answer's before the second's."""
    sides = ((Verdict.FIRST, first), (Verdict.SECOND, second))
    return [Reading(side, None, (at, at + len(said))) for side, said in sides if (at := text.find(said)) >= 0]


_ANCHOR = compile_later(r"Overall Judgment|Therefore", re.IGNORECASE)
_CORE = compile_later(r"Answer\s*(\d+)\s*is\s*(?:the\s*)?(?:slightly\s*)?better", re.IGNORECASE)

_LONGEST_NUMBER = 4000  # digits: Python refuses to read a decimal number with more


def _core(text: str) -> re.Match[str] | None:
    """The last "Answer N is better" after the first anchor, in a text already without line feeds and asterisks."""
    if not text.isascii():
        # Whatever the case: in Unicode that takes in letters such as the long s, so the pattern has to look itself.
        anchor = _ANCHOR.search(text)
        return last_match(_CORE, text, anchor.end()) if anchor else None
    low = text.lower()
    starts = [at + len(word) for word in ("overall judgment", "therefore") if (at := low.find(word)) >= 0]
    if not starts:
        return None
    # "Therefore" and "Overall Judgment" share no letters' places, so the one that ends first begins first.
    floor = min(starts)
    at = low.rfind("answer", floor)
    while at >= 0:
        found = _CORE.match(text, at)
        if found:
            return found
        at = low.rfind("answer", floor, at)
    return None


def paper_number(text: str) -> int | None:
    """The number of the answer that the paper's rule finds better, or None if it finds none.

    The official script counts every number but the rejected answer's as right, so 3 is right there; :func:`paper` calls
    it contradictory. A number of more than 4,000 digits, on which the script would stop with an error, is None.
    """
    found = _core(text.replace("\n", "").replace("*", ""))
    if found is None or len(found.group(1)) > _LONGEST_NUMBER:
        return None
    return int(found.group(1))


def paper(text: str) -> Reading:
    r"""The paper's own rule, in linear time; no span, since the rule does not read the text as written.

    The official script removes line feeds and asterisks, and searches the rest, whatever the case, for

        (?:Overall Judgment|Therefore)\s*.*\s*-*\s*Answer\s*(\d+)\s*is\s*(?:the\s*)?(?:slightly\s*)?better

    As written the four unlimited parts in its middle try every way to share the white space that stands there: 400 spaces
    take eight seconds. What they match together is anything at all, so the rule is: after the first "Overall Judgment" or
    "Therefore", the last "Answer N is better", with "the" and "slightly" allowed in it. This is that rule.

    Its faults are kept: "not better" is missed, and so is "superior"; a "therefore" in a remark counts; a verdict under
    a heading without "Overall Judgment" or "Therefore" above it is not seen. What differs: the script leaves a text
    about an "Answer 3" right, see :func:`paper_number`, and a failed request is called that.
    """
    number = paper_number(text)
    return _nothing(text) if number is None else _numbered(number)


def unified_reward_substring(text: str) -> Reading:
    """UnifiedReward's rule: is "Answer 1 is better", or "Answer 2 is better", anywhere in the text, case and all?

    Read in CodeGoat24/UnifiedReward at ff6f520, ``benchmark_evaluation/*/test_*vlreward*.py`` (and the same line in the
    -Think scripts). Its fault: the script asks only whether the *right* phrase occurs, so a text with both phrases
    always counts as right, and "I do not think Answer 1 is better" counts for 1. Both phrases are contradictory here.
    """
    held = _held(text, "Answer 1 is better", "Answer 2 is better")
    return unparsed(Reason.CONTRADICTORY) if len(held) == 2 else held[0] if held else _nothing(text)


def unified_reward_substring_old(text: str) -> Reading:
    """UnifiedReward's first rule, of March 2025: which "Answer N" is in the sentence where the verdict should be?

    Read in CodeGoat24/UnifiedReward at 168b6e0 (replaced at 79e9000 in April 2025), ``vl_rewardbench_test.py``. The
    place is what follows the last "Overall Judgment", up to a full stop; without one, the last sentence but the piece
    after its full stop. Its fault: any mention counts ("Answer 2 is better than Answer 1" for both, as contradictory
    here, and right there), and a decimal point ends the sentence.
    """
    if "Overall Judgment" in text:
        place = text[text.rindex("Overall Judgment") + len("Overall Judgment") :].strip().partition(".")[0]
    else:
        end = text.rfind(".")
        start = text.rfind(".", 0, end) + 1 if end >= 0 else 0
        place = text[start:end] if end >= 0 else text
    held = _held(place, "Answer 1", "Answer 2")
    if len(held) == 2:
        return unparsed(Reason.CONTRADICTORY)
    return replace(held[0], span=None) if held else _nothing(text)


def r1_reward_default_second(text: str) -> Reading:
    """R1-Reward's rule: the first ``<answer>``, else the last digit 1 or 2 of the text; whatever is not 1 is second.

    Read in yfzhang114/r1_reward at 3693413, ``inference/VL-Reward-Bench/r1_reward.py``. Its fault: an empty text, a
    refusal and a failed request are all votes for the second answer, and "<answer>Answer 1</answer>" is one too, as
    it is no number. (In that script the better answer is always shown first, so these count as wrong.)
    """
    start = text.find("<answer>")
    end = text.find("</answer>", start + 8) if start >= 0 else -1
    if end >= 0:
        choice, span = text[start + 8 : end].strip(), (start, end + 9)
    else:
        at = max(text.rfind("1"), text.rfind("2"))
        if at < 0:
            return Reading(Verdict.SECOND)
        choice, span = text[at], (at, at + 1)
    try:
        one = float(choice) == 1
    except ValueError:
        one = False
    return Reading(Verdict.FIRST if one else Verdict.SECOND, None, span)


def vlmevalkit_first_of_two(text: str) -> Reading:
    """VLMEvalKit's rule: "answer 1" anywhere makes it first; else "answer 2" anywhere makes it second; else wrong.

    Read in VLMEvalKit, ``vlmeval/dataset/vl_rewardbench.py``, ``get_score``. There it is applied to the reply of an
    OpenAI model that was asked what the judgment says; applied to a judge's own text it finds first in nearly all.
    """
    held = _held(text.lower(), "answer 1", "answer 2")
    return replace(held[0], span=None) if held else _nothing(text)


def lmms_eval(text: str) -> Reading:
    """lmms-eval's rule without its language model and its coin: the paper's.

    Read in lmms-eval 0.7.3, ``lmms_eval/tasks/vl_rewardbench/utils.py``, ``parse_pred_ans``. What this leaves
    unparsed goes there to an OpenAI model, then to a coin. A number other than 1 and 2 counts as wrong there, as
    unparsed here.
    """
    return paper(text)


def rewardbench(text: str) -> Reading:
    """RewardBench's rule: "[[A]]" anywhere makes it first; else "[[B]]" anywhere makes it second.

    Read in allenai/reward-bench, ``rewardbench/generative.py``, ``process_judgement``; Multimodal RewardBench has the
    same. Its fault: a text that quotes "[[A]]" on its way to "[[B]]" is first. What has neither gets half a point
    there and a coin in Multimodal RewardBench: that is a policy, so it is unparsed here.
    """
    held = _held(text, "[[A]]", "[[B]]")
    return held[0] if held else _nothing(text)


_ARM = compile_later(r"Answer\s*(\d+)\s*is\s*(?:the\s*)?(?:slightly\s*)?(?:better|preferred)", re.IGNORECASE)
_ARM_TAG = compile_later(r"<answer>\s*(\d+)\s*</answer>", re.IGNORECASE)


def arm_thinker_last(text: str) -> Reading:
    """ARM-Thinker's rule: the last "Answer N is better" or "preferred"; else the last ``<answer>N</answer>``.

    Read in InternLM/ARM-Thinker at 96b1baf, ``eval_utils/utils.py``, ``extract_choice_from_resp_pair_rm``. Its fault: a
    remark after the verdict is the verdict ("If …, Answer 1 is better"), and reasoning counts. None counts as wrong.
    """
    found = last_match(_ARM, text) or last_match(_ARM_TAG, text)
    if found is None:
        return _nothing(text)
    return _numbered(int(found[1]) if len(found[1]) <= _LONGEST_NUMBER else 0, found.span())


_LETTER = compile_later(r"\b([AB])\b")


def first_letter_default_first(text: str) -> Reading:
    """VL-Reward-Model's rule: the first A or B that is a word of the upper-cased text; else first.

    Read in Serenananah/VL-Reward-Model at ba8f3cb, ``scripts/internvl_reward.py``, ``parse_choice`` and its caller. Its
    faults: the article in "this is a triangle" is a vote for A, and what cannot be read is one too. (The same
    function of ``qwen2vl_reward.py`` also takes any text that begins with a B for B; none of its published outputs
    does.)
    """
    found = _LETTER.search(text.strip().upper())
    return Reading(Verdict.SECOND if found and found[1] == "B" else Verdict.FIRST)


RULES = (
    paper,
    unified_reward_substring,
    unified_reward_substring_old,
    r1_reward_default_second,
    vlmevalkit_first_of_two,
    lmms_eval,
    rewardbench,
    arm_thinker_last,
    first_letter_default_first,
)
