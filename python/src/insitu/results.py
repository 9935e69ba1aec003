"""What analyses return: fields by the names of RevoScaleR (``fit["coef.std.error"]``) and as attributes
(``fit.coef_std_error``), the printed layout of the engine, data frames and HTML."""

import html

import numpy as np

from insitu._requests import numbers


def _attribute(name):
    return name.replace(".", "_")


def _data_frame(columns, index=None):
    try:
        import pandas
    except ImportError:
        import pyarrow

        return pyarrow.table(columns)
    return pandas.DataFrame(columns, index=index)


def _shown(table):
    """A table in full, its columns wrapped at 80 characters."""
    return table.to_string(line_width=80) if hasattr(table, "to_string") and hasattr(table, "iloc") else str(table)


class Result:
    """Base of results: a read-only mapping with attributes and the printed layouts of the engine."""

    def __init__(self, reply, call=None):
        self._printed = reply.pop("printed", None)
        self._fields = reply
        self.call = call

    def __getitem__(self, name):
        try:
            return self._fields[name]
        except KeyError:
            raise KeyError(f"{type(self).__name__} has no field {name!r}; fields: {', '.join(self._fields)}") from None

    def __getattr__(self, name):
        if name.startswith("__") or name == "_fields":
            raise AttributeError(name)
        for key, value in self._fields.items():
            if _attribute(key) == name:
                return value
        raise AttributeError(f"{type(self).__name__} has no field {name!r}; fields: {', '.join(map(_attribute, self._fields))}")

    def __dir__(self):
        return sorted({*super().__dir__(), *map(_attribute, self._fields)})

    def keys(self):
        return self._fields.keys()

    def items(self):
        return self._fields.items()

    def values(self):
        return self._fields.values()

    def get(self, name, default=None):
        """A field, or ``default`` where there is none of that name."""
        return self._fields.get(name, default)

    def __contains__(self, name):
        return name in self._fields

    def __iter__(self):
        return iter(self._fields)

    def __len__(self):
        return len(self._fields)

    def text(self, layout="print"):
        """The printed form: ``"print"`` or, where there is one, ``"summary"``."""
        if isinstance(self._printed, dict):
            return self._printed.get(layout) or self._printed.get("print") or ""
        return self._printed or ""

    def __repr__(self):
        return self.text("print").rstrip("\n") or object.__repr__(self)

    def to_frame(self):
        """The main table as a data frame."""
        raise NotImplementedError

    def _repr_html_(self):
        table = self.to_frame()
        body = table._repr_html_() if hasattr(table, "_repr_html_") else f"<pre>{html.escape(str(table))}</pre>"
        return f"<p>{html.escape(self._title())}</p>{body}"

    def _title(self):
        return f"{self._fields.get('class', type(self).__name__)}: {self._fields.get('formula', '')}"


class Printed:
    """Text that shows itself: the value of ``summary()``."""

    def __init__(self, text):
        self._text = text

    def __repr__(self):
        return self._text.rstrip("\n")

    __str__ = __repr__


class RxLinModResults(Result):
    """A linear model. ``coefficients``, ``coef_std_error``, ``coef_t_value``, ``coef_p_value``: shape (p,) for one response,
    (p, N) for N; NaN for dropped columns. ``coefficient_names`` are their labels."""

    _PER_COEFFICIENT = ("coefficients", "coef.std.error", "coef.t.value", "coef.p.value")

    def __init__(self, reply, call=None):
        super().__init__(reply, call)
        p, responses = len(reply["coefficientNames"]), len(reply["y.names"])
        for key in self._PER_COEFFICIENT:
            if key in reply:
                values = numbers(reply[key])
                if values.size == p * responses:
                    values = values.reshape((p, responses), order="F")
                reply[key] = values[:, 0] if responses == 1 else values
        for key in ("residual.squares", "total.squares", "y.var", "sigma", "residual.variance", "r.squared", "adj.r.squared",
                    "f.pvalue", "deviance"):
            if key in reply:
                values = numbers(reply[key]).reshape(-1)
                reply[key] = float(values[0]) if responses == 1 and values.size == 1 else values
        for key in ("covCoef", "covData"):
            if reply.get(key) is not None:
                reply[key] = numbers(reply[key])

    @property
    def coefficient_names(self):
        return list(self._fields["coefficientNames"])

    @property
    def standard_errors(self):
        return self._fields["coef.std.error"]

    def coef(self):
        """Coefficients by label; NaN where dropped."""
        values = self._fields["coefficients"]
        if values.ndim == 1:
            return dict(zip(self.coefficient_names, values.tolist()))
        return _data_frame({y: values[:, i] for i, y in enumerate(self._fields["y.names"])}, self.coefficient_names)

    def vcov(self):
        """Covariance matrix of the coefficients; fit with ``cov_coef=True``."""
        from insitu.errors import InvalidArgument

        if self._fields.get("covCoef") is None:
            raise InvalidArgument("the model holds no covariance matrix: fit it with cov_coef=True")
        return self._fields["covCoef"]

    def residuals(self, data):
        """Residuals for the rows of ``data`` (a large data set is not kept by a model), shape (rows,)."""
        from insitu.generated import rx_predict

        found = rx_predict(self, data=data, compute_residuals=True, report_progress=0)
        return np.asarray(found[found.columns[-1]], dtype=float)

    def summary(self):
        """The table of coefficients with standard errors, t and p values."""
        return Printed(self.text("summary"))

    def to_frame(self, response=0):
        """Estimate, Std. Error, t value, Pr(>|t|) by coefficient."""
        def column(key):
            values = self._fields[key]
            return values if values.ndim == 1 else values[:, response]

        heads = ("Estimate", "Std. Error", "t value", "Pr(>|t|)")
        return _data_frame({h: column(k) for h, k in zip(heads, self._PER_COEFFICIENT)}, self.coefficient_names)


class RxSummaryResults(Result):
    """Summary statistics: ``summary_data_frame`` (one row a numeric term), ``categorical`` (a list of data frames)."""

    _STATISTICS = ("Mean", "Means", "StdDev", "Min", "Max", "Sum", "ValidObs", "MissingObs", "SumOfWeights", "MissingWeights",
                   "Counts")

    def __init__(self, reply, call=None, formula=None):
        super().__init__(reply, call)
        self._formula = formula or reply.get("formula", "")
        table = self._ordered(reply.get("sDataFrame") or {}, ["Name"])
        reply["sDataFrame"] = _data_frame({k: v if k == "Name" else numbers(v) for k, v in table.items()})
        entries = reply.get("categorical") or []
        self._headings = [(e.get("statistic"), (e.get("variables") or [e.get("term")])[0]) for e in entries]
        reply["categorical"] = [self._entry(e) for e in entries]

    @classmethod
    def _ordered(cls, columns, labels):
        """Columns in the order of printing: labels, other columns, then the statistics."""
        statistics = [s for s in cls._STATISTICS if s in columns]
        first = [label for label in labels if label in columns]
        return {k: columns[k] for k in [*first, *(k for k in columns if k not in first and k not in statistics), *statistics]}

    @classmethod
    def _entry(cls, entry):
        labels = set(entry["levels"]) | {"Category"}
        columns = cls._ordered(entry["columns"], ["Category", *(entry.get("variables") or [])])
        return _data_frame({k: v if k in labels else numbers(v) for k, v in columns.items()})

    def text(self, layout="print"):
        """Title, numbers of observations, then the tables as data frames print."""
        lines = [f"Summary Statistics Results for: {self._formula}",
                 f"Number of valid observations: {float(self['nobs.valid'])}",
                 f"Number of missing observations: {float(self['nobs.missing'])}"]
        terms = self["sDataFrame"]
        if len(terms):
            lines += ["", _shown(terms)]
        for (statistic, variable), table in zip(self._headings, self["categorical"]):
            title = "Statistics by category" if statistic == "stats" else f"Category Counts for {variable}"
            lines += ["", f"{title} ({len(table)} categories)", "", _shown(table)]
        return "\n".join(lines) + "\n"

    @property
    def summary_data_frame(self):
        return self._fields["sDataFrame"]

    def summary(self):
        return Printed(self.text("summary"))

    def to_frame(self):
        return self._fields["sDataFrame"]


class GetVarInfoResults(dict):
    """What is known of each variable, by name: ``info["x"]["low"]``, ``info["f"]["levels"]``; values may be changed and given
    to ``rx_set_var_info``."""

    def __init__(self, entries, printed=""):
        super().__init__()
        for position, entry in enumerate(entries, 1):
            entry = dict(entry)
            entry.setdefault("position", position)
            self[entry.pop("name")] = entry
        self._printed = printed

    def __repr__(self):
        return self._printed.rstrip("\n") or super().__repr__()


class GetInfoResults(Result):
    """What is known of a data source: ``numRows``, ``numVars``, ``numBlocks``, ``varInfo``, ``data`` ..."""

    def __init__(self, reply):
        super().__init__(reply)
        if "varInfo" in reply:
            reply["varInfo"] = GetVarInfoResults(reply["varInfo"])

    @property
    def var_info(self):
        return self._fields.get("varInfo")

    def to_frame(self):
        entries = self._fields.get("varInfo") or {}
        return _data_frame({"variable": list(entries), "type": [e.get("varType") for e in entries.values()],
                            "low": [e.get("low") for e in entries.values()], "high": [e.get("high") for e in entries.values()]})
