"""Words that are both Norwegian names and everyday words: a name in the roster is not a name everywhere.

«Bjørn er flink» names somebody, «bjørn i skogen» does not; «Vår leder» never does. `ORDINARY` words are masked when
the way they are written says that they are a name; `GRAMMAR` words only beside another name of the same person.
Words are as `surveys.counting.comments.roster_names.folded` makes them: small letters, å as aa, no other accents.
"""

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ORDINARY: Final = _words(
    """
    aas aasen and annen april art ask august bakk bakke bakken bank bar bekk bekken berg berge bill bjerk bjørk
    bjørn bjørnen blom blomst bonde borg braaten brann bratt bro bru brun by byen bygg bønn bør dag dagen dal
    dalen due eik elv eng engen enhet even falk finn fisk fisker fjell fjord flo foss fossen fred fredag fri
    frisk frost fugl furu gaard gaarden glad god gode grace gran grant gren grind grøn grønn gull haap
    hage hagen hall haug hauk hav havn heia helg hell hjort holt hope horn hus høst høy is joy jul juli juni kai
    kirke kjær klokke konge krog krone kvist land lang lange lia lie lien lilje lille linde linje linn liten liv
    live lov lund lykke lyng lys løken mai maj mark marka marken mars may mild mor mose myr myra møller mørk nes
    nord norge ny odd olje ord oss ove per perle pil plass post prest rask ravn rev rich rike rise ro rod ros
    rose rosen rune rød saga sand sande siste skar skog skogen skole sletta slette smart smed snø sol sommer son
    sort stang stein steinen sten sterk stern stil stor store storm strand stranda strøm stue stund styr sund
    svane svart søndag sør tang teig tid ting tom tone tonen torg torget torsdag trang tre trygg trygge tur ulv
    ung ungen vaag vaar vang veg vegen vegg vei veien vest vik viken vin vind vinter viva vold voll will ærlig
    ørn øst øy øya øyen
    """
)

GRAMMAR: Final = _words(
    """
    a aa aar ad al aldri alle alltid alt am an andre are as at av baade bare be begge ble bli blir bort borte
    bra bruk bruker da de deg dei deira dem den denne der dere deres det dette din dine dit ditt du eg egen eget
    egne ein eit el eller en er et ette etter fikk fin for fra fram før ga gaa gaar gi gikk gir gjør godt ha
    hadde han hans hei hennes her hit ho hun hva hvem hver hvis hvor i ikke ikkje in ingen inn is it ja je jeg
    jo kan kom korleis leder lek lik ma maa man mange med meg meget mellom men mer mest met mi mid min mine mitt
    mot my mye na naa naar nei nja no noe noen nok nu nær og okay om on opp or over paa ra saa se seg selv si
    sin sine sist sitt skal ske slik som stod ta til tu under ut va vaare vaart van var vare ved vel vi vil
    ville von vore vært ære
    """
)

# After a word that opens a sentence, one of these tells that the word is who it is about.
VERBS: Final = _words(
    """
    bestemmer ble blir burde bør can did does er faar fekk fikk ga gaar gikk gir gjer gjev gjorde gjør hadde har
    has helps hjalp hjelper is jobber jobbet kan kjem knows kom kommer kunne liker lytter maa maatte mener mente
    must sa saa said says seier ser should sier skal skulle snakkar snakker snakket styrer svarer svarte synes
    tar tek tok trenger var vil ville was ønsker
    """
)

# A full stop after one of these does not end a sentence.
ABBREVIATIONS: Final = _words("a adv avd bl ca dvs eks evt f fung hr inkl jf kl mfl nr ov tlf v")
