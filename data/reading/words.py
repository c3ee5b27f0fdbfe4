"""The words that slips print beside their sums, and around the shop's name, in several languages.

They are compared squeezed: small letters without accents, spaces or marks, and letters that are
read for one another made one, so that "Grand Totai :" is "grandtotal" here too.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final

_ALIKE: Final = str.maketrans({"l": "i", "1": "i", "|": "i", "!": "i", "0": "o", "5": "s"})


@cache
def squeezed(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold()).translate(_ALIKE)
    return "".join(letter for letter in plain if letter.isalpha())


def _listed(words: str) -> tuple[str, ...]:
    return tuple(squeezed(word) for word in words.split("|"))


CERTAIN: Final = _listed(
    "grand total|net total|nett total|total due|amount due|balance due|total payable|to pay|"
    "amount payable|total incl|total sales incl|total rounded|rounded total|total round|"
    "round total|d total rm|total to pay|"
    "gesamtbetrag|gesamtsumme|endbetrag|endsumme|zu zahlen|rechnungsbetrag|summe eur|"
    "total ttc|net a payer|a payer|montant du|total general|"
    "total a pagar|importe total|valor total|total factura|"
    "totale complessivo|totale dovuto|da pagare|importo pagato|"
    "te betalen|totaal te|att betala|at betale|a betale|til betaling|maksettava|"
    "do zaplaty|suma pln|razem pln|k uhrade|celkem k|fizetendo|de plata|za placanje|"
    "к оплате|итого|合計|总计|應付|应付|jumlah besar|jumlah keseluruhan|genel toplam"
)
LIKELY: Final = _listed(
    "total|amount|summe|betrag|montant|importe|totale|totaal|belopp|yhteensa|summa|suma|razem|"
    "celkem|osszesen|всего|сума|小計合計|金額|jumlah|toplam|tl rm|ttl|balance"
)
SUBTOTAL: Final = _listed(
    "subtotal|sub-total|zwischensumme|sous-total|subtotaal|delsumma|mellansumma|valisumma|"
    "subtotale|total ht|excluding|excluded|excl|exci|before tax|net amount|nettobetrag|"
    "nettosumme|summe netto|taxable|"
    "base imponible|imponibile|小計|subtot|total excl"
)
TAX: Final = _listed(
    "gst|vat|tax|mwst|ust|tva|iva|btw|moms|alv|pdv|dph|ptu|afa|hst|pst|qst|tps|tvq|sst|cukai|"
    "kdv|ндс|消費税|税額|service charge|serv charge|service chrg|servicecharge|setv c|"
    "total includes|bedienung|service compris|coperto"
)
ADJUSTS: Final = _listed(
    "rounding|roundin|rundung|arrondi|redondeo|arrotondamento|afronding|avrundning|discount|disc|"
    "rabatt|remise|descuento|sconto|korting|saving|coupon|voucher|deposit|pfand|tip|gratuity|"
    "trinkgeld|pourboire|propina|mancia"
)
PAID: Final = _listed(
    "cash|visa|mastercard|maestro|amex|debit|credit card|card|tendered|tender|paid|received|"
    "payment|gegeben|bar|kartenzahlung|girocard|especes|carte|efectivo|tarjeta|contanti|contante|"
    "kontant|kort|gotowka|karta|hotovost|keszpenz|tunai|bayar|наличные|現金|お預り"
)
CHANGE: Final = _listed(
    "change|ruckgeld|rueckgeld|monnaie|rendu|cambio|vuelto|resto|wisselgeld|vaxel|byttepenge|"
    "vekslepenger|vaihtoraha|reszta|vraceno|visszajaro|baki|kembali|сдача|お釣"
)
COUNTED: Final = _listed(
    "qty|quantity|item count|items|total item|points|punkte|count|pax|saved|loyalty|"
    "menge|anzahl|stuck|articles|articulos|litre|liter|gallon"
)
INCLUSIVE: Final = _listed("incl|inclusive|ttc|including|incluido|inclus|brutto|gross|total am")
NOT_PAID: Final = _listed("cashier|card no|card number|cash sale|cash bill|cardholder|exchange")
SUMMARY: Final = _listed(
    "gst summary|tax summary|vat summary|gst sum|tax sum|sst summary|vat analysis|tax analysis|"
    "steuerubersicht|tax code|vat code|detail tva|resumen iva|gst rate"
)
"""Behind one of these stand the sums again, by rate of tax; none of them is what was paid."""


def has(text: str, words: tuple[str, ...]) -> bool:
    return any(word in text for word in words)


LEGAL: Final = re.compile(
    r"(?ix) (?<![a-z]) (sdn\.?\s*bhd | (?<=n)bhd | bhd | s/b | gmbh | ltd | limited | inc | llc |"
    r" corp | s\.?r\.?l | s\.?a\.?r\.?l | s\.p\.a | s\.?l\.?u? | b\.v | n\.v | oy | oyj | a/s |"
    r" aps | kft | pty | pte | plc | kg | ohg | e\.k | s\.?a\.?s? | sp\.?\s*z | enterprises? |"
    r" trading | holdings? ) (?![a-z]) | sdn\.?bhd | (?<=[a-z])(trading|enterprise)\b"
)
"""What a firm calls itself by law; here also where the recogniser saw no space before it."""

TRADES: Final = re.compile(
    r"(?i)\b(restaurant|restoran|ristorante|cafe|café|coffee|bistro|pub|bar|hardware|store|stores|"
    r"shop|market|mart|mini|pasar|supermarket|supermarkt|pharmacy|apotheke|farmacia|pharmacie|"
    r"hotel|motel|garage|motor|petrol|fuel|station|bakery|bäckerei|boulangerie|panaderia|pizzeria|"
    r"pizza|ferreteria|quincaillerie|fabrics?|books?|book|gift|deco|decor|kitchen|rest|area|"
    r"machinery|electrical|stationery|florist|taxi|parking|tienda|magasin|winkel|kiosk|"
    r"perniagaan|kedai)\b"
)
"""What a shop trades in. A line of nothing else ("Bistro & Cafe") is what it is, not its name."""

ADDRESS: Final = re.compile(
    r"(?i)\b(jalan|jln|jl|lot|lorong|taman|street|st|road|rd|avenue|ave|blvd|boulevard|lane|ln|"
    r"drive|dr|hwy|highway|suite|ste|floor|flr|level|block|unit|plaza|po box|postcode|zip|"
    r"straße|strasse|str|platz|gasse|weg|allee|rue|place|quai|calle|plaza|avda|via|piazza|viale|"
    r"corso|straat|laan|gata|gatan|vej|veien|katu|ulica|ul|utca|johor|kuala lumpur|selangor)\b"
    r"|\bno\.?\s*\d|\d{5}\s+\w{3}|\w{2}\s+\d{5}\b|^\d+[a-z]?[,.]?\s?\w+.*,|,$|\.,"
)
OTHER: Final = re.compile(
    r"(?i)\b(tel|telephone|phone|fax|h/p|hp|mobile|email|e-mail|www|http\w*|gst|vat|tax|ust|mwst|"
    r"siret|nif|cif|p\.?\s?iva|ein|abn|reg|company no|co\.?\s*no|id no|invoice|receipt|bill|order|"
    r"table|cashier|date|time|doc|guest|check|member|welcome|thank|hours|licensee|formerly|"
    r"home of|merchant|customer|copy|tid|mid|counter|pos|server|waiter|rechnung|quittung|facture|"
    r"ticket|recu|factura|ricevuta|scontrino|kvitto|bon)\b|@|\.com|\.my\b|(\d[\s-]?){7}"
)
