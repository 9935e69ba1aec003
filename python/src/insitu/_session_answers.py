"""What the far end of a remote session answers: documents whose fields are known, checked before anything looks at them."""

import json

from insitu.errors import WorkerError

_NAMES = {"names": [str]}
_LEFT = {"left": [str]}

#: The fields of the answer of each call, by their types: [type] is a list of it, a dict a document, a tuple one of several. Those of a
#: call that was interrupted may be missing, of others not.
ANSWERS = {
    "fail": {"message": str},
    "execute": {"interrupted": bool, "changed_files": [str], "plots": [str], "warnings": [{"message": str, "kind": str}],
                "error": ({"message": str, "kind": str, "where": str, "traceback": str}, None)},
    "workspace": _NAMES, "list_files": _NAMES, "get_objects": _LEFT, "create_snapshot": {"id": str, **_LEFT}, "load_snapshot": _LEFT,
    "list_snapshots": {"ids": [str], **_NAMES}, "inventory": {"version": str, "platform": str, "packages": {str: str}},
}


def document_of(text):
    """The document of a frame, {} for what is none."""
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def checked_answer(call, text, name):
    """The document of an answer. Raises WorkerError for what is none; ``name`` is what the session is called."""
    answer = document_of(text)
    if answer.get("interrupted") is True and call != "fail":
        if call != "execute":
            return answer
        answer = {"changed_files": [], "plots": [], "warnings": [], "error": None, **answer}
    for field, kind in ANSWERS.get(call, {}).items():
        if field not in answer or not _is(answer[field], kind):
            raise WorkerError(f"the remote session on {name} has sent what is no answer to {call}: {field} is missing or wrong")
    if call == "list_snapshots" and len(answer["ids"]) != len(answer["names"]):
        raise WorkerError(f"the remote session on {name} has sent what is no answer to {call}: ids and names are not of one length")
    return answer


def _is(value, kind):
    if isinstance(kind, tuple):
        return any(_is(value, each) for each in kind)
    if kind is None:
        return value is None
    if isinstance(kind, list):
        return isinstance(value, list) and all(_is(each, kind[0]) for each in value)
    if isinstance(kind, dict):
        if str in kind:
            return isinstance(value, dict) and all(_is(each, kind[str]) for each in value.values())
        return isinstance(value, dict) and all(field in value and _is(value[field], each) for field, each in kind.items())
    return isinstance(value, kind)
