"""Implementations of the public functions, by subject: each turns checked arguments into one request (docs/requests.md) and its
reply into a result. Importing this package registers them."""

from insitu._do import analyses, anova, export, info, model_file, predict, rows, session, spark  # noqa: F401
