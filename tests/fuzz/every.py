"""All targets, by name."""

from fuzz import dumps, lines, reports, rulefiles, texts
from fuzz.target import Target

TARGETS: dict[str, Target] = {
    target.name: target
    for target in (dumps.TARGET, *texts.TARGETS, rulefiles.TARGET, lines.TARGET, *reports.TARGETS)
}
