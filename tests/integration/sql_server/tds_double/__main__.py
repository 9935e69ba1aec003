"""Starts the server: python -m tds_double --port-file F. The password comes from INSITU_TDS_PASSWORD."""

import argparse
import os
import signal

from .server import TdsDouble


def main() -> None:
    parser = argparse.ArgumentParser(prog="tds_double", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any that is free")
    parser.add_argument("--port-file", help="where the port is written once clients can come")
    parser.add_argument("--user", default="tester")
    parser.add_argument("--database", default="insitu")
    parser.add_argument("--file", default=":memory:", help="a file of DuckDB")
    parser.add_argument("--extension", default="", help="libinsitu_sql.so")
    parser.add_argument("--exthost", default="", help="the program that runs the extension")
    given = parser.parse_args()
    with TdsDouble(user=given.user, password=os.environ.get("INSITU_TDS_PASSWORD", ""), database=given.database,
                   port=given.port, file=given.file, extension=given.extension, exthost=given.exthost) as server:  # fmt: skip
        if given.port_file:
            with open(given.port_file + ".new", "w") as file:
                file.write(f"{server.port}\n")
            os.rename(given.port_file + ".new", given.port_file)
        print(server.port, flush=True)
        signal.sigwait({signal.SIGTERM, signal.SIGINT})


if __name__ == "__main__":
    main()
