"""Reads what it is told, line by line, in a process of its own: {"kind", "path"} in, {"ok"} or {"error", "raw"} out."""

import json
import resource
import sys

import insitu as rx
from insitu._requests import Builder

resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
rx.RxOptions.set_option("reportProgress", 0)
rx.RxOptions.set_option("memoryLimit", "1GB")


def attacked(kind, path, data):
    if kind == "model":
        with open(path) as f:
            request = Builder("predict", model=f.read(), reportProgress=0)
        request.context(None)
        request.document["data"] = request.source(rx.RxXdfData(data))
        request.document["outData"] = {"type": "RxXdfData", "file": data + ".out.xdf"}
        request.document["overwrite"] = True
        return request.run()
    if kind in ("text", "gzip"):
        source = rx.RxTextData(path)
    elif kind in ("parquet", "orc"):
        source = (rx.RxParquetData if kind == "parquet" else rx.RxOrcData)(path)
    else:
        source = rx.RxXdfData(path)
    rx.rx_get_info(source, get_var_info=True, num_rows=3)
    return rx.rx_data_step(source)


for line in sys.stdin:
    order = json.loads(line)
    try:
        attacked(order["kind"], order["path"], order.get("data"))
        answer = {"ok": True}
    except rx.InsituError as error:
        answer = {"error": str(error)[:300]}
    except MemoryError:
        answer = {"error": "MemoryError"}
    except Exception as error:  # whatever else comes is what we look for
        answer = {"error": f"{type(error).__name__}: {error}"[:300], "raw": True}
    answer["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps(answer), flush=True)
