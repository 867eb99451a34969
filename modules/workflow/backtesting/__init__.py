"""Trying a version on what really happened: replayed in transactions that are rolled back, so that nothing stays."""

from modules.workflow.backtesting.candidates import with_guard
from modules.workflow.backtesting.jobs import KIND, Summary, start_backtest, summary_of
from modules.workflow.backtesting.replaying import Replay, replay
from modules.workflow.backtesting.stories import Deed, Story, story_of
from modules.workflow.backtesting.verdicts import Verdict, try_on

__all__ = [
    "KIND",
    "Deed",
    "Replay",
    "Story",
    "Summary",
    "Verdict",
    "replay",
    "start_backtest",
    "story_of",
    "summary_of",
    "try_on",
    "with_guard",
]
