"""Weak labels from small word lists, where the data is silent.

They cover `obscene`, `sexual_explicit`, `severe_toxicity`, `threat`, `self_harm` and `spam`, whose
voted labels are rare. A word list decides only what the annotators left unknown (and `obscene` of
a source whose zeros were never voted); what stays doubtful stays unknown and is masked.
"""

import re

STRONG = re.compile(
    r"\b(?:(?:mother)?f+u+c+k+\w*|fuk\w*|fck\w*|(?:bull|horse|dip)?sh[i1]t+\w*|bitch\w*|"
    r"c+unts?|ass?hole\w*|arsehole\w*|(?:dumb|jack|smart|bad|lard)ass(?:es)?|ass|dicks?|"
    r"dickhead\w*|cock(?:s|sucker\w*)?|pussy|pussies|bastards?|whores?|sluts?|twats?|"
    r"wank\w*|pricks?|bollocks|piss(?:ed|ing|y)?|tits?|wtf|stfu|gtfo|lmfao|cum)\b",
    re.I,
)
SEXUAL = re.compile(
    r"\b(?:sex|sexy|sexual\w*|nudes?|naked|porn\w*|horny|boobs?|tits?|titties|dicks?|cocks?|"
    r"penis|vagina|pussy|cum|blow ?jobs?|suck my|suck it|anal|orgasm\w*|masturbat\w*|"
    r"fuck (?:me|you hard|her|him)|in bed|rape\w*|thrust|threesome|onlyfans)\b",
    re.I,
)
VIOLENT = re.compile(
    r"\b(?:kill\w*|die|dead|death|murder\w*|shoot\w*|shot|stab\w*|hang\w*|burn\w*|beat|hit|punch\w*|"
    r"hurt|bomb\w*|gun|knife|rape\w*|hunt|find you|coming for|destroy\w*|slit|throat|gas|"
    r"exterminat\w*|smash|break|bash|slap|kick|choke|strangle|execut\w*|lynch\w*|attack|fight|deport\w*|nuke)\b",
    re.I,
)
SELF_HARM = re.compile(
    r"\b(?:kys|suicid\w*|kill (?:your|ur|my) ?sel\w+|kill (?:him|her|them)sel\w+|hang yoursel\w+|"
    r"end (?:it|your life|my life)|self ?harm\w*|cut (?:your|my)sel\w+|want to die|neck yourself|"
    r"off yourself|jump off|drink bleach|neck|bleach|rope)\b",
    re.I,
)
URGED = re.compile(r"\b(?:kys|(?:kill|hang|neck|off) (?:your|ur) ?sel\w+|drink bleach)\b", re.I)
LINK = re.compile(r"https?:|www\.|\.com\b|\b(?:free|win|prize|cash|offer|subscribe|call)\b", re.I)


def fill(known: dict[str, int], text: str, source: str) -> dict[str, int]:
    """Known labels plus what the word lists settle; a voted label is never overruled."""
    labels = dict(known)
    toxic = labels.get("toxicity")
    strong = len(STRONG.findall(text))
    sexual = bool(SEXUAL.search(text))
    violent = bool(VIOLENT.search(text))
    if source == "goemotions":
        labels.pop("obscene", None)
    labels.setdefault("obscene", int(strong > 0))
    if not SELF_HARM.search(text):
        labels.setdefault("self_harm", 0)
    elif toxic == 1 and URGED.search(text):
        labels.setdefault("self_harm", 1)
    if not LINK.search(text):
        labels.setdefault("spam", 0)
    if toxic == 1:
        if not violent:
            labels.setdefault("threat", 0)
        if not sexual and not strong:
            labels.setdefault("sexual_explicit", 0)
        if labels.get("threat") == 1 or (strong >= 2 and (violent or sexual)):
            labels.setdefault("severe_toxicity", 1)
        elif strong == 0 and not violent:
            labels.setdefault("severe_toxicity", 0)
    return labels
