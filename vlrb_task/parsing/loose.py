"""Other people's rules, faults included, to reproduce what they published and to show what the difference is.

None of these is a default, and nothing here was copied: each is written anew from what the named script does. A
rule that falls back to one side does so here too, because that is what was published; the docstring says which.
"""

from __future__ import annotations

import re

from vlrb_task.parsing.normal import BLANK, failed
from vlrb_task.parsing.paper import LONGEST_NUMBER, paper
from vlrb_task.parsing.verdicts import Reading, Reason, Verdict, unparsed
from vlrb_task.support.patterns import compile_later


def _nothing(text: str) -> Reading:
    """Why a text has no verdict, for rules that never ask."""
    core = text.strip(BLANK)
    if not core:
        return unparsed(Reason.EMPTY)
    return unparsed(Reason.FAILED_REQUEST if failed(core) else Reason.NO_VERDICT)


def _span(text: str, phrase: str) -> tuple[int, int]:
    at = text.find(phrase)
    return at, at + len(phrase)


def unified_reward_substring(text: str) -> Reading:
    """UnifiedReward's rule: is "Answer 1 is better", or "Answer 2 is better", anywhere in the text, case and all?

    Read in CodeGoat24/UnifiedReward at ff6f520, ``benchmark_evaluation/*/test_*vlreward*.py`` (and the same line in the
    -Think scripts). Its fault: the script asks only whether the *right* phrase occurs, so a text with both phrases
    always counts as right, and "I do not think Answer 1 is better" counts for 1. Both phrases are contradictory here.
    """
    first, second = "Answer 1 is better" in text, "Answer 2 is better" in text
    if first and second:
        return unparsed(Reason.CONTRADICTORY)
    if first:
        return Reading(Verdict.FIRST, None, _span(text, "Answer 1 is better"))
    return Reading(Verdict.SECOND, None, _span(text, "Answer 2 is better")) if second else _nothing(text)


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
    first, second = "Answer 1" in place, "Answer 2" in place
    if first and second:
        return unparsed(Reason.CONTRADICTORY)
    if first or second:
        return Reading(Verdict.FIRST if first else Verdict.SECOND)
    return _nothing(text)


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
    low = text.lower()
    if "answer 1" in low:
        return Reading(Verdict.FIRST)
    return Reading(Verdict.SECOND) if "answer 2" in low else _nothing(text)


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
    if "[[A]]" in text:
        return Reading(Verdict.FIRST, None, _span(text, "[[A]]"))
    return Reading(Verdict.SECOND, None, _span(text, "[[B]]")) if "[[B]]" in text else _nothing(text)


_ARM = compile_later(r"Answer\s*(\d+)\s*is\s*(?:the\s*)?(?:slightly\s*)?(?:better|preferred)", re.IGNORECASE)
_ARM_TAG = compile_later(r"<answer>\s*(\d+)\s*</answer>", re.IGNORECASE)


def arm_thinker_last(text: str) -> Reading:
    """ARM-Thinker's rule: the last "Answer N is better" or "preferred"; else the last ``<answer>N</answer>``.

    Read in InternLM/ARM-Thinker at 96b1baf, ``eval_utils/utils.py``, ``extract_choice_from_resp_pair_rm``. Its fault: a
    remark after the verdict is the verdict ("If …, Answer 1 is better"), and reasoning counts. None counts as wrong.
    """
    found = None
    for pattern in (_ARM, _ARM_TAG):
        for match in pattern.finditer(text):
            found = match
        if found is not None:
            break
    if found is None:
        return _nothing(text)
    digits = found.group(1)
    number = int(digits) if len(digits) <= LONGEST_NUMBER else 0
    if number in (1, 2):
        return Reading(Verdict.FIRST if number == 1 else Verdict.SECOND, None, found.span())
    return unparsed(Reason.CONTRADICTORY, found.span())


_LETTER = compile_later(r"\b([AB])\b")


def first_letter_default_first(text: str) -> Reading:
    """VL-Reward-Model's rule: the first A or B that is a word of the upper-cased text; else first.

    Read in Serenananah/VL-Reward-Model at ba8f3cb, ``scripts/internvl_reward.py``, ``parse_choice`` and its caller. Its
    faults: the article in "this is a triangle" is a vote for A, and what cannot be read is one too. (The same
    function of ``qwen2vl_reward.py`` also takes any text that begins with a B for B; none of its published outputs
    does.)
    """
    upper = text.strip().upper()
    found = _LETTER.search(upper)
    if found:
        return Reading(Verdict.FIRST if found.group(1) == "A" else Verdict.SECOND)
    return Reading(Verdict.FIRST)
