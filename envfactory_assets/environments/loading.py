"""Turning an environment module's source into its class. What the code may do is the sandbox's concern, not this module's."""

import ast
import linecache
import sys
from functools import lru_cache
from hashlib import sha256
from inspect import cleandoc
from types import ModuleType

from envfactory_assets.environments.environment import Environment
from envfactory_assets.environments.errors import ModuleError
from envfactory_assets.environments.subjects import check_tools


def load_environment(source_code: str, env_id: str) -> type[Environment]:
    """The environment class of a module; the same code gives the same class.

    The module runs in this process, and nothing here holds it back. Callers give it what the rules wrote, what a person put into the
    folder of environments by hand, or what the static gate let through; other candidates are seeded and verified in the sandbox first.

    Raises:
        ModuleError: the module does not load or does not define exactly one environment; one line says why.
    """
    return _loaded(source_code, env_id)


@lru_cache(maxsize=512)
def _loaded(source_code: str, env_id: str) -> type[Environment]:
    mark = sha256(f"{env_id}/{source_code}".encode(errors="surrogatepass")).hexdigest()[:16]
    name, filename = f"envfactory_environment_{mark}", f"<{env_id} {mark}>"
    try:
        tree = ast.parse(source_code, filename)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        said = getattr(error, "msg", str(error) or "it nests too deeply to be read")
        raise ModuleError(f"{env_id}: line {getattr(error, 'lineno', 0)}: {said}.") from None
    module = ModuleType(name)
    module.__file__ = filename
    linecache.cache[filename] = (len(source_code), None, source_code.splitlines(keepends=True), filename)
    sys.modules[name] = module
    try:
        exec(compile(tree, filename, "exec", dont_inherit=True), module.__dict__)  # noqa: S102 - on what, load_environment says
        return _only_environment(module, env_id)
    except ModuleError:
        raise
    except (Exception, SystemExit) as error:
        said = " ".join(str(error).split())
        raise ModuleError(f"{env_id}: {_line(error, filename)}{type(error).__name__}: {said}") from error
    finally:
        del sys.modules[name]


def _only_environment(module: ModuleType, env_id: str) -> type[Environment]:
    defined = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Environment) and value.__module__ == module.__name__
    ]
    leaves = [cls for cls in defined if not any(cls in other.__mro__[1:] for other in defined)]
    if len(leaves) != 1:
        raise ModuleError(f"{env_id}: the module defines {len(leaves)} environments; it needs exactly one class derived from Environment.")
    if not leaves[0].plan.tools:
        raise ModuleError(f"{env_id}: {leaves[0].__name__} has no tools.")
    check_tools(leaves[0].plan)
    leaves[0].plan.about = cleandoc(module.__doc__ or "")
    return leaves[0]


def _line(error: BaseException, filename: str) -> str:
    frame, line = error.__traceback__, 0
    while frame is not None:
        if frame.tb_frame.f_code.co_filename == filename:
            line = frame.tb_lineno
        frame = frame.tb_next
    return f"line {line}: " if line else ""
