"""The names of revoscalepy on the Insitu engine, so that scripts with ``import revoscalepy`` run unchanged.

As there, missing whole numbers in frames, and in those that transform functions see, are the smallest value of their type
(``RxMissingValues``): importing this package sets the option missingIntegers to "sentinel" for the session.
"""

from insitu import *  # noqa: F403
from insitu import RxOptions as _RxOptions
from insitu import __all__, __version__  # noqa: F401
from insitu._not_available import attribute_of as _attribute_of

_RxOptions.set_option("missingIntegers", "sentinel")

__getattr__ = _attribute_of(__name__)
