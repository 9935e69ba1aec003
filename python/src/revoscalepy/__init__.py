"""The names of revoscalepy on the Insitu engine, so that scripts with ``import revoscalepy`` run unchanged.

As there, missing whole numbers in frames, and in those that transform functions see, are the smallest value of their type
(``RxMissingValues``); ``import insitu`` gives them as missing.
"""

import functools as _functools

import insitu as _insitu
from insitu import *  # noqa: F401,F403
from insitu import __all__, __version__  # noqa: F401
from insitu._frames_out import sentinels as _sentinels


def _of_old(function):
    @_functools.wraps(function)
    def call(*args, **kwargs):
        with _sentinels():
            return function(*args, **kwargs)

    return call


globals().update({name: _of_old(getattr(_insitu, name)) for name in __all__ if name.startswith("rx_")
                  and not name.startswith("rx_set_temp")})
