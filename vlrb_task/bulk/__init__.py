"""Scoring logs that do not fit into memory as objects: columns of numbers in place of votes, the same results.

:mod:`~vlrb_task.bulk.reading` turns lines into columns, several processes at once; :mod:`~vlrb_task.bulk.columns` puts
them together, drops duplicates and counts; :mod:`~vlrb_task.bulk.scoring` makes of the counts the score that
:func:`vlrb_task.scores.score.score_run` makes of votes, to the last digit.
"""
