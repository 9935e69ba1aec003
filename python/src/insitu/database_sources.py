"""Sources that are tables or queries of a database, reached over ODBC (docs/databases.md). Passwords are never shown."""

import re

from insitu._constructors import RxOdbcDataSettings, RxPostgresDataSettings, RxSqlServerDataSettings
from insitu.errors import InvalidArgument
from insitu.sources import RxDataSource

#: Secrets in a connection string, as src/odbc/connection_string.cpp knows them.
_SECRETS = re.compile(r"(?i)\b(pwd|password|sslpassword|accesstoken|clientkey|keystoresecret|passphrase|oldpassword|newpassword)"
                      r"\s*=\s*(\{(?:[^}]|\}\})*\}?|[^;]*)")


def without_secrets(text):
    """A connection string as people may see it."""
    return _SECRETS.sub(lambda found: f"{found[1]}=***", text)


class DatabaseSource(RxDataSource):
    """Base of the sources that are tables or queries of a database."""

    def _check_settings(self):
        super()._check_settings()
        if (self._given.get("table") is None) == (self._given.get("sql_query") is None):
            raise InvalidArgument(f"{type(self).__name__}: give either table or sql_query" + (", not both" if self._given.get("table") else ""))

    def check_writable(self, what):
        if self.table is None:
            raise InvalidArgument(f"{what} is an {type(self).__name__} of a query, and rows are written to a table: "
                                  f"give {type(self).__name__}(table=...)")

    def __repr__(self):
        lines = [f"{type(self).__name__} Source"]
        for key, value in self._given.items():
            if key == "connection_string":
                value = without_secrets(value)
            lines.append(f"{key}: {'***' if key == 'password' else repr(value)}")
        return "\n".join(lines)


class RxOdbcData(RxOdbcDataSettings, DatabaseSource):
    __doc__ = RxOdbcDataSettings.__doc__


class RxSqlServerData(RxSqlServerDataSettings, DatabaseSource):
    __doc__ = RxSqlServerDataSettings.__doc__


class RxPostgresData(RxPostgresDataSettings, DatabaseSource):
    __doc__ = RxPostgresDataSettings.__doc__
