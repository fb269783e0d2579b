"""The stages of a package that can be left out."""

# By name, in the order in which they are done: what each makes.
STAGES = {
    "recist": "responses computed by RECIST, and set against RS",
    "analysis": "the analysis datasets",
    "exchange": "the analysis datasets as Parquet",
    "define": "define.xml and its page",
    "check": "the checks of the files as written, and their report",
}
