"""What is told of votes that were set aside, or not taken as they stood: the same words however a log is read."""

from __future__ import annotations

UNLABELLED = "votes without a label (give the pairs with --pairs)"
UNSCORED = "votes about pairs of which no answer is better (vlrb bon score reads them)"
UNKNOWN_PAIR = "votes for pairs that the given pairs lack"
SHARED_ID = "votes without a key whose id stands more than once among the pairs"
OTHER_LABEL = "votes logged with the other label than the given pairs' (theirs is used)"
DISPUTED = "votes about pairs that the log labels in two ways were set aside (the pairs tell: --pairs)"
OTHER_KIND = "votes are of another kind (about one answer, or both) than the parser reads, and were set aside"
TWICE = "votes that stand twice, the same (counted once)"
CONFLICT = "votes with the number of another that says otherwise (one of them is kept)"
ASKED_AGAIN = "requests that failed and were asked again (the answer counts)"
HALF = "pointwise votes that rate one of the two answers only"


def no_judge(judge: str) -> str:
    """Votes that name no judge, and which one they are taken to be of."""
    return f"votes that name no judge, read as {judge!r}"


def other_revision(logged: object, revision: str) -> str:
    """The log is about another set of pairs than the one that labels come from."""
    return f"revision {logged} in the log, scored with the labels of {revision}"
