"""What a reader of a run's numbers must know of its votes: each finding in one wording, however the log was read."""

from __future__ import annotations

UNLABELLED = "votes without a label, dropped (give the pairs with --pairs)"
UNSCORED = "votes about pairs of which no answer is better, not scored here (vlrb bon score reads them)"
UNKNOWN_PAIR = "votes for pairs that the given pairs lack, dropped"
SHARED_ID = "votes without a key whose id occurs more than once among the pairs, dropped"
OTHER_LABEL = "votes logged with a label that differs from the given pairs' (the label of the given pairs is used)"
DISPUTED = "votes about pairs that the log labels in two ways, dropped (--pairs decides which label is right)"
OTHER_KIND = "votes of another kind (about one answer, or both) than the parser reads, dropped"
DUPLICATE = "duplicate votes, counted once"
CONFLICT = "votes that conflict with another vote on the same ballot; one of them is kept, drawn by a hash"
ASKED_AGAIN = "requests that failed and were asked again (the answer counts)"
REPLACED = "votes that were asked again; the new ones count"
HALF = "pointwise votes that rate one of the two answers only, dropped"
NOT_A_VOTE = "lines that are not votes, dropped"
HALF_WRITTEN = "half-written last line, dropped"
NOT_AN_OBJECT = "lines that are not JSON objects, dropped"
REPLACED_BYTES = "lines with bytes that are not UTF-8, shown as U+FFFD"
NO_JUDGE = "votes that name no judge, read as {judge!r}"
OTHER_REVISION = "revision {logged} in the log, scored with the labels of {given}"
ADDED_PROMPT = "the model's {name} was sent beside the judge's prompt: the votes are not this judge's alone"
REVERSED_PAIRS = (
    "{votes} of {of} votes are about pairs whose two responses stand the other way round in --pairs than when the judge "
    "was asked (their hashes say so, or their numbers of words): give the pairs as they were then, or leave out --pairs"
)
FAILED_REQUESTS = "requests failed: they are counted as unparsed"


def copied_votes(compared: int, copied: int) -> str | None:
    """A warning where votes that should differ by sampling are copies of each other, else None.

    Args:
        compared: pairs and orders that were asked more than once.
        copied: those of them with one distinct text.
    """
    if not copied or copied < 0.9 * compared:
        return None
    return (
        f"the votes are copies: in {copied} of {compared} pairs and orders that were asked more than once, every text is "
        "the same (temperature 0, or a server that ignores it?), so more votes add nothing to one"
    )


OTHER_PROMPT = "votes answer a prompt other than the judge's, which was allowed (VLRB_ALLOW_OTHER_PROMPTS)"
NO_IMAGES = "no pictures were sent, as --no-images (VLRB_NO_IMAGES) says is meant"


THOUGHT_RESTORED = (
    "texts whose reasoning lmms-eval removed (reasoning_tags) are read whole: its log also has the original"
)
NO_THOUGHT = (
    "no text has the thought between tags that the judge's prompt asks for: a framework may have removed it, and with it the "
    "verdict (docs/fidelity.md: what each framework does to a text)"
)
UNKNOWN_PROMPT = (
    "votes do not say which messages were sent, and VLMEvalKit asks models that have prompts of their own (InternVL, Qwen2-VL "
    "and others) with those: theirs answer the question and are not judgements"
)


def counted(why: str, count: int, example: str = "") -> str:
    """A finding with its number and where it was met first."""
    return f"{count} {why}{f', the first at {example}' if example else ''}"
