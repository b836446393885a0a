from __future__ import annotations

import pytest

from lineage.errors import UsageError
from lineage.settings import load_settings


@pytest.fixture(autouse=True)
def empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("STORE", "BACKBONE", "WORKERS", "API_KEY"):
        monkeypatch.delenv(f"LINEAGE_{name}", raising=False)
    return tmp_path


def test_defaults_serve_without_any_source():
    assert load_settings().backbone == ""


def test_a_file_in_the_working_folder_is_read(empty_folder):
    (empty_folder / "lineage.toml").write_text('store = "from-file"\ncandidates = 7\n')
    settings = load_settings()
    assert (settings.store, settings.candidates) == ("from-file", 7)


def test_the_environment_wins_over_the_file(empty_folder, monkeypatch):
    (empty_folder / "lineage.toml").write_text('store = "from-file"\n')
    monkeypatch.setenv("LINEAGE_STORE", "from-environment")
    assert load_settings().store == "from-environment"


def test_a_flag_wins_over_the_environment(monkeypatch):
    monkeypatch.setenv("LINEAGE_STORE", "from-environment")
    assert load_settings(store="from-flag").store == "from-flag"


def test_a_flag_that_was_not_given_changes_nothing(monkeypatch):
    monkeypatch.setenv("LINEAGE_STORE", "from-environment")
    assert load_settings(store=None).store == "from-environment"


def test_no_settings_file_names_a_program(empty_folder):
    (empty_folder / "lineage.toml").write_text('backbone = "torchscript:evil.pt"\n')
    with pytest.raises(UsageError, match=r"lineage\.toml: torchscript:evil\.pt is a program.*LINEAGE_BACKBONE"):
        load_settings()


def test_a_person_names_a_program(monkeypatch):
    monkeypatch.setenv("LINEAGE_BACKBONE", "torchscript:mine.pt")
    assert load_settings().backbone == "torchscript:mine.pt"
    assert load_settings(backbone="torchscript:other.pt").backbone == "torchscript:other.pt"


def test_an_unknown_setting_is_named_with_its_file(empty_folder):
    (empty_folder / "lineage.toml").write_text('stroe = "x"\n')
    with pytest.raises(UsageError, match=r"lineage\.toml: unknown setting 'stroe'"):
        load_settings()


def test_an_unknown_variable_is_refused_with_the_nearest_ones(monkeypatch):
    monkeypatch.setenv("LINEAGE_STROE", "x")
    with pytest.raises(UsageError, match=r"environment: unknown variable LINEAGE_STROE; is LINEAGE_STORE"):
        load_settings()


def test_an_unknown_variable_like_no_other_is_refused_with_those_there_are(monkeypatch):
    monkeypatch.setenv("LINEAGE_FOO", "1")
    with pytest.raises(UsageError, match=r"LINEAGE_FOO; (there are: |is )LINEAGE_STORE"):
        load_settings()


def test_the_variable_of_the_scripts_is_no_setting(monkeypatch):
    monkeypatch.setenv("LINEAGE_PYTHON", "python3.12")
    assert load_settings().backbone == ""


def test_a_value_that_is_no_text_is_refused_where_text_is_wanted(empty_folder):
    (empty_folder / "lineage.toml").write_text("store = 6333\n")
    with pytest.raises(UsageError, match="store must be text, not 6333"):
        load_settings()


def test_a_file_that_is_no_toml_is_named(empty_folder):
    (empty_folder / "lineage.toml").write_text("store = \n")
    with pytest.raises(UsageError, match=r"lineage\.toml: not valid TOML"):
        load_settings()


@pytest.mark.parametrize("value", ["many", "0", "-3", "1.5"])
def test_a_count_that_is_no_positive_whole_number_is_refused(monkeypatch, value):
    monkeypatch.setenv("LINEAGE_WORKERS", value)
    with pytest.raises(UsageError, match="workers must be"):
        load_settings()


def test_a_share_is_read_as_a_number(empty_folder):
    (empty_folder / "lineage.toml").write_text("false_known = 0.001\n")
    assert load_settings().false_known == 0.001


@pytest.mark.parametrize("value", [0, 0.0001, 0.5])
def test_levels_that_may_be_chosen_are_read(value):
    assert load_settings(false_known=value).false_known == value


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("little", "must be a number"),
        *((value, "a share from 0.0001 to 0.5, not") for value in ("1", "-0.1", "1e-320", "0.00009", "0.51", "nan")),
    ],
)
def test_a_share_that_is_none_is_refused(monkeypatch, value, reason):
    monkeypatch.setenv("LINEAGE_FALSE_KNOWN", value)
    with pytest.raises(UsageError, match=f"false_known must be.*{reason.removeprefix('must be ')}"):
        load_settings()


def test_settings_of_a_server_are_read_from_any_source(empty_folder, monkeypatch):
    (empty_folder / "lineage.toml").write_text("shards = 6\nreplicas = 3\nwrite_consistency = 2\ngrpc = true\n")
    monkeypatch.setenv("LINEAGE_QUANTISATION", "2")
    monkeypatch.setenv("LINEAGE_GRPC", "0")
    server = load_settings(timeout=5).server
    assert (server.shards, server.replicas, server.write_consistency) == (6, 3, 2)
    assert (server.quantisation, server.grpc, server.timeout) == (2, False, 5)


def test_a_switch_that_is_neither_on_nor_off_is_refused(monkeypatch):
    monkeypatch.setenv("LINEAGE_GRPC", "maybe")
    with pytest.raises(UsageError, match="grpc must be true or false, not 'maybe'"):
        load_settings()


def test_codes_of_a_width_that_no_server_has_are_refused():
    with pytest.raises(UsageError, match="quantisation must be 1, 2, 4, 8 bits, not 3"):
        load_settings(quantisation=3)


def test_more_replicas_cannot_have_written_than_there_are():
    with pytest.raises(UsageError, match="write_consistency is 3 and replicas 2"):
        load_settings(replicas=2, write_consistency=3)


def test_a_flag_is_named_and_not_where_it_was_given():
    with pytest.raises(UsageError, match=r"^false_known must be a share from 0\.0001 to 0\.5, not 2$"):
        load_settings(false_known=2)
