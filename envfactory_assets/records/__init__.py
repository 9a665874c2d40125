"""Pydantic models of every stored row, one module a stage: the only source of table schemas."""

from envfactory_assets.records.base import Json, Produced, Record, Row, Split, canonical_json, content_hash, derived_seed
from envfactory_assets.records.dialogue import (
    ArgumentOrigin,
    CalibratedTrajectory,
    CalibratedTurn,
    RawTrajectory,
    RawTurn,
    Span,
    TrajectoryStep,
    UserBrief,
)
from envfactory_assets.records.environments import (
    EffectSpec,
    EntitySpec,
    EnvironmentCandidate,
    EnvironmentSpec,
    FieldSpec,
    ParameterSpec,
    PromotedEnvironment,
    ReturnSpec,
    Scenario,
    ToolSpec,
)
from envfactory_assets.records.graph import Chain, ChainStep, Provider, ToolEdge, ToolNode
from envfactory_assets.records.resources import Rejection, Resource, ResourceInference, ResourceLedgerEntry, rejected
from envfactory_assets.records.training import FunctionCall, GoldCall, Message, Reward, RlTask, Rollout, SftConversation, ToolCall
from envfactory_assets.records.verification import Finding, Grade, VerificationReport

TABLES: dict[str, type[Row]] = {
    record.table: record
    for record in (
        Resource,
        ResourceLedgerEntry,
        EnvironmentCandidate,
        Finding,
        VerificationReport,
        PromotedEnvironment,
        Scenario,
        ToolNode,
        ToolEdge,
        Chain,
        RawTrajectory,
        TrajectoryStep,
        CalibratedTrajectory,
        SftConversation,
        RlTask,
        Rollout,
        Rejection,
    )
}
"""Every stored table, in the order the stages make them."""

__all__ = [
    "TABLES",
    "ArgumentOrigin",
    "CalibratedTrajectory",
    "CalibratedTurn",
    "Chain",
    "ChainStep",
    "EffectSpec",
    "EntitySpec",
    "EnvironmentCandidate",
    "EnvironmentSpec",
    "FieldSpec",
    "Finding",
    "FunctionCall",
    "GoldCall",
    "Grade",
    "Json",
    "Message",
    "ParameterSpec",
    "Produced",
    "PromotedEnvironment",
    "Provider",
    "RawTrajectory",
    "RawTurn",
    "Record",
    "Rejection",
    "Resource",
    "ResourceInference",
    "ResourceLedgerEntry",
    "ReturnSpec",
    "Reward",
    "RlTask",
    "Rollout",
    "Row",
    "Scenario",
    "SftConversation",
    "Span",
    "Split",
    "ToolCall",
    "ToolEdge",
    "ToolNode",
    "ToolSpec",
    "TrajectoryStep",
    "UserBrief",
    "VerificationReport",
    "canonical_json",
    "content_hash",
    "derived_seed",
    "rejected",
]
