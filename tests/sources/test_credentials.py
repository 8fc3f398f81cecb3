import base64
import os
from pathlib import Path

import pytest

from moderator.errors import ConfigError
from moderator.sources.credentials import (
    Backend,
    DyteCredentials,
    RealtimeKitCredentials,
    environment,
    resolve,
)

UUID = "7f1b4a52-0c7c-4ab5-9f3a-2b9a64c2d001"
ACCOUNT = "0123456789abcdef0123456789abcdef"
TOKEN = "Zm9vYmFyLXRlc3QtdG9rZW4tMDEyMzQ1Njc4_abc"
KEY = "d7c1e0f9a2b34c5d6e7f"
DYTE = {"DYTE_ORG_ID": UUID, "DYTE_API_KEY": KEY}
RTK = {
    "REALTIMEKIT_ACCOUNT_ID": ACCOUNT,
    "REALTIMEKIT_APP_ID": UUID,
    "REALTIMEKIT_TOKEN": TOKEN,
}


def test_tells_dyte_from_its_variables() -> None:
    pair = base64.b64encode(f"{UUID}:{KEY}".encode()).decode()

    backend = resolve(DYTE)

    assert backend == Backend("dyte", "https://api.dyte.io/v2", DyteCredentials(UUID, KEY))
    assert backend.credentials.authorization == f"Basic {pair}"
    assert backend.host == "api.dyte.io"


def test_tells_realtimekit_from_its_variables() -> None:
    backend = resolve(RTK)

    assert backend.credentials == RealtimeKitCredentials(ACCOUNT, UUID, TOKEN)
    assert backend.credentials.authorization == f"Bearer {TOKEN}"
    assert backend.base_url == (
        f"https://api.cloudflare.com/client/v4/accounts/{ACCOUNT}/realtime/kit/{UUID}"
    )


def test_a_leftover_half_does_not_make_a_whole_one_unclear() -> None:
    assert resolve({**RTK, "DYTE_ORG_ID": UUID}).name == "realtimekit"


def test_both_whole_needs_a_choice() -> None:
    with pytest.raises(ConfigError, match=r"DYTE_ORG_ID.*REALTIMEKIT_TOKEN.*choose with --backend"):
        resolve({**DYTE, **RTK})
    assert resolve({**DYTE, **RTK}, backend="dyte").name == "dyte"


@pytest.mark.parametrize(
    ("environ", "backend", "words"),
    [
        ({}, None, ["no credentials", "REALTIMEKIT_TOKEN", "DYTE_API_KEY"]),
        ({}, "dyte", ["DYTE_ORG_ID (the organisation id)", "DYTE_API_KEY", "are not set"]),
        ({"DYTE_ORG_ID": UUID}, None, ["DYTE_API_KEY (the API key) is not set"]),
        ({"DYTE_API_KEY": "  ", "DYTE_ORG_ID": UUID}, None, ["DYTE_API_KEY (the API key) is not"]),
        (DYTE, "realtimekit", ["REALTIMEKIT_TOKEN", "are not set"]),
        ({**RTK, "REALTIMEKIT_TOKEN": ""}, None, ["REALTIMEKIT_TOKEN (the API token) is not set"]),
        (
            {"DYTE_ORG_ID": UUID, "REALTIMEKIT_TOKEN": TOKEN},
            None,
            ["neither whole", "DYTE_API_KEY", "REALTIMEKIT_ACCOUNT_ID"],
        ),
        (DYTE, "zoom", ["no back-end 'zoom'", "dyte, realtimekit"]),
    ],
)
def test_missing_credentials_are_named(
    environ: dict[str, str], backend: str | None, words: list[str]
) -> None:
    with pytest.raises(ConfigError) as caught:
        resolve(environ, backend)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("REALTIMEKIT_TOKEN", UUID, "looks like an app id or a Dyte organisation id"),
        ("REALTIMEKIT_TOKEN", ACCOUNT, "looks like a Cloudflare account id"),
        ("REALTIMEKIT_TOKEN", "a1" * 18 + "b", "global API key"),
        ("REALTIMEKIT_TOKEN", f"Bearer {TOKEN}", "begins with the word Bearer"),
        ("REALTIMEKIT_TOKEN", "<your token>", "a placeholder"),
        ("REALTIMEKIT_TOKEN", "tökenbla", "not ASCII"),
        ("REALTIMEKIT_TOKEN", base64.b64encode(f"{UUID}:{KEY}".encode()).decode(), "in Base64"),
        ("REALTIMEKIT_ACCOUNT_ID", UUID, "looks like an app id"),
        ("REALTIMEKIT_ACCOUNT_ID", "acme", "32 hexadecimal digits"),
        ("REALTIMEKIT_ACCOUNT_ID", "../../x", "a character that"),
        ("REALTIMEKIT_APP_ID", ACCOUNT, "looks like a Cloudflare account id, where the app id"),
        ("DYTE_ORG_ID", ACCOUNT, "looks like a Cloudflare account id, where the organisation id"),
        ("DYTE_API_KEY", UUID, "looks like an organisation id"),
        ("DYTE_API_KEY", "your-api-key", "a placeholder"),
    ],
)
def test_a_value_in_the_wrong_place_is_recognised_and_not_shown(
    variable: str, value: str, words: str
) -> None:
    environ = {**(DYTE if variable.startswith("DYTE") else RTK), variable: value}

    with pytest.raises(ConfigError) as caught:
        resolve(environ)

    assert variable in str(caught.value)
    assert words in str(caught.value)
    assert value not in str(caught.value)


def test_all_wrong_values_are_named_at_once() -> None:
    swapped = {**RTK, "REALTIMEKIT_ACCOUNT_ID": UUID, "REALTIMEKIT_APP_ID": ACCOUNT}
    with pytest.raises(ConfigError, match=r"ACCOUNT_ID looks like.*APP_ID looks like"):
        resolve(swapped)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("REALTIMEKIT_TOKEN", "cfut_" + "aB3" * 14),
        ("REALTIMEKIT_TOKEN", "v1.0-" + "ab12" * 10),
        ("REALTIMEKIT_APP_ID", "my-app"),
        ("DYTE_API_KEY", "0a1b2c3d4e5f6a7b8c9d"),
        ("DYTE_API_KEY", "with$sign/+="),
        ("DYTE_ORG_ID", "  " + UUID + "\n"),
    ],
)
def test_shapes_that_no_document_rules_out_are_let_through(variable: str, value: str) -> None:
    resolve({**(DYTE if variable.startswith("DYTE") else RTK), variable: value})


def test_no_secret_in_a_repr() -> None:
    text = repr([resolve(DYTE), resolve(RTK)])
    assert KEY not in text
    assert TOKEN not in text


@pytest.mark.parametrize(
    ("given", "base"),
    [
        ("https://rtk.realtime.cloudflare.com/v2/", "https://rtk.realtime.cloudflare.com/v2"),
        ("http://127.0.0.1:8080/v2", "http://127.0.0.1:8080/v2"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_base_url_stands_in(given: str, base: str) -> None:
    assert resolve(DYTE, base_url=given).base_url == base


def test_base_url_of_realtimekit_is_completed_unless_it_names_an_account() -> None:
    tail = f"/accounts/{ACCOUNT}/realtime/kit/{UUID}"
    assert resolve(RTK, base_url="https://proxy.example/v4").base_url == (
        f"https://proxy.example/v4{tail}"
    )
    whole = "https://proxy.example/v4/accounts/x/realtime/kit/y"
    assert resolve(RTK, base_url=whole).base_url == whole


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example/v2",
        "http://10.0.0.1/v2",
        "ftp://api.example",
        "api.example/v2",
        "https://user:secret@api.example/v2",
        "https://api.example/v2?key=secret",
        "https://api.example/v2\nx",
        "https://[half",
        "https://api.example:99999/v2",
        "",
    ],
)
def test_base_url_that_would_give_the_credentials_away_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="--base-url") as caught:
        resolve(DYTE, base_url=url)
    assert "secret" not in str(caught.value)


def test_dotenv_stands_under_the_environment(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text(
        'DYTE_ORG_ID=from-file\nexport DYTE_API_KEY="pa$$word${HOME}"\nPATH=/evil\n', "utf-8"
    )

    found = environment(path, {"DYTE_ORG_ID": "from-env", "REALTIMEKIT_TOKEN": " "})

    assert found == {"DYTE_ORG_ID": "from-env", "DYTE_API_KEY": "pa$$word${HOME}"}
    assert "DYTE_API_KEY" not in os.environ


def test_a_dotenv_that_is_not_there_is_no_error(tmp_path: Path) -> None:
    assert environment(tmp_path / ".env", DYTE) == DYTE
    assert environment(None, DYTE) == DYTE


def test_a_dotenv_that_cannot_be_read_is(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"DYTE_ORG_ID=\xff\xfe\n")
    with pytest.raises(ConfigError, match="not UTF-8"):
        environment(tmp_path / ".env", {})


def test_a_folder_of_that_name_is_somebodys_virtual_environment(tmp_path: Path) -> None:
    (tmp_path / ".env").mkdir()
    assert environment(tmp_path / ".env", DYTE) == DYTE
