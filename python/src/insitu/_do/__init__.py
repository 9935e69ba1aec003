"""Implementations of the public functions, by subject: each turns checked arguments into one request (docs/requests.md) and its
reply into a result. Importing this package registers them."""

from insitu._do import (  # noqa: F401
    analyses,
    anova,
    evaluation,
    export,
    groups,
    info,
    model_file,
    moments,
    predict,
    rows,
    session,
    spark,
    step,
)
