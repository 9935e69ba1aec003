"""A call that runs while a test does something else."""

import threading


class InBackground:
    def __init__(self, function, *arguments, **settings):
        self._value, self._error = None, None

        def work():
            try:
                self._value = function(*arguments, **settings)
            except BaseException as error:  # told by value()
                self._error = error

        self._thread = threading.Thread(target=work, daemon=True)
        self._thread.start()

    def finished(self, seconds=0.0):
        """Whether the call has returned or failed within some seconds."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def value(self, seconds=120):
        """What the call returned; raises what it raised."""
        if not self.finished(seconds):
            raise AssertionError(f"the call still runs after {seconds} s")
        if self._error is not None:
            raise self._error
        return self._value
