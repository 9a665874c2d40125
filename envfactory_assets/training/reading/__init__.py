"""Conversations for people to look at.

Modules:
    telling: results, state changes and the origins of arguments in a few words.
    page: a self-contained page of a domain's conversations.
    plot: how much of their arguments requests say, and how conversations compare with those of people.
"""

from envfactory_assets.training.reading.page import Shown, conversations_page
from envfactory_assets.training.reading.plot import comparison_plot
from envfactory_assets.training.reading.telling import change_lines, compact, cut, origin_words, pieces, shortened

__all__ = ["Shown", "change_lines", "compact", "comparison_plot", "conversations_page", "cut", "origin_words", "pieces", "shortened"]
