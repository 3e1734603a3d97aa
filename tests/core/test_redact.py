"""No key or token of a run's settings is repeated."""

from __future__ import annotations

import json
from pathlib import Path

from tests.core.test_printing import vote
from vlrb_task.export import FORMATS
from vlrb_task.scores.score import score_run
from vlrb_task.support.redact import without_secrets
from vlrb_task.votes import read_runs

SECRETS = {
    "api_key": "s3cret",
    "hf_token": "s3cret",
    "OPENAI_API_KEY": "s3cret",
    "password": "s3cret",
    "extra_headers": {"Authorization": "s3cret", "x": 1},
}
SETTINGS = {"temperature": 0.2, "max_new_tokens": 512, "pad_token_id": 0, "tokenizer": "t", "top_p": None}


def test_settings_keep_what_is_no_secret() -> None:
    assert without_secrets(SECRETS | SETTINGS) == {"extra_headers": {"x": 1}} | SETTINGS


def test_the_results_file_s_secrets_reach_no_result(tmp_path: Path) -> None:
    log = tmp_path / "model" / "20260101_000000_samples_vlrb.jsonl"
    log.parent.mkdir()
    log.write_text("".join(json.dumps({"doc_id": n, "vlrb_vote": vote(n)}) + "\n" for n in range(4)))
    config = {"config": {"gen_kwargs": SECRETS}, "configs": {"vlrb": {"generation_kwargs": SECRETS | SETTINGS}}}
    log.with_name("20260101_000000_results.json").write_text(json.dumps(config))
    score = score_run(read_runs([log])[0])
    assert score.run.metadata["generation"]["max_new_tokens"] == 512
    assert "s3cret" not in json.dumps(score.to_dict())
    assert "s3cret" not in FORMATS["protocol"](["m"], [score])
