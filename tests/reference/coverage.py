"""Which examples of the reference documentation are run, and why the others are not."""

import re

# Datasets that nobody can have from the samples, R's own data or the pages themselves.
DATA_NOT_HAD = {
    "CensusWorkers": "registration with IPUMS",
    "CensusUS5Pct2000": "registration with IPUMS",
    "AirOnTime7Pct": "a random sample that cannot be drawn again",
    "AirOnTime87to12": "not among the samples, 148 million rows",
    "AirOnTime2012": "not among the samples",
    "AirlineData87to08": "not among the samples, 123 million rows",
    "AdventureWorksDW (vDMPrep view)": "not among the samples",
    "NYSE daily prices": "the file is not fixed",
    "CustomerSurvey": "not distributed",
    "mortDefaultSmall": "only the year 2008 is among the samples",
    "mortDefaultSmall2000.csv": "only the year 2008 is among the samples",
    "mortDefault": "not distributed",
    "mortDefault2000.csv": "not distributed",
    "ccFraud10 (Teradata)": "not distributed",
    "SQL-generated random": "random, without a seed",
    "unseeded RNG": "random, without a seed",
    "rxExec RNGseed (MT2203)": "random streams of another library",
}

# Examples whose printed call is not one of this system's functions.
FOREIGN = {
    "F007": "RevoPemaR",
    "F008": "RevoPemaR",
    "F009": "RevoPemaR",
    "F010": "RevoPemaR",
    "F030": "stats::lm",
    "F121": "base R",
    "F215": "stats::lm",
    "F216": "stats::lm",
    "F217": "stats::lm",
    "F226": "stats::glm",
    "F246": "base R",
    "F252": "base R",
    "F254": "base R",
    "F256": "base R",
    "F257": "base R",
    "F259": "base R",
    "F260": "base R",
    "F264": "base R",
    "F266": "base R",
    "F267": "base R",
    "F268": "base R",
    "F270": "base R",
    "F271": "base R",
    "F273": "base R",
    "F339": "sparklyr",
    "F341": "sparklyr",
    "F345": "sparklyr",
    "F346": "sparklyr",
    "F350": "base R",
}

# Functions that are not there yet, in the order of the pages.
LATER = {
    "F016": "rxBTrees",
    "F017": "rxBTrees",
    "F027": "princomp of rxCov, whose signs are those of LAPACK (r/insitu/tests/testthat/test-pca-ridge.R)",
    "F033": "rxCube",
    "F036": "rxCube",
    "F038": "rxCube",
    "F039": "rxCrossTabs",
    "F040": "rxCrossTabs",
    "F047": "rxChiSquaredTest",
    "F048": "rxFisherTest",
    "F049": "rxKendallCor",
    "F050": "rxCrossTabs",
    "F051": "rxOddsRatio",
    "F052": "rxRiskRatio",
    "F067": "RxSasData",
    "F068": "RxSpssData",
    "F070": "RxOdbcData",
    "F072": "rxSort",
    "F073": "rxSort",
    "F086": "RxSasData",
    "F087": "RxSasData",
    "F119": "rxFactors",
    "F120": "rxFactors",
    "F122": "rxFactors",
    "F128": "rxDForest",
    "F129": "rxDForest",
    "F136": "rxDTree",
    "F177": "robust's breslow.dat",
    "F178": "robust's breslow.dat",
    "F185": "rxGlm's start (the original takes 5 iterations, here 4 to the same digits)",
    "F227": "rpart's kyphosis",
    "F230": "rxNaiveBayes",
    "F231": "rxNaiveBayes",
    "F238": "rxMerge",
    "F240": "rxMerge",
    "F242": "rxMerge",
    "F243": "rxMerge",
    "F316": "rxCrossTabs",
    "F317": "rxLogit's start (the original takes 4 iterations from its own, here 3 to the same digits)",
    "F352": "rxSplit",
    "F353": "RxSparkDataFrame",
}


def cases(folder):
    """Ids that cases.R and cases.py run."""
    r = re.findall(
        r'^example\("(F\d+)"', (folder / "cases.R").read_text(encoding="utf-8"), re.MULTILINE
    )
    python = re.findall(
        r"^def f(\d+)\(", (folder / "cases.py").read_text(encoding="utf-8"), re.MULTILINE
    )
    return set(r) | {"F" + number for number in python}


def classify(examples, folder):
    """id -> (covered | later | data | foreign, reason). Every example must fall somewhere."""
    covered = cases(folder)
    kinds = {}
    for example in examples:
        name, dataset = example["id"], example["dataset"]
        if name in covered:
            kinds[name] = ("covered", "")
        elif name in FOREIGN:
            kinds[name] = ("foreign", FOREIGN[name])
        elif dataset in DATA_NOT_HAD:
            kinds[name] = ("data", f"{dataset}: {DATA_NOT_HAD[dataset]}")
        elif name in LATER:
            kinds[name] = ("later", LATER[name])
        else:
            raise SystemExit(f"example not classified: {name} {example['function']} {dataset}")
    unknown = covered - {e["id"] for e in examples}
    if unknown:
        raise SystemExit(f"cases without an example: {', '.join(sorted(unknown))}")
    return kinds
