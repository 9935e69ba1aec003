"""Computing in a session of PySpark: the engine's gateway is loaded into the JVM that the session already has.

An active session is taken as it is, whether it started with the engine's jar or not; without one a session is started from
Python, with the settings of the compute context, because a JVM that PySpark did not start has no door for it.
"""

import os
import shlex

from insitu._requests import Builder
from insitu.errors import Unsupported, WorkerError

_GATEWAY = "org.insitu.spark.Gateway"


def attach(context):
    """Lets ``context`` compute in the active session of PySpark, or in one that is started for it."""
    _require_pyspark()
    session = _active_session()
    prepared = Builder("spark_prepare_attach", context=context.descriptor(), reportProgress=0).run()
    started = session is None
    if started:
        session = _start(prepared)
    try:
        _attach(session, prepared["jar"], prepared["folder"])
    except Exception as error:
        if started:
            session.stop()
        raise WorkerError(f"rx_spark_connect: the engine could not be loaded into the Spark session: {error}") from error
    application = context.application
    application.folder, application.pyspark_session, application.owns_pyspark_session = prepared["folder"], session, started


def _require_pyspark():
    try:
        import pyspark  # noqa: F401
    except ImportError:
        raise Unsupported("rx_spark_connect: interop='pyspark' needs the package pyspark: pip install pyspark") from None


def _active_session():
    """The session that the user computes in, or None. Raises Unsupported for one without a driver of its own."""
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    session = SparkSession.getActiveSession()
    if session is None and SparkContext._active_spark_context is not None:
        session = SparkSession.builder.getOrCreate()  # finds the one there is
    if session is not None and not hasattr(session, "_jsparkSession"):
        raise Unsupported("rx_spark_connect: the active session is one of Spark Connect, which runs no code of the engine; "
                          "use a session with its own driver (SparkSession.builder.master(...))")
    return session


def _start(prepared):
    """A session with the settings of the compute context, as the engine states them for Spark, and the engine's jar."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(prepared["master"]).appName("insitu").config("spark.jars", prepared["jar"])
    for key, value in prepared["settings"]:
        builder = builder.config(key, value)
    # The JVM reads these once, when it starts.
    wanted = dict(prepared["environment"])
    if prepared["arguments"]:
        wanted["PYSPARK_SUBMIT_ARGS"] = f"{shlex.join(prepared['arguments'])} {os.environ.get('PYSPARK_SUBMIT_ARGS', 'pyspark-shell')}"
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        return builder.getOrCreate()
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _attach(session, jar, folder):
    from py4j.java_gateway import JavaClass

    gateway = session._jvm.org.insitu.spark.Gateway
    if isinstance(gateway, JavaClass):  # the jar was given at the start
        gateway.attach(session._jsparkSession, folder)
    else:
        _attach_with_jar_added(session, jar, folder)


def _attach_with_jar_added(session, jar, folder):
    """The same for a session that started without the jar: executors get it from the driver, and the driver a class loader
    of its own over it. That loader becomes the thread's, too: what Spark deserialises here is looked up there."""
    jvm, java = session._jvm, session.sparkContext._gateway
    session.sparkContext._jsc.addJar(jar)
    thread = jvm.java.lang.Thread.currentThread()
    urls = java.new_array(jvm.java.net.URL, 1)
    urls[0] = jvm.java.io.File(jar).toURI().toURL()
    loader = jvm.java.net.URLClassLoader(urls, thread.getContextClassLoader())
    thread.setContextClassLoader(loader)
    kinds = java.new_array(jvm.java.lang.Class, 2)
    kinds[0] = loader.loadClass("org.apache.spark.sql.SparkSession")
    kinds[1] = loader.loadClass("java.lang.String")
    values = java.new_array(jvm.java.lang.Object, 2)
    values[0], values[1] = session._jsparkSession, folder
    loader.loadClass(_GATEWAY).getMethod("attach", kinds).invoke(None, values)
