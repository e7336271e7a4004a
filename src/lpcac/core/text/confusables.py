"""Letters of other scripts that look like ASCII letters or digits, from Unicode's table of confusables (UTS #39)."""

from __future__ import annotations

import re
from typing import Final

# Code point in hexadecimal, then what it looks like. Latin letters are left out, because people write them in one word
# with ASCII ones; so is what Unicode's NFKC makes another letter.
_TABLE: Final = """
37FJ 391A 392B 395E 396Z 397H 399I 39AK 39CM 39DN 39FO 3A1P 3A4T 3A5Y 3A7X 3B1a 3B3y 3B9i 3BDv 3BFo 3C1p 3C3o
3C5u 3DCF 3E82 3F3j 3FAM 405S 406I 408J 410A 412B 415E 4173 41AK 41CM 41DH 41EO 420P 421C 422T 423Y 425X 42Cb
430a 4316 433r 435e 43Eo 440p 441c 443y 445x 455s 456i 458j 461w 474V 475v 4AEY 4AFy 4BBh 4BDe 4C0I 4CFi 4E03
501d 50CG 51Bq 51CW 51Dw 54DU 54FS 555O 561w 563q 566q 570h 578n 57Cn 57Du 581g 584f 585o B20O D20o 101Do 10E7y
10FFo 1200U 12D0O 13A0D 13A1R 13A2T 13A5i 13A9Y 13AAA 13ABJ 13ACE 13B3W 13B7M 13BBH 13BDY 13C0G 13C2h 13C3Z
13CE4 13CFb 13D2R 13D4W 13D5S 13D9V 13DAS 13DEL 13DFC 13E2P 13E6K 13E7d 13EE6 13F3G 13F4B 142FV 144CU 146DP
146Fd 1472b 148DJ 14AAL 14BF2 1541x 157CH 157Dx 1587R 15AFb 15B4F 15C5A 15DED 15EAD 15F0M 15F7B 16B7X 16C1I
16D5K 16D6M 1D26r 2C85r 2C8EH 2C92I 2C94K 2C98M 2C9AN 2C9EO 2C9Fo 2CA2P 2CA3p 2CA4C 2CA5c 2CA6T 2CA8Y 2CACX
2CCA9 2CCC3 2CD0L 2CD26 2D38V 2D39E 2D4FI 2D54O 2D55Q 2D5DX A4D0B A4D1P A4D2d A4D3D A4D4T A4D6G A4D7K A4D9J
A4DAC A4DCZ A4DDF A4DFM A4E0N A4E1L A4E2S A4E3R A4E6V A4E7H A4EAW A4EBX A4ECY A4EEA A4F0E A4F2I A4F3O A4F4U
A6442 A647i A6DFV AB75i AB81r AB83w AB93z ABA9v ABAAs ABAFc 10282B 10286E 10287F 1028AI 10290X 10292O 10295P
10296S 10297T 102A0A 102A1B 102A2C 102A5F 102ABO 102B0M 102B1T 102B2Y 102B4X 102CFH 10301B 10302C 10309I 10311M
10315T 10317X 1031A8 10404O 10415C 1041BL 10420S 1042Co 1043Dc 10448s 104B4R 104C2O 104CEU 104D27 104EAo 104F6u
10513N 10516O 10518K 1051CC 1051DV 10525F 10526L 10527X 11706v 1170Aw 1170Ew 1170Fw 118A0V 118A2F 118A3L 118A4Y
118A6E 118A9Z 118AC9 118AEE 118AF4 118B2L 118B5O 118B8U 118BB5 118BCT 118C0v 118C1s 118C2F 118C3i 118C4z 118C67
118C8o 118CA3 118CC9 118D56 118D69 118D7o 118D8u 118DCy 16F08V 16F0AT 16F16L 16F28I 16F35R 16F3AS 16F3B3 16F40A
16F42U 16F43Y
"""
LOOKS_LIKE: Final = {int(pair[:-1], 16): pair[-1] for pair in _TABLE.split()}
"""By code point: the ASCII letter or digit that it looks like; for `str.translate`."""
CONFUSABLE: Final = frozenset(map(chr, LOOKS_LIKE))
_WORD: Final = re.compile(r"[^\W\d_]+")


def confusable_words(text: str) -> list[str]:
    """Return the words that look like ASCII: in part, next to ASCII letters, or with every letter."""
    if text.isascii() or CONFUSABLE.isdisjoint(text):
        return []
    return [word for word in _WORD.findall(text) if is_mixed(word) or CONFUSABLE.issuperset(word)]


def is_mixed(word: str) -> bool:
    """Tell whether a word has ASCII letters and letters that only look like them; no language has such words."""
    return not CONFUSABLE.isdisjoint(word) and any(letter.isascii() for letter in word)


def with_mixed_escaped(text: str) -> str:
    """Return the text with escapes for the letters of mixed words that only look like ASCII."""
    return _WORD.sub(lambda found: with_escapes(found[0]) if is_mixed(found[0]) else found[0], text)


def with_escapes(text: str) -> str:
    """Return the text with escapes for every letter that only looks like ASCII."""
    return "".join(c.encode("unicode_escape").decode("ascii") if c in CONFUSABLE else c for c in text)
