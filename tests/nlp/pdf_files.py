"""Small pdf files written by hand: Chinese text in a standard font, ruled tables, form fields, a picture."""

from collections.abc import Sequence
from dataclasses import dataclass, field

__all__ = ["Sheet", "pdf_file"]

HEIGHT = 842


@dataclass(kw_only=True)
class Sheet:
    """One A4 page; places are points from the top left."""

    commands: list[str] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)
    image: bytes | None = None  # 8-bit grey, `size` wide and high
    size: tuple[int, int] = (0, 0)

    def text(self, x: float, top: float, content: str, size: float = 10.5) -> "Sheet":
        self.commands.append(f"BT /F1 {size} Tf {x} {HEIGHT - top - size} Td <{content.encode('utf-16-be').hex()}> Tj ET")
        return self

    def line(self, x0: float, y0: float, x1: float, y1: float) -> "Sheet":
        self.commands.append(f"{x0} {HEIGHT - y0} m {x1} {HEIGHT - y1} l S")
        return self

    def grid(self, xs: Sequence[float], ys: Sequence[float]) -> "Sheet":
        for y in ys:
            self.line(xs[0], y, xs[-1], y)
        for x in xs:
            self.line(x, ys[0], x, ys[-1])
        return self

    def typed(self, x: float, top: float, content: str) -> "Sheet":
        value = ("\ufeff" + content).encode("utf-16-be").hex()
        self.fields.append(f"<</Type/Annot/Subtype/Widget/FT/Tx/T(a{len(self.fields)})/V<{value}>/Rect[{x} {HEIGHT - top - 12} {x + 150} {HEIGHT - top}]>>")
        return self


def pdf_file(sheets: Sequence[Sheet], encrypt: bool = False) -> bytes:
    """The file; `encrypt` names a standard encryption that no empty password opens."""
    font = "<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[4 0 R]>>"
    inner = "<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>/DW 1000/FontDescriptor 5 0 R>>"
    descriptor = "<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[0 -120 1000 880]/Ascent 880/Descent -120/ItalicAngle 0/CapHeight 880/StemV 90>>"
    objects: list[bytes] = [b"", b"", *(o.encode() for o in (font, inner, descriptor))]
    pages = []
    for sheet in sheets:
        commands = "\n".join(sheet.commands)
        picture = ""
        if sheet.image is not None:
            width, height = sheet.size
            head = f"<</Type/XObject/Subtype/Image/Width {width}/Height {height}/ColorSpace/DeviceGray/BitsPerComponent 8/Length {len(sheet.image)}>>"
            objects.append(head.encode() + b"\nstream\n" + sheet.image + b"\nendstream")
            picture = f"/XObject<</I {len(objects)} 0 R>>"
            commands += f"\nq 595 0 0 {595 * height / width} 0 {HEIGHT - 595 * height / width} cm /I Do Q"
        objects.append(f"<</Length {len(commands)}>>\nstream\n{commands}\nendstream".encode())
        content = len(objects)
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 {HEIGHT}]/Resources<</Font<</F1 3 0 R>>{picture}>>/Contents {content} 0 R/Annots[{' '.join(sheet.fields)}]>>".encode()
        )
        pages.append(len(objects))
    objects[0] = b"<</Type/Catalog/Pages 2 0 R>>"
    objects[1] = f"<</Type/Pages/Count {len(pages)}/Kids[{' '.join(f'{n} 0 R' for n in pages)}]>>".encode()
    return _file(objects, encrypt)


def _file(objects: Sequence[bytes], encrypt: bool) -> bytes:
    data, places = b"%PDF-1.5\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    secret = "ab" * 32
    locked = f"/Encrypt<</Filter/Standard/V 1/R 2/O<{secret}>/U<{secret}>/P -4>>/ID[<{'00' * 16}><{'00' * 16}>]" if encrypt else ""
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n<</Size {len(objects) + 1}/Root 1 0 R{locked}>>\nstartxref\n{len(data)}\n%%EOF\n"
    return data + end.encode()
