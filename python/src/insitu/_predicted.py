"""What ``predict`` of results shares: rows in memory, whatever the data are."""

from __future__ import annotations

import os
import tempfile
from typing import Any

from insitu import _calls, _jobs
from insitu.sources import RxDataSource, RxXdfData


def predicted(model: Any, data: Any, **settings: Any) -> Any:
    """rx_predict's rows in memory; files of ``data`` stay as they are."""
    if not isinstance(data, (str, os.PathLike, RxDataSource)):
        with _jobs.waiting():
            return _calls.call("rx_predict", model_object=model, data=data, **{"report_progress": 0, **settings})
    with _jobs.waiting(), tempfile.TemporaryDirectory(prefix="insitu-") as folder:
        written = _calls.call("rx_predict", model_object=model, data=data,
                              **{"report_progress": 0, "output_data": RxXdfData(os.path.join(folder, "predicted.xdf")), **settings})
        return _calls.call("rx_data_step", input_data=written, max_rows_by_cols=2**62, report_progress=0)
