"""What a task is: a judge, a schedule and pairs; shipped ones, and those that ``vlrb task`` wrote."""
