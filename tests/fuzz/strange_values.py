"""What strangers write where a number, a name or a label belongs."""

from __future__ import annotations

# fmt: off
NUMBERS = (
    "nan", "-nan", "inf", "-inf", "Infinity", "1e999", "-1e999", "1e308", "-1e308", "1e-320", "-0.0", "-1", "0", "1",
    "0.5", "39.999999", "40.000001", "41", "30", "31", "1e5", "999999999999", "2147483648", "-2147483649", "1e18",
    "18446744073709551616", "9" * 500, "9" * 5000, "1" + "0" * 400, "0." + "0" * 5000 + "1", "", " ", "4,5", "1.234,5",
    "1,234.5", " 12 ", "\t7\n", "+7", "--7", "7.", ".7", "7e", "e7", "1_000", "0x10", "0b1", "12px", "50%", "twelve",
    "null", "None", "True", "\u0663", "\uff11\uff12", "\u00b2", "\u22125", "1\u00a0000", "1e1e1", "1/2", "(1)", "1;2",
)
"""Of pictures of 40 x 30: some are fine, some lie just beyond the border."""

NAMES = (
    "../../../etc/passwd", "/etc/passwd", "..\\..\\boot.ini", "C:\\victim.jpg", "C:victim.jpg",
    "\\\\host\\share\\a.jpg", "//host/a.jpg", "file:///etc/passwd", "https://example.org/a.jpg", "..", ".", "/", "\\",
    "", " ", "~/a.jpg", "sub/../victim.jpg", "./victim.jpg", "sub/victim.jpg", "victim", "victim.", ".jpg",
    "victim.JPG", "VICTIM.jpg", "victim.jpeg", "victim.gif", "victim.jpg ", " victim.jpg", "victim.jpg.jpg",
    "victim.xml", "victim%2ejpg", "nul.jpg", "sound.jpg", "sound", "SOUND.JPG", "absent.jpg", "victim.jpg\n", "con",
    "victim?.jpg", "a" * 300 + ".jpg", "victim.*", "a/" * 3000 + "a",
    "žluťoučký.jpg", "z\u030cluty.jpg", "写真.jpg",
    "\U0001f600.jpg", "\u202egpj.mitciv", "$HOME", "victim\u200b.jpg", "-rf", "|ls", "a\u2028b.jpg",
    "%s%n.jpg", "{victim}.jpg", "[mug]", "[/]", "*",
)

LABELS = (
    "", " ", " mug", "mug ", "\tmug\n", "MUG", "Mug", "background", "Background", "???", "0", "1", "None", "a" * 5000,
    "žemľa", "z\u030cemla", "写真", "\U0001f600", "\u202egum", "mug\u200b", "\u00a0mug", "mu\u00adg", "mug\u0085",
    "nul",
    "mug/cup", "../mug", "..", ".", "/", "con", "a:b", "mug\\cup", "mug'", 'mug"', "item { id: 1 }", "mug\nid: 9",
    "<mug>", "&mug;", "%s", "{}", "[bold]mug[/bold]", "mug,cup", "mug;cup", "train_mug", "*", "\ufffd",
    "e\u0301" * 300,
    "mu\u2028g",
)
# fmt: on
