"""Characters that are more than their letter: symbol fonts, superscripts and subscripts.

The code points are those of the fonts themselves (Wingdings, Wingdings 2, Webdings, Symbol), as Word stores them.
"""

__all__ = ["is_symbol_font", "lowered", "raised", "symbol"]

_WINGDINGS = {
    0xFE: "☑", 0xFD: "☒", 0xA8: "□", 0x6F: "□", 0x71: "□", 0x72: "□", 0xFC: "√", 0xFB: "×", 0x6E: "■", 0x6C: "●",
    0xA1: "○", 0xA6: "○", 0xA4: "◉", 0xA7: "▪", 0x76: "◆", 0x75: "◆", 0xD8: "➢", 0xE0: "→", 0xE8: "→", 0x9F: "•",
}  # fmt: skip
_WINGDINGS_2 = {
    0x52: "☑", 0x53: "☒", 0x54: "☒", 0x51: "☒", 0x50: "√", 0x4F: "×", 0xA3: "□", 0x2A: "□", 0x97: "●", 0x98: "●",
    0x99: "○", 0x9A: "◉", 0x9E: "◉", 0xA2: "■",
}  # fmt: skip
_WEBDINGS = {0x61: "√", 0x63: "□", 0x67: "■", 0x6E: "●", 0x72: "×"}
_SYMBOL = {
    0xA3: "≤", 0xB3: "≥", 0xB1: "±", 0xB0: "°", 0xB4: "×", 0xB8: "÷", 0xB9: "≠", 0xBB: "≈", 0xA5: "∞", 0xB7: "•",
    0xD7: "·", 0xD6: "√", 0x61: "α", 0x62: "β", 0x63: "χ", 0x64: "δ", 0x65: "ε", 0x66: "φ", 0x67: "γ", 0x68: "η",
    0x69: "ι", 0x6B: "κ", 0x6C: "λ", 0x6D: "μ", 0x6E: "ν", 0x6F: "ο", 0x70: "π", 0x71: "θ", 0x72: "ρ", 0x73: "σ",
    0x74: "τ", 0x75: "υ", 0x77: "ω", 0x78: "ξ", 0x79: "ψ", 0x7A: "ζ", 0x44: "Δ", 0x46: "Φ", 0x47: "Γ", 0x4C: "Λ",
    0x50: "Π", 0x51: "Θ", 0x53: "Σ", 0x57: "Ω", 0x58: "Ξ", 0x59: "Ψ", 0xAE: "→", 0xAC: "←", 0xAD: "↑", 0xAF: "↓",
    0xC5: "⊕", 0xD0: "∠", 0xB6: "∂", 0xE5: "∑", 0xF2: "∫", 0xA2: "′", 0xB2: "″", 0xBE: "—", 0xBC: "…",
}  # fmt: skip
_FONTS = {"wingdings": _WINGDINGS, "wingdings 2": _WINGDINGS_2, "webdings": _WEBDINGS, "symbol": _SYMBOL}
# files written without a font name: what WPS and Word write most
_ANY = {0xFE: "☑", 0x52: "☑", 0xFD: "☒", 0x54: "☒", 0xA8: "□", 0x6F: "□", 0xA3: "□", 0xFC: "√"}
_RAISED = dict(zip("0123456789+-−–=()nix", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾ⁿⁱˣ", strict=True)) | {"∘": "°", "°": "°", "º": "°", "′": "′", " ": ""}
_LOWERED = dict(zip("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎", strict=True))


def is_symbol_font(font: str) -> bool:
    """Whether the letters of this font are pictures."""
    return font.lower() in _FONTS


def symbol(font: str, code: int) -> str | None:
    """The character that a symbol font draws for `code` (with or without Word's offset 0xF000); None if not known."""
    known = _FONTS.get(font.lower(), _ANY)
    low = code & 0xFF if code >= 0xF000 else code
    if low in known:
        return known[low]
    plain = font.lower() == "symbol" and 0x20 <= low < 0x7F
    return chr(low) if plain else None


def raised(text: str) -> str:
    """Superscript as Unicode (10 and -6 -> ⁻⁶); a power that has no such letters stands behind ^; other text as it is."""
    if all(c in _RAISED for c in text):
        return "".join(_RAISED[c] for c in text)
    return f"^{text}" if any(c.isdigit() for c in text) and len(text) <= 6 else text


def lowered(text: str) -> str:
    """Subscript digits as Unicode (H2O -> H₂O); other text as it is."""
    return "".join(_LOWERED[c] for c in text) if text and all(c in _LOWERED for c in text) else text
