"""Makes the folder that the pages call sampleDataDir, from the samples that are had."""

import math
import pathlib
import shutil
import subprocess
import sys


def claims_rows(data):
    """Rows of the claims table as the text file has them: two decimals, NA where missing."""
    table = read_csv(data, "claims.xdf", na="NA", f32="%.2f")
    return table[0], table[1:]


def read_csv(data, name, na, f32):
    """Reads a sample .xdf with the format reader that comes with the samples."""
    reader = pathlib.Path(data).parent / "xdf" / "readxdf.py"
    done = subprocess.run(
        [
            sys.executable,
            str(reader),
            "--csv",
            "-",
            "--na",
            na,
            "--f32",
            f32,
            str(pathlib.Path(data, name)),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    return [line.split(",") for line in done.stdout.splitlines()]


def prepare(data, folder):
    """Fills `folder`: AirlineDemoSmall as .xdf (3 blocks), text, folder of text and in three parts;
    claims as text and in fixed columns with its schema; hyphens.txt."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True)
    shutil.copyfile(
        pathlib.Path(data, "AirlineDemoSmall-old-layout.xdf"), folder / "AirlineDemoSmall.xdf"
    )

    names, *rows = read_csv(data, "AirlineDemoSmall-old-layout.xdf", na="M", f32="%.6f")
    header = ",".join(f'"{name}"' for name in names)
    lines = [f'{delay},{hour},"{day}"' for delay, hour, day in rows]
    write(folder / "AirlineDemoSmall.csv", header, lines)
    write(folder / "AirlineDemoSmall" / "AirlineDemoSmall.csv", header, lines)
    part = math.ceil(len(lines) / 3)
    for number in range(3):
        name = f"AirlineDemoSmallPart{number + 1}.csv"
        write(
            folder / "AirlineDemoSmallSplit" / name,
            header,
            lines[number * part : (number + 1) * part],
        )

    names, rows = claims_rows(data)
    quoted = [[row[0]] + [f'"{v}"' for v in row[1:4]] + row[4:] for row in rows]
    write(
        folder / "claims.txt",
        ",".join(f'"{name}"' for name in names),
        [",".join(r) for r in quoted],
    )
    fixed = [
        f"{row[0]:>3}{row[1]:<5}{row[2]:<3}{row[3]}{blank(row[4]):>6}{whole(row[5]):>3}"
        for row in rows
    ]
    write(folder / "claims.dat", None, fixed)
    write(
        folder / "claims.sts",
        "FILE claims.dat",
        [
            "",
            "VARIABLES",
            "RowNum 1-3",
            "age 4-8 (A)",
            "car.age 9-11 (A)",
            "type 12 (A)",
            "cost 13-18",
            "number 19-21",
        ],
    )
    write(
        folder / "hyphens.txt",
        "Name-Rank-SerialNumber",
        ["Smith-Sgt-02912", "Johnson-Cpl-90210", "Michaels-Pvt-02931", "Brown-Pvt-11311"],
    )


def blank(value):
    return "" if value == "NA" else value


def whole(value):
    return blank(value).split(".")[0]


def write(path, header, lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    all_lines = lines if header is None else [header, *lines]
    path.write_text("\n".join(all_lines) + "\n", encoding="utf-8")
