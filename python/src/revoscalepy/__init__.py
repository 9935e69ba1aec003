"""The names of revoscalepy on the Insitu engine, so that scripts with ``import revoscalepy`` run unchanged."""

from insitu import *  # noqa: F401,F403
from insitu import __all__, __version__  # noqa: F401
