"""Implementations of the public functions, by subject: each turns checked arguments into one request (docs/requests.md) and its
reply into a result. Importing this package registers them."""

from insitu._do import analyses, evaluation, info, model_file, moments, predict, rows, session, spark, step  # noqa: F401
