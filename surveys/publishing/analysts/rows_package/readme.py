"""The words of the file that lies beside the rows. In bokmål, as the rows and the scripts are."""

from typing import Final

from surveys.publishing.analysts.rows_package.study import Study

_README: Final = """\
SVARENE FRA {title}, RAD FOR RAD

{rows} svar. {coarse}
{left_out}
Filene er til analyse. Del dem ikke med andre enn dem som skal gjøre analysen. Den som vet hva en kollega svarte, kan
kjenne igjen raden. Slett filene når du er ferdig.

FILENE

svar.csv         svarene som tall: 97, 98 og 99 er ikke svar, tom celle er blank
svar.sav         det samme til SPSS, med tekster, koder og manglende verdier
kodebok.html     hva hver variabel og kode betyr, og hvor mange som svarte hva
kodebok.xml      det samme i formatet DDI-Codebook 2.5, til arkiv og datakatalog
syntaks.sps      SPSS (og PSPP): leser svar.csv, setter tekster, regner skårer, alfa, snitt og spredning
figurer.R        R: regner ut rapportens tall på nytt og sammenligner dem med rapport.csv
rapport.csv      tallene i rapporten, en linje for hvert
enheter.csv, variabler.csv, temaer.csv   det R-skriptet trenger å vite

SLIK KONTROLLERER DU RAPPORTEN

Kjør «Rscript figurer.R» i mappen. Skriptet skriver kontroll.csv, der hvert tall har en dom:

samme                              samme tall. Der det finnes en formel: høyst 0,000001 fra (0,0001 på en indeks 0–100),
                                   og 0,00001 for tema med flere enn tolv påstander. Omega, ladninger, AVE og
                                   korrelasjoner mellom faktorer: 0,0001. Mål for tilpasning (χ², CFI, TLI, RMSEA,
                                   SRMR): 0,001 av tallet
innenfor grensen                   rapporten sier «4,8 eller høyere», og det stemmer
avrundet                           rapporten har færre sifre for å verne få svar eller en grense, og det stemmer
noen rader står som enheten over   noen i denne gruppen har enheten over i radene, for at få ikke skal stå alene.
                                   Radene er derfor ikke de samme personene som i rapporten, og tallet blir et annet
temaet er ikke i filen             bare noen fikk temaet. Det ville vist hvem som er leder
gruppen er ikke i filen            enheten eller bakgrunnsspørsmålet kan ikke stå i radene uten å røpe noen
trenger pakken psych / lavaan      installer pakken, og kjør på nytt
R fant ingen løsning               modellen lar seg ikke regne ut i R på disse svarene
avvik                              samme svar, men et annet tall. Da er det en feil. Si fra til dem som lager Medvirk

ANDRE TALL SOM SKRIPTET IKKE REGNER UT

- Endring siden forrige undersøkelse, retning over flere år, og over og under de andre: trenger svar fra flere
  undersøkelser eller enheter.
- Enighet i enhetene (ICC, rwg): noen rader står som enheten over, og Medvirk runder av tallene.
- Svarprosent og hvem som svarte: radene er bare de som svarte.
- Parallellanalyse og splitt-halv over tilfeldige delinger: bruker tilfeldige tall.
- Ordinal alfa, utforskende faktoranalyse, modifikasjonsindekser, samvariasjon, KMO og omega fra EM, og unøyaktige
  svar: kan regnes ut av radene, men skriptet gjør det ikke. docs/statistics.md har formlene.
- Lik måling hos ledere og ansatte: trenger bakgrunnen til alle, og den er ikke i radene.
- Skjulte tall: de er ikke i rapporten.

VEKTER

{weights}
"""


def readme(study: Study) -> str:
    left_out = "".join(f"{words}\n" for words in study.left_out)
    return _README.format(
        title=study.title,
        rows=study.rows,
        coarse=study.coarse,
        left_out=left_out,
        weights=study.weights,
    ).replace("\n", "\r\n")
