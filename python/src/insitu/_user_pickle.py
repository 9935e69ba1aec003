"""Bytes of objects of the user: cloudpickle, which takes functions and classes of a script along, and what it does not do.

cloudpickle 3 rebuilds a class without its ``__slots__``: instances have a ``__dict__`` elsewhere, and cannot come back.
"""

import functools
import io
import pickle


@functools.cache
def _pickler():
    import cloudpickle

    class Pickler(cloudpickle.CloudPickler):
        def reducer_override(self, value):
            reduced = super().reducer_override(value)
            if not (isinstance(value, type) and "__slots__" in value.__dict__ and isinstance(reduced, tuple)):
                return reduced
            make, arguments = reduced[:2]
            if make.__name__ != "_make_skeleton_class" or not isinstance(arguments[3], dict):
                return reduced
            space = {"__slots__": value.__slots__, **arguments[3]}
            return (make, (*arguments[:3], space, *arguments[4:]), *reduced[2:])

    return Pickler


def dumps(value, protocol=pickle.HIGHEST_PROTOCOL, buffer_callback=None):
    """Raises ImportError without cloudpickle."""
    file = io.BytesIO()
    _pickler()(file, protocol=protocol, buffer_callback=buffer_callback).dump(value)
    return file.getvalue()
