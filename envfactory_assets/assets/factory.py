"""The resource every asset uses: what a run is configured to do, the warehouse, and where CPU-bound work runs.

No stage logic belongs here.
"""

import gc
import multiprocessing
import os
import threading
from concurrent.futures import Executor, ProcessPoolExecutor
from functools import cache
from multiprocessing.connection import wait
from typing import Any, Literal

import dagster as dg
from pydantic import Field, ValidationError

from envfactory_assets.records.profiles import first_flaw
from envfactory_assets.records.settings import EmbedderName, KindShares, ModelSettings, Settings, SettingsError
from envfactory_assets.warehouse import Home, Warehouse

_PRELOADED = ["envfactory_assets.training", "envfactory_assets.synthesis.seeding"]


class Factory(dg.ConfigurableResource[Any]):
    """Configuration of a run. Every field has a default, so the UI's launchpad may be left empty."""

    seed: int = Field(default=7, description="Seed of everything random.")
    environments: int = Field(default=Settings().environments, description="Most resources a domain that environments are made of.")
    trajectories: int = Field(default=100, description="Chains sampled a domain.")
    scenarios: int = Field(default=8, description="Scenarios an environment.")
    sampler: Literal["topology", "coverage", "random_walk"] = Field(
        default="topology",
        description="How chains are drafted: as people combine tools, along the edges used least, or at random as a baseline.",
    )
    profile: str = Field(default=Settings().profile, description="The shape of chains and conversations: a name of profiles.yaml.")
    joined_share: float = Field(default=0.1, description="Share of chains that lead through several environments.")
    embedder: EmbedderName = Field(
        default="wordllama", description="What tells which values of two services are near in meaning; minilm is an extra."
    )
    rl_share: float = Field(default=0.37, description="Share of conversations that become RL tasks.")
    kinds: dict[str, float] = Field(
        default=KindShares().model_dump(),
        description="Shares of the kinds of conversation; those left out are not made, and what is left is plain.",
    )
    refine_rl: bool = Field(default=True, description="Whether RL conversations are refined too.")
    author: Literal["rules", "model"] = Field(
        default="rules", description="Who writes requests; a model also proposes edges of the tool graph."
    )
    model_name: str = Field(default="", description="Model of the OpenAI-compatible endpoint, when the author is a model.")
    model_base_url: str | None = Field(default=None, description="Its address; the client's default when empty.")
    model_timeout: float = Field(default=30.0, description="Seconds to wait for an answer of it.")
    model_call_budget: int = Field(default=1000, description="Most calls a run may make.")

    @property
    def settings(self) -> Settings:
        """The configuration as the library knows it.

        Raises:
            SettingsError: a value is not one that a setting may have.
        """
        own = {name: getattr(self, name) for name in Settings.model_fields if name not in {"model", "kinds"}}
        try:
            model = ModelSettings(
                name=self.model_name, base_url=self.model_base_url, timeout_seconds=self.model_timeout, call_budget=self.model_call_budget
            )
            return Settings(**own, kinds=KindShares(**dict.fromkeys(KindShares.model_fields, 0.0) | self.kinds), model=model)
        except ValidationError as error:
            raise SettingsError(first_flaw(error)) from None

    @property
    def home(self) -> Home:
        """Where everything is written."""
        return Home.from_environment()

    @property
    def warehouse(self) -> Warehouse:
        """The warehouse of that home."""
        return Warehouse(self.home)

    @property
    def executor(self) -> Executor | None:
        """The pool for CPU-bound work: one a process, kept warm. None on a machine with a single core."""
        return _pool() if (os.cpu_count() or 1) > 1 else None


@cache
def _pool() -> Executor:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    return ProcessPoolExecutor(max_workers=os.cpu_count(), mp_context=context, initializer=_begin_work)


def renew_pool() -> None:
    """End the workers, and with them what they keep of a domain's environments; whoever computes next gets new ones."""
    if _pool.cache_info().currsize:
        _pool().shutdown()
        _pool.cache_clear()


def _begin_work() -> None:
    """Have a worker look for no garbage among what was loaded before."""
    gc.freeze()
    _end_with_parent()


def _end_with_parent() -> None:
    """Have a worker end when the run that uses it is gone, however it went; a killed run cannot tell it."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_exit_after, args=(parent.sentinel,), daemon=True).start()


def _exit_after(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
