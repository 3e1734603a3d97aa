"""``python -m vlrb_task``: the command ``vlrb``."""

from vlrb_task.cli.main import main

if __name__ == "__main__":
    main()
