"""What personal data looks like, as expressions over folded text (`moderator.text.fold`).

They find candidates in time linear in the text, every repetition being bounded; whether a number
or a host is what it looks like is asked of libraries, in `moderator.redaction.recognise`.
"""

import re

EMAIL = re.compile(r"[\w.!#$%&'*+/=?^{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")

EMAIL_SPELT = re.compile(
    # jo (at) mail . example, jo at mail dot example; a plain "at" needs a spelt "dot"
    r"[\w.+-]{2,64}(?: ?[(\[{<]at[)\]}>] ?| ?@ ?)[\w-]{1,63}"
    r"(?:(?: ?[(\[{<](?:dot|\.)[)\]}>] ?| dot | ?\. ?)[\w-]{2,63}){1,4}"
    r"|[\w.+-]{2,64} at [\w-]{1,63}(?:(?: ?[(\[{<](?:dot|\.)[)\]}>] ?| dot )[\w-]{2,63}){1,4}"
)

HANDLE = re.compile(r"(?<![\w@/.])@\w[\w.-]{1,63}")

_SERVICE = (
    r"(?:ig|insta|instagram|snap|snapchat|sc|discord|disc|telegram|tele|tg|whats ?app|kik|skype"
    r"|wechat|viber|signal|line|twitter|tiktok|twitch|steam|xbox|psn|facebook|fb|onlyfans|paypal"
    r"|venmo|cash ?app|gamertag|username|nickname)"
)
HANDLE_TOLD = re.compile(
    # insta: jo, snap is jo_99, telegram jo.99; the name is what is personal
    rf"\b{_SERVICE}(?: (?:id|name|username|user|handle|tag|account))?"
    r"(?: ?(?:[:=]|->?) ?(?P<any>[\w.#+-]{2,64})"
    r"|(?:'s| is)? (?P<odd>[a-z][\w.-]{0,40}(?:[\d_#]|\.\w)[\w.#-]{0,40}))"
)

HANDLE_NUMBERED = re.compile(r"(?<![\w#])[\w.]{2,32}#\d{4}(?!\w)")

_DOT = r"(?:[.。]|[(\[{](?:dot|\.)[)\]}]| ?\(dot\) ?| dot )"
LINK = re.compile(
    r"\b[a-z][a-z0-9+-]{1,30}:/{1,3}[^\s<>\"]+"
    r"|\b(?:mailto|tel|sms|skype|facetime|magnet|bitcoin|ethereum|geo):[^\s<>\"]+"
    r"|\bwww\.[^\s<>\"]+"
)
HOST = re.compile(
    rf"(?<![\w@.-])(?P<host>[^\W_][\w-]{{0,62}}(?:{_DOT}[^\W_][\w-]{{0,62}}){{1,12}})"
    r"(?P<rest>\.?(?::\d{1,5})?(?:[/?#][^\s<>\"]*)?)"
)
DOT = re.compile(_DOT)

IPV4 = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?!\w|\.\d)")
IPV6 = re.compile(r"(?<![\w:])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?![\w:])")

IBAN = re.compile(r"(?<!\w)(?=([a-z]{2}\d{2}(?:[ -]?[a-z0-9]){11,30}))")
"""As a look ahead, since what follows one number may look as if it belonged to it."""

WALLET = re.compile(r"(?<!\w)(?:0x[0-9a-f]{40}|[13][a-z0-9]{25,39}|bc1[a-z0-9]{8,87})(?!\w)")

DIGITS = re.compile(r"(?<!\d)[+(]{0,2}\d(?:[\s().\-/]{0,3}\d){6,}")
"""Seven digits or more: telephone numbers, cards, accounts, dates and whatever else is counted."""
