"""Coverage-guided fuzz of the readers: python -m tests.fuzz.atheris_readers --minutes 10 [--keep FOLDER]

Needs the extra [fuzz] (atheris, Linux). The seeds are the corpus it starts from; an input that breaks a property is
written to the folder as crash-…, one that takes too long as timeout-….
"""

import argparse
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["nlp.readers", "nlp.parse"]):
    from nlp.readers.document import suffix_of
    from tests.fuzz.properties import check_file
    from tests.fuzz.seeds import seeds

KINDS = (".docx", ".xlsx", ".xls", ".csv", ".tsv", ".jsonl", ".json", ".html", ".mht", ".pdf", ".xml", ".txt", ".zip")


def one_input(data: bytes) -> None:
    """The first byte says which suffix the rest is given."""
    if len(data) > 1:
        check_file(f"patents/文件{KINDS[data[0] % len(KINDS)]}", data[1:])


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--minutes", type=float, default=10)
    options.add_argument("--keep", type=Path)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="luxiantu-fuzz-") as folder:
        corpus, keep = Path(folder), chosen.keep or Path(folder)
        keep.mkdir(parents=True, exist_ok=True)
        for number, (name, data) in enumerate(seeds().items()):
            if (suffix := suffix_of(name)) in KINDS:
                (corpus / f"seed{number}").write_bytes(bytes([KINDS.index(suffix)]) + data)
        atheris.Setup([sys.argv[0], str(corpus), f"-max_total_time={int(60 * chosen.minutes)}", "-timeout=30", "-rss_limit_mb=4096", "-max_len=200000",
                       f"-artifact_prefix={keep}/", "-print_final_stats=1"], one_input)  # fmt: skip
        atheris.Fuzz()


if __name__ == "__main__":
    main()
