"""Implementations of the public functions, by subject: each turns checked arguments into one request (docs/requests.md) and its
reply into a result. Importing this package registers them."""

from insitu._do import (  # noqa: F401
    analyses,
    anova,
    covariance,
    databases,
    evaluation,
    export,
    groups,
    groups_elsewhere,
    hadoop,
    info,
    jobs,
    model_file,
    moments,
    nodes,
    pictures,
    predict,
    publish,
    rows,
    session,
    spark,
    step,
)
