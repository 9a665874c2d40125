"""Conversations: chains executed and cut into turns, requests written and refined, solvability proved.

Modules:
    planning, binding, supplying, choosing, asking, values, titles, execution: a chain becomes an executed conversation.
    unasked: which of its steps nobody could ask for. askable: chains that hold enough of what somebody could.
    calls: those made so far. explicit: its requests, spelled out.
    services, paths: the environments of one conversation, and values in the results of their tools.
    relations: which records stand for others in talk.
    forms: the logical form of a turn. refinement, reference, occurring, observing: what may be left unsaid, and how a record is described.
    persona, thread: who asks and why now, and how a turn takes up the one before.
    requests, deeds, nouns, arguments, saying, phrases, wording, lexicon, english, fields: putting a form into words.
    sense, sayable: forms that nobody would wish for, or that no words fit. fluency, screening, skeletons, literal: judging the words.
    kinds: conversations beyond the plain one. shortening: the beginning of one whose end cannot be written.
    calibration, writing, model: the natural requests, by rules or by a model. replies, facts, brief: the assistant's and the user's side.
    proof: the independent solvability checker, which shares no code with the rest. version: of the generator.
"""

from envfactory_assets.dialogue.askable import askable_chains, askable_joined, unsaid_of
from envfactory_assets.dialogue.calibration import calibrate
from envfactory_assets.dialogue.execution import execute_chain
from envfactory_assets.dialogue.literal import literal_in_text, literal_in_turn, literal_share
from envfactory_assets.dialogue.model import ModelWriter, calibrate_with_model
from envfactory_assets.dialogue.proof import prove
from envfactory_assets.dialogue.skeletons import bare_skeleton, skeleton
from envfactory_assets.dialogue.version import generator_version
from envfactory_assets.dialogue.writing import RequestWriter, Rewritten, TurnContext

__all__ = [
    "ModelWriter",
    "RequestWriter",
    "Rewritten",
    "TurnContext",
    "askable_chains",
    "askable_joined",
    "bare_skeleton",
    "calibrate",
    "calibrate_with_model",
    "execute_chain",
    "generator_version",
    "literal_in_text",
    "literal_in_turn",
    "literal_share",
    "prove",
    "skeleton",
    "unsaid_of",
]
