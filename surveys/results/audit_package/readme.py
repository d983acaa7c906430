"""The words of the file that lies beside the checking program. In Norwegian, as the program speaks."""

from typing import Final

README: Final = """KONTROLLPAKKE FRA MEDVIRK

Pakken har alt som er frigitt fra undersøkelsen, og et lite program som kontrollerer det uten Medvirk.
Ingenting som er skjult på sidene, er med. Den har ingen svar fra enkeltpersoner.

SLIK KONTROLLERER DU

1. Du trenger Python 3.9 eller nyere og numpy (pip install numpy).
2. Kjør: python kontroll.py
3. Åpne siden «Ble svaret mitt telt med?» for undersøkelsen, og sammenlign kontrolltallet og avtrykket av
   hendelsesloggen med det programmet skriver. Har du skrevet dem ned før, bruk de gamle:
   python kontroll.py --kontrolltall TALLET --hendelser AVTRYKKET

Steg 3 er viktig: den som forfalsker pakken, kan regne om alt inni den, men ikke det som alt er publisert.

Programmet kan også være byttet ut. Fikk du pakken av andre, hent kontroll.py fra kildekoden til Medvirk
(surveys/results/audit_package/kontroll.py, i samme versjon), og kjør det mot mappen: python kontroll.py MAPPE
Da sier det også fra hvis programmet i pakken er et annet.

HVA PROGRAMMET KONTROLLERER

- Ingen fil er endret siden pakken ble laget (innhold.json).
- Avtrykkene av de forseglede svarene (avtrykk.txt) gir kontrolltallet fra lukkingen, og like mange svar er telt opp.
- Alle kontrolltall står i hendelsesloggen med samme dag, nummer og antall, og ingen mangler.
- Linjene i hendelsesloggen (hendelser.txt) er kjedet sammen: endres, fjernes eller flyttes en linje, stemmer
  ikke resten.
- Tallene (tall.json) er de som ble frigitt, med alle rettelser: avtrykket av dem står i hendelsesloggen.
- Reglene for undersøkelsen (minste gruppe, når kommentarer vises, hvem som ser tallene når) og deltakelsen i hver enhet
  er de som gjaldt da tallene ble frigitt, og minste gruppe er ikke lavere enn da undersøkelsen åpnet. Frigivelser fra
  eldre versjoner av Medvirk har ikke avtrykk av dette.
- Er svarene vektet, er de vektede snittene de som ble frigitt, og bare der det uvektede snittet er vist.
- Kommer en indikator fra ett spørsmål, er tallene de som ble frigitt, for minst ti svar, og bare der temaet er vist.
- Reglene er fulgt: ingen tall for færre enn minste gruppe, og fordelinger bare der mange nok har svart.
- Angrepet: programmet legger sammen og trekker fra alt som er frigitt, og ser om tallet for en gruppe som er skjult
  eller for liten, kan regnes ut eller avgrenses til mindre enn en firedel av skalaen. Det prøver også om et tall som er
  vist som en grense («4,8 eller høyere»), kan regnes ut av tallene rundt, og om tall for færre enn ti har få sifre.

HVA DET IKKE KAN KONTROLLERE

- At de vektede snittene er regnet riktig: vektene blir slettet når svarene er talt opp.
- At deltakelsen i hver enhet er riktig talt: bare tallet for hele undersøkelsen kan sammenlignes med urnen.
- Kodene til enhetene og navnet på kommunen: de kan være endret siden tallene ble frigitt.
- At det forseglede svaret er det den enkelte svarte. Det vet bare den som svarte, og programmet som forseglet det.
- At kontrolltallene fra nettene er del av det fra lukkingen. Det kontrollerer Medvirk ved opptellingen. Et bevis for
  andre måtte ha sagt hvilken natt hvert svar kom. Derfor er de også dekket til: ingen kan prøve seg fram til hvilke
  svar som kom sist.
- Angrepet her bruker bare det som er frigitt. Medvirks egen kontroll (medvirk audit-disclosure) kjenner svarene og er
  strengere.
- Meldinger og adresser er holdt utenfor hendelsesloggen i pakken: hvor mange som ble påminnet, sier hvor mange som
  hadde svart den dagen.

FILENE

undersokelse.json   navn, regler, enheter, og avtrykket av hendelsesloggen
sporreskjema.yaml   spørreskjemaet slik det ble brukt
tall.json           hver frigivelse: enhetene og tallene, skjulte tall med grunn
deltakelse.json     inviterte og leverte; leverte mangler der det kunne si noe om en liten gruppe
urne.json           kontrolltallene; antallet fra nettene er rundet ned
avtrykk.txt         avtrykket av hvert forseglede svar (SHA-256 som i RFC 6962), sortert
hendelser.txt       hendelsesloggen om undersøkelsen, en linje med JSON for hver hendelse
innhold.json        SHA-256 av hver fil
"""
