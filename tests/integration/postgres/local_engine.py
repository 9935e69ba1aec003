"""The engine of this build through its C interface: what a request gives without a database."""

import ctypes
import json
import math

import pyarrow as pa

from conftest import BUILD

engine = ctypes.CDLL(str(BUILD / "libinsitu.so"))
engine.insitu_request_new.restype = engine.insitu_run.restype = ctypes.c_void_p
engine.insitu_reply_whole.restype = engine.insitu_last_error.restype = engine.insitu_build.restype = ctypes.c_char_p


def build():
    return engine.insitu_build().decode()


def fit(document, table):
    """The whole reply of a request over a table of Arrow."""
    stream = (ctypes.c_byte * 64)()  # of the caller, moved from in the call
    table.to_reader()._export_to_c(ctypes.addressof(stream))
    request = ctypes.c_void_p(engine.insitu_request_new(json.dumps({**document, "data": {"type": "frame", "stream": 0}}).encode()))
    assert engine.insitu_request_add_stream(request, stream) == 0, engine.insitu_last_error()
    reply = ctypes.c_void_p(engine.insitu_run(request, None))
    assert reply.value, engine.insitu_last_error().decode()
    found = json.loads(engine.insitu_reply_whole(reply))
    engine.insitu_reply_free(reply)
    engine.insitu_request_free(request)
    return found


def table_of(columns, levels):
    """Lists by name; texts with declared levels are factors of them."""
    arrays = {}
    for name, values in columns.items():
        if name in levels:
            codes = pa.array([None if each is None else levels[name].index(each) for each in values], pa.int32())
            arrays[name] = pa.DictionaryArray.from_arrays(codes, pa.array(levels[name]))
        else:
            arrays[name] = pa.array(values)
    return pa.table(arrays)


def differences(one, other, at="", relative=0.0):
    """Where two replies differ: paths and both values. `relative` 0: to the bit."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted(one.keys() | other.keys()):
            yield from differences(one.get(key, "nothing"), other.get(key, "nothing"), f"{at}.{key}", relative)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for i, (a, b) in enumerate(zip(one, other)):
            yield from differences(a, b, f"{at}[{i}]", relative)
    elif isinstance(one, float) or isinstance(other, float):
        numbers = [each for each in (one, other) if isinstance(each, (int, float)) and not isinstance(each, bool)]
        near = len(numbers) == 2 and (one == other or (relative > 0 and math.isclose(*numbers, rel_tol=relative, abs_tol=relative)))
        if not near:
            yield at, one, other
    elif one != other:
        yield at, one, other
