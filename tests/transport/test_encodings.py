"""The judge of encodings: Western, Chinese, or asked for; never a wrong one in silence."""

import random

import pandas as pd
import pytest
from click.testing import CliRunner

from cdisc_npc.cli.main import main
from cdisc_npc.findings import Findings, Refused
from cdisc_npc.raw.sas import read_tables
from cdisc_npc.transport.encodings import judge, judged, text_codec
from cdisc_npc.transport.file_forms import read_datasets
from cdisc_npc.transport.xpt import XptBlocks, read_xpt, write_xpt

# One at a time, as the only text of a file that is not ASCII.
WESTERN = [
    "Crohn’s disease", "Alzheimer’s", "Ménière’s disease", "Sjögren syndrome", "µm", "5 µg/L", "37.5 °C", "39°C", "±2", "m²",
    "10–20 mg", "café-au-lait spots", "Guillain–Barré syndrome", "“possible”", "Fièvre élevée", "große Müdigkeit", "créée",
    "INFECÇÃO", "HIPERTENSÃO", "Übelkeit", "Évora", "d’Ivoire", "Humira®", "½ tablet", "naïve", "Øre", "Malmö", "Español ¿sí?",
    "à", "é", "µ", "°", "N° 4",
]  # fmt: skip
CHINESE = [
    # A field of a form each.
    "男", "女", "是", "否", "无", "未查", "正常", "异常", "轻度", "恢复", "死亡",
    "其他", "阳性", "汉族", "血压升高", "手足综合征", "皮疹（轻度）",
    "HBV阳性", "CT示肺转移", "AGE ≥ 18，是", "口腔黏膜炎，已用药", "无进展生存期", "鼻咽癌", "白细胞计数降低",
]  # fmt: skip
OTHERS = {
    "shift_jis": ["頭痛", "高血圧", "発熱がある", "めまい", "肝機能異常", "アレルギー性鼻炎"],
    "big5": ["頭痛與發燒", "過敏性鼻炎", "藥物不良反應", "受試者同意書"],
    "euc_kr": ["두통과 발열이 있음", "고혈압 환자입니다", "알레르기성 비염", "임상시험 대상자 동의"],
    "cp1251": ["Головная боль", "Повышение давления"],
}


@pytest.mark.parametrize("text", WESTERN)
def test_a_single_western_text(text):
    assert judge([text.encode("cp1252")]).encoding == "cp1252"


@pytest.mark.parametrize("text", CHINESE)
def test_a_single_chinese_text(text):
    assert judge([text.encode("gb18030")]).encoding == "gb18030"


@pytest.mark.parametrize(
    ("encoding", "text"), [(name, text) for name, texts in OTHERS.items() for text in texts]
)
def test_what_is_neither_is_not_decided(encoding, text):
    assert judge([text.encode(encoding)]).encoding is None


@pytest.mark.parametrize("text", [*WESTERN, *CHINESE, "αβ-blocker", "Žižka"])
def test_strict_utf8_is_utf8(text):
    assert judge([text.encode()]).encoding == "utf-8"


@pytest.mark.parametrize(("texts", "encoding"), [(WESTERN, "cp1252"), (CHINESE, "gb18030")])
def test_any_set_of_texts_is_of_one_encoding(texts, encoding):
    chance = random.Random(encoding)
    for _ in range(200):
        some = chance.sample(texts, chance.randint(2, 12))
        result = judge([text.encode(encoding) for text in some])
        assert (result.encoding, result.bad) == (encoding, []), some


def test_a_letter_of_two_bytes_that_stands_alone_is_a_common_hanzi():
    # 女 in GB18030 is Ů in UTF-8: a file of women only.
    lines = [f"{number},女,{number + 30}".encode("gb18030") for number in range(20)]
    assert judge(lines).encoding == "gb18030"
    assert judge([*lines, "21,男,33".encode("gb18030")]).encoding == "gb18030"
    assert judge(["Ůstí nad Labem".encode()]).encoding == "utf-8"


@pytest.mark.parametrize("text", ["未知", "胃", "未", "尾"])
def test_hanzi_that_are_greek_letters_in_utf8_are_hanzi(text):
    text.encode("gb18030").decode("utf-8")
    result = judge([text.encode("gb18030")])
    assert (result.encoding, result.bad) == ("gb18030", [])


@pytest.mark.parametrize("text", ["β-hCG", "10 μm", "Ναυτία", "α1", "γ-GT"])
def test_greek_in_utf8_is_greek(text):
    assert judge([text.encode()]).encoding == "utf-8"


def test_texts_of_the_other_encoding_are_named():
    western = [text.encode("cp1252") for text in WESTERN]
    assert judge([*western, "Fièvre élevée".encode()]).bad == [len(western)]
    chinese = [text.encode("gb18030") for text in CHINESE]
    assert judge([*chinese, "血压".encode("gb18030")[:-1]]).bad == [len(chinese)]


def test_the_note_says_encoding_and_evidence():
    findings = Findings()
    assert judged({"A": ["Crohn’s".encode("cp1252")]}, "x.xpt", None, findings, "TS")[0] == "cp1252"
    assert findings.messages() == [
        "x.xpt: the text is read as 'cp1252': 1 of 1 accents and signs stand as in Western text [ENCODING_FOUND]"
    ]
    stated = Findings()
    judged({"A": ["Crohn’s".encode("cp1252")]}, "x.xpt", "cp1252", stated)
    assert not len(stated)


def test_what_is_asked_for_shows_a_value_in_every_encoding():
    with pytest.raises(Refused) as refused:
        judged({"V": ["頭痛".encode("shift_jis")]}, "x.xpt", None, Findings())
    (message,) = refused.value.findings.messages()
    for part in ("頭痛", "shift_jis", "gb18030", "--encoding", "ENCODING_UNCLEAR"):
        assert part in message


@pytest.mark.parametrize(
    "name",
    ["rot13", "base64", "hex", "zip", "idna", "punycode", "unicode_escape", "undefined", "nonesuch", ""],
)
def test_what_is_no_codec_of_text_is_refused(name):
    with pytest.raises(ValueError, match="is no encoding"):
        text_codec(name)


@pytest.mark.parametrize(
    ("name", "hint"), [("gb1803", "gb18030"), ("windws-1252", "windows_1252"), ("uft-8", "utf")]
)
def test_a_mistyped_encoding_has_a_hint(name, hint):
    with pytest.raises(ValueError, match=f"did you mean .*{hint}"):
        text_codec(name)


@pytest.mark.parametrize(
    ("name", "codec"), [("UTF8", "utf-8"), ("windows-1252", "cp1252"), ("sjis", "shift_jis")]
)
def test_a_codec_is_defined_by_its_other_names(name, codec):
    assert text_codec(name) == codec


@pytest.mark.parametrize(
    ("values", "encoding"),
    [
        (["Crohn’s disease", "none"], "cp1252"),
        (["5 µg/L"], "cp1252"),
        (["血压升高", "x"], "gb18030"),
        (["37 °C", "Fièvre"], "cp1252"),
    ],
)
def test_every_reader_of_datasets_and_raw_data_agrees(tmp_path, values, encoding):
    frame = pd.DataFrame({"TERM": values})
    write_xpt(frame, tmp_path / "ae.xpt", encoding=encoding)
    (tmp_path / "ae.csv").write_bytes(frame.to_csv(index=False).encode(encoding))
    for name in ("ae.xpt", "ae.csv"):
        (dataset,) = read_datasets(tmp_path / name)
        assert dataset.frame["TERM"].tolist() == values
        assert dataset.findings.frame()["code"].tolist() == ["ENCODING_FOUND"]
    assert read_xpt(tmp_path / "ae.xpt")[0]["TERM"].tolist() == values
    blocks = XptBlocks(tmp_path / "ae.xpt", rows=1)
    assert [text for block in blocks for text in block["TERM"]] == values
    raw = read_tables(tmp_path / "ae.xpt", ["AE"])["AE"]
    assert (raw.frame["TERM"].tolist(), raw.encoding) == (values, encoding)
    assert raw.findings.frame()["value"].tolist() == [encoding]


@pytest.fixture
def japanese(tmp_path):
    write_xpt(pd.DataFrame({"V": ["頭痛", "x"]}), tmp_path / "t.xpt", encoding="shift_jis")
    return tmp_path / "t.xpt"


def run(*arguments):
    result = CliRunner().invoke(main, list(map(str, arguments)))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


@pytest.mark.parametrize("command", ["convert", "compare"])
def test_the_commands_ask_and_take_the_answer(tmp_path, japanese, command):
    arguments = (command, japanese, tmp_path / "t.json" if command == "convert" else japanese)
    option = "--source-encoding" if command == "convert" else "--encoding"
    code, output = run(*arguments)
    assert code == 2 and "--encoding" in output and "頭痛" in output
    assert run(*arguments, option, "shift_jis")[0] == 0
    code, output = run(*arguments, option, "rot13")
    assert code == 2 and "no encoding of text" in output


@pytest.mark.parametrize("encoding", ["shift_jis", "utf-8", "gb18030"])
def test_the_answer_serves_the_file_to_be_alike_where_it_is_not_clear(tmp_path, japanese, encoding):
    clear = tmp_path / "clear.xpt"
    write_xpt(pd.DataFrame({"V": ["患者出现恶心", "x"]}), clear, encoding="utf-8")
    (tmp_path / "v.csv").write_bytes('"V"\n"女"\n'.encode(encoding))
    arguments = ("convert", tmp_path / "v.csv", tmp_path / "v.json", "--source-encoding", encoding, "--like")
    assert run(*arguments, clear)[0] == 0
    assert run(*arguments, japanese)[0] == (2 if encoding == "utf-8" else 0)


@pytest.mark.parametrize("command", ["build", "sdtm", "adam", "policies", "check", "define", "compare"])
def test_every_command_that_reads_data_has_the_option(command):
    assert "--encoding NAME" in run(command, "--help")[1]


def test_the_note_is_said_by_convert_and_compare(tmp_path):
    write_xpt(pd.DataFrame({"V": ["Crohn’s", "x"]}), tmp_path / "t.xpt", encoding="cp1252")
    assert "ENCODING_FOUND" in run("convert", tmp_path / "t.xpt", tmp_path / "t.json")[1]
    assert "ENCODING_FOUND" in run("compare", tmp_path / "t.xpt", tmp_path / "t.xpt")[1]
