"""Serving an environment over MCP: every session is an isolated episode.

``stdio`` and ``http`` load the protocol's library; import them where serving begins.
"""

from envfactory_assets.environments.serving.service import Service, Session

__all__ = ["Service", "Session"]
