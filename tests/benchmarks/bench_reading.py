"""Location phrases of which no two are alike, and a plan of forty pages: the time of the whole command."""

import json
import os
import random
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.runner import Case, Measure

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "tests" / "data"
CORNERS = ("东北角", "东南角", "西南角", "西北角")
LETTERS_OF_PAGE = 1000
SHORTEST_NAME, LONGEST_NAME = 3, 8
MOST_UNKNOWN = 0.05


@dataclass(frozen=True)
class Answer:
    """What a command wrote, and the processor time of all its processes in seconds."""

    output: bytes
    processor_s: float


def phrases(count: int, folder: Path) -> Path:
    """Real phrases that tell a place by roads, each with the roads and the corner of others; no two are alike."""
    chance = random.Random(10_000)
    texts = (file.read_text(encoding="utf-8") for file in sorted((DATA / "phrases").glob("*.jsonl")))
    rows = [json.loads(line) for text in texts for line in text.splitlines()]
    rows = [row for row in rows if row["kind"] != "unknown"]
    roads = sorted({road for row in rows for road in row.get("roads", ())})
    roads = [road for road in roads if SHORTEST_NAME <= len(road) <= LONGEST_NAME]
    made: dict[str, None] = {}
    while len(made) < count:
        row = chance.choice(rows)
        text = row["text"]
        for road in row.get("roads", ()):
            text = text.replace(road, chance.choice(roads))
        for corner in CORNERS:
            if corner in text:
                text = text.replace(corner, chance.choice(CORNERS))
                break
        made[" ".join(text.split())] = None
    file = folder / "phrases.txt"
    file.write_text("\n".join(made) + "\n", encoding="utf-8")
    return file


def plan(pages: int, folder: Path) -> Path:
    """The texts of the tests' plans, one after the other, until there are enough pages."""
    files = [file for part in ("prose", "by_hand") for file in sorted((DATA / "plans" / part).glob("*.txt"))]
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    file = folder / "plan.txt"
    file.write_text(text[: pages * LETTERS_OF_PAGE], encoding="utf-8")
    return file


def read(command: str, file: Path) -> Answer:
    """Run a command on a file."""
    began = os.times()
    words = [sys.executable, "-m", "flask", "--app", "server", command, str(file)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, check=True)
    ended = os.times()
    spent = ended.children_user + ended.children_system - began.children_user - began.children_system
    return Answer(done.stdout, spent)


def every_phrase_is_read(file: Path, answer: Answer) -> bool:
    """Whether each line has its reading, in their order, and few say nothing."""
    readings = [json.loads(line) for line in answer.output.splitlines()]
    unknown = sum(1 for reading in readings if reading["kind"] == "unknown")
    texts = [reading["text"] for reading in readings]
    return texts == file.read_text(encoding="utf-8").splitlines() and unknown <= MOST_UNKNOWN * len(texts)


def projects_are_found(file: Path, answer: Answer) -> bool:
    """Whether there is a project a page, each told in the words of the plan."""
    text = file.read_text(encoding="utf-8")
    records = json.loads(answer.output)["records"]
    named = all(record["location_text"] in text for record in records if record["location_text"])
    return named and len(records) >= len(text) / LETTERS_OF_PAGE


PROCESSOR = Measure("processor time", "s", lambda answer: answer.processor_s)

CASES = [
    Case(
        "reading: location phrases, no two alike",
        phrases,
        lambda file: read("parse-locations", file),
        every_phrase_is_read,
        (100, 10_000),
        budget=5.0,
        also=(PROCESSOR,),
        rounds=5,
    ),
    Case(
        "reading: a plan of so many pages",
        plan,
        lambda file: read("parse-plan", file),
        projects_are_found,
        (3, 40),
        budget=5.0,
        also=(PROCESSOR,),
        rounds=5,
    ),
]
