"""Pictures of the tool graph: an interactive page a domain, a small image an environment. Only executed edges are drawn.

Modules:
    layout: where tools stand and along which curves edges run.
    drawing: a layout as SVG, and as a page that needs nothing but itself.
"""

from envfactory_assets.graph.pictures.drawing import graph_image, graph_page

__all__ = ["graph_image", "graph_page"]
