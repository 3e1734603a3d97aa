"""vlrb: VL-RewardBench for judges and reward models, inside lmms-eval and VLMEvalKit."""

from vlrb_task.support.version import __version__ as __version__
